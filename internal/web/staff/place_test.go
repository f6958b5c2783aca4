package staff_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/planner"
	people "loket/internal/staff"
)

// opens opens an ask at the counter with what its person shows.
func (v *visitor) opens(place string, r planner.Receipt) *visitor {
	v.t.Helper()
	v.get("/place/at/"+place).send("/place/at/"+place, "number", string(r.Number), "code", r.Code.Reveal())
	if !strings.HasPrefix(v.path, "/place/desk/lease_") {
		v.t.Fatalf("opened %s:\n%s", v.path, v.text())
	}
	return v
}

// A day at a counter: times on the list, a person only with number and code, one
// document once.
func TestOksanaAtTheCounter(t *testing.T) { // P-54 P-70 P-71 P-72
	eachSeason(t, func(t *testing.T, w *world) {
		hers, _ := w.oksana(t)
		status := w.isBooked(t, hers)
		w.itsTime(t, status)
		place, at := status.Appointments[0].Location.ID, status.Appointments[0].Starts.Format("15:04")
		carla := w.signIn(t, people.Counter)
		carla.get("/").sees("Afspraken van vandaag")
		carla.get("/place").sees("Waar zit u?").get(carla.link("/place/at/"+place[:3])).sees(at, hers.Number.Spoken(), "Komt nog").seesNot("Oksana", "1990", "2800000011")

		if fields := regexp.MustCompile(`<input[^>]* name="([^"]+)"`).FindAllStringSubmatch(mainPart(carla.page), -1); len(fields) != 3 {
			t.Errorf("there are fields %q: a number and a code open an ask, or the code of its appointment, and nobody comes for somebody else", fields)
		}
		carla.send("/place/at/"+place, "number", string(hers.Number)).sees("Vul de code in").seesNot("Oksana")
		carla.send("/place/at/"+place, "number", string(hers.Number), "code", "00000000").sees("horen niet bij elkaar").seesNot("Oksana")
		carla.opens(place, hers).sees("Oksana Verzonnen", "9 maart 1990", at, "Document gezien, uitgereikt").seesNot("2800000011")
		desk := carla.path
		carla.send(desk + "/away/1").sees("Kies een van deze")
		carla.get(desk).send(desk+"/away/1", "why-1", planner.ForSomebody).at(desk + "?away").sees("niets is uitgereikt")
		done := w.Clock.Now().In(w.Planner.Zone).Format("15:04")
		carla.send(desk + "/hand/1").at(desk).sees("Uitgereikt om " + done).seesNot("Document gezien, uitgereikt")
		w.Promises(t)
		w.Clock.Advance(2 * time.Minute)
		w.Settle(t)
		carla.do("POST", desk+"/hand/1", url.Values{}).at(desk).sees("Uitgereikt om " + done)
		carla.get("/place/at/"+place).sees("Uitgereikt om "+done, "Uitgereikt: 1")
		carla.get(desk).send(desk + "/leave").at("/place")
		if carla.get(desk); carla.status != http.StatusForbidden {
			t.Errorf("after she left the page has status %d", carla.status)
		}
		w.Settle(t)
		w.Promises(t)
	})
}

// The counter gives the number to whom it belongs, in two steps with what was seen.
func TestANumberIsGivenInTwoSteps(t *testing.T) { // P-30
	eachSeason(t, func(t *testing.T, w *world) {
		hers, claim := w.oksana(t)
		place := w.isBooked(t, hers).Appointments[0].Location.ID
		carla := w.signIn(t, people.Counter)
		carla.opens(place, claim).sees("Borys Verzonnen", "2800000011", "Een andere aanvraag heeft dit nummer ook")
		desk := carla.path
		carla.send(desk + "/number/1").sees("Kies een van deze")
		carla.get(desk).send(desk+"/number/1", "sight-1", planner.NumberInRegister).sees("verliest nu dit nummer")
		if got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || got.State != planner.Booked {
			t.Errorf("after one step the other ask is %s: %v", got.State, err)
		}
		carla.send(desk + "/number/1").at(desk).seesNot("Een andere aanvraag heeft dit nummer ook")
		w.Promises(t)
		if got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || got.State != planner.Waiting || !got.Contested {
			t.Errorf("after two steps the other ask is %s: %v", got.State, err)
		}
	})
}

