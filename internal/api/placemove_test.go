package api_test

import (
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/staff"
)

// An appointment is moved in two steps: another time is asked for and offered, and the
// one that is there stays until the other is accepted.
func TestMoveByAPI(t *testing.T) { // P-29 P-42 P-59
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		_, mine := p.ask(oksana(), 1)
		w.Pass(t, untilClosed)
		w.Pass(t, time.Hour)
		const answers, moves, keepings = "/api/v1/places/ask-answers", "/api/v1/places/ask-moves", "/api/v1/places/ask-keepings"
		if got := p.call("POST", moves, mine).want(410); got.get("code") != "planner.move.none" {
			t.Errorf("without an appointment: %s", got.body)
		}
		p.call("POST", answers, mine.with("offer", p.state(mine, "offered").get("offer", "id"), "answer", "accept")).want(204)
		before := p.state(mine, "booked")
		if before.get("movesLeft") != "2" || before.get("moving") != "null" || before.get("disruption") != "null" {
			t.Errorf("before: %s", before.body)
		}
		p.call("POST", moves, mine.with("notBefore", "soon")).want(400)
		p.call("POST", moves, mine.with("notBefore", "2042-01-01")).want(400)
		p.call("POST", moves, mine.with("notBefore", "2022-07-11")).want(204)
		p.call("POST", keepings, mine).want(204)
		p.call("POST", keepings, mine).want(204)
		lead := staff.Member{ID: "stf_lead", Roles: []staff.Role{staff.Lead}}
		day, err := rules.ParseDay(first(t, before).Starts[:10])
		if err == nil {
			err = w.Planner.Declare(t.Context(), lead, planner.Declaring{Day: day, Cause: "trains"}, unsigned)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.Pass(t, time.Minute)
		if got := p.state(mine, "booked"); got.get("disruption", "cause", "id") != "trains" || got.get("disruption", "lifted") != "false" {
			t.Errorf("on a day of a strike: %s", got.body)
		}
		p.call("POST", moves, mine).want(204)
		w.Pass(t, time.Minute)
		held := p.state(mine, "booked")
		if held.get("moving", "why") != "disruption" || held.get("movesLeft") != "1" || held.get("disruption", "choice") != "move" {
			t.Fatalf("another time: %s", held.body)
		}
		offer := mine.with("offer", held.get("offer", "id"))
		p.call("POST", answers, offer.with("answer", "later")).want(400)
		p.call("POST", answers, offer.with("answer", "accept")).want(204)
		if after := p.state(mine, "booked"); first(t, after).Starts != held.get("offer", "starts") || after.get("offer") != "null" {
			t.Errorf("after yes: %s", after.body)
		}
		w.Promises(t)
	})
}

// unsigned stands for a passkey.
func unsigned(*db.Tx) error { return nil }
