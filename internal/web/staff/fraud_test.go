package staff_test

import (
	"net/http"
	"testing"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/report"
	people "loket/internal/staff"
)

// A lead sees that reports wait, and reads one at a time with an entry in the log; a number
// is kept with it and opens nothing; whoever serves sees none.
func TestALeadReadsReports(t *testing.T) { // P-73
	w := openSeason(t, db.SQLite)
	number, err := w.Reports.Send(t.Context(), report.Sending{Kind: "false-helper", Text: ident.NewPrivate("Verzonnen man bij de deur"), Key: "key-1"})
	must(t, err)
	hers, _ := w.oksana(t)
	liesbeth := w.signIn(t, people.Lead)
	liesbeth.get("/").sees("Meldingen van fraude")
	liesbeth.get("/fraud").sees(number.Spoken(), "Iemand zegt te helpen").seesNot("Verzonnen man")
	one := liesbeth.link("/fraud/rpt")
	liesbeth.get(one).sees("Verzonnen man bij de deur")
	read := func() int64 {
		n, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM audit_entry WHERE act = 'report.read'`)
		must(t, err)
		return n
	}
	if n := read(); n != 1 {
		t.Errorf("%d entries of one look", n)
	}
	liesbeth.send(one, "ask", "X").sees("Verzonnen man")
	liesbeth.send(one, "ask", string(hers.Number)).at(one).seesNot("Oksana")
	carla := w.signIn(t, people.Counter)
	if carla.get(one); carla.status != http.StatusForbidden {
		t.Errorf("at the counter the page has status %d", carla.status)
	}
	liesbeth.get(one).send(one, "outcome", "no-ground").at("/fraud").sees("Er wacht geen melding")
	liesbeth.get(one).sees("Niets gevonden")
}