// A location is changed after seeing whom it touches, with a ground; what cannot be is
// said at its field.
func TestALocationIsPausedAfterAPreview(t *testing.T) { // P-60 P-67
	eachSeason(t, func(t *testing.T, w *world) {
		hers, _ := w.oksana(t)
		status := w.isBooked(t, hers)
		place := status.Appointments[0].Location.ID
		lea := w.signIn(t, people.Lead)
		page := "/place/locations/" + place
		lea.get("/place/locations").get(lea.link(page[:len(page)-1])).at(page)
		lea.send(page, "state", "paused", "desks", "twee loketten", "closed", "morgen", "ground", "besluit").sees("Schrijf de loketten", "Schrijf een dag als")
		lea.get(page).send(page, lea.plan("state", "paused")...).sees("Schrijf in een regel waarom")
		lea.get(page).send(page, lea.plan("state", "paused", "ground", "geen stickers")...).sees("Plekken die nog komen", "→ 0", "1 afspraak staat niet in het nieuwe plan.")
		lea.send(page, lea.plan("sure", "yes", "state", "closed")...).at(page).sees("vul in wanneer er nieuws is")
		lea.send(page, lea.plan("state", "closed", "news-day", "1", "news-month", "10", "news-year", "2022")...).sees("Open → Dicht", "Nog niet bekend (nieuws op 2022-10-01)", "Zo lang wacht wie nu vraagt")
		lea.send(page, lea.plan("sure", "yes", "state", "closed", "news-day", "2", "news-month", "10", "news-year", "2022")...).at(page).sees("nieuws op 2022-10-02") // typed after the preview
		lea.get(page).send(page, lea.plan("state", "paused", "ground", "geen stickers")...)
		lea.send(page, lea.plan("sure", "yes")...).at("/place/locations").sees("Tijdelijk dicht")
		w.Settle(t)
		w.Promises(t)
		if got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || got.State != planner.Booked {
			t.Errorf("the appointment became %s: %v", got.State, err)
		}
		w.Pass(t, time.Minute)
		if got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || got.Moving == nil || got.Moving.Why != planner.MovePlanned {
			t.Errorf("whose place is gone sees %+v: %v", got, err)
		}
		lea.get(page).send(page, lea.plan("state", "open", "desks", "2022-08-01.. 1x15 uk", "ground", "weer stickers", "horizon-day", "31", "horizon-month", "8",
			"horizon-year", "2022", "closed", "2022-08-29..2022-08-30\n2022-08-31")...).sees("0 →")
		lea.send(page, lea.plan("sure", "yes")...).at("/place/locations")
		l, err := w.Planner.Locations.One(t.Context(), place)
		must(t, err)
		if l.Plan.Horizon.String() != "2022-08-31" || len(l.Plan.Closed) != 2 || len(l.Plan.Desks) != 1 {
			t.Errorf("the plan is %v", l.Plan)
		}
	})
}

var (
	areaTag  = regexp.MustCompile(`(?s)<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>`)
	inputTag = regexp.MustCompile(`<input class="govuk-(?:date-input__)?input[^>]* name="([^"]+)" type="text" value="([^"]*)"`)
	radioTag = regexp.MustCompile(`name="([^"]+)" type="radio" value="([^"]*)" checked`)
)

// plan is what stands in the form of the open page, with the given names and values in
// place of its own.
func (v *visitor) plan(pairs ...string) []string {
	v.t.Helper()
	var list []string
	for _, tag := range []*regexp.Regexp{areaTag, inputTag, radioTag} {
		for _, m := range tag.FindAllStringSubmatch(mainPart(v.page), -1) {
			list = append(list, m[1], m[2])
		}
	}
	return append(list, pairs...)
}

// Another day for the move of a location is previewed with how many are told.
func TestAnAddressIsCorrected(t *testing.T) { // P-35
	eachSeason(t, func(t *testing.T, w *world) {
		hers, _ := w.oksana(t)
		status := w.isBooked(t, hers)
		page := "/place/locations/" + status.Appointments[0].Location.ID
		lea := w.signIn(t, people.Lead)
		lea.get(page).send(page, lea.plan("addresses", "Verzonnenweg 1", "ground", "verhuizing")...).sees("Schrijf de adressen als")
		moved := []string{"addresses", "2022-07-01 Verzonnenweg 1, Assen", "ground", "verhuizing"}
		lea.get(page).send(page, lea.plan(moved...)...).sees("1 aanvraag krijgt bericht van een ander adres")
		lea.send(page, lea.plan("sure", "yes")...).at("/place/locations")
		w.Pass(t, time.Minute)
		got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code)
		if err != nil || got.Appointments[0].Location.Address != "Verzonnenweg 1, Assen" {
			t.Errorf("the address is %+v: %v", got, err)
		}
		lea.get(page).send(page, lea.plan(moved...)...).seesNot("krijgt bericht van een ander adres")
		w.Promises(t)
	})
}
