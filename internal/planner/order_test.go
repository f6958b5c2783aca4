package planner_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/planner"
)

// modelSeat is a free slot and modelAsk an ask that waits, as a model of the order reads
// them: it knows nothing of how the planner finds what fits.
type modelSeat struct {
	ID         string
	LocationID string
	Day        string
	StartsAt   time.Time
	Desk       int64
	Langs      string
	Products   string
}

type modelAsk struct {
	ID        string
	Line      int64
	Products  string
	DeskLang  string
	Soon      bool
	NotBefore time.Time
	Contested bool
}

const (
	modelSeats = `
		SELECT slot.id, slot.location_id, day, starts_at, desk, langs, products FROM slot JOIN slot_release ON slot_release.id = release_id
		WHERE state = 'free' AND slot_release.at <= $1 AND starts_at >= $2 ORDER BY starts_at, slot.location_id, desk`
	modelLine = `
		SELECT ask.id, line, products, desk_lang, soon, not_before,
			EXISTS (SELECT 1 FROM ask_member WHERE ask_id = ask.id AND NOT holds) AS contested
		FROM ask JOIN draw ON draw.id = draw_id WHERE ask.state = 'waiting' AND draw.state = 'drawn' AND region = $1 ORDER BY line`
	modelOffers = `SELECT ask_id, slot.id FROM offer JOIN slot ON slot.offer_id = offer.id WHERE made_at = $1 AND offer.state = 'open' ORDER BY slot.starts_at, desk`
)

// fits says in the plainest way whether some seats, in their order, are one visit of an ask.
func (a modelAsk) fits(now time.Time, seats []modelSeat) bool {
	need := strings.Fields(a.Products)
	for i, s := range seats {
		if s.LocationID != seats[0].LocationID || s.Day != seats[0].Day || !a.Soon && s.StartsAt.Before(now.Add(24*time.Hour)) || s.StartsAt.Before(a.NotBefore) ||
			a.DeskLang != "" && !strings.Contains(s.Langs, a.DeskLang) || i > 0 && s.StartsAt.Sub(seats[i-1].StartsAt) > 15*time.Minute {
			return false
		}
	}
	return len(need) == len(seats)
}

func modelDesks(seats []modelSeat) int {
	desks := map[int64]bool{}
	for _, s := range seats {
		desks[s.Desk] = true
	}
	return len(desks)
}

// choose tries every choice of seats, and takes the earliest with the fewest desks.
func (a modelAsk) choose(now time.Time, pool []modelSeat) (best []modelSeat) {
	var try func(chosen []modelSeat, i int)
	try = func(chosen []modelSeat, i int) {
		if len(chosen) == len(strings.Fields(a.Products)) {
			better := best == nil || cmp.Or(chosen[0].StartsAt.Compare(best[0].StartsAt),
				chosen[len(chosen)-1].StartsAt.Compare(best[len(best)-1].StartsAt), cmp.Compare(modelDesks(chosen), modelDesks(best))) < 0
			if a.fits(now, chosen) && better {
				best = slices.Clone(chosen)
			}
			return
		}
		for ; i < len(pool); i++ {
			try(append(chosen, pool[i]), i+1)
		}
	}
	try(nil, 0)
	return best
}

// expect returns which ask is offered which slots.
func (w *world) expect(t *testing.T) map[string][]string {
	now := w.clock.Now()
	pool, err := db.Select[modelSeat](t.Context(), w.DB, modelSeats, now, now.Add(2*time.Hour))
	must(t, err)
	line, err := db.Select[modelAsk](t.Context(), w.DB, modelLine, region)
	must(t, err)
	offers, pool := w.expectLane(t, line, pool)
	for _, a := range line {
		if a.Contested || offers[a.ID] != nil {
			continue
		}
		for _, s := range a.choose(now, pool) {
			offers[a.ID] = append(offers[a.ID], s.ID)
			pool = slices.DeleteFunc(pool, func(other modelSeat) bool { return other.ID == s.ID })
		}
	}
	return offers
}

