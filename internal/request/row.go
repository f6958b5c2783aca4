package request

import (
	"context"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/mailbox"
	"loket/internal/rules"
	"loket/internal/seal"
)

// row is a request as it is kept.
type row struct {
	ID          string
	Number      string
	PersonID    string
	Lang        string
	State       State
	Round       int64
	CodeVersion int64
	Tries       int64
	TriesDay    string
	ReceivedAt  time.Time
	ExpiresAt   time.Time
	ClosedAt    *time.Time
	Sealed      []byte
}

const columns = `id, number, person_id, lang, state, round, code_version, tries, tries_day, received_at, expires_at, closed_at, sealed`

const selectRequest = `SELECT ` + columns + ` FROM request WHERE id = $1`

// open opens what a request's person told.
func (s *Store) open(ctx context.Context, q db.Queryer, r row) (seal.Case, sealedBody, error) {
	c, err := s.Vault.Open(ctx, q, r.ID)
	if err != nil {
		return c, sealedBody{}, err
	}
	var body sealedBody
	return c, body, c.Open(purposeBody, r.Sealed, &body)
}

// sealedBody is what lies sealed in a request.
type sealedBody struct {
	Answers      Answers
	Chosen       string // id of the record that staff chose
	WrongContact bool   // somebody else got the mail and said so
	Held         int64  // the round that was decided at the counter: its message is printed there
	Earlier      string // id of the case in which the same document was seen in person
	SeenDocument string // item of the pack: the document that was seen in person

	Former []mailbox.Former // contacts that were changed at a counter, oldest first
}

// held reports whether a round was decided at the counter.
func (b sealedBody) held(r row) bool { return b.Held == r.Round }

func (s *Store) day(t time.Time) rules.Day { return rules.DayOf(t.In(s.Zone)) }

// noteSealed writes an audit entry whose subject is sealed in the case.
func (s *Store) noteSealed(ctx context.Context, tx *db.Tx, c seal.Case, actor, role, act, result string) error {
	return s.Audit.Add(ctx, tx, s.entry(c, actor, role, act, result))
}

func (s *Store) entry(c seal.Case, actor, role, act, result string) audit.Entry {
	return audit.Entry{Actor: actor, Role: role, Act: act, Object: c.ID(), Result: result, Sealer: c, Subject: act}
}

// note writes an audit entry without a subject.
func (s *Store) note(ctx context.Context, tx *db.Tx, id, actor, role, act, result string) error {
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: actor, Role: role, Act: act, Object: id, Result: result})
}
