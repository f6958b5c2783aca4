package mailbox

import (
	"context"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/outbox"
)

// codesPerPhone is how many codes go to one phone on a day. A helper's phone serves
// many people; nobody's phone is to ring without end.
const codesPerPhone = 40

// Kinds of count.
const (
	tallyPhone  = "code phone"
	tallyAll    = "code all"
	tallyAbroad = "code abroad"
	tallyTold   = "told phone"
	tallyNotice = "notice phone"
	tallySoon   = "notice soon"
	tallyHelper = "notice helper"
)

// linesPerPhone is how many links and notices go to one phone on a day: apart from the
// codes, so that nobody uses up the codes of another by naming their phone.
const linesPerPhone = 20

// spend counts a code against the day.
func (s *Store) spend(ctx context.Context, tx *db.Tx, to Address) error {
	return s.spendOf(ctx, tx, to.Phone, tallyPhone, codesPerPhone)
}

// spendLine counts a link or a notice against the day, if it goes to a phone and costs
// something. It is called when the line is composed: before, nothing leaves.
func (s *Store) spendLine(ctx context.Context, tx *db.Tx, channel outbox.Channel, phone ident.Phone) error {
	if channel == outbox.Mail {
		return nil
	}
	return s.spendOf(ctx, tx, phone, tallyTold, linesPerPhone)
}

// spendOf counts what goes to a phone against the day: of the phone, of all, and of those
// abroad, which cost most and which nobody here needs many of. What is used up is a
// fault.Throttled, and whoever runs the installation is told once for each.
func (s *Store) spendOf(ctx context.Context, tx *db.Tx, phone ident.Phone, kind string, most int64) error {
	limits := []struct {
		kind, thing string
		most        int64
	}{{kind, phone.Reveal(), most}, {tallyAll, "", s.Daily}}
	if !phone.In(s.Region) {
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
		if limit.kind != kind {
			s.Report(ctx, limit.kind, fault.New(fault.Throttled, "", "the budget of %d codes a day is used up", limit.most))
		}
		return fault.New(fault.Throttled, "mailbox.code.budget", "more than %d today of %s", limit.most, limit.kind)
	}
	return nil
}
