package staff

import (
	"context"
	"fmt"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
)

// What is shown in a View. Other words are allowed; the daily report knows these.
const (
	ActDesk  = "desk"  // what a person told, candidates, marks
	ActPhoto = "photo" // a photo of a document
	ActPrint = "print" // a proof, to be printed
)

// View is one read of personal data.
type View struct {
	Lease  Lease
	Role   Role   // in which the member reads
	Act    string // what is shown, such as ActDesk; the entry says "view.desk"
	Object string // id of what is read: the case, or a part of it
}

const upsertBudget = `
	INSERT INTO staff_budget (staff_id, slot, n, expires_at) VALUES ($1, $2, 1, $3)
	ON CONFLICT (staff_id, slot) DO UPDATE SET n = staff_budget.n + 1
	RETURNING n`

// budgetLife is how long a count is of use: the day, and the next for the report.
const budgetLife = 48 * time.Hour

// View writes the audit entry of a read and counts it, in the caller's transaction:
// the caller commits before the bytes leave, and shows nothing when View or the commit
// fails. The lease must live and be the reader's, and the reader have the role and
// all else that work on cases needs, at this moment.
//
// A read beyond the budget of the hour or the day is a fault.Throttled
// "staff.budget". The caller returns the error from Update, which keeps that it was
// refused.
func (s *Store) View(ctx context.Context, tx *db.Tx, v View) error {
	l, err := s.lease(ctx, tx, v.Lease.StaffID, v.Lease.ID)
	if err != nil {
		return err
	}
	if _, err := s.atWork(ctx, tx, l.StaffID, v.Role); err != nil {
		if fault.Is(err, fault.Denied) {
			err = refuse(l.StaffID, v.Role, v.Object, l.ID, whyRights, err)
		}
		return err
	}
	if err := s.charge(ctx, tx, v, l); err != nil {
		return err
	}
	return s.Audit.Add(ctx, tx, audit.Entry{
		Actor: l.StaffID, Role: string(v.Role), Act: viewPrefix + v.Act, Object: v.Object, Lease: l.ID, Result: "ok"})
}

// charge counts a read. The counts are rows that a statement raises and reads at once,
// so that readers at one moment wait for each other and none slips through.
func (s *Store) charge(ctx context.Context, tx *db.Tx, v View, l Lease) error {
	now := s.now()
	at := now.In(s.Zone)
	for _, b := range []struct {
		slot string
		most int64
	}{
		{at.Format(time.DateOnly), s.Settings.PerDay},
		{at.Format("2006-01-02T15Z07"), s.Settings.PerHour}, // with the offset: an hour comes twice in autumn
	} {
		n, err := db.Get[int64](ctx, tx, upsertBudget, l.StaffID, b.slot, now.Add(budgetLife))
		if err != nil {
			return fmt.Errorf("count a read: %w", err)
		}
		if n > b.most {
			return refuse(l.StaffID, v.Role, v.Object, l.ID, whyBudget,
				fault.New(fault.Throttled, "staff.budget", "%s has read %d times, in %s", l.StaffID, b.most, b.slot))
		}
	}
	return nil
}
