package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"loket/internal/db"
)

// Report is what Verify found.
type Report struct {
	Entries     int64    // numbered entries
	Checkpoints int      // own checkpoints compared
	Witnessed   int      // checkpoints of witnesses compared
	Problems    []string // in words, without personal data; empty when all agrees
}

// Late is how long an entry may wait for its number before Verify complains.
const Late = time.Minute

const (
	selectNumbered = `
		SELECT id, at, actor, role, act, object, lease, result, commitment, subject, seq FROM audit_entry
		WHERE seq >= $1 ORDER BY seq LIMIT $2`
	selectLate        = `SELECT count(*) AS n FROM audit_entry WHERE seq IS NULL AND at < $1`
	selectCheckpoints = `SELECT size, note FROM audit_checkpoint ORDER BY size`
)

type numbered struct {
	row
	Subject []byte
	Seq     int64
}

// Verify recomputes the whole log from its entries and compares it with the
// stored hashes, the own checkpoints and those that witnesses kept (signed notes,
// in any order). Anything that differs is a line in the report; the error is only
// for a log that cannot be read.
func Verify(ctx context.Context, q db.Queryer, verifier note.Verifier, witnessed []string, now time.Time) (Report, error) {
	tree := &recomputed{}
	var report Report
	if err := tree.load(ctx, q, &report); err != nil {
		return Report{}, fmt.Errorf("read audit log: %w", err)
	}
	report.Entries = tree.size
	if err := tree.compareStored(ctx, q, &report); err != nil {
		return Report{}, fmt.Errorf("read audit hashes: %w", err)
	}
	own, err := db.Select[storedCheckpoint](ctx, q, selectCheckpoints)
	if err != nil {
		return Report{}, fmt.Errorf("read checkpoints: %w", err)
	}
	for _, c := range own {
		report.Checkpoints++
		tree.compare(c.Note, verifier, "own checkpoint", &report)
	}
	if tree.size > 0 && (len(own) == 0 || own[len(own)-1].Size != tree.size) {
		report.add("the newest entries are under no checkpoint")
	}
	for _, text := range witnessed {
		report.Witnessed++
		tree.compare(text, verifier, "witnessed checkpoint", &report)
	}
	late, err := db.Get[int64](ctx, q, selectLate, now.Add(-Late))
	if err != nil {
		return Report{}, fmt.Errorf("look for late entries: %w", err)
	}
	if late > 0 {
		report.add("%d entries have waited more than a minute for their number", late)
	}
	return report, nil
}

type storedCheckpoint struct {
	Size int64
	Note string
}

func (r *Report) add(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// recomputed is the tree made anew from the entries.
type recomputed struct {
	size   int64
	hashes []tlog.Hash
}

// ReadHashes makes it a tlog.HashReader.
func (t *recomputed) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(positions))
	for i, p := range positions {
		if p < 0 || p >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("no hash at %d", p)
		}
		out[i] = t.hashes[p]
	}
	return out, nil
}

func (t *recomputed) load(ctx context.Context, q db.Queryer, report *Report) error {
	for from := int64(0); ; {
		rows, err := db.Select[numbered](ctx, q, selectNumbered, from, int64(batch))
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Seq != t.size {
				report.add("entry %d is followed by entry %d", t.size-1, r.Seq)
				return nil
			}
			if want := sha256.Sum256(r.Subject); !bytes.Equal(want[:], r.Commitment) {
				report.add("the subject of entry %d is not the one it was made with", r.Seq)
			}
			hashes, err := tlog.StoredHashes(r.Seq, r.leaf(), t)
			if err != nil {
				return err
			}
			t.hashes = append(t.hashes, hashes...)
			t.size++
		}
		if len(rows) < batch {
			return nil
		}
		from = t.size
	}
}

const selectHashes = `SELECT position, hash FROM audit_hash WHERE position >= $1 ORDER BY position LIMIT $2`

type storedHash struct {
	Position int64
	Hash     []byte
}

func (t *recomputed) compareStored(ctx context.Context, q db.Queryer, report *Report) error {
	next := int64(0)
	for {
		stored, err := db.Select[storedHash](ctx, q, selectHashes, next, int64(batch))
		if err != nil {
			return err
		}
		for _, s := range stored {
			if s.Position != next || next >= int64(len(t.hashes)) || !bytes.Equal(s.Hash, t.hashes[next][:]) {
				report.add("the stored hash at %d is not that of the entries", s.Position)
				return nil
			}
			next++
		}
		if len(stored) < batch {
			break
		}
	}
	if next != int64(len(t.hashes)) {
		report.add("%d stored hashes are missing", int64(len(t.hashes))-next)
	}
	return nil
}

// compare holds one signed checkpoint against the tree.
func (t *recomputed) compare(text string, verifier note.Verifier, what string, report *Report) {
	c, err := ParseCheckpoint(text, verifier)
	if err != nil {
		report.add("a %s is not signed by this log", what)
		return
	}
	if c.Size > t.size {
		report.add("a %s covers %d entries, the log has %d: entries were taken away", what, c.Size, t.size)
		return
	}
	root, err := tlog.TreeHash(c.Size, t)
	if err != nil || root != c.Root {
		report.add("the %s of %d entries has another root: entries were changed", what, c.Size)
	}
}
