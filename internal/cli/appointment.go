package cli

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"os"
	"time"

	"loket/internal/slip"
)

type appointmentVerifyCommand struct {
	Text    string   `arg:"" optional:"" help:"Text of the QR symbol; without it, standard input."`
	Key     []string `required:"" help:"Public key of codes, as the page that checks codes shows it." placeholder:"KEY"`
	Revoked string   `help:"List of codes that are no longer good, as published." type:"existingfile" placeholder:"FILE"`
}

// longestSlip is more than any code has, with space between its parts.
const longestSlip = 4 << 10

// Run prints what a genuine code says. It does not know what became of the appointment
// after the list was made.
func (c appointmentVerifyCommand) Run(at *world) error {
	var keys []ed25519.PublicKey
	for _, text := range c.Key {
		key, err := slip.ParseKey(text)
		if err != nil {
			fmt.Fprintln(at.stderr, "loket: --key:", err)
			return exit(misuse)
		}
		keys = append(keys, key)
	}
	text := c.Text
	if text == "" {
		data, err := io.ReadAll(io.LimitReader(at.stdin, longestSlip))
		if err != nil {
			return fmt.Errorf("read the code: %w", err)
		}
		text = string(data)
	}
	s, err := slip.Read(text, keys...)
	if err != nil {
		fmt.Fprintln(at.stdout, "NOT GENUINE:", err)
		return exit(failed)
	}
	fmt.Fprintln(at.stdout, "appointment:", s.Appointment)
	fmt.Fprintln(at.stdout, "location:   ", s.Location)
	fmt.Fprintln(at.stdout, "starts:     ", s.Starts.Format(time.RFC3339))
	fmt.Fprintln(at.stdout, "issue:      ", s.Issue)
	return c.tellRevoked(at.stdout, s, keys)
}

// tellRevoked prints whether a genuine code is on the list.
func (c appointmentVerifyCommand) tellRevoked(w io.Writer, s slip.Slip, keys []ed25519.PublicKey) error {
	if c.Revoked == "" {
		fmt.Fprintln(w, "GENUINE; whether it was used, given back or moved is not known without a list")
		return nil
	}
	file, err := os.ReadFile(c.Revoked)
	if err != nil {
		return fmt.Errorf("read the list: %w", err)
	}
	list, err := slip.ReadRevoked(file, keys...)
	if err != nil {
		fmt.Fprintln(w, "NOT KNOWN:", err)
		return exit(failed)
	}
	if list.Has(s) {
		fmt.Fprintln(w, "NO LONGER GOOD at", list.At.Format(time.RFC3339))
		return exit(failed)
	}
	fmt.Fprintln(w, "GENUINE, and not on the list of", list.At.Format(time.RFC3339))
	return nil
}
