package planner_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/rules"
	"loket/internal/stock"
)

// What is true of every ask that changed within an hour, whatever it became (promises 3
// and 9): what belongs to its state it has once, and what does not it has not.
const (
	selectChanged = `SELECT id, number, state, size, changed_at FROM ask WHERE changed_at >= $1`
	selectTorn    = `
		SELECT number FROM (SELECT number, state, size,
				(SELECT count(*) FROM ask_member WHERE ask_member.ask_id = ask.id) AS people,
				(SELECT count(*) FROM offer WHERE offer.ask_id = ask.id AND offer.state = 'open') AS offers,
				(SELECT count(*) FROM slot JOIN offer ON offer.id = slot.offer_id
					WHERE offer.ask_id = ask.id AND offer.state = 'open' AND slot.state = 'offered') AS held,
				(SELECT count(*) FROM appointment WHERE appointment.ask_id = ask.id AND appointment.state = 'booked') AS booked,
				(SELECT count(DISTINCT slot_id) FROM appointment JOIN slot ON slot.id = slot_id
					WHERE appointment.ask_id = ask.id AND appointment.state = 'booked' AND slot.state = 'booked') AS slots,
				(SELECT count(*) FROM appointment mine JOIN appointment other ON other.slot_id = mine.slot_id AND other.id <> mine.id
					WHERE mine.ask_id = ask.id AND mine.state IN ('booked', 'served') AND other.state IN ('booked', 'served')) AS doubles,
				(SELECT count(*) FROM ask_member mine JOIN ask_member other ON other.sum = mine.sum AND other.ask_id <> mine.ask_id
					WHERE mine.ask_id = ask.id AND mine.holds AND other.holds) AS twice
			FROM ask WHERE changed_at >= $1) AS changed
		WHERE (state = 'offered') <> (offers = 1) OR offers > 1 OR state = 'offered' AND (held < size OR held > people)
			OR (state = 'booked') <> (booked > 0) OR booked <> slots OR booked > people OR doubles > 0 OR twice > 0
			OR state IN ('offered', 'booked') AND EXISTS (SELECT 1 FROM ask JOIN ask_member ON ask_id = ask.id WHERE ask.number = changed.number AND NOT holds)`
	// All that is booked, held or asked adds up, over everybody.
	selectSums = `
		SELECT (SELECT count(*) FROM slot WHERE state = 'booked') AS slots_booked, (SELECT count(*) FROM appointment WHERE state = 'booked') AS booked,
			(SELECT count(*) FROM ask) AS asks, (SELECT count(*) FROM ask WHERE state = 'offered') AS offered,
			(SELECT count(*) FROM offer WHERE state = 'open') AS open`
)

// consistent looks at all that changed since it looked last, and at the sums.
func (r *replay) consistent(t testing.TB) {
	t.Helper()
	torn, err := db.Select[string](t.Context(), r.DB, selectTorn, r.last)
	must(t, err)
	if len(torn) > 0 {
		t.Errorf("%v: %d asks are in no state or in two: %v", r.clock.Now(), len(torn), torn[:min(5, len(torn))])
	}
	type change struct {
		ID, Number, State string
		Size              int64
		ChangedAt         time.Time
	}
	changed, err := db.Select[change](t.Context(), r.DB, selectChanged, r.last)
	must(t, err)
	for _, c := range changed {
		if c.State == "resting" && c.ChangedAt.After(r.last) {
			r.rests(r.byNumber[c.Number])
		}
	}
	type sums struct{ SlotsBooked, Booked, Asks, Offered, Open int64 }
	s, err := db.Get[sums](t.Context(), r.DB, selectSums)
	must(t, err)
	if s.SlotsBooked != s.Booked || s.Offered != s.Open || s.Asks != int64(len(r.asked)) {
		t.Errorf("%v: %+v, and %d asks were acknowledged", r.clock.Now(), s, len(r.asked))
	}
	r.last = r.clock.Now()
	r.tally["hours were checked"]++
}

// modelWaits is somebody who waits, as the model of the season reads them.
type modelWaits struct {
	ID        string
	Line      int64
	Region    string
	Size      int
	Products  string
	DeskLang  string
	Soon      bool
	NotBefore time.Time
	Contested bool
	Written   time.Time // when a reason was kept last
}

const (
	selectWaitsBefore = `
		SELECT ask.id, coalesce(line, 0) AS line, region, size, products, desk_lang, soon, not_before,
			EXISTS (SELECT 1 FROM ask_member WHERE ask_id = ask.id AND NOT holds) AS contested,
			coalesce((SELECT max(last_at) FROM ask_skip WHERE ask_id = ask.id), 0) AS written
		FROM ask JOIN draw ON draw.id = draw_id WHERE ask.state = 'waiting' AND draw.state = 'drawn' AND region = $1 AND line < $2 ORDER BY line`
	selectSlotsMade = `
		SELECT slot.id, slot.location_id, slot.day, slot.starts_at, desk, langs, products FROM slot JOIN offer ON offer.id = slot.offer_id
		WHERE made_at = $1 AND offer.state = 'open' AND slot.state = 'offered' ORDER BY slot.starts_at, desk`
	selectSlotOffers = `SELECT slot.id, slot.offer_id FROM slot JOIN offer ON offer.id = slot.offer_id WHERE made_at = $1 AND offer.state = 'open'`
)

