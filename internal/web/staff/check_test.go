package staff_test

import (
	"net/http"
	"strings"
	"testing"

	"loket/internal/db"
	people "loket/internal/staff"
	"loket/internal/upload"
)

func TestTwoPeopleDecide(t *testing.T) { // G-30 G-55 T17
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			w := open(t, engine)
			a := applicants(1)[0]
			w.register(t, a)
			w.answered(t, a, upload.Document, upload.Card)
			vera, anton := w.signIn(t, people.Checker), w.signIn(t, people.Approver)

			anton.get("/approve").send("/approve/next").sees("Er wacht nu niets")
			vera.get("/").sees("Vergelijken").send("/check/next")
			vera.sees(a.name, a.number, "1 januari 1960", a.onFile, "1 Ada Verzonnen", "Hier zijn mijn foto's", "Document d", "Kaartje c")
			vera.seesNot(a.email, a.phone, "Proef approver")
			values := vera.decision("approve", "candidate", w.recordOf(t, a))
			vera.decides(values).at("/check?done=proposed").sees("Bewaard")

			anton.get("/approve").send("/approve/next").sees("Voorstel van een collega", "Ja: het bewijs wordt gemaakt", a.onFile)
			anton.seesNot("Proef checker") // who proposed is not told before
			anton.decides(anton.decision("approve")).at("/approve?done=approved")
			w.Settle(t)
			state, err := db.Get[string](t.Context(), w.DB, "SELECT state FROM request")
			if err != nil || state != "proved" {
				t.Errorf("the request is %q, %v", state, err)
			}
			w.Promises(t)
		})
	}
}

var _ = http.StatusOK
var _ = strings.Contains
