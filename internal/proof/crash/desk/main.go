// Command desk is a counter for the tests of package crash, which kill it. It serves all
// who have an appointment today, and whose numbers and codes come on standard input, one
// person a line:
//
//	printf 'NUMBER CODE\n' | desk loket.toml
//
// It works for the first member of staff who may, and prints each number that is served.
// Whoever was served before is served still.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"loket/internal/app"
	"loket/internal/config"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/staff"
)

func main() {
	if err := run(context.Background(), os.Args[1], os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "desk:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, file string, people io.Reader) (err error) {
	loaded, err := config.Load(file, func(string) string { return "" })
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, loaded, app.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	members, err := a.Staff.Members(ctx)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Has(staff.Counter) {
			return serveAll(ctx, a, m, people)
		}
	}
	return fault.New(fault.NotFound, "", "nobody works at a counter")
}

func serveAll(ctx context.Context, a *app.App, m staff.Member, people io.Reader) error {
	lines := bufio.NewScanner(people)
	for lines.Scan() {
		spoken, digits, _ := strings.Cut(lines.Text(), " ")
		number, err := ident.ParseCaseNumber(spoken)
		if err != nil {
			return err
		}
		code, err := ident.ParseCode(digits)
		if err != nil {
			return err
		}
		if err := serve(ctx, a, m, number, code); err != nil {
			return fmt.Errorf("serve %s: %w", spoken, err)
		}
		fmt.Println(spoken)
	}
	return lines.Err()
}

// serve hands each of an ask what they come for.
func serve(ctx context.Context, a *app.App, m staff.Member, number ident.CaseNumber, code ident.Code) error {
	lease, err := a.Planner.OpenAt(ctx, m, number, code)
	if err != nil {
		return err
	}
	desk, err := a.Planner.AtDesk(ctx, m, lease.ID)
	if err != nil {
		return err
	}
	for _, v := range desk.Visitors {
		if v.Starts.IsZero() {
			continue
		}
		if err := a.Planner.Hand(ctx, m, lease.ID, v.Member); err != nil {
			return err
		}
	}
	return a.Planner.LeaveDesk(ctx, m, lease.ID)
}
