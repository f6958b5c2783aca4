package staff_test

import (
	"net/url"
	"regexp"
	"slices"
	"testing"

	"loket/internal/db"
	people "loket/internal/staff"
)

// counterTour walks through the pages of the counter, the tickets and the helpers.
func counterTour(t *testing.T, w *world, lang string) (stops []stop) {
	t.Helper()
	see := func(name string, v *visitor) *visitor {
		t.Helper()
		stops = append(stops, stop{name, v.page})
		return v
	}
	a := yusuf()
	w.register(t, a)
	lea := w.signIn(t, people.Lead)
	lea.lang = lang
	see("locations", lea.get("/locations"))
	see("location", lea.get("/locations/"+counter))
	see("location-preview", lea.send("/locations/"+counter, "state", "open", "address", "Voorbeeldplein 1", "day-1", "09:00-17:00", "ground", "besluit"))
	door := w.visit(t)
	door.lang = lang
	see("kiosk-strange", door.get("/kiosk/"+counter))
	door = w.kiosk(t, lang)
	see("kiosk-closed", door.get("/kiosk/"+counter))
	w.openCounter(t)
	see("kiosk", door.get("/kiosk/"+counter))
	see("number", door.send("/kiosk/"+counter))

	carla := w.signIn(t, people.Counter)
	carla.lang = lang
	see("home-counter", carla.get("/"))
	see("tickets", carla.get("/tickets"))
	desk := "/tickets/" + counter + "/3"
	see("desk-free", carla.send("/tickets", "place", counter, "desk", "3"))
	see("desk-called", carla.send(desk+"/next"))
	see("board", door.get("/board/"+counter))
	see("desk-left", carla.send(desk+"/left"))
	see("counter", carla.get("/counter"))
	see("counter-form", carla.get("/counter/new?lang=ar"))
	see("counter-form-wrong", carla.send("/counter/new", "vaccinated-by", "ggd-amsterdam"))
	see("counter-form-way", carla.get("/counter/new?lang=ar").send("/counter/new", append(a.form(), "vaccinated-by", "doctor")...))
	see("counter-receipt", carla.get("/counter/new?lang=ar").send("/counter/new", a.form()...))
	see("counter-case", carla.goesOn())
	page := carla.path
	record := w.recordOf(t, applicant{name: a.onFile, birth: a.birth, number: a.number})
	see("counter-zone", carla.do("POST", page+"/compare", url.Values{"mrz": {"P<UTOMOHAMED<<YUSUF<<<<<<<<<<<<<<<<<<<<<<<<<<<\n1234567897UTO7905140M3001019<<<<<<<<<<<<<<06"}}))
	see("counter-wrong", carla.get(page).send(page, "choice", "approve"))
	see("counter-sign", carla.get(page).send(page, "choice", "approve", "candidate", record, "way", carla.firstWay("other ")))
	see("counter-waits", carla.confirm(page+"/decide"))
	anton := w.signIn(t, people.Approver)
	anton.get("/approve").send("/approve/next")
	anton.decides(anton.decision("approve"))
	w.Settle(t)
	see("counter-ready", carla.get(page))
	see("counter-proof", carla.get(page+"/print"))
	see("counter-paper-code", carla.get(page).send(page+"/paper-code"))

	hana := w.signIn(t, people.Helper)
	hana.lang = lang
	see("helper-nobody", hana.get("/helper"))
	see("helper-mandate", hana.get("/helper/new?lang=ar"))
	see("helper-mandate-wrong", hana.send("/helper/new", "act-apply", ""))
	hana.get("/helper/new?lang=ar").send("/helper/new", append(slices.Clone(agreed), "act-withdraw", "yes")...)
	see("helper-receipt", hana.send("/helper/form", three()[0].contact()...))
	see("helper-person", hana.goesOn())
	see("helper-list", hana.get("/helper"))
	see("helper-known", hana.get("/helper/known"))
	return stops
}

// own are what differs from run to run on these pages.
var own = []struct {
	pattern *regexp.Regexp
	word    string
}{
	{regexp.MustCompile(`\b(lease|man|key|pro|tic)_[0-9a-z]{26}`), "${1}_ID"},
	{regexp.MustCompile(`name="candidate" value="[A-Za-z0-9_-]{22}"`), `name="candidate" value="RECORD"`},
	{regexp.MustCompile(`>[0-9]{4} [0-9]{4}<`), ">CODE<"},
	{regexp.MustCompile(`([^A-Za-z0-9])[0-9a-z]{6}(</bdi></p>)`), "${1}SHORT$2"},
	{regexp.MustCompile(`URN:UVCI:01:NL:[A-Z0-9]+#.`), "UVCI"},
}

func TestCounterPagesAreAsTheyWere(t *testing.T) {
	for _, language := range []string{"nl", "en"} {
		t.Run(language, func(t *testing.T) {
			w := open(t, db.SQLite)
			asTheyWere(t, language, counterTour(t, w, language), ownMasked)
			w.Promises(t)
		})
	}
}

// The same in a real browser, on narrow screens and in high contrast too.
func TestCounterPagesInEveryLook(t *testing.T) { // WCAG 2.2 AA; design.md §6
	w := open(t, db.SQLite)
	inEveryLook(t, w.site, counterTour(t, w, "nl"))
}
