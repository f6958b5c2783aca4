package staff_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/staff"
)

const (
	countViews = `SELECT count(*) AS n FROM audit_entry WHERE actor = $1 AND act LIKE 'view.%'`
	hideLog    = `ALTER TABLE audit_entry RENAME TO audit_entry_gone`
	showLog    = `ALTER TABLE audit_entry_gone RENAME TO audit_entry`
)

// V16.3.2: fifty readers at once, of two processes: each read has its entry, and none
// is beyond the budget.
func TestEveryReadHasItsEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.parts.Settings = staff.Settings{PerHour: 30, PerDay: 300}
		w.restart()
		second, err := staff.NewStore(w.parts)
		must(t, err)
		p := w.hire(staff.Checker)
		l, err := w.take(p, staff.QueueCheck, object(0))
		must(t, err)
		var shown, stopped atomic.Int64
		var running sync.WaitGroup
		for i := range 50 {
			store := []*staff.Store{w.store, second}[i%2]
			running.Go(func() {
				err := store.Update(t.Context(), func(tx *db.Tx) error {
					return store.View(t.Context(), tx, staff.View{Lease: l, Role: staff.Checker, Act: staff.ActDesk, Object: l.Object})
				})
				switch {
				case err == nil:
					shown.Add(1)
				case fault.Is(err, fault.Throttled):
					stopped.Add(1)
				default:
					t.Errorf("view: %v", err)
				}
			})
		}
		running.Wait()
		written, err := db.Get[int64](t.Context(), d, countViews, p.ID)
		must(t, err)
		if shown.Load() != 30 || written != 30 || stopped.Load() != 20 {
			t.Errorf("%d shown, %d written down, %d stopped; want 30, 30 and 20", shown.Load(), written, stopped.Load())
		}
		if n := len(w.entries("staff.refused")); n != 20 {
			t.Errorf("%d entries of what was refused, want 20", n)
		}
	})
}

// T9: a budget for the hour and one for the day.
func TestBudget(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.parts.Settings = staff.Settings{PerHour: 3, PerDay: 5}
		w.restart()
		p, other := w.hire(staff.Checker), w.hire(staff.Checker)
		read := func(who *person, object string) error {
			l, err := w.take(who, staff.QueueCheck, object)
			must(t, err)
			return w.view(l, staff.Checker, staff.ActDesk, l.Object)
		}
		for range 3 {
			must(t, read(p, object(0)))
		}
		refused(t, read(p, object(0)), fault.Throttled, "staff.budget")
		must(t, read(other, object(1))) // each has their own
		w.clock.Advance(time.Hour)
		for range 2 {
			must(t, read(p, object(0)))
		}
		refused(t, read(p, object(0)), fault.Throttled, "staff.budget")
		w.clock.Advance(24 * time.Hour)
		must(t, read(p, object(0)))
	})
}

// V16.5.3: no audit, no data.
func TestWhatCannotBeWrittenDownIsNotRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.hire(staff.Checker)
		l, err := w.take(p, staff.QueueCheck, object(0))
		must(t, err)
		must(t, w.view(l, staff.Checker, staff.ActDesk, l.Object))
		must(t, d.Update(t.Context(), func(tx *db.Tx) error {
			_, err := db.Exec(t.Context(), tx, hideLog)
			return err
		}))
		if err := w.view(l, staff.Checker, staff.ActDesk, l.Object); err == nil {
			t.Error("a read without an entry")
		}
		if _, err := w.store.Lease(t.Context(), d, p.Member, "lease_guessed"); fault.Of(err) != fault.Internal {
			t.Errorf("a refusal without an entry: %v", err)
		}
		must(t, d.Update(t.Context(), func(tx *db.Tx) error {
			_, err := db.Exec(t.Context(), tx, showLog)
			return err
		}))
	})
}

// V8.3.2: rights are those of the moment, not of the sign-in. G-55: an untrained member reads nothing.
func TestRightsOfTheMoment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.hire(staff.Checker)
		l, err := w.take(p, staff.QueueCheck, object(0))
		must(t, err)
		refused(t, w.view(l, staff.Approver, staff.ActDesk, l.Object), fault.Denied, "staff.role.missing")
		must(t, w.view(l, staff.Checker, staff.ActDesk, l.Object))
		must(t, w.store.SetRoles(t.Context(), audit.System, p.ID, []staff.Role{staff.Counter}, staff.Answer{}))
		refused(t, w.view(l, staff.Checker, staff.ActDesk, l.Object), fault.Denied, "staff.role.missing")

		p = w.hire(staff.Checker)
		w.clock.Advance(time.Date(2022, 6, 30, 9, 0, 0, 0, time.UTC).Sub(w.clock.Now()))
		l, err = w.take(p, staff.QueueCheck, object(1))
		must(t, err)
		_, err = w.store.Member(t.Context(), p.ID)
		must(t, err) // the last day counts
		w.clock.Advance(24 * time.Hour)
		refused(t, w.view(l, staff.Checker, staff.ActDesk, l.Object), fault.Denied, "staff.lease.over")
		_, err = w.store.Member(t.Context(), p.ID)
		refused(t, err, fault.Denied, "staff.training")
		_, err = w.take(p, staff.QueueCheck, object(1))
		refused(t, err, fault.Denied, "staff.training")
	})
}
