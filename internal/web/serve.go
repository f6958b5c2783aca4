package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// grace is how long requests may go on after the server was told to stop.
const grace = 20 * time.Second

// Serve answers requests on l until ctx is done, then lets those under way
// finish and returns nil. Slow senders and receivers are cut off, so that
// they cannot hold all connections.
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second, // a photo over a slow phone is sent alone
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(withoutAddresses{log.Handler()}, slog.LevelDebug),
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop() // ends the goroutine below where serving fails by itself
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		stopped <- server.Shutdown(last)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve http: %w", err)
	}
	if err := <-stopped; err != nil {
		return fmt.Errorf("stop serving http: %w", err)
	}
	return nil
}

// withoutAddresses keeps the texts of net/http out of the log, for they hold
// the addresses of visitors. That one was written is still told.
type withoutAddresses struct{ slog.Handler }

// Handle writes the record with a text of our own.
func (h withoutAddresses) Handle(ctx context.Context, r slog.Record) error {
	return h.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, "http server: a connection failed", 0))
}
