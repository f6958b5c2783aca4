package request

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Act is something that a person can let a helper do for them. Opening messages, the
// registry and deciding are none of them.
type Act string

// The acts.
const (
	Apply  Act = "apply"    // send the form, and open the request again
	Follow Act = "follow"   // see how far it is
	Send   Act = "photos"   // send photos
	Leave  Act = "withdraw" // withdraw it
)

// Acts returns all acts.
func Acts() []Act { return []Act{Apply, Follow, Send, Leave} }

// MaxDays is how long a mandate lasts at most.
const MaxDays = 30

// Agreed is what a person agreed with a helper.
type Agreed struct {
	Scope []Act
	Days  int // 1 to MaxDays
}

// Mandate says that a helper may act for the person of one case.
type Mandate struct {
	ID      string
	CaseID  string
	Number  ident.CaseNumber
	Helper  string // pseudonym
	Scope   []Act
	Since   rules.Day
	Until   rules.Day // the last day
	Revoked bool
}

// May reports whether the scope has an act.
func (m Mandate) May(act Act) bool { return slices.Contains(m.Scope, act) }

func (a Agreed) check() error {
	known := func(act Act) bool { return slices.Contains(Acts(), act) }
	switch {
	case len(a.Scope) == 0 || slices.ContainsFunc(a.Scope, func(act Act) bool { return !known(act) }):
		return fault.New(fault.Invalid, "request.mandate.scope", "a mandate without a known act")
	case a.Days < 1 || a.Days > MaxDays:
		return fault.New(fault.Invalid, "request.mandate.days", "a mandate of %d days", a.Days)
	}
	return nil
}

const (
	insertMandate = `INSERT INTO mandate (id, case_id, staff_id, scope, made_at, until, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)`
	revokeOlder   = `UPDATE mandate SET revoked_at = $3 WHERE case_id = $1 AND staff_id = $2 AND revoked_at IS NULL`
	revokeOne     = `UPDATE mandate SET revoked_at = $3 WHERE case_id = $1 AND id = $2 AND revoked_at IS NULL`
	revokeAll     = `UPDATE mandate SET revoked_at = $2 WHERE case_id = $1 AND revoked_at IS NULL`

	mandateColumns = `
		SELECT mandate.id, mandate.case_id, request.number, mandate.staff_id, mandate.scope, mandate.made_at, mandate.until, mandate.revoked_at
		FROM mandate JOIN request ON request.id = mandate.case_id`
	selectMandate    = mandateColumns + ` WHERE mandate.id = $1`
	selectMandates   = mandateColumns + ` WHERE mandate.case_id = $1 ORDER BY mandate.made_at, mandate.id`
	selectMandatesOf = mandateColumns + `
		WHERE mandate.staff_id = $1 AND mandate.revoked_at IS NULL AND mandate.until > $2 ORDER BY mandate.until, mandate.id LIMIT 25`
)

type mandateRow struct {
	ID, CaseID, Number, StaffID, Scope string
	MadeAt, Until                      time.Time
	RevokedAt                          *time.Time
}

func (s *Store) mandateOf(r mandateRow) Mandate {
	m := Mandate{ID: r.ID, CaseID: r.CaseID, Number: ident.CaseNumber(r.Number), Helper: r.StaffID, Since: s.day(r.MadeAt),
		Until: s.day(r.Until.Add(-time.Second)), Revoked: r.RevokedAt != nil}
	for act := range strings.SplitSeq(r.Scope, " ") {
		m.Scope = append(m.Scope, Act(act))
	}
	return m
}

