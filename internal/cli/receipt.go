package cli

import (
	"crypto/ed25519"
	"fmt"
	"io"
	"time"

	"loket/internal/slip"
)

type receiptVerifyCommand struct {
	Text string   `arg:"" optional:"" help:"Text of the receipt, or of its QR symbol; without it, standard input."`
	Key  []string `required:"" help:"Public key of codes, as the page that checks receipts shows it." placeholder:"KEY"`
}

// Run prints what a genuine receipt says, and how to see whether its ticket is on the list.
func (c receiptVerifyCommand) Run(at *world) error {
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
			return fmt.Errorf("read the receipt: %w", err)
		}
		text = string(data)
	}
	a, err := slip.ReadAsked(text, keys...)
	if err != nil {
		fmt.Fprintln(at.stdout, "NOT GENUINE:", err)
		return exit(failed)
	}
	fmt.Fprintln(at.stdout, "ticket:", a.Ticket)
	fmt.Fprintln(at.stdout, "asked: ", a.At.Format(time.RFC3339))
	fmt.Fprintln(at.stdout, "list:  ", a.List)
	fmt.Fprintf(at.stdout, "GENUINE; whether it is on the list says loket draw verify --ticket %s, with draw %d as it was published\n", a.Ticket, a.List)
	return nil
}
