package staff_test

import (
	"sync"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/staff"
)

// T8: work comes as a lease, one of an object and one of a member and queue.
func TestLease(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p, other := w.hire(staff.Checker, staff.Counter), w.hire(staff.Checker)
		l, err := w.take(p, staff.QueueCheck, object(0))
		must(t, err)
		if l.Until.Sub(l.Taken) != 30*time.Minute {
			t.Errorf("a lease of %v", l.Until.Sub(l.Taken))
		}
		again, err := w.take(p, staff.QueueCheck, object(0))
		must(t, err)
		if again != l {
			t.Errorf("taken again: %+v, want %+v", again, l)
		}
		_, err = w.take(other, staff.QueueCheck, object(0))
		refused(t, err, fault.TooLate, "staff.lease.taken")
		_, err = w.take(p, staff.QueueCheck, object(1))
		refused(t, err, fault.Taken, "staff.lease.other")
		_, err = w.take(p, staff.QueueCounter, object(1))
		must(t, err)
		_, err = w.take(p, staff.QueueApprove, object(2)) // G-55
		refused(t, err, fault.Denied, "staff.role.missing")

		got, err := w.store.Living(t.Context(), d, p.Member, staff.QueueCheck)
		must(t, err)
		if got != l {
			t.Errorf("in hand %+v, want %+v", got, l)
		}
		must(t, w.release(l, staff.Done))
		refused(t, w.release(l, staff.Done), fault.TooLate, "staff.lease.over")
		_, err = w.store.Living(t.Context(), d, p.Member, staff.QueueCheck)
		refused(t, err, fault.NotFound, "fault.not-found")
		_, err = w.take(other, staff.QueueCheck, object(0))
		must(t, err)
		if n := len(w.entries("lease.take")); n != 3 {
			t.Errorf("%d entries of three leases", n)
		}
		w.checked()
	})
}

// V8.2.2: the lease of somebody else opens nothing, and that it was tried is kept.
func TestALeaseOfSomebodyElse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p, other := w.hire(staff.Checker), w.hire(staff.Checker)
		l, err := w.take(p, staff.QueueCheck, object(0))
		must(t, err)
		got, err := w.store.Lease(t.Context(), d, p.Member, l.ID)
		must(t, err)
		if got != l {
			t.Errorf("found %+v, want %+v", got, l)
		}
		_, err = w.store.Lease(t.Context(), d, other.Member, l.ID)
		refused(t, err, fault.Denied, "staff.lease.none")
		err = w.update(func(tx *db.Tx) error {
			_, err := w.store.Lease(t.Context(), tx, other.Member, "lease_guessed")
			return err
		})
		refused(t, err, fault.Denied, "staff.lease.none")
		stolen := l
		stolen.StaffID = other.ID
		refused(t, w.view(stolen, staff.Checker, staff.ActDesk, l.Object), fault.Denied, "staff.lease.none")
		refused(t, w.release(stolen, staff.Done), fault.TooLate, "staff.lease.over")

		w.clock.Advance(30 * time.Minute)
		_, err = w.store.Lease(t.Context(), d, p.Member, l.ID)
		refused(t, err, fault.Denied, "staff.lease.over")
		refused(t, w.view(l, staff.Checker, staff.ActDesk, l.Object), fault.Denied, "staff.lease.over")
		var words []string
		for _, e := range w.entries("staff.refused") {
			words = append(words, e.Result)
		}
		if len(words) != 5 {
			t.Errorf("kept of what was refused: %v", words)
		}
	})
}

func TestAnOldLeaseFreesItsObject(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p, other := w.hire(staff.Checker), w.hire(staff.Checker)
		l, err := w.take(p, staff.QueueCheck, object(0))
		must(t, err)
		w.clock.Advance(30*time.Minute - time.Second)
		_, err = w.take(other, staff.QueueCheck, object(0))
		refused(t, err, fault.TooLate, "staff.lease.taken")
		w.clock.Advance(time.Second)
		refused(t, w.release(l, staff.Done), fault.TooLate, "staff.lease.over")
		_, err = w.take(other, staff.QueueCheck, object(0))
		must(t, err)
		_, err = w.take(p, staff.QueueCheck, object(1)) // nor does it hold its owner
		must(t, err)
		w.checked()
	})
}

// Exactly one of many gets an object: two stores, as in two processes, on one database.
func TestARaceForOneObject(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		second, err := staff.NewStore(w.parts)
		must(t, err)
		var members []*person
		for range 8 {
			members = append(members, w.hire(staff.Checker))
		}
		for round := range 5 {
			var mu sync.Mutex
			var won []staff.Lease
			var running sync.WaitGroup
			for i, p := range members {
				store := []*staff.Store{w.store, second}[i%2]
				running.Go(func() {
					err := store.Update(t.Context(), func(tx *db.Tx) error {
						l, err := store.Take(t.Context(), tx, p.Member, staff.QueueCheck, object(byte(round)))
						if err == nil {
							mu.Lock()
							defer mu.Unlock()
							won = append(won, l)
						}
						return err
					})
					if err != nil && !fault.Is(err, fault.TooLate) {
						t.Errorf("take: %v", err)
					}
				})
			}
			running.Wait()
			if len(won) != 1 {
				t.Fatalf("%d members have the object", len(won))
			}
			must(t, w.release(won[0], staff.Left))
		}
		w.checked()
	})
}
