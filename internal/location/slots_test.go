package location_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"loket/internal/location"
	"loket/internal/rules"
)

const everyDay = "mon 09:00-12:00 13:00-16:30; tue 09:00-12:00 13:00-16:30; wed 09:00-12:00 13:00-16:30; thu 09:00-12:00 13:00-16:30; fri 09:00-12:00 13:00-16:30"

// staffed is a place with desks that speak different languages, and two products.
func staffed(t testing.TB, desks string) location.Location {
	t.Helper()
	l := location.Location{ID: "north", State: location.Open, Address: "Voorbeeldplein 1", Week: week(t, everyDay), Plan: location.Plan{
		Region: "north", First: day(t, "2022-07-18"), Last: day(t, "2022-08-31"), Horizon: day(t, "2022-08-19")}}
	var err error
	l.Plan.Desks, err = location.ParseDesks(desks)
	check(t, err)
	l.Plan.Products, err = location.ParseOfferings("..2022-08-05 sticker; .. card; .. pick-up walk-in")
	check(t, err)
	return l
}

func TestSlotsAreDesksAtTimes(t *testing.T) { // P-67
	zone := amsterdam(t)
	l := staffed(t, ".. 2x30 uk,en; 2022-07-20.. 1x60 en,nl")
	got := l.Slots(day(t, "2022-07-20"), zone)
	if n := 2*(6+7) + 1*(3+3); len(got) != n { // P-67
		t.Fatalf("%d slots, want %d", len(got), n)
	}
	at := func(clock string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2022-07-20 "+clock, zone)
		check(t, err)
		return at
	}
	want := []location.Slot{
		{Starts: at("09:00"), Minutes: 30, Desk: 1, Langs: []string{"uk", "en"}, Products: []string{"sticker", "card"}},
		{Starts: at("09:00"), Minutes: 30, Desk: 2, Langs: []string{"uk", "en"}, Products: []string{"sticker", "card"}},
		{Starts: at("09:00"), Minutes: 60, Desk: 3, Langs: []string{"en", "nl"}, Products: []string{"sticker", "card"}}, // P-78
		{Starts: at("09:30"), Minutes: 30, Desk: 1, Langs: []string{"uk", "en"}, Products: []string{"sticker", "card"}},
	}
	if diff := cmp.Diff(want, got[:4]); diff != "" {
		t.Error(diff)
	}
	if last := got[len(got)-1]; !last.Starts.Equal(at("16:00")) {
		t.Errorf("the last begins at %v", last.Starts)
	}
	if slices.ContainsFunc(got, func(s location.Slot) bool { return s.Starts.Equal(at("12:00")) || s.Starts.Equal(at("12:30")) }) {
		t.Error("a slot in the break")
	}
	if n := len(l.Slots(day(t, "2022-07-19"), zone)); n != 26 {
		t.Errorf("%d slots before the third desk is staffed", n)
	}
	if products := l.Slots(day(t, "2022-08-08"), zone)[0].Products; !slices.Equal(products, []string{"card"}) {
		t.Errorf("%v is handed out when there are no stickers", products) // P-52
	}
}

