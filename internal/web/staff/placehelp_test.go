package staff_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/ident"
	"loket/internal/planner"
	people "loket/internal/staff"
)

// wishes are the answers of somebody invented for the form on one page.
func wishes(pairs ...string) []string {
	return append([]string{"has-proof", "no", "registered", "yes", "postcode", "9401 AB", "name-1", "Oksana Verzonnen", "birth-1-day", "9", "birth-1-month", "3",
		"birth-1-year", "1990", "number-1", "2800000011", "paper-1", "passport", "expires-1-day", "1", "expires-1-month", "2", "expires-1-year", "2030",
		"language", "any", "soon", "no"}, pairs...)
}

// onPaper is the receipt that the open paper shows.
func onPaper(t testing.TB, v *visitor) planner.Receipt {
	t.Helper()
	number, err := ident.ParseCaseNumber(v.shown(`([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3})`))
	must(t, err)
	code, err := ident.ParseCode(v.shown(`(\d{4} \d{4})`))
	must(t, err)
	return planner.Receipt{Number: number, Code: code}
}

// Somebody without a phone comes to the counter: asks, comes back to hear of their time and
// to say yes, and is helped. All questions are on one page, with the words of the pages for
// people.
func TestFromTheCounterToTheDocument(t *testing.T) { // P-24 P-27 P-61 P-71
	eachSeason(t, func(t *testing.T, w *world) {
		carla := w.signIn(t, people.Counter)
		carla.get("/").sees("Een afspraak vragen of bijwerken")
		carla.get("/place/help").get("/place/new?lang=uk&people=1&door=counter").sees("BSN of V-nummer", "Ім'я та прізвище")
		carla.send("/place/new", wishes("name-1", "", "postcode", "")...).sees("Vul de naam in.", "Vul een postcode in, of kies een regio.")
		carla.send("/place/new", wishes("has-proof", "yes")...).sees("Deze persoon hoeft geen afspraak te vragen", "U hebt al een bewijs", "У вас уже є підтвердження")
		carla.send("/place/new", wishes()...).sees("Збережіть", "Ви отримаєте наклейку", "U krijgt een sticker")
		receipt := onPaper(t, carla)
		w.Promises(t)
		receipt.Closes = closing(t, w, receipt)
		w.Pass(t, receipt.Closes.Sub(w.Clock.Now()))
		for range 6 {
			w.Pass(t, 15*time.Minute)
		}
		carla = w.signIn(t, people.Counter)
		carla.get("/place/help").send("/place/help", "number", string(receipt.Number), "code", "00000000").sees("horen niet bij elkaar")
		carla.stands(receipt).sees("Er is een tijd voor u").seesNot("Oksana")
		page := carla.path
		carla.send(page+"/answer", "answer", "accept").at(page + "?done=accept").sees("De afspraak is gemaakt.")
		w.Promises(t)
		carla.sees("Past deze tijd niet?").send(page+"/move", "from", "week").at(page+"?done=move").sees("Tot de persoon ja zegt, blijft deze.", "Wij zoeken een andere tijd.")
		w.Promises(t)
		carla.send(page+"/keep").at(page+"?done=keep").sees("De persoon houdt de eigen tijd.", "Past deze tijd niet?")
		w.Promises(t)
		carla.send(page + "/cancel").sees("Kruis aan dat de persoon dit wil.")
		status, err := w.Planner.Status(t.Context(), receipt.Number, receipt.Code)
		must(t, err)
		if status.State != planner.Booked {
			t.Fatalf("without the tick the ask is %s", status.State)
		}
		w.itsTime(t, status)
		carla = w.signIn(t, people.Counter)
		carla.opens(status.Appointments[0].Location.ID, receipt).sees("Oksana Verzonnen")
		desk := carla.path
		carla.send(desk + "/hand/1").at(desk).sees("Uitgereikt om")
		w.Promises(t)
		if status, err = w.Planner.Status(t.Context(), receipt.Number, receipt.Code); err != nil || status.State != planner.Served {
			t.Errorf("at the end the ask is %s: %v", status.State, err)
		}
	})
}

