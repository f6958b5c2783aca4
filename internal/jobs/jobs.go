// Package jobs is work in the background, kept in the database of the
// application and added in the transaction that causes it.
//
// A job carries ids only, never a person's data. A worker leases it: the row's
// fence rises with each lease, and only the holder of the newest fence may finish
// it. A handler does its outside work first and returns an Effect; the effect and
// the end of the job are one transaction. So what a handler does in the database
// happens exactly once, and what it does outside happens at least once.
//
// A job that fails is tried again with growing waits. After MaxTries it is dead: it
// stays in the table for an operator, and loket check tells of it.
//
// The idea of jobs in the same transaction is River's; docs/decisions tells why it
// is not used here.
package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
)

// MaxTries is how often a job is begun before it is dead.
const MaxTries = 20

// Job is work to be added.
type Job struct {
	Kind   string    // which handler
	Args   any       // ids; encoded as JSON
	Due    time.Time // not before; the zero value means at once
	Unique string    // when not empty, no second waiting job with the same text is added
}

const insertJob = `
	INSERT INTO job (id, kind, args, unique_key, due_at, lease_until, fence, tries, state, failure)
	VALUES ($1, $2, $3, $4, $5, NULL, 0, 0, 'waiting', NULL)
	ON CONFLICT DO NOTHING`

// Add adds a job in the caller's transaction. It does nothing when a waiting job
// with the same Unique is there.
func (q *Queue) Add(ctx context.Context, tx *db.Tx, job Job) error {
	args, err := json.Marshal(job.Args)
	if err != nil {
		return fmt.Errorf("encode arguments of job %s: %w", job.Kind, err)
	}
	var unique *string
	if job.Unique != "" {
		unique = &job.Unique
	}
	if job.Due.IsZero() {
		job.Due = q.now()
	}
	if _, err := db.Exec(ctx, tx, insertJob, ident.NewID(q.random, "job"), job.Kind, string(args), unique, job.Due); err != nil {
		return fmt.Errorf("add job %s: %w", job.Kind, err)
	}
	return nil
}

// Queue adds and works jobs. Handlers are registered before Run.
type Queue struct {
	db       *db.DB
	now      func() time.Time
	random   io.Reader
	handlers map[string]handler
	periods  map[string]time.Duration
	report   func(ctx context.Context, kind string, err error)
}

// New returns a queue on a database. report is told of each failure; it may be nil.
func New(database *db.DB, now func() time.Time, random io.Reader, report func(ctx context.Context, kind string, err error)) *Queue {
	if report == nil {
		report = func(context.Context, string, error) {}
	}
	return &Queue{db: database, now: now, random: random,
		handlers: map[string]handler{}, periods: map[string]time.Duration{}, report: report}
}

// Effect is what a finished job changes in the database. It runs in the
// transaction that ends the job; nil changes nothing.
type Effect func(*db.Tx) error

type handler func(ctx context.Context, args []byte) (Effect, error)

// Handle registers the handler of a kind of job. Two handlers of one kind are a
// mistake in the code, and panic.
func Handle[T any](q *Queue, kind string, h func(ctx context.Context, args T) (Effect, error)) {
	if _, exists := q.handlers[kind]; exists {
		panic("jobs: two handlers of " + kind)
	}
	q.handlers[kind] = func(ctx context.Context, raw []byte) (Effect, error) {
		var args T
		if err := json.Unmarshal(raw, &args); err != nil {
			return nil, fmt.Errorf("decode arguments: %w", err)
		}
		return h(ctx, args)
	}
}

// Every registers work that one process at a time does, and again interval after
// it was done. Such a job never dies: it has failed, and is tried again.
func (q *Queue) Every(kind string, interval time.Duration, work func(ctx context.Context) error) {
	q.periods[kind] = interval
	Handle(q, kind, func(ctx context.Context, _ struct{}) (Effect, error) { return nil, work(ctx) })
}
