package api

import (
	"context"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/rules"
)

// moving is another time that is looked for while there is one already. It is the offer,
// once it is found.
type moving struct {
	Why  string `json:"why"`
	From string `json:"from"`
}

// disrupted is why somebody may not be able to come on their day.
type disrupted struct {
	Cause  item   `json:"cause"`
	Choice string `json:"choice,omitempty"`
	Lifted bool   `json:"lifted"`
}

// addMove tells what somebody who has a place can do with it.
func (out *askStatus) addMove(c *call, pack *rules.Pack, s planner.Status) {
	if s.State != planner.Booked {
		return
	}
	out.MovesLeft = &s.Moves
	if s.Moving != nil {
		out.Moving = &moving{s.Moving.Why, instant(s.Moving.From)}
	}
	if d := s.Disturbance; d != nil {
		out.Disruption = &disrupted{c.item(pack, d.Cause), d.Choice, d.Lifted}
	}
}

// moveAsk looks for another time for an ask that has one.
func (a *api) moveAsk(c *call) (answer, error) {
	from, _ := parse(c.in, "notBefore", parseMoveDay)
	return a.doWithAsk(c, func(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
		return a.Planner.Move(ctx, number, code, from)
	})
}

func parseMoveDay(text string) (rules.Day, error) {
	day, err := rules.ParseDay(text)
	if err != nil {
		return day, fault.New(fault.Invalid, "planner.move.from", "the first day for another time is no day")
	}
	return day, nil
}

// keepAsk keeps the place that an ask has.
func (a *api) keepAsk(c *call) (answer, error) { return a.doWithAsk(c, a.Planner.Keep) }
