package cli

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"loket/internal/audit"
)

type auditVerifyCommand struct {
	withConfig
	Witness string `help:"File in which a witness keeps the checkpoints it has seen." type:"existingfile" placeholder:"FILE"`
}

func (c auditVerifyCommand) Run(at *world) error {
	a, err := c.open(at)
	if err != nil {
		return err
	}
	defer a.Close()
	witnessed, err := readWitness(c.Witness)
	if err != nil {
		return err
	}
	report, err := a.VerifyAudit(at.ctx, witnessed)
	if err != nil {
		return err
	}
	fmt.Fprintf(at.stdout, "%d entries, %d checkpoints, %d witnessed\n", report.Entries, report.Checkpoints, report.Witnessed)
	// What the log says of photos must be so: no key, no bytes, one receipt each.
	photos, err := a.Uploads.Check(at.ctx)
	if err != nil {
		return err
	}
	problems := append(report.Problems, photos...)
	for _, problem := range problems {
		fmt.Fprintln(at.stdout, "PROBLEM", problem)
	}
	if len(problems) > 0 {
		return exit(failed)
	}
	return nil
}

func readWitness(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	return audit.ReadWitnessed(path)
}

type auditKeyCommand struct{ withConfig }

func (c auditKeyCommand) Run(at *world) error {
	a, err := c.open(at)
	if err != nil {
		return err
	}
	defer a.Close()
	key, err := a.AuditKey()
	if err != nil {
		return err
	}
	fmt.Fprintln(at.stdout, key)
	return nil
}

type auditWitnessCommand struct {
	URL   string        `arg:"" help:"Address of the installation, such as https://loket.example."`
	File  string        `required:"" help:"File to keep the checkpoints in." placeholder:"FILE"`
	Key   string        `required:"" help:"Public key of the log, from loket audit key; given once, by a way you trust."`
	Every time.Duration `help:"Look again after this time; once when not given." placeholder:"DURATION"`
}

// Run is the witness: a program on a machine of its own that needs no database.
func (c auditWitnessCommand) Run(at *world) error {
	w, err := audit.NewWitness(c.File, c.Key)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(c.Key)
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	for {
		size, err := c.look(at, w, verifier)
		switch {
		case err != nil && c.Every == 0:
			return err
		case err != nil:
			fmt.Fprintln(at.stderr, "loket:", err)
		default:
			fmt.Fprintf(at.stdout, "the log has %d entries and continues what was seen before\n", size)
		}
		if c.Every == 0 {
			return nil
		}
		select {
		case <-time.After(c.Every):
		case <-at.ctx.Done():
			return nil
		}
	}
}

// look takes the newest checkpoint of the log, with the proof that it continues
// the one kept last.
func (c auditWitnessCommand) look(at *world, w *audit.Witness, verifier note.Verifier) (int64, error) {
	text, err := c.get(at, "/audit/checkpoint")
	if err != nil {
		return 0, err
	}
	newer, err := audit.ParseCheckpoint(string(text), verifier)
	if err != nil {
		return 0, err
	}
	older, err := w.Newest()
	if err != nil {
		return 0, err
	}
	var proof tlog.TreeProof
	if older.Size > 0 && older.Size < newer.Size {
		body, err := c.get(at, fmt.Sprintf("/audit/proof?from=%d&to=%d", older.Size, newer.Size))
		if err != nil {
			return 0, err
		}
		if proof, err = parseProof(string(body)); err != nil {
			return 0, err
		}
	}
	return newer.Size, w.Take(string(text), proof)
}

// parseProof reads a proof as the site writes it: a hash in base64 on each line.
func parseProof(text string) (tlog.TreeProof, error) {
	var proof tlog.TreeProof
	for line := range strings.Lines(text) {
		hash, err := tlog.ParseHash(strings.TrimSpace(line))
		if err != nil {
			return nil, fmt.Errorf("read proof: %w", err)
		}
		proof = append(proof, hash)
	}
	return proof, nil
}

const maxAnswer = 1 << 20

func (c auditWitnessCommand) get(at *world, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(at.ctx, http.MethodGet, c.URL+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", path, err)
	}
	client := http.Client{Timeout: 30 * time.Second}
	answer, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", path, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New("ask " + path + ": " + answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
}
