package public_test

import (
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/planner"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Whoever asks again and has an appointment is shown how to move it; they see one other
// time, and theirs stays until they say yes.
func TestASecondAskingIsAMove(t *testing.T) { // P-29 P-41
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	receipt := shownReceipt(fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send"))
	letDraw(t, w)
	receipt.status(v).send("/place/status/answer", "answer", "accept").sees("U hebt een afspraak", "Past deze tijd niet?", "Vragen kan nog 2 keer")
	mine := v.shown(`U hebt een afspraak (.*?) Sticker`)

	again := visit(t, base, "nl")
	if shownReceipt(fillPlace(again, "oksana@example.org", oksana).send("/place/ask/send").sees("U hebt al een afspraak")) != receipt {
		t.Error("the same person has another receipt")
	}
	again.send("/place/status/show").sees("Past deze tijd niet?").send("/place/status/move", "from", "week").sees("Wij zoeken een andere tijd", mine)
	again.send("/place/status/keep").sees("U houdt uw eigen tijd", mine, "Vragen kan nog 1 keer").send("/place/status/move").sees("Wij zoeken een andere tijd voor u")
	w.Pass(t, time.Minute)
	receipt.status(again).sees("Er is een andere tijd voor u", mine, "Dan houdt u de tijd die u hebt")
	again.send("/place/status/answer", "answer", "accept").sees("De nieuwe afspraak is van u", "U hebt een afspraak").seesNot(mine, "Past deze tijd niet?")
	w.Promises(t)
}

// On a day of a strike the page has three choices, of one press each.
func TestThreeChoicesOnADayOfAStrike(t *testing.T) { // P-59
	for _, test := range []struct {
		act  string
		sees []string
	}{
		{"keep", []string{"U houdt uw eigen tijd", "U koos: ik kom wel"}},
		{"move", []string{"Wij zoeken een andere tijd voor u", "U koos: een andere dag"}},
		{"cancel", []string{"De afspraak is afgezegd", "U staat in de rij"}},
	} {
		w, base := openPlaces(t, summer)
		v := visit(t, base, "nl")
		receipt := shownReceipt(fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send"))
		letDraw(t, w)
		receipt.status(v).send("/place/status/answer", "answer", "accept").seesNot("staking")
		lead := staff.Member{ID: "stf_lead", Roles: []staff.Role{staff.Lead}}
		for n := range 7 {
			day := rules.DayOf(w.Clock.Now()).Add(n)
			if err := w.Planner.Declare(t.Context(), lead, planner.Declaring{Day: day, Cause: "trains"}, unsigned); err != nil {
				t.Fatal(err)
			}
		}
		w.Pass(t, time.Minute)
		receipt.status(v).sees("Kunt u op deze dag komen?", "door een staking", "u verliest niets").seesNot("Past deze tijd niet?")
		v.send("/place/status/" + test.act).sees(test.sees...)
		w.Promises(t)
	}
}

// unsigned stands for a passkey.
func unsigned(*db.Tx) error { return nil }
