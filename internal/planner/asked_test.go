package planner_test

import (
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/slip"
)

// Who asks gets a receipt that anybody verifies without us, and that says whether the
// ticket is on the list: also of somebody whom the list leaves out.
func TestAReceiptOfAsking(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.work(t)
		asking := w.person(t)
		mine, out := w.ask(t, asking), w.ask(t, w.person(t))
		key, err := slip.ParseKey(w.SlipKeys()[0])
		must(t, err)
		asked, err := slip.ReadAsked(mine.Asked, key)
		must(t, err)
		if asked.Ticket != mine.Ticket || asked.List != 1 || !asked.At.Equal(w.clock.Now().Truncate(time.Minute)) {
			t.Errorf("the receipt says %+v", asked)
		}
		if again := w.ask(t, again(asking)); again.Asked != mine.Asked {
			t.Errorf("asked again the receipt is %q, want %q", again.Asked, mine.Asked)
		}
		if got := w.status(t, mine).Receipt; got != mine.Asked {
			t.Errorf("the status has %q", got)
		}
		check := func(text string) string {
			t.Helper()
			checked, err := w.CheckReceipt(t.Context(), slip.Spaced(text))
			must(t, err)
			switch {
			case checked.Open && !checked.Listed && checked.Closes.Equal(mine.Closes):
				return "open"
			case checked.Listed && checked.Place > 0:
				return "drawn"
			case checked.Listed:
				return "listed"
			case checked.Closes.IsZero():
				return "no list"
			}
			return "missing"
		}
		if got := check(mine.Asked); got != "open" {
			t.Errorf("before closing it is %s", got)
		}
		w.promises(t)
		// Somebody who can write to the database leaves one out.
		_, err = db.Exec(t.Context(), w.DB, `UPDATE ask SET ticket = '0000000000' WHERE ticket = $1`, out.Ticket)
		must(t, err)
		w.pass(t, w.untilClosing(t))
		for text, want := range map[string]string{mine.Asked: "listed", out.Asked: "missing"} {
			if got := check(text); got != want {
				t.Errorf("after closing it is %s, want %s", got, want)
			}
		}
		w.pass(t, draw.Delay)
		for text, want := range map[string]string{mine.Asked: "drawn", out.Asked: "missing"} {
			if got := check(text); got != want {
				t.Errorf("after the draw it is %s, want %s", got, want)
			}
		}
		_, err = db.Exec(t.Context(), w.DB, `UPDATE draw SET n = 77 WHERE n = 1`)
		must(t, err)
		if got := check(mine.Asked); got != "no list" {
			t.Errorf("of a list that is not here it is %s", got)
		}
		for _, forged := range []string{"", "hello", mine.Asked[:40] + "0" + mine.Asked[41:], "LOKET1/" + mine.Asked[8:]} {
			if _, err := w.CheckReceipt(t.Context(), forged); forged != mine.Asked && !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", forged, err)
			}
		}
	})
}

// Who is woken stands on another list, with another ticket, and the receipt says so.
func TestAReceiptAfterWaking(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.work(t)
		r := w.ask(t, w.person(t))
		_, err := db.Exec(t.Context(), w.DB, `UPDATE ask SET state = 'resting'`)
		must(t, err)
		w.pass(t, w.untilClosing(t)+draw.Delay)
		must(t, w.Wake(t.Context(), r.Number, r.Code))
		status := w.status(t, r)
		checked, err := w.CheckReceipt(t.Context(), status.Receipt)
		must(t, err)
		if checked.List != 2 || checked.Ticket == r.Ticket || !checked.Open || !checked.At.Equal(status.Asked.Truncate(time.Minute)) {
			t.Errorf("the receipt says %+v", checked)
		}
		if old, err := w.CheckReceipt(t.Context(), r.Asked); err != nil || !old.Listed {
			t.Errorf("the first one: %+v, %v", old, err)
		}
		w.promises(t)
	})
}
