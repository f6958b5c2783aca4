package staff_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loket/internal/planner"
	people "loket/internal/staff"
)

// Somebody with a helper: the mandate is read aloud, the helper asks, sees the open offer of
// their own people, says yes for them, and can do no more than was agreed. The person sees
// it all and is helped at the counter.
func TestWithAHelperToTheDocument(t *testing.T) { // H-03 P-27
	eachSeason(t, func(t *testing.T, w *world) {
		hana := w.signIn(t, people.Helper)
		hana.get("/").sees("Helpen met een afspraak")
		hana.get("/helper/place").get("/helper/place/new?lang=uk").sees("Lees dit voor", "відповісти щодо часу, змінити або скасувати зустріч")
		hana.send("/helper/place/new", "act-follow", "yes", "act-answer", "yes", "days", "30").sees("Ga pas verder als de persoon ja zegt.")
		hana.send("/helper/place/new", "act-follow", "yes", "act-answer", "yes", "days", "30", "agreed", "yes", "people", "1").sees("BSN of V-nummer")
		hana.send("/helper/place/form", wishes("name-1", "")...).sees("Vul de naam in.")
		hana.send("/helper/place/form", wishes()...).sees("Збережіть", "antwoorden op een tijd")
		receipt := onPaper(t, hana)
		w.Promises(t)
		w.Pass(t, closing(t, w, receipt).Sub(w.Clock.Now()))
		for range 6 {
			w.Pass(t, 15*time.Minute)
		}
		hana.get("/sign-in").confirm("/sign-in").at("/")
		hana.get("/helper/place").sees("Antwoord vóór").get(hana.link("/helper/place/for/man_")).sees("Er is een tijd voor u").seesNot("Oksana", "Ik heb geen afspraak meer nodig")
		page := hana.path
		hana.send(page+"/answer", "answer", "accept", "mandate", "man_other")
		if hana.status != http.StatusForbidden {
			t.Errorf("a form of another window: status %d", hana.status)
		}
		hana.get(page).send(page+"/answer", "answer", "accept").sees("De afspraak is gemaakt.").seesNot("De aanvraag stoppen")
		w.Promises(t)
		status, err := w.Planner.Status(t.Context(), receipt.Number, receipt.Code)
		must(t, err)
		if text := w.publicStatus(t, receipt); !strings.Contains(text, "Uw helper antwoordde op een tijd") || !strings.Contains(text, "Stop deze hulp nu") {
			t.Errorf("the person sees:\n%s", text)
		}
		w.itsTime(t, status)
		carla := w.signIn(t, people.Counter)
		carla.opens(status.Appointments[0].Location.ID, receipt).sees("Oksana Verzonnen")
		carla.send(carla.path + "/hand/1").sees("Uitgereikt om")
		w.Promises(t)
		if status, err = w.Planner.Status(t.Context(), receipt.Number, receipt.Code); err != nil || status.State != planner.Served {
			t.Errorf("at the end the ask is %s: %v", status.State, err)
		}
	})
}

// publicStatus is the status page that the person of a receipt sees, without tags.
func (w *world) publicStatus(t *testing.T, r planner.Receipt) string {
	t.Helper()
	site, err := w.Site()
	must(t, err)
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	v := w.visit(t)
	v.base = server.URL
	return v.get("/place/status").send("/place/status", "number", string(r.Number), "code", r.Code.Reveal()).text()
}
