package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/point"
)

const (
	lease     = time.Minute            // how long a worker has a job
	pollPause = 100 * time.Millisecond // between looks at an empty queue
	maxWait   = time.Hour              // longest wait before another try
)

// Run works jobs, at most workers at once, until ctx is done, and returns when
// the jobs in hand have ended.
func (q *Queue) Run(ctx context.Context, workers int) error {
	if err := q.addPeriods(ctx); err != nil {
		return err
	}
	var inHand sync.WaitGroup
	defer inHand.Wait()
	free := make(chan struct{}, workers)
	for {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		job, err := q.claim(ctx)
		if err != nil {
			<-free
			if !fault.Is(err, fault.NotFound) && ctx.Err() == nil {
				q.report(ctx, "claim", err)
			}
			if !sleep(ctx, pollPause) {
				return nil
			}
			continue
		}
		inHand.Go(func() {
			defer func() { <-free }()
			q.work(context.WithoutCancel(ctx), job)
		})
	}
}

// RunDue works every job that is due now, one after another, and returns when
// none is left: the whole queue in a test or a command, without goroutines.
func (q *Queue) RunDue(ctx context.Context) error {
	if err := q.addPeriods(ctx); err != nil {
		return err
	}
	for {
		job, err := q.claim(ctx)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		q.work(ctx, job)
	}
}

// addPeriods makes sure that each kind of periodic work waits once.
func (q *Queue) addPeriods(ctx context.Context) error {
	return q.db.Update(ctx, func(tx *db.Tx) error {
		for kind := range q.periods {
			if err := q.Add(ctx, tx, Job{Kind: kind, Args: struct{}{}, Unique: "every " + kind}); err != nil {
				return err
			}
		}
		return nil
	})
}

type leased struct {
	ID    string
	Kind  string
	Args  string
	Fence int64
	Tries int64
}

const (
	selectDue = `
		SELECT id FROM job
		WHERE state = 'waiting' AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
		ORDER BY due_at LIMIT 1`
	claimJob = `
		UPDATE job SET lease_until = $2, fence = fence + 1, tries = tries + 1
		WHERE id = (
			SELECT id FROM job
			WHERE state = 'waiting' AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
			ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, kind, args, fence, tries`
)

// claim leases the job that is due longest. It is a fault.NotFound when there is
// none, found out without a write.
func (q *Queue) claim(ctx context.Context) (leased, error) {
	now := q.now()
	if _, err := db.Get[string](ctx, q.db, selectDue, now); err != nil {
		return leased{}, err
	}
	var job leased
	err := q.db.Update(ctx, func(tx *db.Tx) (err error) {
		job, err = db.Get[leased](ctx, tx, claimJob, now, now.Add(lease))
		return err
	})
	point.Reach("jobs.claimed")
	return job, err
}

func (q *Queue) work(ctx context.Context, job leased) {
	bounded, cancel := context.WithTimeout(ctx, lease)
	defer cancel()
	effect, err := q.call(bounded, job)
	point.Reach("jobs.worked")
	if err == nil {
		err = q.finish(ctx, job, effect)
	}
	point.Reach("jobs.finished")
	if err == nil || errors.Is(err, errLost) {
		return
	}
	q.report(ctx, job.Kind, err)
	if err := q.fail(ctx, job, err); err != nil && !errors.Is(err, errLost) {
		q.report(ctx, job.Kind, fmt.Errorf("record failure: %w", err))
	}
}

// call runs the handler; a panic is a failure like another.
func (q *Queue) call(ctx context.Context, job leased) (effect Effect, err error) {
	h, ok := q.handlers[job.Kind]
	if !ok {
		return nil, fmt.Errorf("no handler of job %s", job.Kind)
	}
	defer func() {
		if r := recover(); r != nil {
			// The value may hold what a person told; its type does not.
			err = fmt.Errorf("panic in job %s: %T\n%s", job.Kind, r, debug.Stack())
		}
	}()
	return h(ctx, []byte(job.Args))
}

// errLost says that the lease ran out and another worker has the job.
var errLost = errors.New("the lease of the job ran out")

const (
	deleteJob  = `DELETE FROM job WHERE id = $1 AND fence = $2`
	againJob   = `UPDATE job SET due_at = $3, lease_until = NULL, tries = 0, failure = NULL WHERE id = $1 AND fence = $2`
	failJob    = `UPDATE job SET due_at = $3, lease_until = NULL, failure = $4, state = $5 WHERE id = $1 AND fence = $2`
	stateAlive = "waiting"
	stateDead  = "dead"
)

// finish runs the effect and ends the job in one transaction, if it is still ours.
func (q *Queue) finish(ctx context.Context, job leased, effect Effect) error {
	return q.db.Update(ctx, func(tx *db.Tx) error {
		var ended int64
		var err error
		if interval, periodic := q.periods[job.Kind]; periodic {
			ended, err = db.Exec(ctx, tx, againJob, job.ID, job.Fence, q.now().Add(interval))
		} else {
			ended, err = db.Exec(ctx, tx, deleteJob, job.ID, job.Fence)
		}
		if err != nil {
			return err
		}
		if ended == 0 {
			return errLost
		}
		if effect == nil {
			return nil
		}
		return effect(tx)
	})
}

// fail lets the job wait for another try, or die. Only the kind of the failure is
// kept: an error text could hold more than it should.
func (q *Queue) fail(ctx context.Context, job leased, cause error) error {
	state := stateAlive
	if _, periodic := q.periods[job.Kind]; !periodic && job.Tries >= MaxTries {
		state = stateDead
	}
	return q.db.Update(ctx, func(tx *db.Tx) error {
		kept, err := db.Exec(ctx, tx, failJob, job.ID, job.Fence, q.now().Add(wait(job.Tries)), fault.Of(cause).String(), state)
		if err == nil && kept == 0 {
			return errLost
		}
		return err
	})
}

// wait returns how long a job that was begun tries times waits: 1, 2, 4 … seconds.
func wait(tries int64) time.Duration {
	if tries > 12 {
		return maxWait
	}
	return min(time.Second<<(tries-1), maxWait)
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
