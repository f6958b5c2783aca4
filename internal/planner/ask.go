package planner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/once"
	"loket/internal/point"
	"loket/internal/rules"
)

// form is a finished form that can be taken in.
type form struct {
	Asking
	products []string       // of each member, none included
	sealed   []sealedMember // as they are kept
	sent     string         // all of it, in one fixed encoding
}

// Ask takes an ask in: key, sealed body, row, a place on the list that is open, the
// numbers of its people, audit entry and figure, in one transaction. Nobody is looked up.
// The same form sent again, or the same people with the same birth dates and contact, gets
// the receipt of the ask that stands. Who claims a number that another ask has gets a
// receipt like everybody (decision 020).
//
// A fault.Invalid says what is missing or wrong; somebody who may not ask, or gets nothing,
// is one too, and no slot is used for them. More than a hundred asks a day for one address are a
// fault.Throttled. The doors of staff are those of AskFor.
func (s *Store) Ask(ctx context.Context, asking Asking) (Receipt, error) {
	switch {
	case asking.by != actor{}:
	case asking.Door.byStaff():
		return Receipt{}, fault.New(fault.Denied, "staff.role.missing", "the door %q is for staff", asking.Door)
	default:
		asking.by = self
	}
	f, err := s.acceptable(ctx, asking)
	if err != nil {
		return Receipt{}, err
	}
	for range listTries {
		a, list, err := s.take(ctx, f)
		if errors.Is(err, errNoList) {
			if err := s.closeDue(ctx); err != nil {
				return Receipt{}, err
			}
			continue
		}
		if err != nil {
			return Receipt{}, err
		}
		point.Reach("planner.asked")
		asked, err := s.askedText(a, list.N)
		return Receipt{Number: ident.CaseNumber(a.Number), Code: s.code(a), Ticket: a.Ticket, Closes: list.ClosesAt.In(s.Zone), State: a.State, Asked: asked}, err
	}
	return Receipt{}, fault.New(fault.Unavailable, "", "no list stays open long enough to ask")
}

// listTries is how often an open list is looked for: again only when one was closed
// meanwhile.
const listTries = 5

// errNoList says that no list is open for now, or that it was closed meanwhile.
var errNoList = errors.New("no list is open")

// code derives the code of an ask. A new code_version gives another.
func (s *Store) code(a askRow) ident.Code {
	return ident.NewCode(bytes.NewReader(s.index.Derive("code", a.ID, fmt.Sprint(a.CodeVersion))))
}

// acceptable reports what keeps a form from being taken in, and decides what its people
// get.
func (s *Store) acceptable(ctx context.Context, a Asking) (form, error) {
	f := form{Asking: a}
	if len(a.Members) < 1 || len(a.Members) > MostMembers {
		return f, fault.New(fault.Invalid, "planner.members", "%d people in one ask", len(a.Members))
	}
	if a.Email.IsZero() && a.Phone.IsZero() && !a.Door.meets() {
		return f, fault.New(fault.Invalid, "planner.contact", "neither e-mail nor phone")
	}
	if a.Lang == "" {
		return f, fault.New(fault.Invalid, "planner.lang", "no language to write in")
	}
	if err := s.mayAsk(a.Facts); err != nil {
		return f, err
	}
	if err := s.served(ctx, a.Region); err != nil {
		return f, err
	}
	if err := s.speaks(ctx, a.Region, a.DeskLang); err != nil {
		return f, err
	}
	for i, m := range a.Members {
		if err := m.complete(i == 0); err != nil {
			return f, err
		}
		for _, other := range a.Members[:i] {
			if !m.Number.IsZero() && m.Number.Equal(other.Number) {
				return f, fault.New(fault.Invalid, "planner.member.twice", "one number is there twice")
			}
		}
		if err := s.addMember(&f, m); err != nil {
			return f, err
		}
	}
	if f.size() == 0 {
		return f, fault.New(fault.Invalid, "planner.nothing", "nobody of the ask gets anything")
	}
	return f, s.encode(&f)
}

