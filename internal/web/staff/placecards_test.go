package staff_test

import (
	"regexp"
	"testing"
	"time"

	"loket/internal/planner"
	people "loket/internal/staff"
)

// A card from the photo to its holder: a box is counted and checked before it is written
// down, the list names nobody, and the card goes to its holder once.
func TestACardAtTheCounter(t *testing.T) { // P-52 P-54 P-57
	eachSeason(t, func(t *testing.T, w *world) {
		asking := w.wants(t, "Oksana Verzonnen", "1990-03-09", "2800000011", "oksana@example.org")
		asking.Members[0].Document = "none"
		asking.Region = "north-west"
		hers := w.asks(t, asking)
		status := w.isBooked(t, hers)
		w.itsTime(t, status)
		carla := w.signIn(t, people.Counter)
		carla.opens(status.Appointments[0].Location.ID, hers)
		desk := carla.path
		carla.send(desk+"/hand/1").sees("Uitgereikt om", "De pas wordt gemaakt. Klaar rond")
		if got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || got.State != planner.Making {
			t.Fatalf("after the photo it is %s: %v", got.State, err)
		}
		page := "/place/cards/amsterdam-o-document"
		carla.get("/place/cards").get(carla.link(page[:len(page)-1])).sees("Hier ligt niets te wachten")
		carla.send(page, "numbers", "12345", "count", "1").sees("Voor dit nummer wordt geen pas gemaakt").seesNot("Deze passen zijn aangekomen")
		carla.send(page, "numbers", string(hers.Number), "count", "2").sees("een ander aantal geteld").seesNot("Deze passen zijn aangekomen")
		carla.send(page, "numbers", string(hers.Number), "count", "1").sees("O-document", "Deze passen zijn aangekomen").seesNot("Oksana")
		carla.send(page, "numbers", string(hers.Number), "count", "1", "sure", "yes").at(page + "?came").sees("De passen staan op aangekomen")
		for w.Planner.Today().String() < "2022-09-12" {
			w.Clock.Advance(12 * time.Hour)
			w.Settle(t)
		}
		w.Clock.Advance(2 * time.Hour)
		carla = w.signIn(t, people.Counter)
		carla.get(page).seesNot("Terug naar de maker")
		carla.get(page).sees(hers.Number.Spoken(), "O-document").seesNot("Oksana", "2800000011")
		carla.opens("amsterdam-o-document", hers).sees("De pas ligt hier klaar", "Oksana Verzonnen", "Niemand kan ophalen voor een ander")
		desk = carla.path
		if fields := regexp.MustCompile(`<input[^>]* name=`).FindAllString(mainPart(carla.page), -1); len(fields) != 0 {
			t.Errorf("there are %d fields: nobody comes for somebody else", len(fields))
		}
		carla.send(desk + "/collect/1").at(desk).sees("Pas opgehaald op 12 september 2022").seesNot("pas gegeven")
		done := w.Clock.Now().In(w.Planner.Zone).Format("15:04")
		w.Clock.Advance(time.Minute)
		carla.do("POST", desk+"/collect/1", nil).at(desk).sees("Pas opgehaald op 12 september 2022 " + done)
		carla.get(page).seesNot(hers.Number.Spoken())
		w.Settle(t)
		w.Promises(t)
	})
}

// A lead sends back a card that nobody fetched, after seeing which, and sees nobody's name.
func TestACardGoesBackOnAPage(t *testing.T) { // P-57
	eachSeason(t, func(t *testing.T, w *world) {
		asking := w.wants(t, "Oksana Verzonnen", "1990-03-09", "2800000011", "oksana@example.org")
		asking.Members[0].Document = "none"
		asking.Region = "north-west"
		hers := w.asks(t, asking)
		status := w.isBooked(t, hers)
		w.itsTime(t, status)
		carla := w.signIn(t, people.Counter)
		carla.opens(status.Appointments[0].Location.ID, hers)
		carla.send(carla.path + "/hand/1")
		const page = "/place/cards/amsterdam-o-document"
		carla.get(page).send(page, "numbers", string(hers.Number), "count", "1", "sure", "yes").at(page + "?came")
		for range 5 {
			w.Clock.Advance(30 * 24 * time.Hour)
			w.Settle(t)
		}
		lea := w.signIn(t, people.Lead)
		lea.get("/").sees("Passen: aankomst en ophalen").get(page).sees(hers.Number.Spoken(), "Terug naar de maker").seesNot("Aangekomen vandaag", "Oksana")
		lea.send(page+"/return").sees("Deze pas gaat terug naar de maker", hers.Number.Spoken()).seesNot("Oksana")
		if got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || got.State != planner.Making {
			t.Errorf("before it is confirmed the ask is %s: %v", got.State, err)
		}
		lea.send(page+"/return", "sure", "yes").at(page + "?gone").sees("De pas staat op teruggestuurd").seesNot(hers.Number.Spoken())
		if got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || got.State != planner.Withdrawn {
			t.Errorf("after it went back the ask is %s: %v", got.State, err)
		}
		w.Settle(t)
		w.Promises(t)
	})
}
