package jobs_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/jobs"
	"loket/internal/testclock"
)

const start = "2026-11-23T10:00:00Z"

type args struct{ Name string }

func newQueue(d *db.DB, clock *testclock.Clock) *jobs.Queue {
	return jobs.New(d, clock.Now, rand.Reader, nil)
}

func add(t *testing.T, d *db.DB, q *jobs.Queue, job jobs.Job) {
	t.Helper()
	if err := d.Update(t.Context(), func(tx *db.Tx) error { return q.Add(t.Context(), tx, job) }); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, d *db.DB, state string) int64 {
	t.Helper()
	n, err := db.Get[int64](t.Context(), d, `SELECT count(*) AS n FROM job WHERE state = $1`, state)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAJobOfARolledBackTransactionIsNotThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(d, testclock.At(start))
		refused := errors.New("refused")
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			if err := q.Add(t.Context(), tx, jobs.Job{Kind: "k", Args: args{"a"}}); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if n := count(t, d, "waiting"); n != 0 {
			t.Errorf("%d jobs wait, want none", n)
		}
	})
}

func TestAFailedJobWaitsAndIsTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := testclock.At(start)
		q := newQueue(d, clock)
		var began []time.Time
		jobs.Handle(q, "k", func(_ context.Context, a args) (jobs.Effect, error) {
			began = append(began, clock.Now())
			switch len(began) {
			case 1:
				return nil, errors.New("down")
			case 2:
				panic("broken")
			}
			return nil, nil
		})
		add(t, d, q, jobs.Job{Kind: "k", Args: args{"a"}})
		for range 10 {
			if err := q.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			clock.Advance(time.Second)
		}
		if len(began) != 3 {
			t.Fatalf("begun %d times, want 3", len(began))
		}
		if first, second := began[1].Sub(began[0]), began[2].Sub(began[1]); second <= first {
			t.Errorf("waits of %v and %v do not grow", first, second)
		}
		if n := count(t, d, "waiting"); n != 0 {
			t.Errorf("%d jobs are left", n)
		}
	})
}

func TestAJobThatAlwaysFailsIsDeadAndStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := testclock.At(start)
		q := newQueue(d, clock)
		jobs.Handle(q, "k", func(context.Context, args) (jobs.Effect, error) { return nil, errors.New("down") })
		add(t, d, q, jobs.Job{Kind: "k", Args: args{"a"}})
		for range jobs.MaxTries + 2 {
			if err := q.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			clock.Advance(2 * time.Hour)
		}
		if alive, dead := count(t, d, "waiting"), count(t, d, "dead"); alive != 0 || dead != 1 {
			t.Errorf("%d wait and %d are dead, want 0 and 1", alive, dead)
		}
	})
}

// A worker that was thought dead comes back after another did the job: its effect
// must not count.
func TestOnlyTheHolderOfTheNewestFenceFinishes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := testclock.At(start)
		slow, quick := newQueue(d, clock), newQueue(d, clock)
		effect := func(tx *db.Tx) error {
			return slow.Add(t.Context(), tx, jobs.Job{Kind: "effect", Args: args{}})
		}
		jobs.Handle(quick, "k", func(context.Context, args) (jobs.Effect, error) { return effect, nil })
		jobs.Handle(quick, "effect", func(context.Context, args) (jobs.Effect, error) { return nil, nil })
		jobs.Handle(slow, "k", func(context.Context, args) (jobs.Effect, error) {
			clock.Advance(2 * time.Minute)
			add(t, d, slow, jobs.Job{Kind: "unrelated", Args: args{}, Due: clock.Now().Add(time.Hour)})
			claimAndFinish(t, quick)
			return effect, nil
		})
		jobs.Handle(slow, "effect", func(context.Context, args) (jobs.Effect, error) { return nil, nil })
		add(t, d, slow, jobs.Job{Kind: "k", Args: args{"a"}})
		if err := slow.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, "waiting"); n != 1 {
			t.Errorf("%d jobs wait, want the unrelated one", n)
		}
	})
}

func claimAndFinish(t *testing.T, q *jobs.Queue) {
	t.Helper()
	if err := q.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestPeriodicWorkIsDoneByOneAndAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock := testclock.At(start)
		var runs int
		one, two := newQueue(d, clock), newQueue(d, clock)
		for _, q := range []*jobs.Queue{one, two} {
			q.Every("sweep", time.Minute, func(context.Context) error { runs++; return nil })
		}
		for range 5 {
			claimAndFinish(t, one)
			claimAndFinish(t, two)
			clock.Advance(time.Minute)
		}
		if runs != 5 {
			t.Errorf("%d runs in five minutes, want 5", runs)
		}
	})
}

func TestTheSameUniqueJobWaitsOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := newQueue(d, testclock.At(start))
		for range 3 {
			add(t, d, q, jobs.Job{Kind: "k", Args: args{"a"}, Unique: "k a"})
		}
		if n := count(t, d, "waiting"); n != 1 {
			t.Errorf("%d jobs wait, want 1", n)
		}
	})
}

// Many workers of two processes' queues, every job's effect exactly once.
func TestEachEffectHappensOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 120
		clock := testclock.At(start)
		var begun atomic.Int64
		queues := []*jobs.Queue{newQueue(d, clock), newQueue(d, clock)}
		for _, q := range queues {
			jobs.Handle(q, "k", func(_ context.Context, a args) (jobs.Effect, error) {
				begun.Add(1)
				return func(tx *db.Tx) error {
					_, err := db.Exec(t.Context(), tx, `INSERT INTO request_figure (day, pack, path, cases, seconds) VALUES ($1, '', '', 1, 0)`, a.Name)
					return err
				}, nil
			})
		}
		for i := range n {
			add(t, d, queues[0], jobs.Job{Kind: "k", Args: args{fmt.Sprint(i)}})
		}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for _, q := range queues {
			running.Go(func() {
				if err := q.Run(ctx, 4); err != nil {
					t.Error(err)
				}
			})
		}
		for count(t, d, "waiting") > 0 && begun.Load() <= n {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		running.Wait()
		done, err := db.Get[int64](t.Context(), d, `SELECT count(*) AS n FROM request_figure`)
		if err != nil || done != n || begun.Load() != n {
			t.Errorf("%d begun, %d done (%v), want %d of each", begun.Load(), done, err, n)
		}
	})
}
