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

// Notice puts one notice for the person of a case into the outbox: a mail, else a text
// message, else a call; nothing where nobody left a contact. A case that has ended is a
// fault.NotFound.
func (s *Store) Notice(ctx context.Context, tx *db.Tx, caseID string) error {
	to, err := s.Addresses.Address(ctx, tx, caseID)
	if err != nil {
		return fmt.Errorf("find address for a notice: %w", err)
	}
	line := outbox.Line{CaseID: caseID, Kind: kindNotice, Object: caseID, Due: s.now(), Expires: s.now().Add(s.life.message)}
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
	texts := s.Texts.In(to.Lang)
	switch {
	case line.Channel == outbox.Mail && !to.Email.IsZero():
		return outbox.Envelope{To: to.Email.Private, Subject: s.both(to.Lang, " / ", "mailbox.mail.subject"),
			Text: s.both(to.Lang, "\n\n", "mailbox.mail.open") + "\n\n" + s.BaseURL + "/\n"}, nil
	case line.Channel == outbox.SMS && to.Phone.Mobile():
		return outbox.Envelope{To: to.Phone.Private, Text: texts.Get("mailbox.sms.open", nil).Text + " " + s.Domain}, nil
	case line.Channel == outbox.Voice && to.Phone.Callable():
		return outbox.Envelope{To: to.Phone.Private, Text: texts.Get("mailbox.voice.open", nil).Text}, nil
	}
	return outbox.Envelope{}, fault.New(fault.Denied, "", "case %s has no contact for %s any more", line.CaseID, line.Channel)
}
