package staff_test

import (
	"testing"
	"time"

	people "loket/internal/staff"
)

// The code on an appointment opens it on its day, beside the person; a second use shows
// when the first was, and what is not genuine opens nothing.
func TestACodeAtTheCounter(t *testing.T) { // P-70 P-71 P-72
	eachSeason(t, func(t *testing.T, w *world) {
		hers, _ := w.oksana(t)
		status := w.isBooked(t, hers)
		a := status.Appointments[0]
		carla := w.signIn(t, people.Counter)
		list := "/place/at/" + a.Location.ID
		read := func(typed string) *visitor {
			t.Helper()
			return carla.get(list).send(list+"/code", "appointment", typed)
		}
		read(a.Slip).sees("Deze afspraak is op een andere dag").seesNot("Oksana")
		w.itsTime(t, status)
		carla = w.signIn(t, people.Counter)
		read("").sees("Scan of typ een code")
		read("hallo").sees("Dit is geen code van een afspraak")
		read("000-000-000").sees("Deze code is niet echt").seesNot("Oksana")
		read(a.Slip[:len(a.Slip)-1] + "Z").sees("Deze code is niet echt").seesNot("Oksana")
		read(a.Short.Spoken()).sees("Oksana Verzonnen", "9 maart 1990", "Document gezien, uitgereikt")
		desk := carla.path
		done := w.Clock.Now().In(w.Planner.Zone).Format("15:04")
		carla.send(desk + "/hand/1").at(desk).sees("Uitgereikt om " + done)
		w.Clock.Advance(2 * time.Minute)
		read(a.Slip).sees("Uitgereikt om " + done).seesNot("Document gezien, uitgereikt")
		w.Clock.Advance(24 * time.Hour)
		w.Settle(t)
		again := w.signIn(t, people.Counter)
		again.get(list).send(list+"/code", "appointment", a.Slip).sees("Deze afspraak is al gebruikt", "gebruikt op", done).seesNot("Oksana")
		w.Promises(t)
	})
}
