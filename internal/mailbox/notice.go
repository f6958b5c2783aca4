package mailbox

import (
	"context"
	"fmt"
	"slices"

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

// kindMoved says, to the contact of before, that the person of a case is reached another way
// from now on. It tells neither who changed it nor where to.
const kindMoved = "mailbox.moved"

// ownNotices is how many notices a day go by phone to a case that has its own: each offer of
// a day has one.
const ownNotices = 6

// TellOfHelper puts into the outbox that somebody may now act for the person of a case; it
// goes the way of Notice, once a day for each case.
func (s *Store) TellOfHelper(ctx context.Context, tx *db.Tx, caseID string) error {
	n, err := s.Tally.Add(ctx, tx, tallyHelper, caseID)
	if err != nil || n > 1 {
		return err
	}
	to, err := s.noticeTo(ctx, tx, caseID)
	if err != nil {
		return err
	}
	return s.notice(ctx, tx, to, outbox.Line{CaseID: caseID, Kind: kindHelper, Object: caseID})
}

// TellFormer puts into the outbox that the way to reach the person of a case was changed, to
// the contact of before: one of Address.Former.
func (s *Store) TellFormer(ctx context.Context, tx *db.Tx, caseID string, former Former) error {
	return s.notice(ctx, tx, Address{Email: former.Email, Phone: former.Phone}, outbox.Line{CaseID: caseID, Kind: kindMoved, Object: former.ID})
}

// Notice puts one notice for the person of a case into the outbox: a mail, else a text
// message, else a call; nothing where nobody left a contact. A phone hears of an opening
// once a day, however many cases name it. A case that has ended is a fault.NotFound.
func (s *Store) Notice(ctx context.Context, tx *db.Tx, caseID string) error {
	return s.noticeOf(ctx, tx, caseID, tallyNotice, ownNotices)
}

// soonNotices is how many notices a day go besides to a case whose person must do something
// else today or tomorrow than they know: what came before on that day does not use them up,
// and a phone does not ring without end.
const soonNotices = 2

// NoticeSoon is Notice of what changes what somebody must do today or tomorrow.
func (s *Store) NoticeSoon(ctx context.Context, tx *db.Tx, caseID string) error {
	return s.noticeOf(ctx, tx, caseID, tallySoon, soonNotices)
}

// noticeOf puts a notice into the outbox, if there are not most of its kind today.
func (s *Store) noticeOf(ctx context.Context, tx *db.Tx, caseID, kind string, most int64) error {
	to, err := s.noticeTo(ctx, tx, caseID)
	if err != nil {
		return err
	}
	if to.Email.IsZero() && !to.Phone.IsZero() {
		thing := []string{to.Phone.Reveal()}
		if to.Own {
			thing = append(thing, caseID)
		} else {
			most = 1
		}
		n, err := s.Tally.Add(ctx, tx, kind, thing...)
		if err != nil || n > most {
			return err
		}
	}
	return s.notice(ctx, tx, to, outbox.Line{CaseID: caseID, Kind: kindNotice, Object: caseID})
}

func (s *Store) noticeTo(ctx context.Context, tx *db.Tx, caseID string) (Address, error) {
	to, err := s.Addresses.Address(ctx, tx, caseID)
	if err != nil {
		return to, fmt.Errorf("find address for a notice: %w", err)
	}
	return to, nil
}

// notice puts a line into the outbox, on the channel that reaches an address.
func (s *Store) notice(ctx context.Context, tx *db.Tx, to Address, line outbox.Line) error {
	line.Due, line.Expires = s.now(), s.now().Add(s.life.message)
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
	word := "open"
	switch line.Kind {
	case kindHelper:
		word = "helper"
	case kindMoved:
		word = "moved"
		i := slices.IndexFunc(to.Former, func(f Former) bool { return f.ID == line.Object })
		if i < 0 {
			return outbox.Envelope{}, fault.New(fault.TooLate, "", "the contact of line %s is gone", line.ID)
		}
		to.Email, to.Phone = to.Former[i].Email, to.Former[i].Phone
	}
	texts := s.Texts.In(to.Lang)
	var e outbox.Envelope
	switch {
	case line.Channel == outbox.Mail && !to.Email.IsZero():
		return outbox.Envelope{To: to.Email.Private, Subject: s.both(to.Lang, " / ", "mailbox.mail.subject"),
			Text: s.both(to.Lang, "\n\n", "mailbox.mail."+word) + "\n\n" + s.BaseURL + "/\n"}, nil
	case line.Channel == outbox.SMS && to.Phone.Mobile():
		text, err := s.noticeText(ctx, line, to)
		if err != nil {
			return outbox.Envelope{}, err
		}
		if text == "" {
			text = texts.Get("mailbox.sms."+word, nil).Text
		}
		e = outbox.Envelope{To: to.Phone.Private, Text: text + " " + s.Domain}
	case line.Channel == outbox.Voice && to.Phone.Callable():
		e = outbox.Envelope{To: to.Phone.Private, Text: texts.Get("mailbox.voice."+word, nil).Text}
	default:
		return outbox.Envelope{}, fault.New(fault.Denied, "", "case %s has no contact for %s any more", line.CaseID, line.Channel)
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error { return s.spendLine(ctx, tx, line.Channel, to.Phone) })
	if fault.Is(err, fault.Throttled) && line.Kind != kindMoved { // a notice of yesterday is of no use tomorrow
		return outbox.Envelope{}, fault.New(fault.TooLate, "", "no notice to this phone any more today: %w", err)
	}
	return e, err
}

// noticeText asks the area that answers text messages what a notice says.
func (s *Store) noticeText(ctx context.Context, line outbox.Line, to Address) (string, error) {
	if s.Text == nil || line.Kind != kindNotice {
		return "", nil
	}
	return s.Text(ctx, line.CaseID, to)
}
