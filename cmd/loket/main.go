// Command loket runs Loket: see package cli for what it can do.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"loket/internal/cli"
	"loket/internal/photo"
)

func main() {
	if photo.IsChild(os.Args[1:]) {
		os.Exit(photo.Child(os.Args[1:], os.Stdin, os.Stdout))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once: the way it starts again is the
	// same as after a crash.
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
