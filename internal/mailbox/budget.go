package mailbox

import (
	"context"

	"loket/internal/db"
	"loket/internal/fault"
)

// codesPerPhone is how many codes go to one phone on a day. A helper's phone serves
// many people; nobody's phone is to ring without end.
const codesPerPhone = 40

// Kinds of count.
const (
	tallyPhone  = "code phone"
	tallyAll    = "code all"
	tallyAbroad = "code abroad"
)

// spend counts a code against the day: of its phone, of all, and of those abroad,
// which cost most and which nobody here needs many of. What is used up is a
// fault.Throttled, and whoever runs the installation is told once for each.
func (s *Store) spend(ctx context.Context, tx *db.Tx, to Address) error {
	limits := []struct {
		kind, thing string
		most        int64
	}{{tallyPhone, to.Phone.Reveal(), codesPerPhone}, {tallyAll, "", s.Daily}}
	if !to.Phone.In(s.Region) {
		limits = append(limits, struct {
			kind, thing string
			most        int64
		}{tallyAbroad, "", s.Abroad})
	}
	for _, limit := range limits {
		n, err := s.Tally.Add(ctx, tx, limit.kind, limit.thing)
		if err != nil {
			return err
		}
		if n <= limit.most {
			continue
		}
		if limit.kind != tallyPhone {
			s.Report(ctx, limit.kind, fault.New(fault.Throttled, "", "the budget of %d codes a day is used up", limit.most))
		}
		return fault.New(fault.Throttled, "mailbox.code.budget", "more than %d today of %s", limit.most, limit.kind)
	}
	return nil
}
