package staff_test

import (
	"crypto/rand"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/rules"
	people "loket/internal/staff"
)

// summer is a Tuesday on which all places of the pack give slots.
const summer = "2022-08-16T09:00:00+02:00"

// openSeason returns a world in which people can ask for a place.
func openSeason(t *testing.T, engine db.Engine) *world {
	t.Helper()
	w := &world{World: apptest.Places(t, engine), named: map[people.Role]int{}}
	w.Log = slog.New(failing{slog.DiscardHandler, t})
	at, err := time.Parse(time.RFC3339, summer)
	must(t, err)
	w.Clock.Advance(at.Sub(w.Clock.Now()))
	w.Settle(t)
	w.site, err = w.StaffSite()
	must(t, err)
	server := httptest.NewServer(w.site)
	t.Cleanup(server.Close)
	w.base, w.origin = server.URL, w.Config.Staff.URL
	return w
}

// eachSeason runs test as a subtest on each engine.
func eachSeason(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, openSeason(t, engine))
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wants is a form of somebody invented with a V-number.
func (w *world) wants(t testing.TB, name, birth, number, email string) planner.Asking {
	t.Helper()
	m := planner.Member{Document: "passport"}
	var err error
	m.Name, err = ident.NewName(name, "")
	must(t, err)
	m.Birth, err = ident.ParseBirthDate(birth, w.Planner.Today().String())
	must(t, err)
	m.Number, err = ident.ParseNumber(number)
	must(t, err)
	m.Expires, err = rules.ParseDay("2030-01-01")
	must(t, err)
	asking := planner.Asking{Facts: rules.Facts{"has_proof": false, "registered": true}, Members: []planner.Member{m}, Region: w.Planner.Pack.List("regions")[0].ID, Lang: "uk", Door: planner.Web,
		Key: ident.NewID(rand.Reader, "key")}
	asking.Email, err = ident.ParseEmail(email)
	must(t, err)
	return asking
}

// asks sends a form.
func (w *world) asks(t testing.TB, asking planner.Asking) planner.Receipt {
	t.Helper()
	receipt, err := w.Planner.Ask(t.Context(), asking)
	must(t, err)
	return receipt
}

// isBooked waits until an ask has an offer, says yes, and returns how it stands.
func (w *world) isBooked(t testing.TB, r planner.Receipt) planner.Status {
	t.Helper()
	w.Pass(t, r.Closes.Sub(w.Clock.Now()))
	for range 6 {
		w.Pass(t, 15*time.Minute)
	}
	status, err := w.Planner.Status(t.Context(), r.Number, r.Code)
	must(t, err)
	if status.Offer == nil {
		t.Fatalf("the ask is %s", status.State)
	}
	must(t, w.Planner.Answer(t.Context(), r.Number, r.Code, status.Offer.ID, planner.Accept))
	status, err = w.Planner.Status(t.Context(), r.Number, r.Code)
	must(t, err)
	return status
}

// itsTime waits for an appointment.
func (w *world) itsTime(t testing.TB, s planner.Status) {
	t.Helper()
	w.Clock.Advance(s.Appointments[0].Starts.Sub(w.Clock.Now()))
	w.Settle(t)
}

// oksana has asked, and somebody else claims her number.
func (w *world) oksana(t testing.TB) (hers, claim planner.Receipt) {
	t.Helper()
	hers = w.asks(t, w.wants(t, "Oksana Verzonnen", "1990-03-09", "2800000011", "oksana@example.org"))
	claim = w.asks(t, w.wants(t, "Borys Verzonnen", "1985-05-05", "2800000011", "borys@example.org"))
	return hers, claim
}
