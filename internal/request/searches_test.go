package request_test

import (
	"slices"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/request"
	"loket/internal/staff"
)

// T8: the counter as a way to search the register is told to the privacy officer.
func TestTheCounterAsASearchBoxIsFound(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla := w.Hire(t, staff.Counter)
		for _, who := range []request.Answers{w.Person(t, "Abena Voorbeeld", "1984-03-09", "", "", ""), yusuf(t, w),
			w.Person(t, "Niemand Voorbeeld", "1984-03-09", "", "", "")} {
			_, lease := assist(t, w, carla, who)
			_, err := w.Requests.Desk(t.Context(), carla.Member, lease.ID)
			check(t, err)
			check(t, w.Requests.WithdrawAt(t.Context(), carla.Member, lease.ID))
		}
		w.Pass(t, 24*time.Hour)
		report, err := w.Staff.Daily(t.Context(), w.Requests.Today().Add(-1))
		check(t, err)
		if !slices.Contains(report.Findings, staff.Finding{Signal: "searches", StaffID: carla.ID, Count: 3, Of: 3}) {
			t.Errorf("the report says %+v", report.Findings)
		}
	})
}

// T9: a screen that waits for the second person looks as often as it likes: it reads
// nothing, and costs nothing.
func TestWaitingCostsNoReads(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla := w.Hire(t, staff.Counter)
		_, lease := assist(t, w, carla, yusuf(t, w))
		check(t, carla.ProposeUnder(t, lease, known))
		for range 100 {
			waits, making, err := w.Requests.Standing(t.Context(), carla.Member, lease.ID)
			if check(t, err); !waits || making {
				t.Fatalf("waits %v, making %v", waits, making)
			}
			w.Clock.Advance(5 * time.Second)
		}
		_, err := w.Requests.Desk(t.Context(), carla.Member, lease.ID)
		check(t, err)
	})
}
