package mailbox

import (
	"context"
	"fmt"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/outbox"
	"loket/internal/seal"
)

// Post is a message to be sent.
type Post struct {
	Lang    lang.Tag // in which the body is shown
	Body    Body
	Release time.Time // its mail leaves then; the zero value means at once
	// WantsReply keeps the reminders going after the message was opened, until
	// its person replies.
	WantsReply bool
	// Hold keeps its mails and text messages from leaving: it is printed at a counter.
	Hold bool
}

const insertMessage = `
	INSERT INTO message (id, case_id, direction, lang, state, body, queue_wrap, release_at, opened_day, expires_at)
	VALUES ($1, $2, 'out', $3, 'waiting', $4, $5, $6, NULL, $7)`

// Post seals a message and puts its mails into the outbox, in the caller's
// transaction: the link at the release, and two reminders after it; text messages to whoever
// has a phone and no e-mail. It returns the id of the message.
func (s *Store) Post(ctx context.Context, tx *db.Tx, c seal.Case, p Post) (string, error) {
	release := p.Release.Truncate(time.Second)
	if p.Release.IsZero() {
		release = s.now()
	}
	id := ident.NewID(s.Random, "msg")
	key, err := seal.NewKey(s.Random)
	if err != nil {
		return "", err
	}
	box, err := seal.NewBox(key)
	if err != nil {
		return "", err
	}
	body, err := box.SealValue(p.Body, bodyContext(c.ID(), id))
	if err != nil {
		return "", err
	}
	expires := release.Add(s.life.message)
	wrapped, err := c.Seal(queuePurpose(id), s.queue.Seal(key, queueContext(c.ID(), id)))
	if err != nil {
		return "", err
	}
	_, err = db.Exec(ctx, tx, insertMessage, id, c.ID(), string(p.Lang), body, wrapped, release, expires)
	if err != nil {
		return "", fmt.Errorf("keep message: %w", err)
	}
	if !p.Hold {
		if err := s.addMails(ctx, tx, c.ID(), id, release, p.WantsReply); err != nil {
			return "", err
		}
	}
	return id, s.act(ctx, tx, audit.System, roleWorker, "mailbox.post", id)
}

func (s *Store) addMails(ctx context.Context, tx *db.Tx, caseID, messageID string, release time.Time, wantsReply bool) error {
	to, err := s.Addresses.Address(ctx, tx, caseID)
	if err != nil {
		return fmt.Errorf("find address for a message: %w", err)
	}
	channel := outbox.Mail
	switch {
	case !to.Email.IsZero():
	case to.Phone.Mobile():
		channel = outbox.SMS
	default:
		return nil // a counter hands it over
	}
	reminder := kindReminder
	if wantsReply {
		reminder = kindAnswer
	}
	for _, mail := range []struct {
		kind  string
		after time.Duration
	}{{kindLink, 0}, {reminder, s.life.first}, {reminder, s.life.second}} {
		err := s.Outbox.Add(ctx, tx, outbox.Line{CaseID: caseID, Channel: channel, Kind: mail.kind, Object: messageID,
			Due: release.Add(mail.after), Expires: release.Add(s.life.message)})
		if err != nil {
			return err
		}
	}
	return nil
}
