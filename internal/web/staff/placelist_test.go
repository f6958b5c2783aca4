package staff_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/location"
	people "loket/internal/staff"
)

// A location that closed opens again when everything on its list is done, each thing by
// somebody with a name.
func TestALocationOpensByItsChecklist(t *testing.T) { // H-51
	eachSeason(t, func(t *testing.T, w *world) {
		const page = "/place/locations/den-bosch"
		lea := w.signIn(t, people.Lead)
		lea.get(page).seesNot("Voor de locatie open gaat") // open by the pack's own days
		closing := []string{"state", "closed", "ground", "besluit", "news-day", "1", "news-month", "10", "news-year", "2022"}
		lea.send(page, lea.plan(closing...)...)
		lea.send(page, lea.plan(append(closing, "sure", "yes")...)...).at("/place/locations")
		lea.get(page).sees("Voor de locatie open gaat", "6 dingen zijn nog niet klaar", "Computers, printers en de verbinding werken Nog niet klaar")
		opening := []string{"state", "open", "ground", "weer open"}
		lea.send(page, lea.plan(opening...)...).sees("De lijst voor de opening is nog niet klaar").seesNot("Verander de locatie")
		if got := lea.typed("ground"); got != "weer open" {
			t.Errorf("of the ground is left %q", got)
		}
		for _, item := range w.Planner.Pack.List("opening_checklist") {
			lea.do("POST", page+"/list", map[string][]string{"item": {item.ID}, "done": {"yes"}}).at(page)
		}
		lea.sees("Alles op deze lijst is klaar", "Proef lead")
		lea.do("POST", page+"/list", map[string][]string{"item": {"ict"}, "done": {"no"}}).sees("1 ding is nog niet klaar")
		lea.do("POST", page+"/list", map[string][]string{"item": {"ict"}, "done": {"yes"}})
		lea.send(page, lea.plan(opening...)...)
		lea.send(page, lea.plan(append(opening, "sure", "yes")...)...).at("/place/locations")
		lea.get(page).sees("Deze lijst was klaar toen de locatie open ging")
		if strings.Contains(lea.page, `name="item"`) {
			t.Error("the list of an open location can be changed")
		}
		if l, err := w.Planner.Locations.One(t.Context(), "den-bosch"); err != nil || l.On(w.Planner.Today()) != location.Open {
			t.Errorf("it is %s: %v", l.State, err)
		}
		w.Pass(t, time.Minute)
		w.Promises(t)
	})
}