func TestNoSlotsWhereNobodyIsServed(t *testing.T) { // P-39 P-65
	zone := amsterdam(t)
	good := staffed(t, ".. 1x30")
	good.Plan.Closed = []location.Closure{{First: day(t, "2022-08-15"), Last: day(t, "2022-08-16"), Why: rules.Words{"en": "Closed"}}}
	for on, want := range map[string]int{"2022-07-15": 0, "2022-07-18": 13, "2022-07-23": 0, "2022-08-15": 0, "2022-08-16": 0, "2022-08-17": 13,
		"2022-08-19": 13, "2022-08-22": 0} {
		if n := len(good.Slots(day(t, on), zone)); n != want {
			t.Errorf("%d slots on %s", n, on)
		}
	}
	monday := day(t, "2022-07-25")
	for what, change := range map[string]func(l *location.Location){
		"announced":    func(l *location.Location) { l.State = location.Announced },
		"paused":       func(l *location.Location) { l.State = location.Paused },
		"closed":       func(l *location.Location) { l.State = location.Closed }, // P-39
		"opens later":  func(l *location.Location) { l.State, l.OpensOn = location.Bookable, day(t, "2022-07-26") },
		"not open yet": func(l *location.Location) { l.OpensOn = day(t, "2022-07-26") },
		"no horizon":   func(l *location.Location) { l.Plan.Horizon = rules.Day{} },
		"walk-in only": func(l *location.Location) { l.Plan.Products = l.Plan.Products[2:] },
		"service over": func(l *location.Location) { l.Plan.Last = day(t, "2022-07-24") }, // P-39
		"no desks":     func(l *location.Location) { l.Plan.Desks[0].Number = 0 },
		"slots longer": func(l *location.Location) { l.Plan.Desks[0].Minutes = 240 },
	} {
		l := staffed(t, ".. 1x30")
		change(&l)
		if n := len(l.Slots(monday, zone)); n != 0 {
			t.Errorf("%s: %d slots", what, n)
		}
	}
	for _, state := range []location.State{location.Dated, location.Bookable, location.Moving} {
		l := staffed(t, ".. 1x30")
		l.State, l.OpensOn = state, monday
		if n := len(l.Slots(monday, zone)); n != 13 {
			t.Errorf("%s: %d slots on the first day", state, n)
		}
	}
}

// A wall-clock hour is the same hour after the clocks change; an hour that is missing has
// no slot, and one that comes twice has it once.
func TestSlotsOfTheNightsWhenTheClocksChange(t *testing.T) {
	zone := amsterdam(t)
	l := location.Location{State: location.Open, Week: week(t, "mon 09:00-10:00; sat 23:00-24:00; sun 00:00-05:00"), Plan: location.Plan{
		Horizon: day(t, "2022-12-31"), Desks: []location.Desks{{Number: 1, Minutes: 30}}, Products: []location.Offering{{Product: "card"}}}}
	for on, want := range map[string][]string{
		"2022-03-26": {"23:00+01:00", "23:30+01:00"},
		"2022-03-27": {"00:00+01:00", "00:30+01:00", "01:00+01:00", "03:00+02:00", "03:30+02:00", "04:00+02:00", "04:30+02:00"},
		"2022-03-28": {"09:00+02:00", "09:30+02:00"},
		"2022-10-29": {"23:00+02:00", "23:30+02:00"},
		"2022-10-31": {"09:00+01:00", "09:30+01:00"},
	} {
		var got []string
		for _, s := range l.Slots(day(t, on), zone) {
			got = append(got, s.Starts.Format("15:04-07:00"))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", on, diff)
		}
	}
	if n := len(l.Slots(day(t, "2022-10-30"), zone)); n < 9 || n > 10 {
		t.Errorf("%d slots in the long night", n)
	}
}

