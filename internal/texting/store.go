package texting

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/outbox"
)

// thread is what is kept of a phone that texts, sealed.
type thread struct {
	Phone ident.Phone
	Lang  lang.Tag
	Draft *draft // nil where no form was begun
	Sure  sure   // what was asked once
}

// sure is an act that takes two texts.
type sure struct {
	Word   Word
	Digits string // six
	Until  int64  // Unix seconds
}

// answer is one of our texts, before it is put into words. It is kept sealed.
type answer struct {
	Lead string // message key of a sentence before; may be empty
	Key  string
	Args map[string]string
	List string // of the pack, whose items are numbered below; or "languages"
	Ask  string // id of the ask that it is about; may be empty
	Lang lang.Tag
}

type threadRow struct {
	ID        string
	ExpiresAt time.Time
	Sealed    []byte
}

const (
	lockThread   = `SELECT id, expires_at, sealed FROM text_thread WHERE phone = $1 FOR UPDATE`
	selectThread = `SELECT id, expires_at, sealed FROM text_thread WHERE phone = $1`
	threadByID   = `SELECT id, expires_at, sealed FROM text_thread WHERE id = $1`
	insertThread = `
		INSERT INTO text_thread (id, phone, expires_at, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (phone) DO NOTHING`
	updateThread = `UPDATE text_thread SET expires_at = $2, sealed = $3 WHERE id = $1`
	deleteThread = `DELETE FROM text_thread WHERE id = $1`
)

// find returns the thread of a phone and its id; "" and an empty thread where there is
// none, or its time is over.
func (s *Store) find(ctx context.Context, q db.Queryer, phone ident.Phone, lock bool) (string, thread, error) {
	none := thread{Phone: phone}
	var row threadRow
	var err error
	if lock {
		row, err = db.Get[threadRow](ctx, q, lockThread, s.phoneSum(phone))
	} else {
		row, err = db.Get[threadRow](ctx, q, selectThread, s.phoneSum(phone))
	}
	if fault.Is(err, fault.NotFound) {
		return "", none, nil
	}
	if err != nil {
		return "", none, fmt.Errorf("find the thread of a phone: %w", err)
	}
	if !row.ExpiresAt.After(s.now()) {
		return row.ID, none, nil
	}
	found, err := s.openThread(ctx, q, row)
	return row.ID, found, err
}

func (s *Store) openThread(ctx context.Context, q db.Queryer, row threadRow) (t thread, err error) {
	c, err := s.Vault.Open(ctx, q, row.ID)
	if err != nil {
		return t, err
	}
	return t, c.Open(purposeThread, row.Sealed, &t)
}

// keep keeps a thread for its life from now on, and returns its id. One whose time is over
// is ended, and a new one begun.
func (s *Store) keep(ctx context.Context, tx *db.Tx, id string, t thread, life time.Duration) (string, error) {
	expires := s.now().Add(life)
	if id != "" {
		row, err := db.Get[threadRow](ctx, tx, threadByID, id)
		if err != nil {
			return "", fmt.Errorf("find thread: %w", err)
		}
		if row.ExpiresAt.After(s.now()) {
			return id, s.rewrite(ctx, tx, id, t, expires)
		}
		if err := s.forget(ctx, tx, id); err != nil {
			return "", err
		}
	}
	id = ident.NewID(s.Random, "txt")
	c, err := s.Vault.Create(ctx, tx, id)
	if err != nil {
		return "", err
	}
	sealed, err := c.Seal(purposeThread, t)
	if err != nil {
		return "", err
	}
	n, err := db.Exec(ctx, tx, insertThread, id, s.phoneSum(t.Phone), expires, sealed)
	if err != nil {
		return "", fmt.Errorf("keep thread: %w", err)
	}
	if n == 0 {
		return "", errTwice
	}
	return id, s.Vault.End(ctx, tx, id, expires)
}

// errTwice says that two first texts of a phone came at one moment.
var errTwice = fault.New(fault.Unavailable, "", "two texts of one phone came at one moment")

