package planner_test

import (
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/slip"
	"loket/internal/staff"
)

// A form of paper counts from when it came in, and joins the list that is open: its receipt
// says both.
func TestAFormOfPaperCountsFromWhenItCame(t *testing.T) { // P-27 H-72
	each(t, func(t *testing.T, w *world) {
		w.work(t)
		carla := w.hire(t, staff.Counter)
		key, err := slip.ParseKey(w.SlipKeys()[0])
		must(t, err)
		paper := func(ago time.Duration) planner.Asking {
			asking := by(planner.OnPaper, w.person(t))
			asking.Received = w.clock.Now().Add(-ago)
			return asking
		}
		for _, ago := range []time.Duration{0, 3 * time.Hour, 30 * 24 * time.Hour} {
			asking := paper(ago)
			receipt, err := w.AskFor(t.Context(), carla, asking)
			must(t, err)
			asked, err := slip.ReadAsked(receipt.Asked, key)
			must(t, err)
			if !asked.At.Equal(asking.Received.UTC().Truncate(time.Minute)) || asked.List != 1 {
				t.Errorf("received %v ago the receipt says %+v", ago, asked)
			}
			if again, err := w.AskFor(t.Context(), carla, asking); err != nil || again.Asked != receipt.Asked {
				t.Errorf("again: %+v, %v", again, err)
			}
		}
		w.promises(t)
		for _, ago := range []time.Duration{-time.Minute, 32 * 24 * time.Hour} {
			if _, err := w.AskFor(t.Context(), carla, paper(ago)); fault.Key(err) != "planner.received" {
				t.Errorf("received %v ago: %v", ago, err)
			}
		}
		other := paper(time.Hour)
		other.Door = planner.AtCounter
		if _, err := w.AskFor(t.Context(), carla, other); fault.Key(err) != "planner.received" {
			t.Errorf("at the counter: %v", err)
		}
		w.pass(t, w.untilClosing(t)+20*time.Minute)
		w.promises(t)
	})
}
