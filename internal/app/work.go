package app

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/observe"
)

// addPeriodicWork registers what is done again and again, by one process at a time.
func (a *App) addPeriodicWork() {
	a.Jobs.Every("request.match", time.Duration(a.Config.Route.Match), a.Requests.Match)
	a.Jobs.Every("request.expire", time.Minute, a.Requests.Expire)
	a.Jobs.Every("location.sweep", time.Minute, a.Locations.Sweep)
	a.Jobs.Every("walkin.sweep", time.Hour, a.Walkin.Sweep)
	a.Jobs.Every("upload.sweep", time.Second, a.Uploads.Sweep)
	if a.Planner != nil {
		a.Jobs.Every("planner.work", time.Duration(a.Config.Places.Work), a.Planner.Work)
	}
	a.Jobs.Every("seal.sweep", time.Minute, a.sweep)
	a.Jobs.Every("audit.sequence", time.Second, a.Sequencer.Sequence)
	a.Jobs.Every("outbox.sweep", time.Hour, func(ctx context.Context) error {
		return a.Outbox.Sweep(ctx, a.Schema.Lifetimes["sent-line"].Duration())
	})
}

// sweep destroys photos before the cases they belong to, so that each has its receipt.
func (a *App) sweep(ctx context.Context) error {
	if err := a.Uploads.Sweep(ctx); err != nil {
		return err
	}
	return a.Sweeper.Sweep(ctx)
}

// Ready makes the database fit to be served: cases that the tombstones name are
// ended, also when a restored backup brought them back, and everything past its
// deadline is. It is the first thing after Open.
func (a *App) Ready(ctx context.Context) error {
	if err := a.Uploads.Sweep(ctx); err != nil {
		return fmt.Errorf("destroy photos: %w", err)
	}
	back, err := a.Sweeper.Replay(ctx)
	if err != nil {
		return fmt.Errorf("replay tombstones: %w", err)
	}
	if back > 0 {
		a.Log.Warn("cases that had ended were in the database, and were ended again", "cases", back)
	}
	if err := a.Mailbox.Replay(ctx); err != nil {
		return err
	}
	return a.sweep(ctx)
}

// Settle does everything that is due now and returns when nothing is left: for
// tests and the demo's data.
func (a *App) Settle(ctx context.Context, senders Senders) error {
	if err := a.Jobs.RunDue(ctx); err != nil {
		return err
	}
	if err := a.Outbox.RunDue(ctx, senders); err != nil {
		return err
	}
	return a.Jobs.RunDue(ctx)
}

const (
	countJobs        = `SELECT count(*) AS n FROM job WHERE state = $1`
	countLines       = `SELECT count(*) AS n FROM outbox WHERE state = $1`
	countUnsequenced = `SELECT count(*) AS n FROM audit_entry WHERE seq IS NULL`
)

// gauges are numbers that operators watch.
func (a *App) gauges() []observe.Gauge {
	jobs := func(state string) func(context.Context) (int64, error) {
		return func(ctx context.Context) (int64, error) { return db.Get[int64](ctx, a.DB, countJobs, state) }
	}
	lines := func(state string) func(context.Context) (int64, error) {
		return func(ctx context.Context) (int64, error) { return db.Get[int64](ctx, a.DB, countLines, state) }
	}
	old := func(ctx context.Context) (int64, error) { return a.Uploads.Old(ctx) }
	unsequenced := func(ctx context.Context) (int64, error) { return db.Get[int64](ctx, a.DB, countUnsequenced) }
	return []observe.Gauge{
		{Name: "jobs_waiting", Help: "Jobs that wait.", Read: gauge(jobs("waiting"))},
		{Name: "jobs_dead", Help: "Jobs that failed too often.", Read: gauge(jobs("dead"))},
		{Name: "outbox_waiting", Help: "Mails and messages that wait.", Read: gauge(lines("waiting"))},
		{Name: "outbox_dead", Help: "Mails and messages that could not be sent.", Read: gauge(lines("dead"))},
		{Name: "photos_old", Help: "Photos that have waited for a decision for longer than they should.", Read: gauge(old)},
		{Name: "audit_unsequenced", Help: "Audit entries without a number.", Read: gauge(unsequenced)},
	}
}

// gauge reads a count whenever somebody asks for metrics; -1 is a count that cannot
// be read.
func gauge(count func(context.Context) (int64, error)) func() float64 {
	return func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		n, err := count(ctx)
		if err != nil {
			return -1
		}
		return float64(n)
	}
}
