package tally_test

import (
	"crypto/rand"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/seal"
	"loket/internal/tally"
	"loket/internal/testclock"
)

func TestTriesAreCountedByDayAndWeek(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		clock := testclock.At("2026-11-23T10:00:00Z")
		if err := seal.InitKeys(dir, rand.Reader); err != nil {
			t.Fatal(err)
		}
		keys, err := seal.OpenKeys(dir, clock.Now, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		counts := tally.New(keys, time.UTC, clock.Now)
		add := func(thing string) (n int64) {
			t.Helper()
			err := d.Update(t.Context(), func(tx *db.Tx) (err error) {
				n, err = counts.Add(t.Context(), tx, "number", thing)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		for want := int64(1); want <= 3; want++ {
			if got := add("one"); got != want {
				t.Errorf("try %d counts as %d", want, got)
			}
		}
		if got := add("other"); got != 1 {
			t.Errorf("another thing counts as %d", got)
		}
		clock.Advance(24 * time.Hour)
		if got := add("one"); got != 1 {
			t.Errorf("on the next day it counts as %d", got)
		}
		for days, want := range map[int]int64{0: 4, 6: 1, 8: 0} {
			later := tally.New(keys, time.UTC, func() time.Time { return clock.Now().Add(time.Duration(days) * 24 * time.Hour) })
			if got, err := later.Week(t.Context(), d, "number", "one"); err != nil || got != want {
				t.Errorf("%d days later the week has %d, %v; want %d", days, got, err, want)
			}
		}
	})
}
