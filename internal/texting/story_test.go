package texting_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/staff"
)

// Oksana (invented) has a phone that can only text. From her first text to the counter she
// uses nothing else, and nothing that she is sent tells who she is or what it is about.
func TestAskingByTextMessage(t *testing.T) { // P-27 P-42 P-66 H-72
	each(t, func(t *testing.T, w *world) {
		w.Pass(t, 12*time.Hour)
		p := w.phone(t, "+31612345670")
		digits := p.asks("2800000001")
		p.says("where "+digits, "on the list")
		w.Promises(t)

		w.Pass(t, 10*time.Hour+4*time.Minute)
		w.Pass(t, time.Hour)
		notice := p.last()
		offered := digitsIn(t, notice, "WHERE")
		if offered == digits || strings.Contains(notice, "Brabanthallen") || strings.Contains(notice, "July") {
			t.Errorf("the notice reads %q", notice)
		}
		p.says("yes "+digits, "over") // digits of before there was an offer
		where := p.says("Where? "+offered, "Brabanthallen", "July 2022")
		p.says("YES "+offered, "yours")
		p.says("yes "+offered, "Brabanthallen") // once more changes nothing
		w.Promises(t)

		// She moves it: what she has stays hers until she says yes to another day, which
		// comes with other digits.
		p.says("OTHER "+offered, "until you say YES")
		p.says("where "+offered, "look for another time")
		w.Pass(t, time.Minute)
		moved := digitsIn(t, p.last(), "WHERE")
		later := p.says("where "+moved, "Brabanthallen", "Now you have")
		if moved == offered || later == where {
			t.Errorf("after %q comes %q", where, later)
		}
		p.says("no "+moved, "keep the time")
		p.says("cancel "+moved, "Sure?")
		p.says("CANCEL "+moved, "keep your place")
		w.Pass(t, time.Minute)
		moved = digitsIn(t, p.last(), "WHERE")
		p.says("yess "+moved, "yours") // a slip of the thumb
		p.says("change "+moved, "until you say YES")
		w.Pass(t, time.Minute)
		moved = digitsIn(t, p.last(), "WHERE")
		p.says("yes "+moved, "yours")

		// At the counter, on the day.
		starts := when(t, w)
		w.Pass(t, starts.Sub(w.Clock.Now())-10*time.Minute)
		code := p.says("code "+moved, "today")
		number, desk := readCode(t, code)
		collega := w.Hire(t, staff.Counter)
		lease, err := w.Planner.OpenAt(t.Context(), collega.Member, number, desk)
		must(t, err)
		if _, err := w.Planner.Status(t.Context(), number, desk); err == nil {
			t.Error("the code of the counter opens the status page")
		}
		must(t, w.Planner.Hand(t.Context(), collega.Member, lease.ID, 1))
		p.says("where "+moved, "START")
		if n := w.count(t, `SELECT count(*) AS n FROM ask WHERE state = 'served' AND door = 'sms'`); n != 1 {
			t.Errorf("%d asks by text were served", n)
		}
		w.Promises(t)
		for _, act := range []string{"accept", "move", "keep", "cancel"} {
			if n := w.count(t, `SELECT count(*) AS n FROM audit_entry WHERE act = 'ask.text' AND role = 'sms' AND result = $1`, act); n == 0 {
				t.Errorf("no audit entry of %s by text", act)
			}
		}
		p.tellsNothing("Oksana", "Verzonnen", "2800000001", "1991", "5211", "sticker", "residence", "Ukrain", "IND")
	})
}

// tellsNothing fails the test when a text that came to the phone holds one of some words.
func (p *phone) tellsNothing(words ...string) {
	p.t.Helper()
	for _, text := range p.got() {
		for _, told := range words {
			if strings.Contains(text, told) {
				p.t.Errorf("a text holds %q: %s", told, text)
			}
		}
	}
}

// A code of the counter works on the day on which it was texted.
func readCode(t *testing.T, text string) (ident.CaseNumber, ident.Code) {
	t.Helper()
	_, rest, _ := strings.Cut(text, "Number ")
	spoken, rest, _ := strings.Cut(rest, ", code ")
	digits, _, _ := strings.Cut(rest, ".")
	number, err := ident.ParseCaseNumber(spoken)
	must(t, err)
	code, err := ident.ParseCode(digits)
	must(t, err)
	return number, code
}

// when is the start of the one appointment that is booked.
func when(t *testing.T, w *world) time.Time {
	t.Helper()
	starts, err := db.Get[time.Time](t.Context(), w.DB, `SELECT starts_at FROM slot WHERE state = 'booked'`)
	must(t, err)
	return starts
}
