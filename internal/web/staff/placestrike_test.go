package staff_test

import (
	"testing"
	"time"

	people "loket/internal/staff"
)

// A lead sees how many have an appointment on a day, confirms with a passkey that they
// cannot come, and lifts it.
func TestALeadDeclaresAStrike(t *testing.T) { // P-59
	eachSeason(t, func(t *testing.T, w *world) {
		hers, _ := w.oksana(t)
		day := w.isBooked(t, hers).Appointments[0].Starts
		carla := w.signIn(t, people.Counter)
		if carla.get("/place/disruptions"); carla.status != 403 {
			t.Errorf("at the counter the page has status %d", carla.status)
		}
		lea := w.signIn(t, people.Lead)
		const page = "/place/disruptions"
		form := []string{"day-day", day.Format("2"), "day-month", day.Format("1"), "day-year", day.Format("2006"), "cause", "trains"}
		lea.get("/").sees("Dag waarop mensen niet kunnen komen").get(page).send(page).sees("Kies een oorzaak")
		lea.get(page).send(page, "day-day", "1", "day-month", "1", "day-year", "2022", "cause", "trains").sees("Kies een dag van vandaag of later")
		lea.get(page).send(page, form...).sees("1 aanvraag heeft dan een afspraak")
		w.Pass(t, time.Minute)
		if s, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || s.Disturbance != nil {
			t.Errorf("without a passkey it is declared: %v", err)
		}
		lea.confirm(page+"/sign").at(page).sees(day.Format("2006-01-02"), "staking")
		w.Pass(t, time.Minute)
		if s, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || s.Disturbance == nil {
			t.Errorf("with a passkey it is not declared: %v", err)
		}
		lea.get(page).sees("1 aanvraag kreeg bericht")
		list, err := w.Planner.Disruptions(t.Context(), w.Planner.Today())
		must(t, err)
		for _, d := range list {
			lea.get(page).send(page + "/" + d.ID + "/lift").at(page)
		}
		lea.sees("Opgeheven").seesNot("Hef dit op")
		w.Pass(t, time.Minute)
		w.Promises(t)
	})
}
