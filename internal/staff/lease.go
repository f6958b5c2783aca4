package staff

import (
	"context"
	"fmt"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
)

// Results with which a lease ends. Other areas may end one with a word of their own;
// what is neither Left nor Expired nor Ended counts as work done.
const (
	Done    = "done"
	Left    = "left"     // put back without a result
	Expired = "expired"  // nobody ended it in time
	Ended   = "disabled" // the account ended
)

// Lease is one object that one member has in hand for 30 minutes.
type Lease struct {
	ID      string
	StaffID string
	Queue   string
	Object  string // id of the case, in every queue
	Taken   time.Time
	Until   time.Time
}

// queueRoles says for which roles the leases of a queue are.
func queueRoles(queue string) []Role {
	switch queue {
	case QueueIntake:
		return []Role{Intake}
	case QueueCheck:
		return []Role{Checker}
	case QueueApprove:
		return []Role{Approver}
	case QueueCounter:
		return []Role{Counter}
	case QueueHelper:
		return []Role{Helper}
	}
	return nil
}

const (
	expireLeases = `
		UPDATE lease SET ended_at = until, result = 'expired'
		WHERE ended_at IS NULL AND until <= $4 AND (object = $1 OR (staff_id = $2 AND queue = $3))`
	insertLease = `
		INSERT INTO lease (id, staff_id, queue, object, taken_at, until, ended_at, result)
		VALUES ($1, $2, $3, $4, $5, $6, NULL, '') ON CONFLICT DO NOTHING`
	selectInQueue = `
		SELECT id, staff_id, queue, object, taken_at, until FROM lease
		WHERE staff_id = $1 AND queue = $2 AND ended_at IS NULL AND until > $3`
	selectLease = `
		SELECT id, staff_id, queue, object, taken_at, until, coalesce(CASE WHEN ended_at IS NULL AND until > $2 THEN 1 ELSE 0 END, 0) AS living
		FROM lease WHERE id = $1`
	endLease = `
		UPDATE lease SET ended_at = $3, result = $4
		WHERE id = $1 AND staff_id = $2 AND ended_at IS NULL AND until > $3`
)

type leaseRow struct {
	ID      string
	StaffID string
	Queue   string
	Object  string
	TakenAt time.Time
	Until   time.Time
}

func (r leaseRow) lease() Lease { return Lease{r.ID, r.StaffID, r.Queue, r.Object, r.TakenAt, r.Until} }

// Take gives a member an object of a queue, for 30 minutes. An object has one living
// lease and a member one in each queue: the database decides who was first. Who has
// the object already gets the same lease again. Held by somebody else it is a
// fault.TooLate; with another object of the queue in hand it is a fault.Taken.
//
// A query that looks for work leaves out what has a lease that is neither ended nor
// over: ended_at IS NULL AND until > now.
func (s *Store) Take(ctx context.Context, tx *db.Tx, m Member, queue, object string) (Lease, error) {
	if _, err := s.atWork(ctx, tx, m.ID, queueRoles(queue)...); err != nil {
		if fault.Is(err, fault.Denied) {
			err = refuse(m.ID, "", object, "", whyRights, err)
		}
		return Lease{}, err
	}
	now := s.now()
	if _, err := db.Exec(ctx, tx, expireLeases, object, m.ID, queue, now); err != nil {
		return Lease{}, fmt.Errorf("end old leases: %w", err)
	}
	l := Lease{ident.NewID(s.Random, "lease"), m.ID, queue, object, now, now.Add(s.life.lease)}
	n, err := db.Exec(ctx, tx, insertLease, l.ID, l.StaffID, l.Queue, l.Object, l.Taken, l.Until)
	if err != nil {
		return Lease{}, fmt.Errorf("take lease: %w", err)
	}
	if n == 0 {
		return s.inHand(ctx, tx, m, queue, object)
	}
	err = s.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: string(queueRoles(queue)[0]), Act: actTake, Object: object, Lease: l.ID, Result: "ok"})
	return l, err
}

// inHand is the answer to a member for whom no new lease could be made.
func (s *Store) inHand(ctx context.Context, tx *db.Tx, m Member, queue, object string) (Lease, error) {
	l, err := s.Living(ctx, tx, m, queue)
	switch {
	case fault.Is(err, fault.NotFound):
		return Lease{}, fault.New(fault.TooLate, "staff.lease.taken", "somebody has %s in hand", object)
	case err != nil:
		return Lease{}, err
	case l.Object != object:
		return Lease{}, fault.New(fault.Taken, "staff.lease.other", "%s has %s in hand", m.ID, l.Object)
	}
	return l, nil
}

// Living returns what the member has in hand from a queue; nothing is a fault.NotFound.
func (s *Store) Living(ctx context.Context, q db.Queryer, m Member, queue string) (Lease, error) {
	r, err := db.Get[leaseRow](ctx, q, selectInQueue, m.ID, queue, s.now())
	if err != nil {
		return Lease{}, fmt.Errorf("find living lease: %w", err)
	}
	return r.lease(), nil
}

type foundLease struct {
	leaseRow
	Living int64
}

// Lease returns a lease that is the member's and lives. Anything else is a
// fault.Denied and an audit entry, with the key staff.lease.over when it is the
// member's own and over. With a *db.Tx the entry is kept by Update, whose function
// returns the error.
func (s *Store) Lease(ctx context.Context, q db.Queryer, m Member, leaseID string) (Lease, error) {
	l, err := s.lease(ctx, q, m.ID, leaseID)
	if _, inTx := q.(*db.Tx); !inTx {
		err = s.keepRefusal(ctx, err)
	}
	return l, err
}

func (s *Store) lease(ctx context.Context, q db.Queryer, staffID, leaseID string) (Lease, error) {
	r, err := db.Get[foundLease](ctx, q, selectLease, leaseID, s.now())
	switch {
	case fault.Is(err, fault.NotFound):
		return Lease{}, refuse(staffID, "", "", "", whyLease, denied("staff.lease.none", "no such lease"))
	case err != nil:
		return Lease{}, fmt.Errorf("find lease: %w", err)
	case r.StaffID != staffID:
		return Lease{}, refuse(staffID, "", r.Object, r.ID, whyLease, denied("staff.lease.none", "lease %s is not of %s", r.ID, staffID))
	case r.Living == 0:
		return Lease{}, refuse(staffID, "", r.Object, r.ID, whyOver, denied("staff.lease.over", "lease %s is over", r.ID))
	}
	return r.lease(), nil
}

// Release ends a lease with one of the results. One that ended before, or is over, is
// a fault.TooLate, so that nothing is decided under it.
func (s *Store) Release(ctx context.Context, tx *db.Tx, l Lease, result string) error {
	n, err := db.Exec(ctx, tx, endLease, l.ID, l.StaffID, s.now(), result)
	if err != nil {
		return fmt.Errorf("end lease: %w", err)
	}
	if n == 0 {
		return fault.New(fault.TooLate, "staff.lease.over", "lease %s has ended", l.ID)
	}
	role := "staff"
	if roles := queueRoles(l.Queue); roles != nil {
		role = string(roles[0])
	}
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: l.StaffID, Role: role, Act: actEnd, Object: l.Object, Lease: l.ID, Result: result})
}
