package planner

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
)

// Whoever has only a phone acts with its number and with digits that were texted to it
// (decision 021). Digits are bound to an ask and its newest offer, derived, and stored
// nowhere: what was texted of an offer that is over accepts no other.

// Texted is an ask that a text message from its phone can reach.
type Texted struct {
	ID     string // of the case; told to nobody
	Number ident.CaseNumber
	Digits string // six; the first four are told where no other ask of the phone has them
	State  State
	Open   bool // it has an offer to answer, of a time or of another time
	Lang   string
	Past   []string // digits of its offers that are over, six each

	thing string // its newest offer; empty before the first
}

// TextAct is what the person of an ask wants of it by text message.
type TextAct string

// The acts, besides the Answers to an offer.
const (
	TextAccept           = TextAct(Accept)
	TextOther            = TextAct(Other)
	TextLater            = TextAct(Later)
	TextMove     TextAct = "move"        // looks for another time, and keeps what there is until then
	TextKeep             = TextAct(Keep) // what there is, and not the other time that is offered
	TextCancel   TextAct = "cancel"      // the appointments; the ask waits again
	TextWithdraw TextAct = "withdraw"    // the ask
	TextWake     TextAct = "wake"
)

const insertPhone = `INSERT INTO ask_phone (ask_id, sum) VALUES ($1, $2)`

// keepPhone keeps by which phone the person of an ask can act by text message: one that is
// told by text when there is news, because it asked that way or nobody left an e-mail.
func (s *Store) keepPhone(ctx context.Context, tx *db.Tx, askID string, f form) error {
	if !f.Phone.Mobile() || !f.Email.IsZero() {
		return nil
	}
	if _, err := db.Exec(ctx, tx, insertPhone, askID, s.phoneSum(f.Phone)); err != nil {
		return fmt.Errorf("keep the phone of an ask: %w", err)
	}
	return nil
}

func (s *Store) phoneSum(phone ident.Phone) []byte { return s.index.Sum("phone", phone.Reveal()) }

type textedRow struct {
	ID     string
	Number string
	State  State
	Lang   string
	Offer  string // one of its offers; empty where it has none
	Open   bool
}

// The newest offer of an ask comes first; an open one is the newest.
const selectTexted = `
	SELECT ask.id, ask.number, ask.state, ask.lang, coalesce(offer.id, '') AS offer, coalesce(offer.state = 'open', FALSE) AS open
	FROM ask_phone JOIN ask ON ask.id = ask_phone.ask_id LEFT JOIN offer ON offer.ask_id = ask.id
	WHERE ask_phone.sum = $1 AND ask.closed_at IS NULL
	ORDER BY ask.asked_at, ask.id, CASE WHEN offer.state = 'open' THEN 0 ELSE 1 END, offer.made_at DESC, offer.id`

// Texted returns the living asks of a phone, oldest first.
func (s *Store) Texted(ctx context.Context, q db.Queryer, phone ident.Phone) ([]Texted, error) {
	rows, err := db.Select[textedRow](ctx, q, selectTexted, s.phoneSum(phone))
	if err != nil {
		return nil, fmt.Errorf("find the asks of a phone: %w", err)
	}
	return s.texted(rows), nil
}

func (s *Store) texted(rows []textedRow) (list []Texted) {
	for _, r := range rows {
		digits := s.textDigits(r.ID, r.Offer)
		if n := len(list); n > 0 && list[n-1].ID == r.ID {
			list[n-1].Past = append(list[n-1].Past, digits)
			continue
		}
		list = append(list, Texted{ID: r.ID, Number: ident.CaseNumber(r.Number), Digits: digits, State: r.State, Open: r.Open, Lang: r.Lang, thing: r.Offer})
	}
	for i, t := range list {
		if t.thing != "" {
			list[i].Past = append(t.Past, s.textDigits(t.ID, ""))
		}
	}
	return list
}

const selectTextedOne = `
	SELECT ask.id, ask.number, ask.state, ask.lang, coalesce(offer.id, '') AS offer, coalesce(offer.state = 'open', FALSE) AS open
	FROM ask LEFT JOIN offer ON offer.ask_id = ask.id
	WHERE ask.id = $1 AND ask.closed_at IS NULL
	ORDER BY CASE WHEN offer.state = 'open' THEN 0 ELSE 1 END, offer.made_at DESC, offer.id`

// TextedOne returns an ask as text messages reach it. It is a fault.NotFound when it has
// ended, or is none.
func (s *Store) TextedOne(ctx context.Context, q db.Queryer, askID string) (Texted, error) {
	rows, err := db.Select[textedRow](ctx, q, selectTextedOne, askID)
	if err != nil {
		return Texted{}, fmt.Errorf("find ask: %w", err)
	}
	if len(rows) == 0 {
		return Texted{}, fault.New(fault.NotFound, "", "no living ask %s", askID)
	}
	return s.texted(rows)[0], nil
}

