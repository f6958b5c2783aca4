package planner_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/staff"
)

// sharePercent is what the pack lets the urgent lane have.
const sharePercent = 10

// modelWeek is a week at a location, as the model of the urgent lane counts it.
type modelWeek struct{ place, monday string }

// has is how many slots a week has, and how many the urgent lane.
type has struct{ slots, used int }

func weekOf(t testing.TB, place, day string) modelWeek {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	must(t, err)
	for at.Weekday() != time.Monday {
		at = at.AddDate(0, 0, -1)
	}
	return modelWeek{place, at.Format(time.DateOnly)}
}

// laneWeeks counts one slot after the other.
func (w *world) laneWeeks(t testing.TB) map[modelWeek]has {
	t.Helper()
	type slot struct {
		LocationID, Day string
		Urgent          bool
	}
	slots, err := db.Select[slot](t.Context(), w.DB, `
		SELECT slot.location_id, day, EXISTS (SELECT 1 FROM urgent_offer WHERE urgent_offer.offer_id = slot.offer_id) AS urgent FROM slot WHERE state <> 'gone'`)
	must(t, err)
	weeks := map[modelWeek]has{}
	for _, s := range slots {
		week := weekOf(t, s.LocationID, s.Day)
		one := weeks[week]
		one.slots++
		if s.Urgent {
			one.used++
		}
		weeks[week] = one
	}
	return weeks
}

// expectLane returns what the urgent lane is offered, and what is left of the pool: who is in
// it comes first, in the order of the line, while a tenth of a week is not reached.
func (w *world) expectLane(t testing.TB, line []modelAsk, pool []modelSeat) (map[string][]string, []modelSeat) {
	t.Helper()
	offers := map[string][]string{}
	granted, err := db.Select[string](t.Context(), w.DB, `
		SELECT ask_id FROM urgent WHERE state = 'granted' AND NOT EXISTS
			(SELECT 1 FROM appointment WHERE appointment.ask_id = urgent.ask_id AND made_at > decided_at)`)
	must(t, err)
	weeks := w.laneWeeks(t)
	for _, a := range line {
		if a.Contested || !slices.Contains(granted, a.ID) {
			continue
		}
		room := slices.DeleteFunc(slices.Clone(pool), func(s modelSeat) bool {
			week := weeks[weekOf(t, s.LocationID, s.Day)]
			return week.used+len(strings.Fields(a.Products)) > week.slots*sharePercent/100
		})
		for _, s := range a.choose(w.clock.Now(), room) {
			offers[a.ID] = append(offers[a.ID], s.ID)
			pool = slices.DeleteFunc(pool, func(other modelSeat) bool { return other.ID == s.ID })
			week := weekOf(t, s.LocationID, s.Day)
			weeks[week] = has{weeks[week].slots, weeks[week].used + 1}
		}
	}
	return offers, pool
}

// inShare fails the test when the lane has more than its share of a week.
func (w *world) inShare(t testing.TB) (most int) {
	t.Helper()
	for week, has := range w.laneWeeks(t) {
		if has.used*100 > has.slots*sharePercent {
			t.Errorf("the urgent lane has %d of the %d slots of %v", has.used, has.slots, week)
		}
		most = max(most, has.used)
	}
	return most
}

// propose lets one lead propose an ask.
func (w *world) propose(t testing.TB, m staff.Member, number ident.CaseNumber, ground string) error {
	t.Helper()
	u, err := w.NewUrgency(t.Context(), number, ground)
	if err != nil {
		return err
	}
	return w.ProposeUrgent(t.Context(), m, u, signed)
}

// urgent lets two leads grant all that is proposed.
func (w *world) grantAll(t testing.TB, second staff.Member) {
	t.Helper()
	list, err := w.Urgents(t.Context())
	must(t, err)
	for _, u := range list {
		must(t, w.GrantUrgent(t.Context(), second, u, signed))
	}
}

// someUrgent proposes and grants some of those who wait.
func (s *season) someUrgent(t *testing.T, one, two staff.Member) {
	grounds := s.UrgentGrounds()
	for _, r := range s.receipts {
		if s.random.IntN(8) == 0 && s.status(t, r).State == planner.Waiting {
			_ = s.propose(t, one, r.Number, grounds[s.random.IntN(len(grounds))].ID) // refused for who is in it
		}
	}
	list, err := s.Urgents(t.Context())
	must(t, err)
	for _, u := range list {
		if s.random.IntN(4) == 0 {
			must(t, s.RefuseUrgent(t.Context(), two, u))
		} else if s.status(t, s.receiptOf(u.Number)).State == planner.Waiting {
			must(t, s.GrantUrgent(t.Context(), two, u, signed))
		}
	}
}

func (s *season) receiptOf(number ident.CaseNumber) planner.Receipt {
	return s.receipts[slices.IndexFunc(s.receipts, func(r planner.Receipt) bool { return r.Number == number })]
}

// Over random sequences of asks, answers, silence, cancelling and urgent cases, each offer is
// what a model gives that lets the lane go first within its share, and then walks along the
// published order: so whoever is in the line keeps the order among themselves. The share is
// never exceeded.
func TestUrgentLaneIsThatOfTheModel(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		for seed := range uint64(2) {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				if seed > 0 {
					w = newWorld(t, w.DB.Engine())
				}
				w.urgentSeason(t, seed)
			})
		}
	})
}

func (w *world) urgentSeason(t *testing.T, seed uint64) {
	t.Helper()
	w.has(counter("assen", region, 3, "4 days"))
	w.clock.Advance(6 * time.Hour) // 15:00
	w.work(t)
	one, two := w.hire(t, staff.Lead), w.hire(t, staff.Lead)
	s := &season{world: w, random: rand.New(rand.NewPCG(12, seed))}
	made, most := 0, 0
	for step := range 5 * 6 {
		if step%6 < 3 {
			s.someAsk(t, 5)
		}
		s.clock.Advance(4 * time.Hour)
		s.someUrgent(t, one, two)
		s.work(t)
		most = max(most, s.inShare(t))
		s.someAnswer(t)
		s.clock.Advance(draw.Delay)
		s.work(t)
		s.someAnswer(t)
		const ended = `SELECT (SELECT count(*) FROM draw WHERE state = 'drawn') + (SELECT count(*) FROM offer WHERE state = 'lapsed') +
			(SELECT count(*) FROM appointment WHERE state = 'missed') AS n`
		before := s.count(t, ended)
		s.clock.Advance(time.Minute)
		want := s.expect(t)
		s.work(t)
		most = max(most, s.inShare(t))
		s.promises(t)
		if s.count(t, ended) > before {
			continue
		}
		if got := s.offersNow(t); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("step %d: offered are %v, and the model says %v", step, got, want)
		}
		made += len(want)
	}
	if given := s.count(t, `SELECT count(*) AS n FROM urgent_offer`); made < 8 || given < 2 || most < 2 {
		t.Errorf("%d offers were compared, %d were urgent, at most %d in a week", made, given, most)
	}
}
