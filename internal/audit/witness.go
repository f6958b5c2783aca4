package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"loket/internal/fault"
)

// Witness keeps the checkpoints it has seen in a file of its own, on a machine of
// its own, and takes a newer one only with a proof that the log only grew.
type Witness struct {
	path     string
	verifier note.Verifier
}

// NewWitness returns a witness of the log with that verifier key, which keeps its
// checkpoints at path.
func NewWitness(path, verifierKey string) (*Witness, error) {
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return nil, fault.New(fault.Invalid, "", "verifier key: %w", err)
	}
	return &Witness{path, verifier}, nil
}

// Newest returns the newest checkpoint the witness has, with size 0 before the first.
func (w *Witness) Newest() (Checkpoint, error) {
	texts, err := ReadWitnessed(w.path)
	if err != nil || len(texts) == 0 {
		return Checkpoint{}, err
	}
	return ParseCheckpoint(texts[len(texts)-1], w.verifier)
}

// Take keeps a checkpoint that the log shows now, if proof shows that it continues
// the newest one kept. It is a fault.Invalid when the log was rolled back or changed.
func (w *Witness) Take(text string, proof tlog.TreeProof) error {
	older, err := w.Newest()
	if err != nil {
		return err
	}
	newer, err := ParseCheckpoint(text, w.verifier)
	if err != nil {
		return err
	}
	switch {
	case newer.Size == older.Size && newer.Root == older.Root:
		return nil
	case newer.Size <= older.Size:
		return fault.New(fault.Invalid, "", "the log went from %d entries to %d", older.Size, newer.Size)
	case older.Size > 0:
		if err := tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root); err != nil {
			return fault.New(fault.Invalid, "", "the log does not continue what it was: %w", err)
		}
	}
	return w.keep(text)
}

// separator ends a checkpoint in the file. It cannot stand in a note.
const separator = "\n===\n"

func (w *Witness) keep(text string) error {
	f, err := os.OpenFile(w.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open witness file: %w", err)
	}
	if _, err = f.WriteString(text + separator); err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write witness file: %w", err)
	}
	return nil
}

// ReadWitnessed returns the checkpoints in a witness file, oldest first. A file
// that does not exist holds none.
func ReadWitnessed(path string) ([]string, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read witness file: %w", err)
	}
	parts := strings.Split(string(content), separator)
	return parts[:len(parts)-1], nil
}
