// Command mutants shows that the tests are worth something. It switches off one
// named control of Loket at a time and runs the test that cites the control, which
// must then fail:
//
//	go run ./internal/tool/mutants [-run EXPRESSION] [-list]
//
// The controls stand in mutants.yaml, those of places in places.yaml. A mutant is a text that is put in place of
// another in one file; the go command is given the changed file as an overlay, so
// the tree is not touched and several of these can run beside each other.
//
// It ends with 1 when a mutant survives, when one does not compile, when the text
// it replaces is no longer there, or when the test fails without any mutant.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"time"
)

func main() {
	only := flag.String("run", "", "only mutants whose name matches this regular expression")
	list := flag.Bool("list", false, "print the names and what they cite, and run nothing")
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *root, *only, *list); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, only string, list bool) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	mutants, err := load()
	if err != nil {
		return err
	}
	var wrong, tried int
	healthy := map[string]error{} // by test: how it ends without a mutant
	for _, m := range mutants {
		if !pattern.MatchString(m.Name) {
			continue
		}
		if list {
			fmt.Printf("%-40s %s\n", m.Name, m.Cites)
			continue
		}
		tried++
		began := time.Now()
		err := m.try(ctx, root, healthy)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		verdict := "dies"
		if err != nil {
			wrong++
			verdict = err.Error()
		}
		fmt.Printf("%-40s %-10s %5.1fs  %s: %s\n", m.Name, m.Cites, time.Since(began).Seconds(), m.test(), verdict)
	}
	if list {
		return nil
	}
	fmt.Printf("%d mutants, %d as they should not be\n", tried, wrong)
	if tried == 0 {
		return errors.New("no mutant has such a name")
	}
	if wrong > 0 {
		return errors.New("the tests miss something")
	}
	return nil
}
