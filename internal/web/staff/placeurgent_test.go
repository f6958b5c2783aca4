package staff_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/planner"
	people "loket/internal/staff"
)

// Two leads let somebody go first, each with a passkey; the pages show a number and a ground,
// and nobody's name.
func TestUrgentOnAPage(t *testing.T) { // P-66
	w := openSeason(t, db.SQLite)
	hers := w.asks(t, w.wants(t, "Taras Verzonnen", "1990-04-04", "2800000022", "taras@example.org"))
	one, two, counter := w.signIn(t, people.Lead), w.signIn(t, people.Lead), w.signIn(t, people.Counter)
	if counter.get("/place/urgent"); counter.status != 403 {
		t.Errorf("a counter sees urgent cases: %d", counter.status)
	}
	const page = "/place/urgent"
	one.get(page).sees("hoogstens 10%", "Er wacht nu geen voorstel")
	one.send(page, "number", "1", "ground", "").sees("Kies een grond")
	one.send(page, "number", "K7P4-9XQ2-M3G", "ground", "work").sees("Er wacht geen aanvraag met dit nummer")
	if !strings.Contains(one.page, `value="K7P4-9XQ2-M3G"`) {
		t.Error("what was typed is lost")
	}
	one.send(page, "number", hers.Number.Spoken(), "ground", "work").sees(hers.Number.Spoken(), "werk", "passkey").confirm(page + "/sign").at(page)
	one.sees("U stelde dit voor", "Neem terug").seesNot("Geef voorrang", "Taras")
	two.get("/").sees("1 voorstel voor spoed wacht op u")
	two.get(page).sees(hers.Number.Spoken(), "Geef voorrang").seesNot("Taras")
	list, err := w.Planner.Urgents(t.Context())
	must(t, err)
	path := page + "/" + list[0].ID
	two.send(path + "/grant").sees("Een collega stelt dit voor").confirm(path + "/sign").at(page).sees("Er wacht nu geen voorstel")
	if status, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || !status.Urgent {
		t.Errorf("after two leads: %+v, %v", status, err)
	}
	w.Pass(t, 9*time.Hour)
	w.Pass(t, draw.Delay)
	w.Pass(t, time.Minute)
	if status, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || status.State != planner.Offered {
		t.Errorf("after the draw: %+v, %v", status, err)
	}
	w.Promises(t)
}