// textDigits derives the six digits of an ask and one of its offers. None begins with a
// zero, which people leave out.
func (s *Store) textDigits(askID, offerID string) string {
	const least, span = 100_000, 900_000
	sum := binary.BigEndian.Uint64(s.index.Derive("digits", askID, offerID))
	return fmt.Sprint(least + sum%span)
}

// ActByText does what the person of an ask wants, in the caller's transaction; who calls
// it has seen phone and digits. It is a fault.TooLate when the digits are of something that
// is over by now, or the ask cannot do that.
func (s *Store) ActByText(ctx context.Context, tx *db.Tx, t Texted, act TextAct) error {
	a, err := db.Get[askRow](ctx, tx, lockAsk, t.ID)
	if err != nil {
		return fmt.Errorf("lock ask: %w", err)
	}
	now, err := s.TextedOne(ctx, tx, t.ID)
	if fault.Is(err, fault.NotFound) || err == nil && now.thing != t.thing {
		return movedOn(t.ID)
	}
	if err != nil {
		return err
	}
	switch act {
	case TextAccept, TextOther, TextLater, TextKeep:
		err = s.answerText(ctx, tx, a, t.thing, Answer(act))
	case TextMove:
		err = s.move(ctx, tx, a, rules.Day{}, self)
	case TextCancel:
		err = s.cancelOwn(ctx, tx, a, self)
	case TextWithdraw:
		err = s.withdraw(ctx, tx, a, self)
	case TextWake:
		err = s.wakeText(ctx, tx, a)
	default:
		err = fault.New(fault.Internal, "", "no such act by text message")
	}
	if err != nil {
		return err
	}
	return s.note(ctx, tx, a.ID, audit.Applicant, string(ByText), "ask.text", string(act))
}

func (s *Store) answerText(ctx context.Context, tx *db.Tx, a askRow, offerID string, answer Answer) error {
	if offerID == "" {
		return movedOn(a.ID)
	}
	o, err := db.Get[offerRow](ctx, tx, selectOffer, offerID, a.ID)
	if err != nil {
		return fmt.Errorf("find offer: %w", err)
	}
	if err := s.mayAnswer(a, o, answer); err != nil {
		return err
	}
	m, err := s.liveMove(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if m != nil && m.OfferID == o.ID {
		return s.answerMove(ctx, tx, a, o, *m, answer, self)
	}
	return s.answer(ctx, tx, a, o, answer, self)
}

func (s *Store) wakeText(ctx context.Context, tx *db.Tx, a askRow) error {
	if a.State != Resting {
		return movedOn(a.ID)
	}
	err := s.wake(ctx, tx, a, self)
	if errors.Is(err, errNoList) { // Work opens the next within seconds, and the provider comes back
		return fault.New(fault.Unavailable, "", "no list is open at this moment")
	}
	return err
}

// StatusByText shows where an ask is to whoever has seen phone and digits. It is a
// fault.NotFound when it has been destroyed.
func (s *Store) StatusByText(ctx context.Context, askID string) (Status, error) {
	a, err := s.ask(ctx, s.DB, askID)
	if err != nil {
		return Status{}, err
	}
	return s.statusOf(ctx, a)
}

// DeskCode returns the number of an ask and a code that opens it at a counter, today, and
// nowhere else: it may stay on a phone.
func (s *Store) DeskCode(ctx context.Context, askID string) (ident.CaseNumber, ident.Code, error) {
	a, err := s.ask(ctx, s.DB, askID)
	if err != nil {
		return "", ident.Code{}, err
	}
	return ident.CaseNumber(a.Number), s.deskCode(a), nil
}

func (s *Store) deskCode(a askRow) ident.Code {
	return ident.NewCode(bytes.NewReader(s.index.Derive("desk code", a.ID, s.Today().String())))
}

// Serves makes sure that a region of the pack has, or will have, somewhere to go: else it
// is a fault.Invalid.
func (s *Store) Serves(ctx context.Context, region string) error { return s.served(ctx, region) }

// NoProduct is the outcome of Product for somebody who gets nothing.
const NoProduct = noProduct

// textInvariants are what asks by text message must have.
func textInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM ask WHERE door = 'sms' AND NOT EXISTS (SELECT 1 FROM ask_phone WHERE ask_phone.ask_id = ask.id)`,
			"asks by text message have no phone that can act for them"},
	}
}
