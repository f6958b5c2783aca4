package cli

import (
	"fmt"
	"strings"

	"loket/internal/app"
)

type serveCommand struct {
	withConfig
	Part string `help:"What this process does: ${enum}. Several share a PostgreSQL database and a key directory." enum:"all,public,staff,worker" default:"all"`
}

func (c serveCommand) Run(at *world) error {
	a, err := c.open(at)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Ready(at.ctx); err != nil {
		return err
	}
	a.Warn(at.ctx)
	return a.Serve(at.ctx, app.Part(c.Part), func(addresses []string) {
		if len(addresses) == 0 {
			addresses = []string{"nobody: it works in the background"}
		}
		fmt.Fprintln(at.stdout, "Loket serves", strings.Join(addresses, " and "))
	})
}

type checkCommand struct {
	withConfig
	Witness string `help:"File in which a witness keeps the checkpoints it has seen." type:"existingfile" placeholder:"FILE"`
}

func (c checkCommand) Run(at *world) error {
	a, err := c.open(at)
	if err != nil {
		return err
	}
	defer a.Close()
	witnessed, err := readWitness(c.Witness)
	if err != nil {
		return err
	}
	findings, err := a.Check(at.ctx, witnessed)
	if err != nil {
		return err
	}
	broken := 0
	for _, f := range findings {
		fmt.Fprintln(at.stdout, f)
		if f.Broken {
			broken++
		}
	}
	if broken > 0 {
		return exit(failed)
	}
	fmt.Fprintln(at.stdout, "all promises hold")
	return nil
}

type configCommand struct{ withConfig }

func (c configCommand) Run(at *world) error {
	loaded, err := c.load(at)
	if err != nil {
		return err
	}
	return loaded.Write(at.stdout)
}

type figuresCommand struct {
	withConfig
	From string `help:"First day, YYYY-MM-DD." default:"0001-01-01"`
	To   string `help:"Last day, YYYY-MM-DD." default:"9999-12-31"`
	JSON bool   `help:"Print JSON."`
}

func (c figuresCommand) Run(at *world) error {
	a, err := c.open(at)
	if err != nil {
		return err
	}
	defer a.Close()
	return writeFigures(at, a, c)
}
