package planner

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/staff"
)

// Hand says that the document of one of the people of the ask at the desk was seen, and
// that they got what they came for. Saying it again changes nothing: AtDesk shows when it
// was. It is a fault.TooLate for whoever has no appointment today, and a fault.Denied at
// another location than the member's.
func (s *Store) Hand(ctx context.Context, m staff.Member, leaseID string, memberN int) error {
	c, _, err := s.turnAt(ctx, m, leaseID, memberN)
	if err != nil {
		return err
	}
	return s.handOver(ctx, m, c.ID)
}

// turnAt returns the appointment of today of one of the people of the ask at the desk.
func (s *Store) turnAt(ctx context.Context, m staff.Member, leaseID string, memberN int) (comes, staff.Lease, error) {
	lease, err := s.deskLease(ctx, s.DB, m, leaseID)
	if err != nil {
		return comes{}, lease, err
	}
	list, err := s.today(ctx, lease.Object)
	if err != nil {
		return comes{}, lease, err
	}
	i := slices.IndexFunc(list, func(c comes) bool { return c.Member == memberN })
	if i < 0 {
		return comes{}, lease, fault.New(fault.TooLate, "planner.serve.day", "person %d of %s has no appointment today", memberN, lease.Object)
	}
	return list[i], lease, s.sitsAt(m, list[i].LocationID)
}

// Why somebody is turned away at the counter.
const (
	NoDocument    = "no-document"    // none was shown
	OtherName     = "other-name"     // it names somebody else, or another birth date
	OtherFace     = "other-face"     // it is not of who shows it
	ForSomebody   = "for-somebody"   // who is here comes for somebody who is not
	OtherDocument = "other-document" // it is not one with which this is handed out
)

// TurnReasons returns why somebody can be turned away.
func TurnReasons() []string {
	return []string{NoDocument, OtherName, OtherFace, ForSomebody, OtherDocument}
}

// TurnAway keeps in the audit log that one of the people of the ask at the desk was not
// helped, and why, which is one of TurnReasons. Nothing else changes: whoever has the
// appointment can still come.
func (s *Store) TurnAway(ctx context.Context, m staff.Member, leaseID string, memberN int, why string) error {
	if !slices.Contains(TurnReasons(), why) {
		return fault.New(fault.Invalid, "planner.desk.why", "no such reason to turn somebody away")
	}
	c, lease, err := s.turnAt(ctx, m, leaseID, memberN)
	if err != nil {
		return err
	}
	if c.State == string(Served) {
		return fault.New(fault.TooLate, "planner.desk.served", "appointment %s was served", c.ID)
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error { return s.noteDesk(ctx, tx, lease, "ask.turn-away", lease.Object, why) })
}

// LeaveDesk ends a lease: the person has gone.
func (s *Store) LeaveDesk(ctx context.Context, m staff.Member, leaseID string) error {
	lease, err := s.deskLease(ctx, s.DB, m, leaseID)
	if err != nil {
		return err
	}
	list, err := s.today(ctx, lease.Object)
	if err != nil {
		return err
	}
	result := staff.Left
	if slices.ContainsFunc(list, func(c comes) bool { return c.State == string(Served) }) {
		result = staff.Done
	}
	return s.Staff.Update(ctx, func(tx *db.Tx) error { return s.Staff.Release(ctx, tx, lease, result) })
}

// Outside is how many slots of a location are somebody's, and are not in a plan.
type Outside struct{ Offered, Booked int }

const selectTaken = `
	SELECT ` + slotColumns + ` FROM slot
	WHERE location_id = $1 AND state IN ('offered', 'booked') AND starts_at > $2 ORDER BY starts_at, desk`

// Outside counts the slots to come that are offered or booked at a location and that it
// would not have if it stood like l. A change of its plan leaves them as they are: their
// people come to a desk that is not there, unless somebody tells them.
func (s *Store) Outside(ctx context.Context, l location.Location) (out Outside, err error) {
	rows, err := db.Select[slotRow](ctx, s.DB, selectTaken, l.ID, s.now())
	if err != nil {
		return out, fmt.Errorf("find slots that are somebody's: %w", err)
	}
	planned := map[string][]location.Slot{}
	for _, row := range rows {
		if _, known := planned[row.Day]; !known {
			planned[row.Day] = l.Slots(s.day(row.StartsAt), s.Zone)
		}
		if _, in := find(planned[row.Day], row); in {
			continue
		}
		if row.State == "booked" {
			out.Booked++
		} else {
			out.Offered++
		}
	}
	return out, nil
}
