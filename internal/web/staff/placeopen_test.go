package staff_test

import (
	"testing"
	"time"

	"loket/internal/location"
	people "loket/internal/staff"
)

// A location that is closed gets a day, hours, products and tips from staff, after a
// preview; its slots are given from the moment that they say, once its list is done.
func TestALocationGetsADay(t *testing.T) { // H-51 P-35
	eachSeason(t, func(t *testing.T, w *world) {
		const page = "/place/locations/den-bosch"
		lea := w.signIn(t, people.Lead)
		lea.get(page)
		change := func(pairs ...string) {
			t.Helper()
			lea.get(page).send(page, lea.plan(pairs...)...)
			lea.send(page, lea.plan("sure", "yes")...).at("/place/locations")
		}
		change("state", "closed", "ground", "besluit", "news-day", "1", "news-month", "10", "news-year", "2022")

		dated := []string{"state", "dated", "ground", "heropening", "opens-day", "1", "opens-month", "8", "opens-year", "2022"}
		lea.get(page).send(page, lea.plan(dated...)...).sees("Vul een dag in die na vandaag komt").seesNot("Wat deze verandering doet")
		dated = append(dated, "opens-day", "5", "opens-month", "9")
		lea.send(page, lea.plan(append(dated, "products", "2022-09-05.. paspoort", "also", "2022-09-05.. mars", "bookable", "morgen", "travel", "trein", "day-1", "9 uur")...)...).
			sees("Schrijf een moment als", "Schrijf een reistip als", "Schrijf de tijden als")
		lea.get(page).send(page, lea.plan(append(dated, "products", "2022-09-05.. paspoort")...)...).sees("Schrijf wat wordt uitgegeven als")
		lea.get(page).send(page, lea.plan(append(dated, "also", "2022-09-05.. mars")...)...).sees("Schrijf de andere regio's als")

		dated = append(dated, "products", "2022-09-05.. sticker\n2022-09-05.. o-document walk-in", "also", "2022-09-05.. central", "bookable", "2022-08-20T10:00",
			"travel", "train nl Verzonnen tip\ntrain en Invented note", "day-1", "10:00-12:00 12:30-15:00", "day-2", "", "desks", "2022-09-05.. 1x15 uk",
			"horizon-day", "30", "horizon-month", "9", "horizon-year", "2022", "direct", "yes")
		lea.get(page).send(page, lea.plan(dated...)...).sees("Dicht → Gaat open op een dag", "Plekken die nog komen", "0 →").seesNot("0 → 0")
		lea.send(page, lea.plan("sure", "yes", "direct", "yes", "opens-day", "6")...).at(page).seesNot("De locatie is veranderd") // typed after the preview
		lea.get(page).send(page, lea.plan(dated...)...)
		lea.send(page, lea.plan("sure", "yes", "direct", "yes")...).at("/place/locations").sees("Gaat open op een dag")

		l, err := w.Planner.Locations.One(t.Context(), "den-bosch")
		must(t, err)
		if got := l.OpensOn.String(); got != "2022-09-05" || !l.Plan.Direct || len(l.Plan.Products) != 2 || !l.Plan.Products[1].WalkIn || len(l.Plan.Travel) != 1 ||
			l.Plan.Travel[0].Note["en"] != "Invented note" || location.FormatSpans(l.Week[time.Monday]) != "10:00-12:00 12:30-15:00" || len(l.Week[time.Tuesday]) != 0 {
			t.Errorf("it opens on %s with %+v, %v", got, l.Plan, l.Week)
		}
		if gives := l.BookableAt(l.Plan.Bookable); gives || !l.Unready() {
			t.Errorf("slots are given: %t, without its list being done: %t", gives, l.Unready())
		}
		for _, item := range w.Planner.Pack.List("opening_checklist") {
			lea.get(page).do("POST", page+"/list", map[string][]string{"item": {item.ID}, "done": {"yes"}}).at(page)
		}
		w.Pass(t, 5*24*time.Hour)
		w.Promises(t)
		if l, err = w.Planner.Locations.One(t.Context(), "den-bosch"); err != nil || !l.BookableAt(w.Clock.Now().In(w.Planner.Zone)) {
			t.Errorf("its slots are not given: %v %v", l.Plan.Bookable, err)
		}
		lea = w.signIn(t, people.Lead)
		if got := lea.get(page).sees("Verzonnen tip").typed("bookable"); got != "2022-08-20T10:00" {
			t.Errorf("slots are given from %q", got)
		}
		lea.send(page, lea.plan("state", "announced", "ground", "toch niet", "direct", "yes")...).sees("heeft nog geen dag")
	})
}
