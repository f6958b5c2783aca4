package mailbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/outbox"
	"loket/internal/point"
	"loket/internal/seal"
)

// The kinds of line that this package composes.
const (
	kindLink     = "mailbox.link"     // the first mail
	kindReminder = "mailbox.reminder" // until the message is opened
	kindAnswer   = "mailbox.answer"   // until its person replies
	kindCode     = "mailbox.code"
)

// maxLinks is how many links of a message live at once.
const maxLinks = 3

const (
	insertLink = `INSERT INTO message_link (id, message_id, wrap, made_at, channel) VALUES ($1, $2, $3, $4, $5)`
	// The other links that stay are the newest but for the one just made.
	dropOldLinks = `
		DELETE FROM message_link WHERE message_id = $1 AND id <> $2 AND id NOT IN (
			SELECT id FROM message_link WHERE message_id = $1 AND id <> $2 ORDER BY made_at DESC, id LIMIT $3)`
	setSent  = `UPDATE message SET state = 'sent' WHERE id = $1 AND state = 'waiting'`
	dropLink = `DELETE FROM message_link WHERE id = $1`
	unsend   = `
		UPDATE message SET state = 'waiting'
		WHERE id = $1 AND state = 'sent' AND NOT EXISTS (SELECT 1 FROM message_link WHERE message_id = $1)`
)

// composeMail makes a new link and commits what the database must know of it.
func (s *Store) composeMail(ctx context.Context, line outbox.Line) (outbox.Envelope, error) {
	to, err := s.address(ctx, line)
	if err != nil {
		return outbox.Envelope{}, err
	}
	if line.Channel == outbox.Mail && to.Email.IsZero() || line.Channel == outbox.SMS && !to.Phone.Mobile() {
		return outbox.Envelope{}, fault.New(fault.Denied, "", "case %s has no address for %s", line.CaseID, line.Channel)
	}
	link, err := s.newLink()
	if err != nil {
		return outbox.Envelope{}, err
	}
	opened := false
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		m, err := db.Get[message](ctx, tx, lockMessage, line.Object)
		if err != nil {
			return gone(err)
		}
		if m.CaseID != line.CaseID {
			return fault.New(fault.Denied, "", "line %s is of another case than its message", line.ID)
		}
		opened = m.State == stateOpened
		if m.ended() || !m.ExpiresAt.After(s.now()) || opened && line.Kind != kindAnswer {
			return fault.New(fault.TooLate, "", "message %s is %s", m.ID, m.State)
		}
		if err := s.spendLine(ctx, tx, line.Channel, to.Phone); err != nil {
			return err
		}
		if opened {
			return nil // its key is no longer ours to wrap: the mail speaks of the link they have
		}
		return s.addLink(ctx, tx, m, link, line.Channel)
	})
	point.Reach("mailbox.linked")
	if err != nil {
		return outbox.Envelope{}, fmt.Errorf("compose mail of %s: %w", line.Object, err)
	}
	if opened {
		return s.answerMail(line.Channel, to), nil
	}
	e := s.linkMail(line, to, s.BaseURL+"/m/"+link.segment())
	e.Unsent = func(ctx context.Context, tx *db.Tx) error { return s.dropLink(ctx, tx, line.Object, link) }
	return e, nil
}

// linkMail is what brings a link.
func (s *Store) linkMail(line outbox.Line, to Address, url string) outbox.Envelope {
	if line.Channel == outbox.SMS {
		return outbox.Envelope{To: to.Phone.Private, Text: s.Texts.In(to.Lang).Get("mailbox.sms.link", nil).Text + " " + url}
	}
	key := "mailbox.mail.reminder"
	switch {
	case !to.Phone.Callable():
		key = "mailbox.mail.paper"
	case line.Kind == kindLink:
		key = "mailbox.mail.message"
	}
	return outbox.Envelope{To: to.Email.Private, Subject: s.both(to.Lang, " / ", "mailbox.mail.subject"),
		Text: s.both(to.Lang, "\n\n", key) + "\n\n" + url + "\n"}
}

// answerMail reminds somebody who opened a message and did not reply.
func (s *Store) answerMail(channel outbox.Channel, to Address) outbox.Envelope {
	if channel == outbox.SMS {
		return outbox.Envelope{To: to.Phone.Private, Text: s.Texts.In(to.Lang).Get("mailbox.sms.answer", nil).Text + " " + s.Domain}
	}
	return outbox.Envelope{To: to.Email.Private, Subject: s.both(to.Lang, " / ", "mailbox.mail.subject"),
		Text: s.both(to.Lang, "\n\n", "mailbox.mail.answer") + "\n"}
}

// address finds where a line goes to. A case that has ended wants no mail.
func (s *Store) address(ctx context.Context, line outbox.Line) (Address, error) {
	to, err := s.Addresses.Address(ctx, s.DB, line.CaseID)
	if err != nil {
		return Address{}, fmt.Errorf("find address for line %s: %w", line.ID, gone(err))
	}
	return to, nil
}

