package api_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/draw"
)

// eachPlace runs test as a subtest on each engine, in a world that offers places.
func eachPlace(t *testing.T, test func(t *testing.T, w *apptest.World, p *program)) {
	t.Helper()
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := places(t, engine)
			test(t, w, connect(t, w, nil))
		})
	}
}

// places returns a world on the first morning on which places can be asked for.
func places(t *testing.T, engine db.Engine) *apptest.World {
	t.Helper()
	w := apptest.Places(t, engine)
	w.Pass(t, 12*time.Hour)
	return w
}

// untilClosed is from then until the list of the day has just been closed.
const untilClosed = 10*time.Hour + 4*time.Minute

// oksana is somebody who may ask, in a region whose first counter gives places already.
func oksana() form {
	return form{"hasProof": false, "registered": true, "postcode": "5211 AB", "email": "oksana@example.org", "phone": "0612345670",
		"members": []form{{"name": "Oksana Voorbeeld", "birthDate": "1991-04-12", "number": "2800000001", "document": "passport",
			"documentExpires": "2030-01-01"}}}
}

// taras is somebody else.
func taras() form {
	return oksana().with("email", "taras@example.org", "phone", nil, "members",
		[]form{{"name": "Taras Voorbeeld", "birthDate": "1979-11-02", "number": "2800000002", "document": "id-card"}})
}

// ask sends an ask, and returns its receipt and what opens it.
func (p *program) ask(f form, n int) (receipt reply, who form) {
	p.t.Helper()
	got := p.call("POST", "/api/v1/places/asks", f, "Idempotency-Key", key(p.t, n)).want(http.StatusCreated)
	return got, form{"number": got.get("number"), "code": got.get("code")}
}

// status returns how an ask stands.
func (p *program) status(who form) reply {
	p.t.Helper()
	return p.call("POST", "/api/v1/places/ask-status", who).want(http.StatusOK)
}

// state fails the test when an ask is in another state.
func (p *program) state(who form, want string) reply {
	p.t.Helper()
	got := p.status(who)
	if got.get("state") != want {
		p.t.Fatalf("state is not %s: %s", want, got.body)
	}
	return got
}

func TestAskThatEndsAtACounter(t *testing.T) { // P-42 P-61 P-66
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		receipt, mine := p.ask(oksana(), 1)
		if receipt.get("region") != "south" || receipt.get("closes") != "2022-07-01T16:00:00Z" {
			t.Errorf("receipt: %s", receipt.body)
		}
		if got := p.state(mine, "waiting"); got.get("drawn") != "false" || got.get("draw") != "1" || got.get("ahead") != "null" {
			t.Errorf("before the draw: %s", got.body)
		}
		w.Pass(t, untilClosed)
		w.Pass(t, time.Hour)
		held := p.state(mine, "offered")
		offer := mine.with("offer", held.get("offer", "id"))
		if held.get("offer", "people") != "1" || held.get("offer", "location", "id") != "den-bosch" ||
			held.get("offer", "location", "address") != "Brabanthallen, Den Bosch" || held.get("offer", "latersLeft") != "2" {
			t.Errorf("offer: %s", held.body)
		}
		p.call("POST", "/api/v1/places/ask-answers", offer.with("answer", "accept")).want(204)
		p.call("POST", "/api/v1/places/ask-answers", offer.with("answer", "accept")).want(204) // the same again
		if got := p.call("POST", "/api/v1/places/ask-answers", offer.with("answer", "later")).want(410); got.get("code") != "planner.offer.answered" {
			t.Errorf("answered otherwise: %s", got.body)
		}
		if got := p.state(mine, "booked"); first(t, got).Starts != held.get("offer", "starts") || first(t, got).Product != "sticker" {
			t.Errorf("appointment: %s", got.body)
		}
		p.call("POST", "/api/v1/places/ask-cancellations", mine).want(204)
		if got := p.call("POST", "/api/v1/places/ask-cancellations", mine).want(410); got.get("code") != "planner.cancel.none" {
			t.Errorf("cancelled twice: %s", got.body)
		}
		w.Pass(t, time.Minute)
		if next := p.state(mine, "offered"); next.get("offer", "starts")[:10] <= held.get("offer", "starts")[:10] {
			t.Errorf("the next offer is of %s, what was cancelled of %s", next.get("offer", "starts"), held.get("offer", "starts"))
		}
		p.call("POST", "/api/v1/places/ask-withdrawals", mine).want(204)
		p.state(mine, "withdrawn")
		p.call("POST", "/api/v1/places/ask-withdrawals", mine).want(410)
		w.Promises(t)
	})
}

type booked struct {
	Member                 int
	Product, Starts, State string
}

// first returns the first appointment of a status.
func first(t testing.TB, got reply) booked {
	t.Helper()
	var status struct{ Appointments []booked }
	unmarshal(t, got.body, &status)
	if len(status.Appointments) == 0 {
		t.Fatalf("no appointment: %s", got.body)
	}
	return status.Appointments[0]
}

// An ask that does not answer rests, and is woken into the list of the day.
func TestAskThatRestsIsWoken(t *testing.T) { // P-66
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		receipt, mine := p.ask(oksana().with("region", "south-west", "soon", false), 1)
		if got := p.call("POST", "/api/v1/places/ask-wakings", mine).want(410); got.get("code") != "planner.state" {
			t.Errorf("woken while it waits: %s", got.body)
		}
		w.Pass(t, 6*24*time.Hour)
		p.state(mine, "resting")
		p.call("POST", "/api/v1/places/ask-wakings", mine).want(204)
		if got := p.state(mine, "waiting"); got.get("ticket") == receipt.get("ticket") || got.get("drawn") != "false" {
			t.Errorf("woken: %s", got.body)
		}
		w.Promises(t)
	})
}

