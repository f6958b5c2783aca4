package cli

import (
	"fmt"
	"os"

	"loket/internal/registry/local"
)

type importCommand struct {
	withConfig
	File  string `arg:"" help:"CSV or JSON file; its form is described in the documentation of internal/registry/local." type:"existingfile"`
	Write bool   `help:"Import; without it only what would be refused is told."`
}

func (c importCommand) Run(at *world) error {
	a, err := c.open(at)
	if err != nil {
		return err
	}
	defer a.Close()
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open registry file: %w", err)
	}
	defer file.Close()
	in := local.Import{
		File: file,
		Refused: func(r local.Refusal) {
			fmt.Fprintf(at.stdout, "line %d %s: %s\n", r.Line, r.Column, r.Reason)
		},
		Progress: func(p local.Progress) {
			fmt.Fprintf(at.stderr, "%3d %%  %d rows, %d refused\n", percent(p.Read, p.Size), p.Rows, p.Refused)
		},
	}
	what, run := "would be accepted", a.Registry.DryRun
	if c.Write {
		what, run = "accepted", a.Registry.Import
	}
	counts, err := run(at.ctx, in)
	if err != nil {
		return err
	}
	fmt.Fprintf(at.stdout, "%d rows: %d %s, %d refused\n", counts.Rows, counts.Accepted, what, counts.Refused)
	if counts.Accepted == 0 && counts.Refused > 0 {
		return exit(failed)
	}
	if !c.Write {
		fmt.Fprintln(at.stdout, "nothing was stored; run again with --write")
	}
	return nil
}

func percent(part, whole int64) int64 {
	if whole == 0 {
		return 100
	}
	return 100 * part / whole
}
