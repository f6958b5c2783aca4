package audit

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/point"
)

// batch is how many entries one transaction numbers.
const batch = 1000

// Sequencer numbers entries and signs checkpoints. One at a time works on a
// database; a second one loses by a unique index and changes nothing.
type Sequencer struct {
	db     *db.DB
	signer note.Signer
	now    func() time.Time
}

// NewSequencer returns a sequencer that signs under a name, such as the host of
// the installation, with the Ed25519 key of a 32-byte seed.
func NewSequencer(database *db.DB, name string, seed []byte, now func() time.Time) (*Sequencer, error) {
	signer, err := newSigner(name, seed)
	if err != nil {
		return nil, err
	}
	return &Sequencer{database, signer, now}, nil
}

const (
	selectTreeSize    = `SELECT coalesce(max(seq) + 1, 0) AS size FROM audit_entry`
	selectUnsequenced = `
		SELECT id, at, actor, role, act, object, lease, result, commitment FROM audit_entry
		WHERE seq IS NULL ORDER BY at, id LIMIT $1 FOR UPDATE`
	countUnsequenced = `SELECT count(*) AS n FROM audit_entry WHERE seq IS NULL`
	updateSeq        = `UPDATE audit_entry SET seq = $2 WHERE id = $1 AND seq IS NULL`
	insertHash       = `INSERT INTO audit_hash (position, hash) VALUES ($1, $2)`
	insertCheckpoint = `INSERT INTO audit_checkpoint (size, at, note) VALUES ($1, $2, $3)`
)

// Sequence numbers what waits and signs a checkpoint over it. It does nothing
// when nothing waits.
func (s *Sequencer) Sequence(ctx context.Context) error {
	for {
		n, err := s.sequenceBatch(ctx)
		if err != nil {
			return fmt.Errorf("sequence audit log: %w", err)
		}
		if n < batch {
			return nil
		}
	}
}

func (s *Sequencer) sequenceBatch(ctx context.Context) (n int, err error) {
	if waiting, err := db.Get[int64](ctx, s.db, countUnsequenced); err != nil || waiting == 0 {
		return 0, err
	}
	err = s.db.Update(ctx, func(tx *db.Tx) error {
		rows, err := db.Select[row](ctx, tx, selectUnsequenced, int64(batch))
		n = len(rows)
		if err != nil || n == 0 {
			return err
		}
		size, err := db.Get[int64](ctx, tx, selectTreeSize)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := appendRow(ctx, tx, size, r); err != nil {
				return err
			}
			size++
		}
		return s.checkpoint(ctx, tx, size)
	})
	point.Reach("audit.sequenced")
	return n, err
}

func appendRow(ctx context.Context, tx *db.Tx, seq int64, r row) error {
	numbered, err := db.Exec(ctx, tx, updateSeq, r.ID, seq)
	if err != nil {
		return err
	}
	if numbered != 1 {
		return fault.New(fault.Taken, "", "another sequencer has the entry")
	}
	hashes, err := tlog.StoredHashes(seq, r.leaf(), storedHashes(ctx, tx))
	if err != nil {
		return fmt.Errorf("hash entry %d: %w", seq, err)
	}
	first := tlog.StoredHashIndex(0, seq)
	for i, h := range hashes {
		if _, err := db.Exec(ctx, tx, insertHash, first+int64(i), h[:]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sequencer) checkpoint(ctx context.Context, tx *db.Tx, size int64) error {
	root, err := tlog.TreeHash(size, storedHashes(ctx, tx))
	if err != nil {
		return fmt.Errorf("hash tree of %d: %w", size, err)
	}
	signed, err := note.Sign(&note.Note{Text: checkpointText(s.signer.Name(), size, root)}, s.signer)
	if err != nil {
		return fmt.Errorf("sign checkpoint: %w", err)
	}
	_, err = db.Exec(ctx, tx, insertCheckpoint, size, s.now(), string(signed))
	return err
}

const selectHash = `SELECT hash FROM audit_hash WHERE position = $1`

// storedHashes reads the tree's hashes from the database.
func storedHashes(ctx context.Context, q db.Queryer) tlog.HashReader {
	return tlog.HashReaderFunc(func(positions []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(positions))
		for i, position := range positions {
			stored, err := db.Get[[]byte](ctx, q, selectHash, position)
			if err != nil {
				return nil, fmt.Errorf("read hash %d: %w", position, err)
			}
			copy(hashes[i][:], stored)
		}
		return hashes, nil
	})
}

// signer signs notes with an Ed25519 key.
type signer struct {
	note.Verifier
	key ed25519.PrivateKey
}

func newSigner(name string, seed []byte) (*signer, error) {
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("audit key has %d bytes, want %d", len(seed), ed25519.SeedSize)
	}
	key := ed25519.NewKeyFromSeed(seed)
	text, err := VerifierKey(name, seed)
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("make audit verifier: %w", err)
	}
	return &signer{verifier, key}, nil
}

func (s *signer) Sign(message []byte) ([]byte, error) { return ed25519.Sign(s.key, message), nil }

// VerifierKey returns the public key of a log as one line of text, as
// sumdb/note writes it. It is published and given to witnesses.
func VerifierKey(name string, seed []byte) (string, error) {
	text, err := note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		return "", fmt.Errorf("make audit verifier key: %w", err)
	}
	return text, nil
}
