package texting_test

import (
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/planner"
)

// A program that dies after the ask was made and before the text was answered, and the
// provider that posts the text again, make one ask and one answer.
func TestSendingAgainMakesOneAsk(t *testing.T) { // P-29
	each(t, func(t *testing.T, w *world) {
		w.Pass(t, 12*time.Hour)
		p := w.phone(t, "+31612345695")
		p.asks("2800000041")
		found, err := w.Planner.Texted(t.Context(), w.DB, phoneOf(t, p.number))
		must(t, err)
		if len(found) != 1 || found[0].State != planner.Waiting {
			t.Fatalf("%+v", found)
		}
		// The same form once more, as somebody who is not sure it was sent.
		p.text("start")
		for _, text := range []string{"yes", "no", "yes", "5211", "1", "Oksana Verzonnen", "12 4 1991", "1", "1 1 2030", "2800000041", "no"} {
			p.says(text)
		}
		send := p.says("no", "SEND")
		digits := digitsIn(t, send, "SEND")

		// The answer is lost with the program: the transaction that keeps it is refused.
		_, err = db.Exec(t.Context(), w.DB, `ALTER TABLE text_answer RENAME TO text_answer_gone`)
		must(t, err)
		if code := p.post("lost", "send "+digits); code != 500 {
			t.Errorf("status %d", code)
		}
		_, err = db.Exec(t.Context(), w.DB, `ALTER TABLE text_answer_gone RENAME TO text_answer`)
		must(t, err)
		for range 2 {
			if code := p.post("lost", "send "+digits); code != 204 {
				t.Errorf("status %d", code)
			}
		}
		before := len(p.got())
		w.Settle(t)
		if n := len(p.got()); n != before+1 {
			t.Errorf("%d answers", n-before)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask`); n != 1 {
			t.Errorf("%d asks of one person", n)
		}
		w.Promises(t)
	})
}
