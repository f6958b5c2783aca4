package mailbox

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/lang"
	"loket/internal/once"
	"loket/internal/point"
	"loket/internal/seal"
)

// maxReply is the length of a reply in characters.
const maxReply = 4000

// Thread is what an opened session shows.
type Thread struct {
	MessageID string
	CaseID    string
	Lang      lang.Tag // of the body
	Day       string   // when it was released
	Body      Body
	Expires   time.Time // of the message
	Ends      time.Time // of the session, if nothing more is done
	Replies   []Reply   // the person's own, oldest first
	Others    []Other   // further messages to the person, oldest first; each opens with its own link
}

// Reply is what a person wrote; the text is empty when they sent photos only.
type Reply struct {
	Day  string
	Text ident.Private
}

// Other is a message of the same thread that this session does not open.
type Other struct {
	Day   string
	State string
}

const (
	touchSession = `
		UPDATE message_session SET idle_until = $2
		WHERE id = $1 AND idle_until > $3 AND expires_at > $3
		RETURNING message_id, wrap, idle_until, expires_at`
	deleteSession = `DELETE FROM message_session WHERE id = $1`
	selectMessage = `SELECT id, case_id, direction, lang, state, body, release_at, expires_at FROM message WHERE id = $1`
	selectThread  = `
		SELECT id, case_id, direction, lang, state, body, release_at, expires_at FROM message
		WHERE case_id = $1 ORDER BY release_at, id`
	insertReply = `
		INSERT INTO message (id, case_id, direction, lang, state, body, queue_wrap, release_at, opened_day, expires_at)
		VALUES ($1, $2, 'in', $3, 'sent', $4, NULL, $5, NULL, $6)`
)

type openSession struct {
	MessageID            string
	Wrap                 []byte
	IdleUntil, ExpiresAt time.Time
}

type threadRow struct {
	ID, CaseID, Direction, Lang, State string
	Body                               []byte
	ReleaseAt, ExpiresAt               time.Time
}

// touch finds a live session and keeps it from going idle.
func (s *Store) touch(ctx context.Context, tx *db.Tx, session Session) (openSession, threadRow, error) {
	now := s.now()
	open, err := db.Get[openSession](ctx, tx, touchSession, session.id(), now.Add(s.life.idle), now)
	if fault.Is(err, fault.NotFound) {
		return open, threadRow{}, sessionOver()
	}
	if err != nil {
		return open, threadRow{}, fmt.Errorf("find session: %w", err)
	}
	m, err := db.Get[threadRow](ctx, tx, selectMessage, open.MessageID)
	if err != nil {
		return open, m, fmt.Errorf("find message of session: %w", err)
	}
	if !m.ExpiresAt.After(now) {
		return open, m, sessionOver()
	}
	return open, m, nil
}

// Read returns what a session shows. A session that has ended is a
// fault.TooLate: its person asks for a fresh code.
func (s *Store) Read(ctx context.Context, session Session) (Thread, error) {
	var open openSession
	var m threadRow
	var rows []threadRow
	err := s.DB.Update(ctx, func(tx *db.Tx) (err error) {
		if open, m, err = s.touch(ctx, tx, session); err != nil {
			return err
		}
		rows, err = db.Select[threadRow](ctx, tx, selectThread, m.CaseID)
		return err
	})
	if err != nil {
		return Thread{}, err
	}
	t := Thread{MessageID: m.ID, CaseID: m.CaseID, Lang: lang.Tag(m.Lang), Day: s.day(m.ReleaseAt), Expires: m.ExpiresAt,
		Ends: earlier(open.IdleUntil, open.ExpiresAt)}
	if err := s.openBody(session, m, open.Wrap, &t.Body); err != nil {
		return Thread{}, err
	}
	c, err := s.Vault.Open(ctx, s.DB, m.CaseID)
	if err != nil {
		return Thread{}, fmt.Errorf("open case of message: %w", err)
	}
	if err := s.fill(&t, rows, c); err != nil {
		return Thread{}, err
	}
	return t, nil
}

func (s *Store) openBody(session Session, m threadRow, wrapped []byte, body *Body) error {
	key, err := s.unwrap(session.token, m.ID, wrapped)
	if err != nil {
		return err
	}
	box, err := seal.NewBox(key)
	if err != nil {
		return err
	}
	return box.OpenValue(m.Body, bodyContext(m.CaseID, m.ID), body)
}

