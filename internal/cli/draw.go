package cli

import (
	"fmt"
	"io"
	"os"
	"slices"

	"loket/internal/draw"
)

type drawVerifyCommand struct {
	File    string `arg:"" help:"Published draw, JSON; - for standard input." type:"existingfile"`
	Trust   string `help:"What another beacon says of itself, JSON as drand publishes it under /info. Without it drand quicknet is trusted, and no other." type:"existingfile" placeholder:"FILE"`
	Dice    bool   `help:"Believe dice that two officials typed in."`
	Parties bool   `help:"Believe that the parties of a draw said their hashes before, and that one of them told nobody its value."`
	Ticket  string `help:"Also say which place this ticket has." placeholder:"TICKET"`
}

// Run does a draw again, and prints each step that came out as it was published.
func (c drawVerifyCommand) Run(at *world) error {
	trust := draw.Trust{Beacons: []draw.Trusted{draw.Quicknet()}, Dice: c.Dice, Parties: c.Parties}
	if c.Trust != "" {
		data, err := os.ReadFile(c.Trust)
		if err != nil {
			return fmt.Errorf("read the beacon to trust: %w", err)
		}
		if trust.Beacons[0], err = draw.ParseTrusted(data); err != nil {
			fmt.Fprintln(at.stderr, "loket: --trust:", err)
			return exit(misuse)
		}
	}
	data, err := c.read(at)
	if err != nil {
		return err
	}
	d, err := draw.Verify(data, trust)
	if err != nil {
		fmt.Fprintln(at.stdout, "NOT VALID:", err)
		return exit(failed)
	}
	return tellDraw(at.stdout, d, c.Ticket)
}

func (c drawVerifyCommand) read(at *world) ([]byte, error) {
	from := at.stdin
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return nil, fmt.Errorf("open the draw: %w", err)
		}
		defer file.Close()
		from = file
	}
	data, err := io.ReadAll(io.LimitReader(from, draw.MaxSize+1)) // one more is refused as too long
	if err != nil {
		return nil, fmt.Errorf("read the draw: %w", err)
	}
	return data, nil
}

// tellDraw prints what was verified of a draw, and the place of a ticket. A ticket that is
// not in it is a failure.
func tellDraw(w io.Writer, d draw.Draw, ticket string) error {
	fmt.Fprintf(w, "draw %d, closed at %s\n", d.N, d.ClosesAt)
	fmt.Fprintf(w, "list:       %d tickets, sorted, none twice; SHA-256 with number, closing and source is %s\n", len(d.Tickets), d.ListHash)
	if d.Short != nil {
		fmt.Fprintf(w, "short:      opened at %s, when %d numbers show enough for everybody; so it closed at the next full %d hours of UTC\n", d.Short.Opened, len(d.Short.Supply), d.Short.Hours)
	}
	tellSource(w, d.Source)
	if !d.Drawn() {
		fmt.Fprintln(w, "VALID so far: the list is closed, and the value is not in the file yet")
		return tellTicket(w, "list", d.Tickets, ticket)
	}
	tellValue(w, d.Source)
	fmt.Fprintf(w, "randomness: %s\n", d.Randomness)
	seed, err := d.Seed()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "seed:       %x\n", seed)
	fmt.Fprintf(w, "order:      all %d tickets, sorted by their HMAC-SHA-256 under the seed\n", len(d.Order))
	fmt.Fprintf(w, "result:     SHA-256 is %s\n", d.ResultHash)
	fmt.Fprintln(w, "VALID")
	return tellTicket(w, "order", d.Order, ticket)
}

// tellSource prints where the value comes from, as it was named before.
func tellSource(w io.Writer, s draw.Source) {
	switch s.Kind {
	case draw.FromDice:
		fmt.Fprintln(w, "source:     dice, typed in by two officials; nobody can verify that they fell so")
	case draw.FromReveal:
		fmt.Fprintf(w, "source:     values of %d parties, whose hashes are in the list; dice for each that is not revealed %d hours after closing\n", len(s.Parties), s.Fallback)
	default:
		fmt.Fprintf(w, "source:     round %d of the trusted beacon, the first at %v after closing\n", s.Round, draw.Delay)
		if s.Fallback > 0 {
			fmt.Fprintf(w, "fall-back:  dice, if it has no value %d hours after closing\n", s.Fallback)
		}
	}
}

// tellValue prints what the value is.
func tellValue(w io.Writer, s draw.Source) {
	for _, p := range s.Parties {
		if p.Value == "" {
			fmt.Fprintf(w, "withheld:   %s did not reveal; dice stand in its place\n", p.Name)
		} else {
			fmt.Fprintf(w, "revealed:   %s, and its hash is the one it said before\n", p.Name)
		}
	}
	switch {
	case s.Kind == draw.FromBeacon && s.Dice != "":
		fmt.Fprintf(w, "dice:       fell for round %d. Whoever drew says that it had no value; any relay of drand says whether it has\n", s.Round)
	case s.Kind == draw.FromBeacon:
		fmt.Fprintln(w, "signature:  is that of the round, under the key of the beacon")
	}
}

func tellTicket(w io.Writer, where string, tickets []string, ticket string) error {
	if ticket == "" {
		return nil
	}
	i := slices.Index(tickets, ticket)
	if i < 0 {
		fmt.Fprintln(w, "ticket", ticket, "is not in this draw")
		return exit(failed)
	}
	fmt.Fprintf(w, "ticket %s is number %d of the %s\n", ticket, i+1, where)
	return nil
}