// The draw is given in the very bytes that were published, and verifies.
func TestDrawsCanBeDoneAgain(t *testing.T) {
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		mine, _ := p.ask(oksana(), 1)
		p.ask(taras(), 2)
		p.call("GET", "/api/v1/places/draws/1", nil).want(404)
		p.call("GET", "/api/v1/places/draws/first", nil).want(404)
		w.Pass(t, untilClosed)
		rank := "/api/v1/places/draws/1/tickets/" + mine.get("ticket")
		if got := p.call("GET", rank, nil).want(200); got.get("drawn") != "false" || got.get("rank") != "null" {
			t.Errorf("before the value is known: %s", got.body)
		}
		w.Pass(t, time.Hour)
		got := p.call("GET", "/api/v1/places/draws/1", nil).want(200)
		published, err := w.Planner.Published(t.Context(), 1)
		check(t, err)
		if got.body != string(published) || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %s\npublished: %s", got.header.Get("Content-Type"), got.body, published)
		}
		var d draw.Draw
		unmarshal(t, got.body, &d)
		place := p.call("GET", rank, nil).want(200).get("rank")
		if len(d.Order) != 2 || d.Order[int(place[0]-'1')] != mine.get("ticket") {
			t.Errorf("rank %s in %v", place, d.Order)
		}
		if got := p.call("GET", "/api/v1/places/draws/1/tickets/0000000000", nil).want(404); got.get("code") != "planner.draw.ticket" {
			t.Errorf("a ticket that is not on the list: %s", got.body)
		}
		var list struct {
			Draws []struct {
				N       int
				State   string
				Tickets *int
				Source  *struct {
					Kind, Chain   string
					FallbackHours int
				}
			}
		}
		unmarshal(t, p.call("GET", "/api/v1/places/draws", nil).want(200).body, &list)
		if open := list.Draws[0].Source; open == nil || open.Kind != "beacon" || len(open.Chain) != 64 || open.FallbackHours < 1 || list.Draws[1].Source != nil {
			t.Errorf("sources: %+v", list.Draws)
		}
		if len(list.Draws) != 2 || list.Draws[0].State != "open" || list.Draws[0].Tickets != nil || list.Draws[1].State != "drawn" || *list.Draws[1].Tickets != 2 {
			t.Errorf("draws: %+v", list.Draws)
		}
	})
}

// Everybody sees how it stands, and nobody how few wait.
func TestPlacesAsEverybodySeesThem(t *testing.T) { // P-63 P-64 P-65
	w := places(t, db.SQLite)
	p := connect(t, w, nil)
	for n := range 5 {
		f := taras().with("email", key(t, n)[:4]+string(rune('a'+n))+"@example.org")
		f["members"].([]form)[0]["number"] = "280000001" + string(rune('0'+n))
		p.ask(f, n)
	}
	p.ask(oksana().with("postcode", nil, "region", "south-west"), 6)
	w.Settle(t)
	type seen struct {
		Closes, Hash string
		Regions      []struct {
			ID        string
			Waiting   *int
			Week      int
			Locations []string
		}
		Locations []struct{ ID, State, Address, Horizon string }
		Papers    []struct{ ID string }
	}
	look := func() (s seen, regions map[string]int) {
		unmarshal(t, p.call("GET", "/api/v1/places", nil, "Accept-Language", "uk").want(200).body, &s)
		regions = map[string]int{}
		for _, r := range s.Regions {
			if r.Waiting != nil {
				regions[r.ID] = *r.Waiting
			}
		}
		return s, regions
	}
	s, waiting := look()
	_, told := waiting["south-west"]
	if s.Closes != "2022-07-01T16:00:00Z" || len(s.Regions) != 6 || len(s.Papers) == 0 || waiting["south"] != 5 || told {
		t.Errorf("%+v, %v wait", s, waiting)
	}
	if len(s.Locations) != 2 || s.Locations[0].State != "bookable" || s.Locations[0].Horizon != "2022-08-01" {
		t.Errorf("on the first day: %+v", s.Locations)
	}
	var figures struct {
		Urgent struct {
			Percent int
			Grounds []struct{ ID string }
			Weeks   []struct{ Week string }
		}
	}
	unmarshal(t, p.call("GET", "/api/v1/places/figures", nil).want(200).body, &figures)
	if u := figures.Urgent; u.Percent != 10 || len(u.Grounds) != 3 || len(u.Weeks) != 0 {
		t.Errorf("the urgent lane: %+v", u)
	}
	w.Pass(t, 5*24*time.Hour)
	s, _ = look()
	for _, l := range s.Locations {
		if (l.State == "announced") != (l.Address == "") { // P-64
			t.Errorf("a location that is %s has the address %q", l.State, l.Address)
		}
	}
	if len(s.Locations) != 4 {
		t.Errorf("on the sixth day: %+v", s.Locations)
	}
}

// Without places there are no calls of places, and the description has none.
func TestNoPlacesNoCalls(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	p := connect(t, w, nil)
	p.call("GET", "/api/v1/places", nil).want(404)
	p.call("POST", "/api/v1/places/asks", oksana(), "Idempotency-Key", key(t, 1)).want(404)
	if regexp.MustCompile(`"/places`).MatchString(p.call("GET", "/api/v1/openapi.json", nil).want(200).body) || len(p.paths) < 20 {
		t.Errorf("%d calls are described", len(p.paths))
	}
}