// inOrder compares the offers of one moment with the line: whoever stands before somebody
// that has one, in any region of its place, and still waits, has a reason kept today, and
// could not have used what they got.
func (r *replay) inOrder(t testing.TB, made []madeNow) {
	t.Helper()
	if len(made) == 0 {
		return
	}
	slices.SortFunc(made, byLine)
	slots := r.slotsMade(t)
	places, err := r.Locations.Of(t.Context())
	must(t, err)
	waiting := map[string][]modelWaits{}
	for _, item := range r.Pack.List("regions") {
		rows, err := db.Select[modelWaits](t.Context(), r.DB, selectWaitsBefore, item.ID, made[len(made)-1].Line)
		must(t, err)
		waiting[item.ID] = rows
	}
	for _, o := range made {
		day, err := rules.ParseDay(o.StartsAt.In(r.Zone).Format(time.DateOnly))
		must(t, err)
		for _, region := range regionsOf(places, o.LocationID, day) {
			for _, w := range waiting[region] {
				if w.Line >= o.Line {
					break
				}
				r.passedOver(t, w, o, slots[o.ID])
			}
		}
		r.tally["offers were compared with the model"]++
	}
}

// passedOver looks at one who was passed over for one offer.
func (r *replay) passedOver(t testing.TB, w modelWaits, o madeNow, slots []modelSeat) {
	t.Helper()
	r.tally["pairs of who was passed over and who was offered"]++
	if w.Contested {
		return
	}
	if today := r.midnight(r.clock.Now()); w.Written.Before(today) {
		t.Fatalf("ask %s was passed over by %s at %v without a reason", w.ID, o.AskID, r.clock.Now())
	}
	if w.couldUse(slots, r.clock.Now()) && r.given(t, w.Products, o) {
		t.Fatalf("ask %+v was passed over for %+v, which it could have used: %+v", w, o, slots)
	}
}

// couldUse says whether some of these slots, one after the other, would have done.
func (w modelWaits) couldUse(slots []modelSeat, now time.Time) bool {
	for from := 0; from+w.Size <= len(slots); from++ {
		fits := true
		for i, s := range slots[from : from+w.Size] {
			early := !w.Soon && s.StartsAt.Before(now.Add(24*time.Hour))
			apart := i > 0 && s.StartsAt.Sub(slots[from+i-1].StartsAt) > 15*time.Minute
			silent := w.DeskLang != "" && !slices.Contains(strings.Fields(s.Langs), w.DeskLang)
			fits = fits && !early && !apart && !silent && !s.StartsAt.Before(w.NotBefore)
		}
		if fits {
			return true
		}
	}
	return false
}

// given reports whether what somebody wants is handed out at the place and on the day of an
// offer: no pause holds.
func (r *replay) given(t testing.TB, products string, o madeNow) bool {
	t.Helper()
	sheets, err := r.Stock.Sheets(t.Context(), r.DB)
	must(t, err)
	day, err := rules.ParseDay(o.StartsAt.In(r.Zone).Format(time.DateOnly))
	must(t, err)
	return !slices.ContainsFunc(sheets, func(s stock.Sheet) bool {
		return slices.Contains(strings.Fields(products), s.Product) && !s.Gives(o.LocationID, day)
	})
}

// slotsMade are the slots of each offer of this moment.
func (r *replay) slotsMade(t testing.TB) map[string][]modelSeat {
	t.Helper()
	seats, err := db.Select[modelSeat](t.Context(), r.DB, selectSlotsMade, r.clock.Now())
	must(t, err)
	type pair struct{ ID, OfferID string }
	pairs, err := db.Select[pair](t.Context(), r.DB, selectSlotOffers, r.clock.Now())
	must(t, err)
	offer := map[string]string{}
	for _, p := range pairs {
		offer[p.ID] = p.OfferID
	}
	byOffer := map[string][]modelSeat{}
	for _, s := range seats {
		byOffer[offer[s.ID]] = append(byOffer[offer[s.ID]], s)
	}
	return byOffer
}

// midnight is when the day of an instant began at the counters.
func (r *replay) midnight(at time.Time) time.Time {
	at = at.In(r.Zone)
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, r.Zone)
}

// published compares the line with the order that was published for the newest draw, and
// does that draw again.
func (r *replay) published(t testing.TB) {
	t.Helper()
	n := r.count(t, `SELECT coalesce(max(n), 0) AS n FROM draw WHERE state = 'drawn'`)
	if n == 0 {
		return
	}
	list := r.verified(t, n)
	tickets, err := db.Select[string](t.Context(), r.DB, `SELECT ticket FROM ask JOIN draw ON draw.id = draw_id WHERE draw.n = $1 ORDER BY line`, n)
	must(t, err)
	if moved := r.count(t, `SELECT count(*) AS n FROM ask JOIN draw ON draw.id = draw_id WHERE draw.n = $1 AND line / 4294967296 <> $1`, n); moved == 0 &&
		len(tickets) == len(list.Order) && !slices.Equal(tickets, list.Order) {
		t.Errorf("the line of draw %d is not the order that was published", n)
	}
	r.tally["draws were done again"]++
}