// drawPlace is any place with hours and desks.
func drawPlace(t *rapid.T) location.Location {
	l := location.Location{State: location.Open, Plan: location.Plan{Products: []location.Offering{{Product: "card"}}}}
	for d := range l.Week {
		at := 0
		for range rapid.IntRange(0, 3).Draw(t, "spans") {
			from := at + rapid.IntRange(1, 300).Draw(t, "from")
			to := from + rapid.IntRange(1, 400).Draw(t, "long")
			if to > 1440 {
				break
			}
			l.Week[d], at = append(l.Week[d], location.Span{From: location.Clock(from), To: location.Clock(to)}), to
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "entries") {
		l.Plan.Desks = append(l.Plan.Desks, location.Desks{Number: rapid.IntRange(0, 4).Draw(t, "number"), Minutes: rapid.IntRange(5, 120).Draw(t, "minutes")})
	}
	return l
}

// Whatever the hours, desks and night: no desk has two people at a time, all lies within
// the hours, and on a common day no minute is wasted.
func TestSlotsFitTheHours(t *testing.T) { // P-67
	zone := amsterdam(t)
	rapid.Check(t, func(t *rapid.T) {
		l := drawPlace(t)
		on, err := rules.ParseDay(rapid.SampledFrom([]string{"2022-03-27", "2022-10-30", "2022-07-20", "2022-12-31"}).Draw(t, "day"))
		if err != nil {
			t.Fatal(err)
		}
		l.Plan.Horizon = on
		busy := map[int]time.Time{}
		slots := l.Slots(on, zone)
		for i, s := range slots {
			end := s.Starts.Add(time.Duration(s.Minutes) * time.Minute)
			if s.Starts.Before(busy[s.Desk]) {
				t.Fatalf("desk %d is not free at %v", s.Desk, s.Starts)
			}
			busy[s.Desk] = end
			if i > 0 && s.Starts.Before(slots[i-1].Starts) {
				t.Fatalf("%v after %v", s.Starts, slots[i-1].Starts)
			}
			if !l.OpenAt(s.Starts) || !l.OpenAt(end.Add(-time.Second)) {
				t.Fatalf("%v to %v is not within %v", s.Starts, end, l.Week.On(on))
			}
		}
		want := 0
		for _, d := range l.Plan.Desks {
			for _, span := range l.Week.On(on) {
				want += d.Number * (int(span.To-span.From) / d.Minutes)
			}
		}
		common := on.String() == "2022-07-20" || on.String() == "2022-12-31"
		if len(slots) > want || common && len(slots) != want {
			t.Fatalf("%d slots, want %d", len(slots), want) // P-67
		}
	})
}

// A closure ends the hours, and the next opening is after it.
func TestAClosureHasNoHours(t *testing.T) {
	l := staffed(t, "")
	l.Plan.Closed = []location.Closure{{First: day(t, "2022-07-25"), Last: day(t, "2022-08-12"), Why: rules.Words{"en": "Closed"}}}
	at := time.Date(2022, 7, 25, 10, 0, 0, 0, amsterdam(t))
	if l.OpenAt(at) || l.ServesLater(at) {
		t.Error("open on a day without service")
	}
	if next, ok := l.NextOpening(at); !ok || next.Format(time.RFC3339) != "2022-08-15T09:00:00+02:00" {
		t.Errorf("opens again at %v, %v", next, ok)
	}
	if why, closed := l.ClosedOn(day(t, "2022-08-12")); !closed || why.Why["en"] != "Closed" {
		t.Errorf("closed for %v", why)
	}
	if hands, _ := l.Hands("card", day(t, "2022-08-01")); hands {
		t.Error("hands something out while it is closed")
	}
	l.Plan.Last = day(t, "2022-08-12")
	if next, ok := l.NextOpening(at); ok {
		t.Errorf("opens at %v after its last day", next)
	}
	if l.On(day(t, "2022-08-13")) != location.Closed || l.BookableAt(at.AddDate(0, 0, 20)) {
		t.Error("not closed after its last day")
	}
}

// Bookings open and service starts at moments of their own, in either order.
func TestBookableBeforeAndAfterTheOpening(t *testing.T) { // P-63
	at := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		check(t, err)
		return at.In(amsterdam(t))
	}
	l := staffed(t, ".. 1x30")
	l.State, l.OpensOn, l.Plan.Bookable = location.Dated, day(t, "2022-07-18"), at("2022-07-13T10:00:00+02:00")
	for text, want := range map[string]bool{"2022-07-13T09:59:59+02:00": false, "2022-07-13T10:00:00+02:00": true, "2022-07-18T09:00:00+02:00": true,
		"2022-09-01T10:00:00+02:00": false} {
		if l.BookableAt(at(text)) != want {
			t.Errorf("bookable at %s: %v", text, !want) // P-63
		}
	}
	l.State, l.Plan.Bookable = location.Open, at("2022-07-20T10:00:00+02:00")
	if opens := at("2022-07-18T10:00:00+02:00"); l.BookableAt(opens) || !l.OpenAt(opens) || !l.BookableAt(at("2022-07-20T10:00:00+02:00")) {
		t.Error("open before it is bookable, and the other way round")
	}
}