// grant keeps a mandate, in place of one that the helper had for the case, and tells the
// person.
func (s *Store) grant(ctx context.Context, tx *db.Tx, caseID, helper string, agreed Agreed) (string, error) {
	now := s.Now().Truncate(time.Second)
	if _, err := db.Exec(ctx, tx, revokeOlder, caseID, helper, now); err != nil {
		return "", fmt.Errorf("end the mandate before: %w", err)
	}
	var scope []string
	for _, act := range Acts() { // in one order, each once
		if slices.Contains(agreed.Scope, act) {
			scope = append(scope, string(act))
		}
	}
	until, err := time.ParseInLocation(time.DateOnly, s.Today().Add(agreed.Days).String(), s.Zone)
	if err != nil {
		return "", fmt.Errorf("find the end of a mandate: %w", err)
	}
	id := ident.NewID(s.Random, "man")
	if _, err := db.Exec(ctx, tx, insertMandate, id, caseID, helper, strings.Join(scope, " "), now, until); err != nil {
		return "", fmt.Errorf("keep mandate: %w", err)
	}
	if err := s.Mailbox.TellOfHelper(ctx, tx, caseID); err != nil {
		return "", err
	}
	return id, s.note(ctx, tx, caseID, helper, string(staff.Helper), "mandate.grant", strings.Join(scope, " "))
}

// Grant gives a helper a mandate for a case that is there, with the number and code that
// its person told them. The person is told.
func (s *Store) Grant(ctx context.Context, m staff.Member, number ident.CaseNumber, code ident.Code, agreed Agreed) (Mandate, error) {
	if !m.Has(staff.Helper) {
		return Mandate{}, s.refuseStaff(ctx, m, staff.Helper, "mandate")
	}
	if err := agreed.check(); err != nil {
		return Mandate{}, err
	}
	r, err := s.enterWith(ctx, m, staff.Helper, number, code)
	if err != nil {
		return Mandate{}, err
	}
	var id string
	err = s.DB.Update(ctx, func(tx *db.Tx) (err error) {
		id, err = s.grant(ctx, tx, r.ID, m.ID, agreed)
		return err
	})
	if err != nil {
		return Mandate{}, err
	}
	kept, err := db.Get[mandateRow](ctx, s.DB, selectMandate, id)
	return s.mandateOf(kept), err
}

// Mandates returns the mandates of a case, to its person.
func (s *Store) Mandates(ctx context.Context, number ident.CaseNumber, code ident.Code) ([]Mandate, error) {
	r, err := s.enter(ctx, number, code)
	if err != nil {
		return nil, err
	}
	return s.mandates(ctx, r.ID)
}

func (s *Store) mandates(ctx context.Context, caseID string) ([]Mandate, error) {
	rows, err := db.Select[mandateRow](ctx, s.DB, selectMandates, caseID)
	if err != nil {
		return nil, fmt.Errorf("find mandates: %w", err)
	}
	return s.mandatesOf(rows), nil
}

func (s *Store) mandatesOf(rows []mandateRow) []Mandate {
	list := make([]Mandate, 0, len(rows))
	for _, r := range rows {
		list = append(list, s.mandateOf(r))
	}
	return list
}

// Revoke ends a mandate, as the person of the case asks. With an empty id all end.
func (s *Store) Revoke(ctx context.Context, number ident.CaseNumber, code ident.Code, mandateID string) error {
	r, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		return s.revoke(ctx, tx, r.ID, mandateID, actor{audit.Applicant, roleSelf})
	})
}

func (s *Store) revoke(ctx context.Context, tx *db.Tx, caseID, mandateID string, by actor) (err error) {
	now := s.Now().Truncate(time.Second)
	ended := int64(1)
	if mandateID == "" {
		_, err = db.Exec(ctx, tx, revokeAll, caseID, now)
	} else {
		ended, err = db.Exec(ctx, tx, revokeOne, caseID, mandateID, now)
	}
	if err != nil {
		return fmt.Errorf("revoke mandate: %w", err)
	}
	if ended == 0 {
		return fault.New(fault.NotFound, "request.mandate.gone", "mandate %s is not there, or ended", mandateID)
	}
	return s.note(ctx, tx, caseID, by.id, by.role, "mandate.revoke", "ok")
}

