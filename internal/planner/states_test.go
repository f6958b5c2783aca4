package planner_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
)

// arrows are where an ask may be when it is looked at after one step, besides where it was.
func arrows(from planner.State) []planner.State {
	switch from {
	case planner.Waiting:
		return []planner.State{planner.Offered, planner.Withdrawn}
	case planner.Offered: // silence may be noticed and the slot offered anew within one step
		return []planner.State{planner.Waiting, planner.Booked, planner.Resting, planner.Withdrawn}
	case planner.Booked: // cancelled, or missed
		return []planner.State{planner.Waiting, planner.Offered, planner.Resting, planner.Withdrawn, planner.Served}
	case planner.Resting:
		return []planner.State{planner.Waiting, planner.Withdrawn}
	}
	return nil
}

// crowd is a few people who do whatever they can, in any order, and some of whom claim the
// numbers of others.
type crowd struct {
	*world
	t        *testing.T
	engine   db.Engine
	forms    []planner.Asking // who asked, or claimed
	receipts []planner.Receipt
	states   []planner.State
}

// lastDay is the day after which the counters of the world close, and another world begins.
const lastDay = "2022-08-26"

// renew begins another world when the season is over, or too many have asked.
func (c *crowd) renew() {
	if c.world != nil && c.Today().String() < lastDay && len(c.receipts) < 20 {
		return
	}
	*c = crowd{world: newWorld(c.t, c.engine), t: c.t, engine: c.engine}
}

// step does one thing of one person.
func (c *crowd) step(r *rapid.T) {
	ctx := c.t.Context()
	what := rapid.SampledFrom([]string{"ask", "ask", "household", "claim", "same form", "accept", "accept", "other", "later", "decline",
		"cancel", "withdraw", "wake", "move", "move", "keep", "strike", "lift", "pause", "reopen", "wait", "wait", "evening", "evening", "evening"}).Draw(r, "what")
	switch what {
	case "ask":
		c.add(c.person(c.t))
	case "household":
		c.add(c.household(c.t, 1975, 2010))
	case "wait":
		c.clock.Advance(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour, 30 * time.Hour}).Draw(r, "wait"))
		c.work(c.t)
	case "strike":
		must(c.t, c.Declare(ctx, lead(), planner.Declaring{Day: c.Today().Add(rapid.IntRange(0, 3).Draw(r, "day")), Cause: "trains"}, unsigned))
		c.work(c.t)
	case "pause":
		c.change(c.t, "assen", func(l *location.Change) { l.State = location.Paused })
		c.work(c.t)
	case "reopen":
		c.change(c.t, "assen", func(l *location.Change) { l.State = location.Open })
	case "lift":
		list, err := c.Disruptions(ctx, c.Today())
		must(c.t, err)
		for _, d := range list {
			must(c.t, c.Lift(ctx, lead(), d.ID))
		}
	case "evening": // the list is closed and drawn, and what is free is handed out
		c.work(c.t)
		c.clock.Advance(c.untilClosing(c.t))
		c.work(c.t)
		c.clock.Advance(15 * time.Minute)
		c.work(c.t)
	}
	if len(c.receipts) == 0 {
		return
	}
	i := rapid.IntRange(0, len(c.receipts)-1).Draw(r, "who")
	receipt, err := c.receipts[i], error(nil)
	switch what {
	case "claim":
		c.add(c.claim(c.t, c.forms[i]))
	case "same form":
		if again, err := c.Ask(ctx, again(c.forms[i])); err == nil && c.states[i] != planner.Withdrawn && again.Number != receipt.Number {
			r.Errorf("the same form made another ask")
		} else if err == nil && again.Number != receipt.Number {
			c.receipts, c.forms, c.states = append(c.receipts, again), append(c.forms, c.forms[i]), append(c.states, planner.Waiting)
			c.forms[i] = c.person(c.t) // the ask that ended is not the same any more
		}
	case "accept", "other", "later", "decline":
		if status := c.status(c.t, receipt); status.Offer != nil {
			answer := planner.Answer(what)
			if status.State == planner.Booked && answer != planner.Accept { // it is another time than the one they have
				answer = planner.Keep
			}
			err = c.Answer(ctx, receipt.Number, receipt.Code, status.Offer.ID, answer)
		}
	case "cancel":
		err = c.Cancel(ctx, receipt.Number, receipt.Code)
	case "move":
		err = c.Move(ctx, receipt.Number, receipt.Code, rules.Day{})
	case "keep":
		err = c.Keep(ctx, receipt.Number, receipt.Code)
	case "withdraw":
		err = c.Withdraw(ctx, receipt.Number, receipt.Code)
	case "wake":
		err = c.Wake(ctx, receipt.Number, receipt.Code)
	}
	if err != nil && !fault.Is(err, fault.TooLate) {
		r.Errorf("%s: %v", what, err)
	}
}

func (c *crowd) add(form planner.Asking) {
	c.receipts, c.forms, c.states = append(c.receipts, c.ask(c.t, form)), append(c.forms, form), append(c.states, planner.Waiting)
}

// look compares where everybody is with where they were.
func (c *crowd) look(r *rapid.T) {
	broken, err := c.Check(c.t.Context())
	must(c.t, err)
	for _, line := range broken {
		r.Error(line)
	}
	type at struct {
		Number string
		State  planner.State
	}
	rows, err := db.Select[at](c.t.Context(), c.DB, `SELECT number, state FROM ask`)
	must(c.t, err)
	now := map[string]planner.State{}
	for _, row := range rows {
		now[row.Number] = row.State
	}
	for i, receipt := range c.receipts {
		state := now[string(receipt.Number)]
		if state != c.states[i] && !slices.Contains(arrows(c.states[i]), state) {
			r.Errorf("ask %d went from %s to %s", i, c.states[i], state)
		}
		c.states[i] = state
	}
}

// Whatever people do, in whatever order, every promise holds after every step, and an ask
// goes along the arrows of the package comment only.
func TestPromisesHoldAfterEveryStep(t *testing.T) { // P-29 P-30 P-42
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			c := &crowd{t: t, engine: engine}
			reached := map[planner.State]bool{}
			rapid.Check(t, func(r *rapid.T) {
				c.renew()
				for range rapid.IntRange(1, 5).Draw(r, "steps") {
					c.step(r)
					c.look(r)
				}
				for _, state := range c.states {
					reached[state] = true
				}
			})
			for _, state := range []planner.State{planner.Waiting, planner.Offered, planner.Booked, planner.Withdrawn} {
				if !reached[state] {
					t.Errorf("nobody was ever %s", state)
				}
			}
		})
	}
}
