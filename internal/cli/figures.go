package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"loket/internal/app"
	"loket/internal/rules"
)

// writeFigures prints how many requests took which path on which day, and their mean
// time.
func writeFigures(at *world, a *app.App, c figuresCommand) error {
	from, err := rules.ParseDay(c.From)
	if err != nil {
		return fmt.Errorf("--from is %w", err)
	}
	to, err := rules.ParseDay(c.To)
	if err != nil {
		return fmt.Errorf("--to is %w", err)
	}
	figures, err := a.Requests.Figures(at.ctx, from, to)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(at.stdout).Encode(figures)
	}
	table := tabwriter.NewWriter(at.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "day\tpath\trequests\tmean time")
	for _, f := range figures {
		mean := time.Duration(f.Seconds/f.Cases) * time.Second
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", f.Day, f.Path, f.Cases, mean)
	}
	return table.Flush()
}
