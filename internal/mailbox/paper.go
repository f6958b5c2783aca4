package mailbox

import (
	"context"
	"crypto/hmac"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/seal"
)

// The limits on a code on paper: wrong tries a day, and in its life.
const (
	paperToday = codeTries
	paperTries = 10
)

const (
	upsertPaper = `
		INSERT INTO paper_code (case_id, hmac, tries, today, tries_day, made_at, expires_at) VALUES ($1, $2, 0, 0, '', $3, $4)
		ON CONFLICT (case_id) DO UPDATE SET hmac = excluded.hmac, tries = 0, today = 0, tries_day = '',
			made_at = excluded.made_at, expires_at = excluded.expires_at`
	lockPaper  = `SELECT hmac, tries, today, tries_day FROM paper_code WHERE case_id = $1 AND expires_at > $2 FOR UPDATE`
	countPaper = `SELECT count(*) AS n FROM paper_code WHERE case_id = $1 AND expires_at > $2 AND tries < $3`
	missPaper  = `UPDATE paper_code SET tries = tries + 1, today = $2, tries_day = $3 WHERE case_id = $1`
)

// PaperCode makes the code that is printed at a counter and opens every message of the case
// beside its link, in the caller's transaction. It is told once and kept as a sum; another
// one takes its place.
func (s *Store) PaperCode(ctx context.Context, tx *db.Tx, c seal.Case) (ident.Code, error) {
	code := ident.NewCode(s.Random)
	now := s.now()
	if _, err := db.Exec(ctx, tx, upsertPaper, c.ID(), s.paperSum(c.ID(), code), now, now.Add(s.life.paper)); err != nil {
		return ident.Code{}, fmt.Errorf("keep code on paper: %w", err)
	}
	return code, s.act(ctx, tx, audit.System, roleWorker, "mailbox.paper-code", c.ID())
}

// OpenWithPaper opens a message with its link and the code on paper of its case. A wrong
// code is a fault.Invalid; after three on a day it is a fault.Throttled until the next, and
// after ten in all, or without a code, a fault.TooLate: the counter prints another.
func (s *Store) OpenWithPaper(ctx context.Context, link Link, text string) (Session, error) {
	return s.open(ctx, link, text, func(tx *db.Tx, m linked, code ident.Code) (refusal, err error) {
		return s.tryPaper(ctx, tx, m.CaseID, code)
	})
}

type paperCode struct {
	HMAC     []byte
	Tries    int64
	Today    int64
	TriesDay string
}

// tryPaper compares the code and counts a wrong try. refusal is for the person.
func (s *Store) tryPaper(ctx context.Context, tx *db.Tx, caseID string, code ident.Code) (refusal, err error) {
	over := fault.New(fault.TooLate, "mailbox.paper.over", "no code on paper of %s counts", caseID)
	paper, err := db.Get[paperCode](ctx, tx, lockPaper, caseID, s.now())
	if fault.Is(err, fault.NotFound) || err == nil && paper.Tries >= paperTries {
		return over, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find code on paper: %w", err)
	}
	today := s.day(s.now())
	if paper.TriesDay != today {
		paper.Today = 0
	}
	shut := fault.New(fault.Throttled, "mailbox.paper.today", "%d wrong codes on paper today for %s", paperToday, caseID)
	if paper.Today >= paperToday {
		return shut, nil
	}
	if hmac.Equal(paper.HMAC, s.paperSum(caseID, code)) {
		return nil, nil
	}
	if _, err := db.Exec(ctx, tx, missPaper, caseID, paper.Today+1, today); err != nil {
		return nil, fmt.Errorf("count wrong code on paper: %w", err)
	}
	switch {
	case paper.Tries+1 >= paperTries:
		return over, nil
	case paper.Today+1 >= paperToday:
		return shut, nil
	}
	return fault.New(fault.Invalid, "mailbox.code.wrong", "wrong code on paper for %s", caseID), nil
}

// hasPaper reports whether a code on paper of the case can open something.
func (s *Store) hasPaper(ctx context.Context, q db.Queryer, caseID string) (bool, error) {
	n, err := db.Get[int64](ctx, q, countPaper, caseID, s.now(), int64(paperTries))
	if err != nil {
		return false, fmt.Errorf("look for code on paper: %w", err)
	}
	return n > 0, nil
}

// paperSum is what the database knows of a code on paper.
func (s *Store) paperSum(caseID string, code ident.Code) []byte {
	return s.index.Sum("paper", caseID, code.Reveal())
}

const selectHeld = `
	SELECT id, case_id, direction, lang, state, body, release_at, expires_at, queue_wrap FROM message
	WHERE case_id = $1 AND direction = 'out' AND state IN ('waiting', 'sent') AND release_at <= $2 AND expires_at > $2
	ORDER BY release_at DESC, id DESC LIMIT 1`

type heldRow struct {
	threadRow
	QueueWrap []byte
}

// Held reads the newest message of a case that nobody has opened yet, so that it can be
// printed for its person at a counter. It is a fault.NotFound when there is none. The
// caller writes, in the same transaction, the audit entry that says who read it; the
// message stays as it is.
func (s *Store) Held(ctx context.Context, tx *db.Tx, c seal.Case) (messageID string, body Body, err error) {
	m, err := db.Get[heldRow](ctx, tx, selectHeld, c.ID(), s.now())
	if err != nil {
		return "", Body{}, fmt.Errorf("find message to print: %w", err)
	}
	key, err := s.queued(c, m.ID, m.QueueWrap)
	if err != nil {
		return "", Body{}, err
	}
	box, err := seal.NewBox(key)
	if err != nil {
		return "", Body{}, err
	}
	err = box.OpenValue(m.Body, bodyContext(m.CaseID, m.ID), &body)
	return m.ID, body, err
}
