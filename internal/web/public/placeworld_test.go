package public_test

import (
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/testclock"
)

// summer is a Tuesday morning on which the pack's counters are open and their slots given.
const summer = "2022-08-16T09:00:00+02:00"

// openPlaces returns a Loket that offers places, with its site on a listener.
func openPlaces(t *testing.T, at string) (*apptest.World, string) {
	t.Helper()
	c := config.Default(t.TempDir())
	c.Database.URL = dbtest.URL(t, db.SQLite)
	c.Places.Pack = "refugeehelp-2022"
	w := apptest.Open(t, c, testclock.At(at), slog.New(failing{slog.DiscardHandler, t}))
	w.Settle(t)
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	return w, server.URL
}

// comer is an invented person who comes to a counter.
type comer struct{ name, day, month, year, number, paper string }

var (
	oksana = comer{"Oksana Verzonnen", "9", "3", "1984", "2800000019", "passport"}
	danylo = comer{"Danylo Verzonnen", "1", "5", "2012", "", "none"} // ten years old
)

// step answers the open page of the form and expects the next one.
func step(v *visitor, action, want string, pairs ...string) *visitor {
	v.t.Helper()
	return v.send("/place/ask/"+action, pairs...).asks(want)
}

// asks fails the test unless the page has a form that goes to a step.
func (v *visitor) asks(step string) *visitor {
	v.t.Helper()
	if !strings.Contains(v.page, `action="/`+v.lang+`/place/ask/`+step+`"`) {
		v.t.Fatalf("the page does not ask %s:\n%s", step, v.text())
	}
	return v
}

// fillPlace fills the form in and stops at the check.
func fillPlace(v *visitor, email string, people ...comer) *visitor {
	v.t.Helper()
	v.get("/place/ask")
	step(v, "has-proof", "registered", "has-proof", "no")
	step(v, "registered", "postcode", "registered", "yes")
	step(v, "postcode", "region", "postcode", "1012 AB")
	step(v, "region", "people")
	step(v, "people", "who-1", "people", strconv.Itoa(len(people)))
	for i, c := range people {
		n, next := strconv.Itoa(i+1), "who-"+strconv.Itoa(i+2)
		if i+1 == len(people) {
			next = "desk"
		}
		step(v, "who-"+n, "paper-"+n, "name", c.name, "birth-day", c.day, "birth-month", c.month, "birth-year", c.year, "number", c.number)
		if c.paper == "passport" {
			step(v, "paper-"+n, "valid-"+n, "paper", c.paper)
			step(v, "valid-"+n, next, "expires-day", "1", "expires-month", "2", "expires-year", "2030")
			continue
		}
		step(v, "paper-"+n, next, "paper", c.paper)
	}
	step(v, "desk", "contact", "language", "any", "soon", "no")
	return v.send("/place/ask/contact", "email", email)
}

// stranger is somebody invented, another for each n.
func stranger(n int) comer {
	return comer{"Verzonnen Nummer " + strconv.Itoa(n), strconv.Itoa(1 + n%28), "6", "1980", strconv.Itoa(2900000000 + n), "id-card"}
}

// ticketOf is what the open receipt shows.
type ticketOf struct{ number, code, ticket, signed string }

func shownReceipt(v *visitor) ticketOf {
	v.t.Helper()
	number := v.shown(`([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3})`)
	found := regexp.MustCompile(`>([0-9A-Z]{10})<`).FindStringSubmatch(v.page)
	if found == nil {
		v.t.Fatalf("no ticket on the receipt:\n%s", v.text())
	}
	return ticketOf{number, v.shown(`(\d{4} \d{4})`), found[1], v.shown(signedReceipt)}
}

// status opens the status of a receipt.
func (k ticketOf) status(v *visitor) *visitor {
	v.t.Helper()
	return v.get("/place/status").send("/place/status", "number", k.number, "code", k.code)
}

// letDraw lets the list of a morning close, be drawn, and offers be made.
func letDraw(t *testing.T, w *apptest.World) {
	t.Helper()
	w.Settle(t) // slots are announced
	w.Pass(t, time.Hour)
	at := w.Clock.Now()
	w.Pass(t, time.Date(at.Year(), at.Month(), at.Day(), 16, 0, 0, 0, time.UTC).Sub(at)) // 18:00 in summer
	for range 3 {
		w.Pass(t, 10*time.Minute)
	}
}
