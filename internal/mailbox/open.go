package mailbox

import (
	"context"
	"crypto/hmac"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/point"
)

const (
	tryCode = `
		UPDATE message_code SET tries = tries + 1
		WHERE message_id = $1 AND browser = $2 AND used_at IS NULL AND expires_at > $3 AND tries < $4
		RETURNING id, hmac, tries`
	useCode       = `UPDATE message_code SET used_at = $2, sealed = NULL WHERE id = $1`
	insertSession = `INSERT INTO message_session (id, message_id, wrap, idle_until, expires_at) VALUES ($1, $2, $3, $4, $5)`
	setOpened     = `UPDATE message SET state = 'opened', opened_day = $2, queue_wrap = NULL WHERE id = $1 AND state = 'sent'`
)

type triedCode struct {
	ID    string
	HMAC  []byte
	Tries int64
}

// Open opens a message with its link and the code that the same browser asked
// for. A wrong code is a fault.Invalid as long as the code bears another try; a
// code that is used up, too old, used, or was asked elsewhere is a fault.TooLate.
// The first opening ends the reminders and the queue's wrap of the key.
func (s *Store) Open(ctx context.Context, link Link, browser, text string) (Session, error) {
	return s.open(ctx, link, text, func(tx *db.Tx, m linked, code ident.Code) (refusal, err error) {
		return s.try(ctx, tx, m.ID, browser, code)
	})
}

// open opens a message with its link and a code that try takes. What try refuses is kept
// as the try it was.
func (s *Store) open(ctx context.Context, link Link, text string, try func(*db.Tx, linked, ident.Code) (refusal, err error)) (Session, error) {
	session, err := s.newSession()
	if err != nil {
		return Session{}, err
	}
	code, err := ident.ParseCode(text)
	if err != nil {
		return Session{}, err // not eight digits: costs no try
	}
	var refusal error
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		m, key, err := s.lock(ctx, tx, link)
		if err != nil {
			return err
		}
		// After a refusal the transaction goes on.
		if refusal, err = try(tx, m, code); err != nil || refusal != nil {
			return err
		}
		if err := s.addSession(ctx, tx, m.ID, key, session); err != nil {
			return err
		}
		return s.opened(ctx, tx, m)
	})
	point.Reach("mailbox.opened")
	if err == nil {
		err = refusal
	}
	if err != nil {
		return Session{}, err
	}
	return session, nil
}

// try counts a try and compares the code. refusal is for the person.
func (s *Store) try(ctx context.Context, tx *db.Tx, messageID, browser string, code ident.Code) (refusal, err error) {
	over := fault.New(fault.TooLate, "mailbox.code.over", "no code of %s counts in this browser", messageID)
	tried, err := db.Get[triedCode](ctx, tx, tryCode, messageID, browserID(browser), s.now(), int64(codeTries))
	if fault.Is(err, fault.NotFound) {
		return over, nil
	}
	if err != nil {
		return nil, fmt.Errorf("count try: %w", err)
	}
	if hmac.Equal(tried.HMAC, s.codeSum(tried.ID, code)) {
		if _, err := db.Exec(ctx, tx, useCode, tried.ID, s.now()); err != nil {
			return nil, fmt.Errorf("use code: %w", err)
		}
		return nil, nil
	}
	if tried.Tries >= codeTries {
		return over, nil
	}
	return fault.New(fault.Invalid, "mailbox.code.wrong", "wrong code for %s", messageID), nil
}

func (s *Store) addSession(ctx context.Context, tx *db.Tx, messageID string, key []byte, session Session) error {
	wrapped, err := s.wrap(session.token, messageID, key)
	if err != nil {
		return err
	}
	now := s.now()
	_, err = db.Exec(ctx, tx, insertSession, session.id(), messageID, wrapped, now.Add(s.life.idle), now.Add(s.life.session))
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// opened tells of an opening, and does what only the first one does.
func (s *Store) opened(ctx context.Context, tx *db.Tx, m linked) error {
	first, err := db.Exec(ctx, tx, setOpened, m.ID, s.day(s.now()))
	if err != nil {
		return fmt.Errorf("mark as opened: %w", err)
	}
	if first == 1 {
		if err := s.Outbox.Recall(ctx, tx, m.ID, kindLink, kindReminder); err != nil {
			return err
		}
		if err := s.Jobs.Add(ctx, tx, jobs.Job{Kind: JobOpened, Args: Event{CaseID: m.CaseID, MessageID: m.ID}}); err != nil {
			return err
		}
	}
	return s.act(ctx, tx, audit.Applicant, roleSelf, "mailbox.open", m.ID)
}

// WrongNumber is for whoever got the mail and does not get the code: the message
// is recalled, and its case is told. It must come from a browser that asked for a
// code, so that a program that follows links cannot do it. Once the message has been
// opened its contact is known to be right, and nobody can take it away: a
// fault.Denied.
func (s *Store) WrongNumber(ctx context.Context, link Link, browser string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		m, _, err := s.lock(ctx, tx, link)
		if err != nil {
			return err
		}
		state, err := s.askedOf(ctx, tx, m.ID, browser)
		if err != nil {
			return err
		}
		if m.State == stateOpened {
			return fault.New(fault.Denied, "mailbox.opened", "message %s was opened before", m.ID)
		}
		if !state.here {
			return fault.New(fault.Denied, "mailbox.code.over", "no code of %s was asked in this browser", m.ID)
		}
		if err := s.end(ctx, tx, m.ID, stateRecalled); err != nil {
			return err
		}
		if err := s.Jobs.Add(ctx, tx, jobs.Job{Kind: JobWrongNumber, Args: Event{CaseID: m.CaseID, MessageID: m.ID}}); err != nil {
			return err
		}
		return s.act(ctx, tx, audit.Applicant, roleSelf, "mailbox.wrong-number", m.ID)
	})
}