// addMember adds one of the people with what they get.
func (s *Store) addMember(f *form, m Member) error {
	product, err := s.product(m, s.Today())
	if err != nil {
		return err
	}
	kept := sealedMember{Name: m.Name, Birth: m.Birth, Number: m.Number}
	if product == noProduct {
		if kept.From, kept.Then, err = s.grown(m); err != nil {
			return err
		}
		if day, err := rules.ParseDay(kept.From); err == nil {
			if kept.Expires, err = s.expiryOf(m, kept.Then, day); err != nil {
				return err
			}
		}
	} else if m.Number.IsZero() {
		return fault.New(fault.Invalid, "planner.member.number", "somebody who gets a document has no number")
	} else if kept.Expires, err = s.expiryOf(m, product, s.Today()); err != nil {
		return err
	}
	f.products, f.sealed = append(f.products, product), append(f.sealed, kept)
	return nil
}

// size is how many people get a document.
func (f form) size() int { return len(f.handed()) }

// handed are the products of those who get one, in their order.
func (f form) handed() (list []string) {
	for _, p := range f.products {
		if p != noProduct {
			list = append(list, p)
		}
	}
	return list
}

// encode writes down all that was sent: the same form again is the same text.
func (s *Store) encode(f *form) error {
	type sent struct {
		Members                      []sealedMember
		Papers                       []string
		Region, DeskLang, Lang, Door string
		Soon                         bool
		Email                        ident.Email
		Phone                        ident.Phone
		Received                     int64
	}
	all := sent{Region: f.Region, DeskLang: f.DeskLang, Lang: f.Lang, Door: string(f.Door), Soon: f.Soon, Email: f.Email, Phone: f.Phone,
		Received: max(0, f.Received.Unix())}
	for _, m := range f.Members {
		all.Members = append(all.Members, sealedMember{Name: m.Name, Birth: m.Birth, Number: m.Number})
		all.Papers = append(all.Papers, m.Document+" "+m.Expires.String())
	}
	text, err := cbor.Marshal(all)
	if err != nil {
		return fmt.Errorf("encode a form: %w", err)
	}
	f.sent = string(text)
	return nil
}

const selectOpenDraw = `SELECT ` + drawColumns + ` FROM draw WHERE state = 'open' AND closes_at > $1`

// take takes a form in, and returns its ask and the list of that.
func (s *Store) take(ctx context.Context, f form) (a askRow, list drawRow, err error) {
	fresh := s.fresh(f)
	var made string
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		a, made = fresh, fresh.ID
		members := s.membersOf(fresh.ID, f)
		// The count is a row of this claim: whoever sends the same form at the same moment
		// waits here, and then finds the ask that stands.
		if _, err := s.Tally.Add(ctx, tx, tallyClaim, string(members[0].Claim)); err != nil {
			return err
		}
		same, found, err := s.sameAsk(ctx, tx, members)
		if err != nil {
			return err
		}
		if found {
			made = same.ID
		}
		var isNew bool
		made, isNew, err = s.Once.Do(ctx, tx, once.Call{Route: routeAsk, Key: f.Key, Body: f.sent}, made)
		if err != nil || !isNew || found {
			return err
		}
		if err := s.countTries(ctx, tx, f); err != nil {
			return err
		}
		if err := s.redeem(ctx, tx, f); err != nil {
			return err
		}
		list, err = db.Get[drawRow](ctx, tx, selectOpenDraw, s.now())
		if fault.Is(err, fault.NotFound) {
			return errNoList
		}
		if err != nil {
			return fmt.Errorf("find the open list: %w", err)
		}
		a.DrawID = list.ID
		return s.insert(ctx, tx, a, f, members)
	})
	if err != nil || made == a.ID {
		return a, list, err
	}
	if a, err = s.ask(ctx, s.DB, made); err != nil {
		return a, list, err
	}
	list, err = db.Get[drawRow](ctx, s.DB, selectDraw, a.DrawID)
	return a, list, err
}

const (
	routeAsk   = "planner.ask"
	tallyClaim = "ask claim"
	tallyEmail = "ask email"
	tallyPhone = "ask phone"
	tallyHelps = "ask helper"

	// A helper may ask for many with one address.
	asksPerContact = 100 // a day
)