func (s *Store) rewrite(ctx context.Context, tx *db.Tx, id string, t thread, expires time.Time) error {
	c, err := s.Vault.Open(ctx, tx, id)
	if err != nil {
		return err
	}
	sealed, err := c.Seal(purposeThread, t)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, updateThread, id, expires, sealed); err != nil {
		return fmt.Errorf("keep thread: %w", err)
	}
	return s.Vault.End(ctx, tx, id, expires)
}

// forget ends a thread: its rows go at once, its key with the next sweep.
func (s *Store) forget(ctx context.Context, tx *db.Tx, id string) error {
	if _, err := db.Exec(ctx, tx, deleteThread, id); err != nil {
		return fmt.Errorf("forget thread: %w", err)
	}
	return s.Vault.End(ctx, tx, id, s.now())
}

const insertAnswer = `INSERT INTO text_answer (id, thread_id, message, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)`

// say puts the answer to a text into the outbox. A second answer to one text breaks a
// unique index.
func (s *Store) say(ctx context.Context, tx *db.Tx, threadID, messageID string, a answer) error {
	c, err := s.Vault.Open(ctx, tx, threadID)
	if err != nil {
		return err
	}
	id, expires := ident.NewID(s.Random, "ans"), s.now().Add(s.Schema.Lifetimes["text-answer"].Duration())
	sealed, err := c.Seal(answerPurpose(id), a)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, insertAnswer, id, threadID, s.index.Sum("text message", messageID), sealed, expires); err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	return s.Outbox.Add(ctx, tx, outbox.Line{CaseID: threadID, Channel: outbox.SMS, Kind: kindAnswer, Object: id, Due: s.now(), Expires: expires})
}

func answerPurpose(id string) string { return "text answer " + id }

const (
	upsertStop = `
		INSERT INTO text_stop (phone, expires_at) VALUES ($1, $2)
		ON CONFLICT (phone) DO UPDATE SET expires_at = excluded.expires_at`
	deleteStop = `DELETE FROM text_stop WHERE phone = $1`
	countStop  = `SELECT count(*) AS n FROM text_stop WHERE phone = $1`
)

// stopped reports whether a phone wants nothing.
func (s *Store) stopped(ctx context.Context, q db.Queryer, phone ident.Phone) (bool, error) {
	n, err := db.Get[int64](ctx, q, countStop, s.phoneSum(phone))
	if err != nil {
		return false, fmt.Errorf("look whether a phone wants nothing: %w", err)
	}
	return n > 0, nil
}

// setStop keeps that a phone wants nothing, or that it texts again.
func (s *Store) setStop(ctx context.Context, tx *db.Tx, phone ident.Phone, stop bool) (err error) {
	if stop {
		_, err = db.Exec(ctx, tx, upsertStop, s.phoneSum(phone), s.now().Add(s.Schema.Lifetimes["stopped-phone"].Duration()))
	} else {
		_, err = db.Exec(ctx, tx, deleteStop, s.phoneSum(phone))
	}
	if err != nil {
		return fmt.Errorf("keep what a phone wants: %w", err)
	}
	return nil
}

// Invariants of texts as queries that must count nothing.
const (
	countUnsent = `
		SELECT count(*) AS n FROM text_answer WHERE 1 <>
			(SELECT count(*) FROM outbox WHERE outbox.object = text_answer.id)`
	countKeyless = `SELECT count(*) AS n FROM text_thread WHERE NOT EXISTS
		(SELECT 1 FROM case_key WHERE case_key.case_id = text_thread.id AND case_key.ends_at IS NOT NULL)`
)

// Check returns a line for each promise about texts that does not hold: that each text has
// at most one answer, which is one line of the outbox, and that what a phone told has an
// end.
func (s *Store) Check(ctx context.Context) (broken []string, err error) {
	for _, invariant := range [...][2]string{
		{countUnsent, "answers to texts are not one line of the outbox"},
		{countKeyless, "phones that text have no day on which what they told is destroyed"},
	} {
		//sqlcheck:dynamic TestEveryPromiseOfTextsIsChecked
		n, err := db.Get[int64](ctx, s.DB, invariant[0])
		if err != nil {
			return nil, fmt.Errorf("check texts: %w", err)
		}
		if n > 0 {
			broken = append(broken, fmt.Sprintf("%d %s", n, invariant[1]))
		}
	}
	return broken, nil
}
