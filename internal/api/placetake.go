package api

import (
	"context"
	"net/http"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
)

// freeTime is a time that can be taken at once.
type freeTime struct {
	Location spot   `json:"location"`
	Starts   string `json:"starts"`
	People   int    `json:"people"`
}

// freeTimes are few: the earliest of each day.
type freeTimes struct {
	Times []freeTime `json:"times"`
}

// askTimes shows what an ask can take at once.
func (a *api) askTimes(c *call) (answer, error) {
	number, code, err := a.numberAndCode(c)
	if err != nil {
		return answer{}, err
	}
	times, err := a.Planner.Times(c.Context(), number, code)
	if err != nil {
		return answer{}, err
	}
	out := freeTimes{[]freeTime{}}
	for _, t := range times {
		out.Times = append(out.Times, freeTime{a.spot(c, t.Location, rules.DayOf(t.Starts)), instant(t.Starts), t.People})
	}
	return answer{status: http.StatusOK, body: out}, nil
}

// takeTime takes a time at once.
func (a *api) takeTime(c *call) (answer, error) {
	place := c.in.need("location")
	starts := needed(c.in, "starts", parseInstant)
	return a.doWithAsk(c, func(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
		return a.Planner.Take(ctx, number, code, place, starts)
	})
}

func parseInstant(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fault.New(fault.Invalid, "api.instant", "a time that is none")
	}
	return at, nil
}