func closing(t testing.TB, w *world, r planner.Receipt) time.Time {
	t.Helper()
	status, err := w.Planner.Status(t.Context(), r.Number, r.Code)
	must(t, err)
	return status.Closes
}

// stands opens the page on which all is done that a person can do.
func (v *visitor) stands(r planner.Receipt) *visitor {
	v.t.Helper()
	v.get("/place/help").send("/place/help", "number", string(r.Number), "code", r.Code.Reveal())
	if !strings.HasPrefix(v.path, "/place/ask/lease_") {
		v.t.Fatalf("opened %s:\n%s", v.path, v.text())
	}
	return v
}

// A household of three on one page: each has fields of their own, who gets something needs a
// number, and a warning is shown once. Who rings leaves a phone number.
func TestAHouseholdRings(t *testing.T) { // P-27 P-82
	eachSeason(t, func(t *testing.T, w *world) {
		carla := w.signIn(t, people.Counter)
		carla.get("/place/new?lang=nl&people=3&door=phone")
		all := wishes("name-2", "Danylo Verzonnen", "birth-2-day", "1", "birth-2-month", "5", "birth-2-year", "2016", "paper-2", "none",
			"name-3", "Ivanna Verzonnen", "birth-3-day", "1", "birth-3-month", "5", "birth-3-year", "1960", "paper-3", "id-card")
		carla.send("/place/new", all...).sees("Vul een e-mailadres of een telefoonnummer in.")
		all = append(all, "phone", "0612345678")
		carla.send("/place/new", all...).sees("Vul het BSN, het V-nummer of het nummer van de balie in.")
		all = append(all, "number-3", "2800000011")
		carla.send("/place/new", all...).sees("Dit nummer staat al bij een ander in dit formulier.")
		all = append(all, "number-3", "123456789")
		carla.send("/place/new", all...).sees("Vraag de afspraak")
		carla.send("/place/new", all...).sees("Persoon 3", "Een kind onder de 14")
		w.Promises(t)
		status, err := w.Planner.Status(t.Context(), onPaper(t, carla).Number, onPaper(t, carla).Code)
		must(t, err)
		if status.State != planner.Waiting {
			t.Errorf("the ask is %s", status.State)
		}
	})
}

// Who has no number gets one at the counter, on paper and nowhere else, and asks with it.
func TestAVoucherFromTheCounter(t *testing.T) { // P-31
	eachSeason(t, func(t *testing.T, w *world) {
		carla := w.signIn(t, people.Counter)
		carla.get("/place/help").get(carla.link("/place/vou")).send("/place/voucher").sees("Kies wat u zag.")
		carla.send("/place/voucher", "lang", "uk", "seen", planner.VoucherHouse).sees("У вас немає BSN і V-номера", "U hebt geen BSN en geen V-nummer")
		number := carla.shown(`(W[0-9A-Z]{3}-[0-9A-Z]{4}-[0-9A-Z]{4})`)
		carla.get("/place/new?lang=uk&people=1&door=counter").send("/place/new", wishes("number-1", number)...).sees("Збережіть")
		first := onPaper(t, carla)
		carla.get("/place/new?lang=uk&people=1&door=counter").send("/place/new", wishes("number-1", number, "name-1", "Iemand Anders", "birth-1-year", "1971")...).
			sees("Met dit nummer van de balie is al een afspraak gevraagd.")
		if !strings.Contains(carla.page, `value="Iemand Anders"`) {
			t.Error("what was typed is gone")
		}
		if status, err := w.Planner.Status(t.Context(), first.Number, first.Code); err != nil || status.State != planner.Waiting {
			t.Errorf("the ask is %s: %v", status.State, err)
		}
		w.Promises(t)
	})
}
