package texting_test

import (
	"fmt"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/planner"
)

// offered is a world in which two people asked by one phone and have an offer each, with
// the digits of both.
func offered(t *testing.T, w *world) (p *phone, digits [2]string) {
	t.Helper()
	w.Pass(t, 12*time.Hour)
	p = w.phone(t, "+31612345680")
	p.asks("2800000011")
	p.text("start") // the language is known by now
	for _, text := range []string{"yes", "no", "yes", "5211", "1", "Taras Verzonnen", "2 11 1979", "2", "2800000012", "no"} {
		p.says(text)
	}
	send := p.says("no", "SEND")
	p.says("send "+digitsIn(t, send, "SEND"), "Sent")
	w.Pass(t, 10*time.Hour+4*time.Minute)
	w.Pass(t, time.Hour)
	found, err := w.Planner.Texted(t.Context(), w.DB, phoneOf(t, p.number))
	must(t, err)
	for i, a := range found {
		if a.State != planner.Offered {
			t.Fatalf("ask %d is %s", i, a.State)
		}
		digits[i] = a.Digits[:4]
	}
	return p, digits
}

// Two asks of one phone are told apart by their digits; nobody else's phone has a say, and
// what cannot be taken back takes two texts.
func TestDigitsTellWhichAsk(t *testing.T) { // P-42
	each(t, func(t *testing.T, w *world) {
		p, digits := offered(t, w)
		state := func(i int) planner.State {
			t.Helper()
			found, err := w.Planner.Texted(t.Context(), w.DB, phoneOf(t, p.number))
			must(t, err)
			for _, a := range found {
				if a.Digits[:4] == digits[i] {
					return a.State
				}
			}
			return ""
		}
		p.says("where", digits[0], digits[1])
		p.says("yes", digits[0], digits[1])
		if state(0) != planner.Offered || state(1) != planner.Offered {
			t.Error("an offer was answered without digits")
		}
		w.phone(t, "+31612345689").says("yes "+digits[0], "START")
		p.says("yes "+digits[0], "yours")
		if state(0) != planner.Booked || state(1) != planner.Offered {
			t.Errorf("asks are %s and %s", state(0), state(1))
		}
		w.Promises(t)

		p.says("cancel "+digits[0], "Sure?")
		p.says("cancel "+digits[1], "Sure?") // of the other ask: not the second step of the first
		if state(0) != planner.Booked || state(1) != planner.Offered {
			t.Errorf("one text cancelled: %s and %s", state(0), state(1))
		}
		p.says("cancel "+digits[1], "withdrawn")
		p.says("cancel "+digits[0], "Sure?")
		w.Clock.Advance(2 * time.Hour)
		p.says("cancel "+digits[0], "Sure?") // the first step is over
		p.says("cancel "+digits[0], "keep your place")
		w.Promises(t)
		if n := w.count(t, `SELECT count(*) AS n FROM ask WHERE state = 'withdrawn'`); n != 1 {
			t.Errorf("%d asks are withdrawn", n)
		}
	})
}

// Whoever guesses digits is shut out, and so is who knows them; the phone stays the only
// one that is told anything.
func TestDigitsAreNotGuessed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, digits := offered(t, w)
		guess := 0
		for i := range 10 {
			guess = 1000 + 7*i
			for fmt.Sprint(guess) == digits[0] || fmt.Sprint(guess) == digits[1] {
				guess++
			}
			p.says(fmt.Sprintf("yes %d", guess), "do not know")
		}
		p.says("yes "+digits[0], "too often")
		w.Pass(t, 25*time.Hour)
		p.says("yes "+digits[0], "too often") // of a week, not of a day
		if n := w.count(t, `SELECT count(*) AS n FROM ask WHERE state = 'booked'`); n != 0 {
			t.Errorf("%d asks are booked", n)
		}
		w.Promises(t)
	})
}

// Silence twice lets an ask rest, and one text wakes it. Later keeps the place, twice.
func TestRestingAndLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, digits := offered(t, w)
		p.says("later "+digits[0], "wait longer")
		p.says("later "+digits[0], "in the line") // nothing to put off any more
		p.says("no "+digits[1], "another day")
		w.Pass(t, 15*24*time.Hour)
		found, err := w.Planner.Texted(t.Context(), w.DB, phoneOf(t, p.number))
		must(t, err)
		var resting *planner.Texted
		for i := range found {
			if found[i].State == planner.Resting {
				resting = &found[i]
			}
		}
		if resting == nil {
			t.Fatalf("nobody rests after two weeks of silence: %+v", found)
		}
		p.says("where "+resting.Digits[:4], "YES")
		p.says("yes "+resting.Digits, "list again")
		p.says("stop", "Stopped")
		before := len(p.got())
		w.Pass(t, 3*24*time.Hour)
		if n := len(p.got()); n != before {
			t.Errorf("%d texts came after STOP: %s", n-before, p.last())
		}
		w.Promises(t)
	})
}

// An act on what is over by now is none.
func TestAnActMustBeOfNow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		p, _ := offered(t, w)
		found, err := w.Planner.Texted(t.Context(), w.DB, phoneOf(t, p.number))
		must(t, err)
		act := func(a planner.Texted, act planner.TextAct) error {
			return w.DB.Update(t.Context(), func(tx *db.Tx) error { return w.Planner.ActByText(t.Context(), tx, a, act) })
		}
		must(t, act(found[0], planner.TextOther))
		for _, late := range []planner.TextAct{planner.TextAccept, planner.TextLater, planner.TextCancel, planner.TextWake} {
			if err := act(found[0], late); !fault.Is(err, fault.TooLate) {
				t.Errorf("%s: %v", late, err)
			}
		}
		w.Pass(t, time.Minute)
		if again, err := w.Planner.TextedOne(t.Context(), w.DB, found[0].ID); err != nil || again.Digits == found[0].Digits {
			t.Errorf("the next offer has the digits of the last, %v", err)
		}
		if err := act(found[0], planner.TextWithdraw); !fault.Is(err, fault.TooLate) {
			t.Errorf("digits of an offer that is over: %v", err)
		}
		w.Promises(t)
	})
}
