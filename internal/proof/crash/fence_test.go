package crash

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/jobs"
	"loket/internal/testclock"
)

// promise 1: a worker that stalled until its lease ran out, and wakes while another has
// the job in hand, finishes nothing; what the job does is done once, by the other.
func TestAStalledWorkerFinishesNothing(t *testing.T) {
	type args struct{}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := testclock.At("2021-12-20T10:00:00Z")
		queue := func() *jobs.Queue { return jobs.New(d, clock.Now, rand.Reader, nil) }
		stalled, other := queue(), queue()
		var effects []string
		done := func(who string) jobs.Effect {
			return func(*db.Tx) error { effects = append(effects, who); return nil }
		}
		has, woken := make(chan struct{}), make(chan struct{})
		jobs.Handle(other, "k", func(context.Context, args) (jobs.Effect, error) {
			close(has)
			<-woken
			return done("other"), nil
		})
		ended := make(chan error, 1)
		jobs.Handle(stalled, "k", func(context.Context, args) (jobs.Effect, error) {
			clock.Advance(time.Hour)
			go func() { ended <- other.RunDue(t.Context()) }()
			<-has
			return done("stalled"), nil
		})
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			return stalled.Add(t.Context(), tx, jobs.Job{Kind: "k", Args: args{}})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := stalled.RunDue(t.Context()); err != nil {
			t.Error(err)
		}
		close(woken)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if len(effects) != 1 || effects[0] != "other" {
			t.Errorf("the job was finished by %v, want the other alone", effects)
		}
	})
}
