// Package audit is the list of who did what, that nobody can change unseen.
//
// Add writes an entry in the transaction of the act itself: no entry, no act. A
// read of personal data commits its entry before the bytes leave. What an entry is
// about lies sealed under the key of its case, and the entry holds a hash of the
// sealed bytes, which a random nonce salts; when the case ends, the entry stays and no longer says about
// whom.
//
// A Sequencer numbers the entries, hashes them into a Merkle tree
// (golang.org/x/mod/sumdb/tlog) and signs its size and root as a checkpoint
// (golang.org/x/mod/sumdb/note). A witness outside keeps the checkpoints it has
// seen. Verify recomputes everything and compares it with them, so that a changed,
// dropped or swapped entry shows, and so does an old database put in place of the
// newer.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
)

// Actors that are not members of staff.
const (
	System    = "system"
	Applicant = "applicant"
)

// Entry is one act.
type Entry struct {
	Actor  string // System, Applicant or the pseudonym of a member of staff
	Role   string // in which role; "worker" for the system
	Act    string // such as "request.submit"
	Object string // id of what it was done to
	Lease  string // the assignment it was done under, if any
	Result string // such as "ok", or an outcome

	// Subject says about what exactly. It is kept only sealed by Case.
	Subject any
	// Sealer seals the subject; nil when there is none.
	Sealer Sealer
}

// Sealer seals under the key of one case. seal.Case is one.
type Sealer interface {
	Seal(purpose string, v any) ([]byte, error)
}

// Log adds entries.
type Log struct {
	now    func() time.Time
	random io.Reader
}

// NewLog returns a log.
func NewLog(now func() time.Time, random io.Reader) *Log { return &Log{now, random} }

// row is an entry as it is kept. Its leaf is hashed over all fields but Subject
// and Seq.
type row struct {
	ID         string
	At         time.Time
	Actor      string
	Role       string
	Act        string
	Object     string
	Lease      string
	Result     string
	Commitment []byte
}

const insertEntry = `
	INSERT INTO audit_entry (id, at, actor, role, act, object, lease, result, commitment, subject, seq)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)`

// Add writes an entry in the caller's transaction.
func (l *Log) Add(ctx context.Context, tx *db.Tx, e Entry) error {
	var subject []byte
	if e.Sealer != nil {
		var err error
		if subject, err = e.Sealer.Seal("audit", e.Subject); err != nil {
			return fmt.Errorf("seal subject of %s: %w", e.Act, err)
		}
	}
	// The sealed subject starts with a random nonce, which salts the commitment.
	commitment := sha256.Sum256(subject)
	id := ident.NewID(l.random, "aud")
	_, err := db.Exec(ctx, tx, insertEntry, id, l.now(), e.Actor, e.Role, e.Act, e.Object, e.Lease, e.Result, commitment[:], subject)
	if err != nil {
		return fmt.Errorf("write audit entry %s: %w", e.Act, err)
	}
	return nil
}

// leaf is the record that is hashed into the tree: each field with its length in
// front.
func (r row) leaf() []byte {
	var b []byte
	for _, field := range []string{r.ID, r.Actor, r.Role, r.Act, r.Object, r.Lease, r.Result, string(r.Commitment)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(field)))
		b = append(b, field...)
	}
	return binary.BigEndian.AppendUint64(b, uint64(r.At.Unix()))
}
