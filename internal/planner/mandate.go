package planner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Act is something that a person can let a helper do with their ask (decision 017). There
// is none that shows a name, a number or a code.
type Act string

// The acts.
const (
	MayApply  Act = "apply"    // ask, and wake an ask that rests
	MayFollow Act = "follow"   // see how it stands, and the open offer
	MayAnswer Act = "answer"   // answer offers, move or cancel an appointment
	MayLeave  Act = "withdraw" // end the ask
)

// Acts returns all acts.
func Acts() []Act { return []Act{MayApply, MayFollow, MayAnswer, MayLeave} }

// MaxMandate is how many days a mandate lasts at most.
const MaxMandate = 30

// Agreed is what a person agreed with a helper.
type Agreed struct {
	Scope []Act
	Days  int // 1 to MaxMandate
}

// Mandate says that a helper may act for the people of one ask.
type Mandate struct {
	ID      string
	Number  ident.CaseNumber // of the ask
	Helper  string           // pseudonym
	Scope   []Act
	Since   rules.Day
	Until   rules.Day // the last day
	Revoked bool

	askID string
}

// May reports whether the scope has an act.
func (m Mandate) May(act Act) bool { return slices.Contains(m.Scope, act) }

func (a Agreed) check() error {
	known := func(act Act) bool { return slices.Contains(Acts(), act) }
	switch {
	case len(a.Scope) == 0 || slices.ContainsFunc(a.Scope, func(act Act) bool { return !known(act) }):
		return fault.New(fault.Invalid, "request.mandate.scope", "a mandate without a known act")
	case a.Days < 1 || a.Days > MaxMandate:
		return fault.New(fault.Invalid, "request.mandate.days", "a mandate of %d days", a.Days)
	}
	return nil
}

// The table is that of the mandates for requests: a case is a case.
const (
	insertMandate = `INSERT INTO mandate (id, case_id, staff_id, scope, made_at, until, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)`
	revokeOlder   = `UPDATE mandate SET revoked_at = $3 WHERE case_id = $1 AND staff_id = $2 AND revoked_at IS NULL`
	revokeOne     = `UPDATE mandate SET revoked_at = $3 WHERE case_id = $1 AND id = $2 AND revoked_at IS NULL`

	mandateColumns = `
		SELECT mandate.id, mandate.case_id, ask.number, mandate.staff_id, mandate.scope, mandate.made_at, mandate.until, mandate.revoked_at
		FROM mandate JOIN ask ON ask.id = mandate.case_id`
	selectMandate  = mandateColumns + ` WHERE mandate.id = $1`
	selectMandates = mandateColumns + ` WHERE mandate.case_id = $1 ORDER BY mandate.made_at, mandate.id`
)

type mandateRow struct {
	ID, CaseID, Number, StaffID, Scope string
	MadeAt, Until                      time.Time
	RevokedAt                          *time.Time
}

func (s *Store) mandateOf(r mandateRow) Mandate {
	m := Mandate{ID: r.ID, Number: ident.CaseNumber(r.Number), Helper: r.StaffID, Since: s.day(r.MadeAt),
		Until: s.day(r.Until.Add(-time.Second)), Revoked: r.RevokedAt != nil, askID: r.CaseID}
	for act := range strings.SplitSeq(r.Scope, " ") {
		m.Scope = append(m.Scope, Act(act))
	}
	return m
}

// Grant gives a helper a mandate for an ask, with the number and the code that its person
// told them, in place of one that the helper had. The person is told that somebody may act
// for them.
func (s *Store) Grant(ctx context.Context, m staff.Member, number ident.CaseNumber, code ident.Code, agreed Agreed) (Mandate, error) {
	if !m.Has(staff.Helper) {
		return Mandate{}, s.refuseRole(ctx, m, staff.Helper, "mandate")
	}
	if err := agreed.check(); err != nil {
		return Mandate{}, err
	}
	a, err := s.enterAt(ctx, m, staff.Helper, number, code)
	if err != nil {
		return Mandate{}, err
	}
	id := ident.NewID(s.Random, "man")
	err = s.DB.Update(ctx, func(tx *db.Tx) error { return s.grant(ctx, tx, id, a.ID, m.ID, agreed) })
	if err != nil {
		return Mandate{}, err
	}
	kept, err := db.Get[mandateRow](ctx, s.DB, selectMandate, id)
	return s.mandateOf(kept), err
}