// gone says of what is no longer there that it is no longer wanted.
func gone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.TooLate, "", "what the line is about is gone: %w", err)
	}
	return err
}

// queued opens the key of a message that waits to be sent or to be opened.
func (s *Store) queued(c seal.Case, messageID string, wrapped []byte) ([]byte, error) {
	var sealed []byte
	if err := c.Open(queuePurpose(messageID), wrapped, &sealed); err != nil {
		return nil, err
	}
	return s.queue.Open(sealed, queueContext(c.ID(), messageID))
}

func (s *Store) addLink(ctx context.Context, tx *db.Tx, m message, link Link, channel outbox.Channel) error {
	c, err := s.Vault.Open(ctx, tx, m.CaseID)
	if err != nil {
		return err
	}
	key, err := s.queued(c, m.ID, m.QueueWrap)
	if err != nil {
		return err
	}
	wrapped, err := s.wrap(link.token, m.ID, key)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, insertLink, link.id(), m.ID, wrapped, s.now(), string(channel)); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, dropOldLinks, m.ID, link.id(), int64(maxLinks-1)); err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, setSent, m.ID)
	return err
}

// dropLink takes back a link whose mail certainly did not leave.
func (s *Store) dropLink(ctx context.Context, tx *db.Tx, messageID string, link Link) error {
	_, err := db.Get[message](ctx, tx, lockMessage, messageID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, dropLink, link.id()); err != nil {
		return fmt.Errorf("take back link of %s: %w", messageID, err)
	}
	if _, err := db.Exec(ctx, tx, unsend, messageID); err != nil {
		return fmt.Errorf("take back sending of %s: %w", messageID, err)
	}
	return nil
}

const (
	lockCode = `
		SELECT c.sealed, c.expires_at, m.case_id FROM message_code c JOIN message m ON m.id = c.message_id
		WHERE c.id = $1 FOR UPDATE OF m`
	forgetCode = `UPDATE message_code SET sealed = NULL WHERE id = $1`
)

type sealedCode struct {
	Sealed    []byte
	ExpiresAt time.Time
	CaseID    string
}

// composeCode takes the digits of a code out of the database for good, before
// they leave: the line is begun once.
func (s *Store) composeCode(ctx context.Context, line outbox.Line) (outbox.Envelope, error) {
	to, err := s.address(ctx, line)
	if err != nil {
		return outbox.Envelope{}, err
	}
	var code ident.Code
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		row, err := db.Get[sealedCode](ctx, tx, lockCode, line.Object)
		if err != nil {
			return gone(err)
		}
		if row.CaseID != line.CaseID {
			return fault.New(fault.Denied, "", "line %s is of another case than its code", line.ID)
		}
		if row.Sealed == nil || !row.ExpiresAt.After(s.now()) {
			return fault.New(fault.TooLate, "", "code %s has ended", line.Object)
		}
		if err := s.queue.OpenValue(row.Sealed, codeContext(line.Object), &code); err != nil {
			return err
		}
		_, err = db.Exec(ctx, tx, forgetCode, line.Object)
		return err
	})
	point.Reach("mailbox.code-taken")
	if err != nil {
		return outbox.Envelope{}, fmt.Errorf("compose code %s: %w", line.Object, err)
	}
	if line.Channel == outbox.SMS && !to.Phone.Mobile() || !to.Phone.Callable() {
		return outbox.Envelope{}, fault.New(fault.Denied, "", "case %s has no phone for %s", line.CaseID, line.Channel)
	}
	return outbox.Envelope{To: to.Phone.Private, Text: s.codeText(to.Lang, line.Channel, code)}, nil
}

// codeText is what an SMS says or a voice reads out. The short name of the site
// comes last in an SMS; a voice reads the digits one by one.
func (s *Store) codeText(tag lang.Tag, channel outbox.Channel, code ident.Code) string {
	texts, digits := s.Texts.In(tag), code.Reveal()
	if channel == outbox.Voice {
		apart := strings.Join(strings.Split(digits, ""), ", ")
		return bare(texts.Get("mailbox.voice.code", map[string]any{"Code": apart}).Text)
	}
	return bare(texts.Get("mailbox.sms.code", map[string]any{"Code": digits}).Text) + " " + s.Domain
}

// bare takes out the marks that isolate a code on a page: phones may show them
// as boxes, and digits alone need none.
func bare(text string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(text) }

// both gives a text in the person's language and in Dutch, once if that is the
// same.
func (s *Store) both(tag lang.Tag, between, key string) string {
	own := s.Texts.In(tag).Get(key, nil)
	if own.Lang == lang.Dutch {
		return own.Text
	}
	return own.Text + between + s.Texts.In(lang.Dutch).Get(key, nil).Text
}

// codeSum is what the database knows of a code.
func (s *Store) codeSum(codeID string, code ident.Code) []byte {
	return s.index.Sum("code", codeID, code.Reveal())
}
