package planner

import (
	"context"
	"time"

	"loket/internal/fault"
	"loket/internal/staff"
)

// OpenCode opens the ask of an appointment of today with the code that its person shows at
// a counter, signed or short. The person is compared with their document then, as after
// OpenAt: a code beside another person is worth nothing (P-70).
//
// A code that was used on another day is a fault.TooLate, and used is when that was; what
// was used today opens, and AtDesk shows it. Other codes that open nothing are a
// fault.TooLate that says why, or a fault.NotFound if they are not genuine, which is kept
// in the audit log.
func (s *Store) OpenCode(ctx context.Context, m staff.Member, typed string) (lease staff.Lease, used time.Time, err error) {
	if !m.Has(staff.Counter) {
		return lease, used, s.refuseDesk(ctx, m, staff.QueueCounter)
	}
	code, err := s.read(typed)
	if err != nil {
		return lease, used, err
	}
	row, found, err := s.find(ctx, code)
	if err != nil {
		return lease, used, err
	}
	verdict, today := s.verdict(code, row, found), s.day(row.StartsAt) == s.Today()
	switch {
	case verdict == False:
		if err := s.Staff.Refused(ctx, m, staff.Counter, "appointment", staff.WrongCode); err != nil {
			return lease, used, err
		}
		return lease, used, fault.New(fault.NotFound, "planner.code.false", "the code is not genuine")
	case verdict == Used && !today:
		return lease, row.ChangedAt.In(s.Zone), fault.New(fault.TooLate, "planner.code.used", "appointment %s was used", row.ID)
	case verdict == Moved:
		return lease, used, fault.New(fault.TooLate, "planner.code.moved", "appointment %s has a newer code", row.ID)
	case verdict == Gone:
		return lease, used, fault.New(fault.TooLate, "planner.code.gone", "the appointment is no more")
	case !today:
		return lease, used, fault.New(fault.TooLate, "planner.serve.day", "appointment %s is of another day", row.ID)
	}
	if err := s.sitsAt(m, row.LocationID); err != nil {
		return lease, used, err
	}
	lease, err = s.takeDesk(ctx, m, row.AskID)
	return lease, used, err
}
