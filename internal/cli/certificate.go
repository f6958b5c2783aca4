package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"loket/internal/hcert"
)

// trustCommand is shared by what reads certificates.
type certificateCommand struct {
	Pictures []string `arg:"" optional:"" help:"PNG or JPEG pictures of one QR code each; without any, the QR text is read from standard input." type:"existingfile"`
	JSON     bool     `help:"Print JSON."`
}

type verifyCommand struct {
	certificateCommand
	Trust string `help:"File of trusted certificates, PEM or JSON." type:"existingfile" placeholder:"FILE"`
	At    string `help:"Instant to verify for, RFC 3339; now when not given." placeholder:"TIME"`
}

func (c verifyCommand) Run(at *world) error {
	trust := &hcert.Trust{}
	if c.Trust != "" {
		data, err := os.ReadFile(c.Trust)
		if err != nil {
			return fmt.Errorf("read trust file: %w", err)
		}
		if trust, err = hcert.ParseTrust(data); err != nil {
			fmt.Fprintln(at.stderr, "loket: trust file:", err)
			return exit(misuse)
		}
	}
	moment := time.Now()
	if c.At != "" {
		var err error
		if moment, err = time.Parse(time.RFC3339, c.At); err != nil {
			fmt.Fprintln(at.stderr, "loket: --at is not an instant such as 2021-12-24T10:00:00Z")
			return exit(misuse)
		}
	}
	return c.each(at, func(text string) *hcert.Result { return hcert.Verify(text, trust, moment) }, true)
}

type inspectCommand struct{ certificateCommand }

func (c inspectCommand) Run(at *world) error { return c.each(at, hcert.Inspect, false) }

// each reads every certificate, prints what read found, and fails when one that
// must be valid is not.
func (c certificateCommand) each(at *world, read func(string) *hcert.Result, mustBeValid bool) error {
	texts, err := c.texts(at)
	if err != nil {
		fmt.Fprintln(at.stderr, "loket:", err)
		return exit(misuse)
	}
	ok := true
	for _, text := range texts {
		result := read(text)
		ok = ok && (result.Valid || !mustBeValid)
		if c.JSON {
			err = json.NewEncoder(at.stdout).Encode(result)
		} else {
			err = result.WriteText(at.stdout)
		}
		if err != nil {
			return fmt.Errorf("print result: %w", err)
		}
	}
	if !ok {
		return exit(failed)
	}
	return nil
}

const maxText = 1 << 20

func (c certificateCommand) texts(at *world) ([]string, error) {
	if len(c.Pictures) == 0 {
		text, err := io.ReadAll(io.LimitReader(at.stdin, maxText))
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return []string{strings.TrimRight(string(text), "\r\n")}, nil
	}
	texts := make([]string, 0, len(c.Pictures))
	for _, path := range c.Pictures {
		text, err := readPicture(at.ctx, path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		texts = append(texts, text)
	}
	return texts, nil
}