// MandatesAt returns the mandates of the case of a lease.
func (s *Store) MandatesAt(ctx context.Context, m staff.Member, leaseID string) ([]Mandate, error) {
	t, err := s.takeAtCounter(ctx, m, leaseID, "")
	if err != nil {
		return nil, err
	}
	return s.mandates(ctx, t.request.ID)
}

// RevokeAt ends a mandate at the counter, as the person asks.
func (s *Store) RevokeAt(ctx context.Context, m staff.Member, leaseID, mandateID string) error {
	return s.atCounter(ctx, m, leaseID, func(tx *db.Tx, t task) error {
		return s.revoke(ctx, tx, t.request.ID, mandateID, actor{m.ID, string(staff.Counter)})
	})
}

// MandatesOf returns the living mandates of a helper: numbers and days, no names; at
// most 25, those that end first.
func (s *Store) MandatesOf(ctx context.Context, m staff.Member) ([]Mandate, error) {
	rows, err := db.Select[mandateRow](ctx, s.DB, selectMandatesOf, m.ID, s.Now())
	if err != nil {
		return nil, fmt.Errorf("find mandates of a helper: %w", err)
	}
	return s.mandatesOf(rows), nil
}

// Acting returns a mandate that lives, is the helper's and has the act in its scope, with
// an audit entry; else it is a fault.Denied, which has one too. Every act of a helper
// begins with it.
func (s *Store) Acting(ctx context.Context, m staff.Member, mandateID string, act Act) (Mandate, error) {
	mandate, _, err := s.acting(ctx, m, mandateID, act)
	return mandate, err
}

func (s *Store) acting(ctx context.Context, m staff.Member, mandateID string, act Act) (Mandate, row, error) {
	kept, err := db.Get[mandateRow](ctx, s.DB, selectMandate, mandateID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Mandate{}, row{}, fmt.Errorf("find mandate: %w", err)
	}
	mandate := s.mandateOf(kept)
	if err != nil || !m.Has(staff.Helper) || kept.StaffID != m.ID || kept.RevokedAt != nil || !kept.Until.After(s.Now()) || !mandate.May(act) {
		object := kept.CaseID
		if object == "" {
			object = "mandate"
		}
		if kept := s.Staff.Refused(ctx, m, staff.Helper, object, "mandate"); kept != nil {
			return Mandate{}, row{}, kept
		}
		return Mandate{}, row{}, fault.New(fault.Denied, "request.mandate.none", "%s has no mandate for this", m.ID)
	}
	r, err := db.Get[row](ctx, s.DB, selectRequest, kept.CaseID)
	if err != nil {
		return Mandate{}, row{}, fmt.Errorf("find request of a mandate: %w", err)
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		return s.note(ctx, tx, r.ID, m.ID, string(staff.Helper), "mandate.use", string(act))
	})
	return mandate, r, err
}

// FollowFor returns how far a case is, to a helper who may follow it.
func (s *Store) FollowFor(ctx context.Context, m staff.Member, mandateID string) (Status, error) {
	_, r, err := s.acting(ctx, m, mandateID, Follow)
	if err != nil {
		return Status{}, err
	}
	return s.statusOf(ctx, r)
}

// ReopenFor opens a case again, for a helper who may apply.
func (s *Store) ReopenFor(ctx context.Context, m staff.Member, mandateID string) error {
	_, r, err := s.acting(ctx, m, mandateID, Apply)
	if err != nil {
		return err
	}
	return s.reopen(ctx, r, actor{m.ID, string(staff.Helper)})
}

// WithdrawFor withdraws a case, for a helper who may.
func (s *Store) WithdrawFor(ctx context.Context, m staff.Member, mandateID string) error {
	_, r, err := s.acting(ctx, m, mandateID, Leave)
	if err != nil {
		return err
	}
	return s.withdraw(ctx, r, actor{m.ID, string(staff.Helper)})
}