func (s *Store) grant(ctx context.Context, tx *db.Tx, id, askID, helper string, agreed Agreed) error {
	now := s.now()
	if _, err := db.Exec(ctx, tx, revokeOlder, askID, helper, now); err != nil {
		return fmt.Errorf("end the mandate before: %w", err)
	}
	var scope []string
	for _, act := range Acts() { // in one order, each once
		if slices.Contains(agreed.Scope, act) {
			scope = append(scope, string(act))
		}
	}
	until := s.midnight(s.Today().Add(agreed.Days))
	if _, err := db.Exec(ctx, tx, insertMandate, id, askID, helper, strings.Join(scope, " "), now, until); err != nil {
		return fmt.Errorf("keep mandate: %w", err)
	}
	if err := s.Mailbox.TellOfHelper(ctx, tx, askID); err != nil {
		return err
	}
	return s.noteBy(ctx, tx, actor{id: helper, role: string(staff.Helper)}, askID, "mandate.grant", strings.Join(scope, " "))
}

// Revoke ends a mandate, as the person of the ask wants. One that has ended is a
// fault.NotFound.
func (s *Store) Revoke(ctx context.Context, number ident.CaseNumber, code ident.Code, mandateID string) error {
	a, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.revoke(ctx, a.ID, mandateID, self)
}

// RevokeAt is Revoke at the desk.
func (s *Store) RevokeAt(ctx context.Context, m staff.Member, leaseID, mandateID string) error {
	a, lease, err := s.deskAsk(ctx, m, leaseID)
	if err != nil {
		return err
	}
	return s.revoke(ctx, a.ID, mandateID, seated(lease))
}

// EndMandate ends a mandate as its helper wishes: who helps no more keeps nothing.
func (s *Store) EndMandate(ctx context.Context, m staff.Member, mandateID string) error {
	kept, err := db.Get[mandateRow](ctx, s.DB, selectMandate, mandateID)
	if fault.Is(err, fault.NotFound) || err == nil && kept.StaffID != m.ID {
		return fault.New(fault.Denied, "request.mandate.none", "%s has no such mandate", m.ID)
	}
	if err != nil {
		return fmt.Errorf("find mandate: %w", err)
	}
	return s.revoke(ctx, kept.CaseID, mandateID, actor{id: m.ID, role: string(staff.Helper)})
}

func (s *Store) revoke(ctx context.Context, askID, mandateID string, by actor) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		ended, err := db.Exec(ctx, tx, revokeOne, askID, mandateID, s.now())
		if err != nil {
			return fmt.Errorf("revoke mandate: %w", err)
		}
		if ended == 0 {
			return fault.New(fault.NotFound, "request.mandate.gone", "mandate %s is not there, or ended", mandateID)
		}
		return s.noteBy(ctx, tx, by, askID, "mandate.revoke", "ok")
	})
}

// Others are the people who may act, or acted, for those of an ask.
type Others struct {
	Mandates []Mandate // that live
	Acts     []Deed    // newest first, at most fifty
}

// Deed is something that somebody did with an ask for its people.
type Deed struct {
	At   time.Time
	Role staff.Role // Counter or Helper
	Act  string     // the end of its name in the audit log: submit, answer, move, keep, cancel, withdraw, wake, open, look, grant, revoke
}

const selectDeeds = `
	SELECT at, role, act FROM audit_entry
	WHERE object = $1 AND role IN ('counter', 'helper') AND (act = 'mandate.use' AND result = 'follow'
		OR act IN ('ask.submit', 'ask.open', 'ask.answer', 'ask.move', 'ask.keep', 'ask.cancel', 'ask.withdraw', 'ask.wake', 'mandate.grant', 'mandate.revoke'))
	ORDER BY at DESC, id LIMIT 50`

type deedRow struct {
	At        time.Time
	Role, Act string
}

// Others returns who may act for the people of an ask and what was done for them, to one
// of them.
func (s *Store) Others(ctx context.Context, number ident.CaseNumber, code ident.Code) (Others, error) {
	a, err := s.enter(ctx, number, code)
	if err != nil {
		return Others{}, err
	}
	return s.others(ctx, a.ID)
}

// OthersAt is Others at the desk.
func (s *Store) OthersAt(ctx context.Context, m staff.Member, leaseID string) (Others, error) {
	a, _, err := s.deskAsk(ctx, m, leaseID)
	if err != nil {
		return Others{}, err
	}
	return s.others(ctx, a.ID)
}

func (s *Store) others(ctx context.Context, askID string) (o Others, err error) {
	rows, err := db.Select[mandateRow](ctx, s.DB, selectMandates, askID)
	if err != nil {
		return o, fmt.Errorf("find mandates: %w", err)
	}
	for _, r := range rows {
		if r.RevokedAt == nil && r.Until.After(s.Now()) {
			o.Mandates = append(o.Mandates, s.mandateOf(r))
		}
	}
	deeds, err := db.Select[deedRow](ctx, s.DB, selectDeeds, askID)
	if err != nil {
		return o, fmt.Errorf("find what was done for somebody: %w", err)
	}
	for _, d := range deeds {
		_, act, _ := strings.Cut(d.Act, ".")
		if act == "use" {
			act = "look"
		}
		o.Acts = append(o.Acts, Deed{d.At.In(s.Zone), staff.Role(d.Role), act})
	}
	return o, nil
}