// fill adds the rest of the thread: own replies in full, other messages that
// have been released as days and states only.
func (s *Store) fill(t *Thread, rows []threadRow, c seal.Case) error {
	for _, row := range rows {
		switch {
		case row.Direction == "in" && row.Body != nil:
			var text ident.Private
			if err := c.Open(replyPurpose(row.ID), row.Body, &text); err != nil {
				return err
			}
			t.Replies = append(t.Replies, Reply{s.day(row.ReleaseAt), text})
		case row.Direction == "out" && row.ID != t.MessageID && row.State != stateWaiting:
			t.Others = append(t.Others, Other{s.day(row.ReleaseAt), row.State})
		}
	}
	return nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// Reply keeps what a person writes back, sealed under the key of the case, sends their
// photos along, and ends the reminders. The text may be empty when there are photos that
// were not sent before. The key makes one reply of a form that is sent twice.
func (s *Store) Reply(ctx context.Context, session Session, text ident.Private, idempotencyKey string) error {
	if utf8.RuneCountInString(text.Reveal()) > maxReply {
		return fault.New(fault.Invalid, "mailbox.reply.long", "the reply has more than %d characters", maxReply)
	}
	caseID, _, err := s.CaseOf(ctx, session)
	if err != nil {
		return err
	}
	c, err := s.Vault.Open(ctx, s.DB, caseID)
	if err != nil {
		return fmt.Errorf("open case for reply: %w", err)
	}
	id := ident.NewID(s.Random, "msg")
	sealed, err := c.Seal(replyPurpose(id), text)
	if err != nil {
		return err
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		_, m, err := s.touch(ctx, tx, session)
		if err != nil {
			return err
		}
		call := once.Call{Route: "mailbox.reply " + m.ID, Key: idempotencyKey, Body: text.Reveal()}
		if _, first, err := s.Once.Do(ctx, tx, call, id); err != nil || !first {
			return err
		}
		photos, _, err := s.Photos.Unsent(ctx, tx, m.CaseID)
		if err != nil {
			return err
		}
		if photos == 0 && strings.TrimSpace(text.Reveal()) == "" {
			return fault.New(fault.Invalid, "mailbox.reply.empty", "the reply is empty")
		}
		if err := s.keepReply(ctx, tx, m, id, sealed); err != nil {
			return err
		}
		return s.act(ctx, tx, audit.Applicant, roleSelf, "mailbox.reply", id)
	})
	point.Reach("mailbox.replied")
	return err
}

// keepReply keeps a reply to m and sends the photos of its case along.
func (s *Store) keepReply(ctx context.Context, tx *db.Tx, m threadRow, id string, sealed []byte) error {
	now := s.now()
	if _, err := db.Exec(ctx, tx, insertReply, id, m.CaseID, m.Lang, sealed, now, now.Add(s.life.message)); err != nil {
		return fmt.Errorf("keep reply: %w", err)
	}
	if err := s.Photos.Keep(ctx, tx, m.CaseID); err != nil {
		return err
	}
	if err := s.Outbox.Recall(ctx, tx, m.ID); err != nil {
		return err
	}
	return s.Jobs.Add(ctx, tx, jobs.Job{Kind: JobReplied, Args: Event{CaseID: m.CaseID, MessageID: m.ID, ReplyID: id}})
}

const selectAnswerable = `
	SELECT id, case_id, direction, lang, state, body, release_at, expires_at FROM message
	WHERE case_id = $1 AND direction = 'out' AND state = 'opened' AND expires_at > $2 ORDER BY release_at DESC, id LIMIT 1`

// SendFor sends the photos of a case for a person who took them in an opened message and
// forgot to press send, in the caller's transaction. It does nothing when there are none,
// when they came just now, or when no message is open to reply to.
func (s *Store) SendFor(ctx context.Context, tx *db.Tx, caseID string) error {
	_, ripe, err := s.Photos.Unsent(ctx, tx, caseID)
	if err != nil || !ripe {
		return err
	}
	m, err := db.Get[threadRow](ctx, tx, selectAnswerable, caseID, s.now())
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find message that photos answer: %w", err)
	}
	c, err := s.Vault.Open(ctx, tx, caseID)
	if err != nil {
		return err
	}
	id := ident.NewID(s.Random, "msg")
	sealed, err := c.Seal(replyPurpose(id), ident.Private{})
	if err != nil {
		return err
	}
	if err := s.keepReply(ctx, tx, m, id, sealed); err != nil {
		return err
	}
	return s.act(ctx, tx, audit.System, roleWorker, "mailbox.send-for", id)
}

// CaseOf returns the case and the message that a live session belongs to, and keeps it from
// going idle.
func (s *Store) CaseOf(ctx context.Context, session Session) (caseID, messageID string, err error) {
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		_, m, err := s.touch(ctx, tx, session)
		caseID, messageID = m.CaseID, m.ID
		return err
	})
	return caseID, messageID, err
}

// Leave ends a session. One that has ended stays so.
func (s *Store) Leave(ctx context.Context, session Session) error {
	if _, err := db.Exec(ctx, s.DB, deleteSession, session.id()); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
