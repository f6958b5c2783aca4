package planner

import (
	"context"
	"errors"
	"fmt"
)

// Work does all that is due now: lists that close, draws whose value is known, slots that
// are planned, offers and appointments that nobody answered or came to, and what is free
// for whoever is next. It may be killed anywhere and run again, by two processes at a time
// too: each step is small transactions that do nothing where it was done already. One step
// that fails does not keep the others from their work.
func (s *Store) Work(ctx context.Context) error {
	var failed error
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"begin stock", s.beginStock},
		{"close lists", s.closeDue},
		{"draw", s.drawDue},
		{"make slots", s.makeSlots},
		{"end offers", s.lapse},
		{"follow plans", s.followPlans},
		{"tell of openings", s.tellOpenings},
		{"tell of disruptions", s.tellDisrupted},
		{"tell of addresses", s.tellAddresses},
		{"end moves", s.endMoves},
		{"end missed appointments", s.miss},
		{"settle stock", s.settleStock},
		{"tell of pauses", s.tellOfPauses},
		{"remind", s.remind},
		{"tell of documents", s.tellOfDocuments},
		{"give up documents", s.giveUpDocuments},
		{"pass numbers on", s.passOn},
		{"hand out", s.handOut},
	} {
		if err := step.do(ctx); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", step.what, err))
		}
	}
	return failed
}
