package mailbox

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/outbox"
)

// kindNotice says that the counter which the person of a case waits for has opened. It
// tells neither which counter nor for what: the site says where and when.
const kindNotice = "mailbox.notice"

// kindHelper says that somebody may now act for the person of a case. It tells neither who
// nor what: the status page does, with number and code.
const kindHelper = "mailbox.helper"

// TellOfHelper puts into the outbox that somebody may now act for the person of a case; it
// goes the way of Notice.
func (s *Store) TellOfHelper(ctx context.Context, tx *db.Tx, caseID string) error {
	return s.notice(ctx, tx, caseID, kindHelper)
}

// Notice puts one notice for the person of a case into the outbox: a mail, else a text
// message, else a call; nothing where nobody left a contact. A case that has ended is a
// fault.NotFound.
func (s *Store) Notice(ctx context.Context, tx *db.Tx, caseID string) error {
	return s.notice(ctx, tx, caseID, kindNotice)
}

func (s *Store) notice(ctx context.Context, tx *db.Tx, caseID, kind string) error {
	to, err := s.Addresses.Address(ctx, tx, caseID)
	if err != nil {
		return fmt.Errorf("find address for a notice: %w", err)
	}
	line := outbox.Line{CaseID: caseID, Kind: kind, Object: caseID, Due: s.now(), Expires: s.now().Add(s.life.message)}
	switch {
	case !to.Email.IsZero():
		line.Channel = outbox.Mail
	case to.Phone.Mobile():
		line.Channel = outbox.SMS
	case to.Phone.Callable():
		line.Channel = outbox.Voice
	default:
		return nil
	}
	return s.Outbox.Add(ctx, tx, line)
}

// composeNotice is harmless when it comes twice: it holds no secret.
func (s *Store) composeNotice(ctx context.Context, line outbox.Line) (outbox.Envelope, error) {
	to, err := s.address(ctx, line)
	if err != nil {
		return outbox.Envelope{}, err
	}
	texts, word := s.Texts.In(to.Lang), "open"
	if line.Kind == kindHelper {
		word = "helper"
	}
	switch {
	case line.Channel == outbox.Mail && !to.Email.IsZero():
		return outbox.Envelope{To: to.Email.Private, Subject: s.both(to.Lang, " / ", "mailbox.mail.subject"),
			Text: s.both(to.Lang, "\n\n", "mailbox.mail."+word) + "\n\n" + s.BaseURL + "/\n"}, nil
	case line.Channel == outbox.SMS && to.Phone.Mobile():
		return outbox.Envelope{To: to.Phone.Private, Text: texts.Get("mailbox.sms."+word, nil).Text + " " + s.Domain}, nil
	case line.Channel == outbox.Voice && to.Phone.Callable():
		return outbox.Envelope{To: to.Phone.Private, Text: texts.Get("mailbox.voice."+word, nil).Text}, nil
	}
	return outbox.Envelope{}, fault.New(fault.Denied, "", "case %s has no contact for %s any more", line.CaseID, line.Channel)
}