// offered returns which ask was offered which slots at this moment.
func (w *world) offersNow(t *testing.T) map[string][]string {
	type held struct{ AskID, ID string }
	rows, err := db.Select[held](t.Context(), w.DB, modelOffers, w.clock.Now())
	must(t, err)
	offers := map[string][]string{}
	for _, r := range rows {
		offers[r.AskID] = append(offers[r.AskID], r.ID)
	}
	return offers
}

// season is people who ask, answer, do not answer, and cancel, by a seed.
type season struct {
	*world
	random   *rand.Rand
	receipts []planner.Receipt
}

func (s *season) someAsk(t *testing.T, n int) {
	for range n {
		asking := s.asker(t)
		for range s.random.IntN(5) / 2 {
			s.people++
			asking.Members = append(asking.Members, s.member(t, s.people, 1960))
		}
		asking.Soon = s.random.IntN(3) == 0
		asking.DeskLang = []string{"", "", "uk"}[s.random.IntN(3)]
		s.receipts = append(s.receipts, s.ask(t, asking))
	}
}

func (s *season) someAnswer(t *testing.T) {
	for _, r := range s.receipts {
		status := s.status(t, r)
		switch {
		case status.Offer != nil && s.random.IntN(2) == 0:
			answers := []planner.Answer{planner.Accept, planner.Accept, planner.Accept, planner.Other, planner.Later, planner.Decline}
			answer := answers[s.random.IntN(len(answers))]
			if status.Offer.Laters > 0 || answer != planner.Later {
				must(t, s.Answer(t.Context(), r.Number, r.Code, status.Offer.ID, answer))
			}
		case status.State == planner.Booked && s.random.IntN(15) == 0 && s.clock.Now().Before(status.Appointments[0].Starts):
			must(t, s.Cancel(t.Context(), r.Number, r.Code))
		case status.State == planner.Resting && s.random.IntN(4) == 0:
			must(t, s.Wake(t.Context(), r.Number, r.Code))
		}
	}
}

// Over some days of asks, answers, silence and cancelling, each offer is what a model gives
// that walks along the published order and tries everything.
func TestOrderIsThatOfTheModel(t *testing.T) { // P-66
	each(t, func(t *testing.T, w *world) {
		w.Random = rand.NewChaCha8([32]byte{20, 22}) // tickets by a seed: the same each time
		w.has(counter("assen", region, 2, "3 days"))
		w.clock.Advance(6 * time.Hour) // 15:00
		w.work(t)
		s := &season{world: w, random: rand.New(rand.NewPCG(4, 2))}
		made, reasons := 0, map[string]bool{}
		for step := range 8 * 6 {
			if step%6 < 3 {
				s.someAsk(t, 3)
			}
			s.clock.Advance(4 * time.Hour)
			s.work(t) // what is due ends, so that the model need not know of it
			s.someAnswer(t)
			s.clock.Advance(draw.Delay)
			s.work(t)
			s.someAnswer(t)
			const ended = `SELECT (SELECT count(*) FROM draw WHERE state = 'drawn') + (SELECT count(*) FROM offer WHERE state = 'lapsed') +
				(SELECT count(*) FROM appointment WHERE state = 'missed') AS n`
			before := s.count(t, ended)
			s.clock.Advance(time.Minute) // after which a line that nobody of fitted is looked at again
			want := s.expect(t)
			s.work(t)
			s.promises(t)
			if s.count(t, ended) > before { // the line is not as it was
				continue
			}
			got := s.offersNow(t)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("step %d: offered are %v, and the model says %v", step, got, want)
			}
			made += len(got)
		}
		skips, err := db.Select[string](t.Context(), w.DB, `SELECT DISTINCT reason FROM ask_skip`)
		must(t, err)
		for _, reason := range skips {
			reasons[reason] = true
		}
		if made < 15 || !reasons["language"] || !reasons["household"] || !reasons["notice"] || !reasons["not-before"] {
			t.Errorf("only %d offers were compared, and passed over for %v", made, skips)
		}
	})
}
