package staff_test

import (
	"testing"

	"loket/internal/db"
	"loket/internal/planner"
	people "loket/internal/staff"
)

// placeTour walks through the pages of a counter where places are handed out, and of
// those who plan them.
func placeTour(t *testing.T, w *world, lang string) (stops []stop) {
	t.Helper()
	see := func(name string, v *visitor) *visitor {
		t.Helper()
		stops = append(stops, stop{name, v.page})
		return v
	}
	hers, claim := w.oksana(t)
	status := w.isBooked(t, hers)
	place := status.Appointments[0].Location.ID
	lea := w.signIn(t, people.Lead)
	lea.lang = lang
	page := "/place/locations/" + place
	see("place-plans", lea.get("/place/locations"))
	see("place-plan", lea.get(page))
	see("place-plan-wrong", lea.send(page, lea.plan("desks", "?", "closed", "?", "horizon-day", "31")...))
	see("place-plan-preview", lea.get(page).send(page, lea.plan("state", "paused", "ground", "geen stickers")...))
	stops = append(stops, stockTour(lea, place)...)
	closing := []string{"state", "closed", "ground", "besluit", "news-day", "1", "news-month", "10", "news-year", "2022"}
	const other = "/place/locations/deventer"
	lea.get(other).send(other, lea.plan(closing...)...)
	lea.send(other, lea.plan(append(closing, "sure", "yes")...)...)
	see("place-plan-list", lea.get(other).do("POST", other+"/list", map[string][]string{"item": {"ict"}, "done": {"yes"}}))
	see("place-plan-list-wrong", lea.send(other, lea.plan("state", "open", "ground", "weer open")...))
	see("place-urgent", lea.get("/place/urgent"))
	see("place-urgent-wrong", lea.send("/place/urgent", "number", "1"))

	w.itsTime(t, status)
	carla := w.signIn(t, people.Counter)
	carla.lang = lang
	see("place-home", carla.get("/"))
	see("place-where", carla.get("/place"))
	see("place-turns", carla.get("/place/at/"+place))
	see("place-turns-wrong", carla.send("/place/at/"+place))
	see("place-contested", carla.opens(place, claim))
	see("place-contested-sure", carla.send(carla.path+"/number/1", "sight-1", planner.NumberOnLetter))
	see("place-desk", carla.opens(place, hers))
	desk := carla.path
	see("place-desk-wrong", carla.send(desk+"/away/1"))
	see("place-desk-away", carla.get(desk).send(desk+"/away/1", "why-1", planner.NoDocument))
	see("place-desk-served", carla.get(desk).send(desk+"/hand/1"))
	see("place-turns-served", carla.get("/place/at/"+place))
	see("place-had", carla.opens(place, claim))
	later := w.asks(t, w.wants(t, "Taras Verzonnen", "1990-04-04", "2800000022", "taras@example.org"))
	see("place-not-today", carla.opens(place, later))
	w.Settle(t)
	return stops
}

// stockTour walks through the pages of stock, and begins to count.
func stockTour(lea *visitor, place string) (stops []stop) {
	see := func(name string) { stops = append(stops, stop{name, lea.page}) }
	lea.get(stickers + "/count")
	see("place-stock-change")
	lea.send(stickers+"/count", "n", "?")
	see("place-stock-wrong")
	count := []string{"location", place, "n", "90", "ground", "telling"}
	lea.get(stickers+"/count").send(stickers+"/count", count...)
	see("place-stock-preview")
	lea.send(stickers+"/count", append(count, "sure", "yes")...)
	see("place-stock")
	lea.get("/place/stock")
	see("place-stocks")
	lea.get(stickers+"/pause").send(stickers+"/pause", "location", place, "cause", "materials", "confidence", "unknown", "owner", "Dienst Voorbeeld")
	see("place-stock-pause-wrong")
	return stops
}

func TestPlacePagesAreAsTheyWere(t *testing.T) {
	for _, language := range []string{"nl", "en"} {
		t.Run(language, func(t *testing.T) {
			w := openSeason(t, db.SQLite)
			asTheyWere(t, language, placeTour(t, w, language), ownMasked)
			w.Promises(t)
		})
	}
}

// The same in a real browser, on narrow screens and in high contrast too.
func TestPlacePagesInEveryLook(t *testing.T) { // WCAG 2.2 AA; design.md §6
	w := openSeason(t, db.SQLite)
	inEveryLook(t, w.site, placeTour(t, w, "nl"))
}