// countTries refuses to write to one address without end.
func (s *Store) countTries(ctx context.Context, tx *db.Tx, f form) error {
	if err := s.countHelped(ctx, tx, f); err != nil {
		return err
	}
	for _, contact := range [...]struct{ kind, text string }{{tallyEmail, f.Email.Reveal()}, {tallyPhone, f.Phone.Reveal()}} {
		if contact.text == "" {
			continue
		}
		today, err := s.Tally.Add(ctx, tx, contact.kind, contact.text)
		if err != nil {
			return err
		}
		if today > asksPerContact {
			return fault.New(fault.Throttled, "planner.many", "more than %d asks today for one address", asksPerContact)
		}
	}
	return nil
}

// fresh is the row of a form as it begins.
func (s *Store) fresh(f form) askRow {
	now := s.now()
	return askRow{ID: ident.NewID(s.Random, "ask"), Number: string(ident.NewCaseNumber(s.Random)), Ticket: s.newTicket(),
		Region: f.Region, Products: strings.Join(f.handed(), " "), Size: int64(f.size()), Lang: f.Lang, DeskLang: f.DeskLang,
		Door: string(f.Door), Soon: f.Soon, State: Waiting, NotBefore: now, CodeVersion: 1, AskedAt: s.askedAt(f), ChangedAt: now}
}

// newTicket makes what stands in the published list: 50 bits, in ten letters and digits. It
// is one character shorter than a number, and says nothing of it.
func (s *Store) newTicket() string {
	return string(ident.NewCaseNumber(s.Random))[:ticketLetters]
}

const ticketLetters = 10

func (s *Store) membersOf(askID string, f form) []member {
	all := make([]member, len(f.Members))
	for i, m := range f.Members {
		all[i] = member{int64(i + 1), s.sumOf(m.Number, askID, i), s.claimOf(f, m), f.products[i]}
	}
	return all
}

const (
	insertAsk = `
		INSERT INTO ask (id, number, ticket, draw_id, line, pack, region, products, size, lang, desk_lang, door, soon, state,
			laters, silences, not_before, why, code_version, tries, tries_day, asked_at, changed_at, closed_at, sealed)
		VALUES ($1, $2, $3, $4, NULL, $5, $6, $7, $8, $9, $10, $11, $12, 'waiting', 0, 0, $13, '', 1, 0, '', $15, $13, NULL, $14)`
	stillOpen = `SELECT count(*) AS n FROM draw WHERE id = $1 AND state = 'open'`
)

// insert makes the case: key, row, members, audit entry and figure.
func (s *Store) insert(ctx context.Context, tx *db.Tx, a askRow, f form, members []member) error {
	c, err := s.Vault.Create(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	sealed, err := c.Seal(purposeBody, sealedBody{Members: f.sealed, Email: f.Email, Phone: f.Phone})
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, insertAsk, a.ID, a.Number, a.Ticket, a.DrawID, s.Pack.ID, a.Region, a.Products, a.Size, a.Lang, a.DeskLang,
		a.Door, a.Soon, a.ChangedAt, sealed, a.AskedAt)
	if err != nil {
		return fmt.Errorf("keep ask: %w", err)
	}
	if err := s.checkOpen(ctx, tx, a.DrawID); err != nil {
		return err
	}
	if err := s.keepMembers(ctx, tx, a.ID, members); err != nil {
		return err
	}
	if err := s.keepPhone(ctx, tx, a.ID, f); err != nil {
		return err
	}
	entry := audit.Entry{Actor: f.by.id, Role: f.by.role, Act: "ask.submit", Object: a.ID, Result: a.Door, Sealer: c, Subject: "ask.submit"}
	if err := s.Audit.Add(ctx, tx, entry); err != nil {
		return err
	}
	return s.figure(ctx, tx, a.Region, figureAsked)
}

// checkOpen makes sure that an ask that was just put on a list is on an open one: the
// foreign key holds the list open until the end of the transaction, and made us wait while
// it was being closed.
func (s *Store) checkOpen(ctx context.Context, tx *db.Tx, drawID string) error {
	n, err := db.Get[int64](ctx, tx, stillOpen, drawID)
	if err != nil {
		return fmt.Errorf("look whether the list is open: %w", err)
	}
	if n == 0 {
		return errNoList
	}
	return nil
}
