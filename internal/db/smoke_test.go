package db_test

import (
	"errors"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
)

type job struct {
	ID, Kind, Args string
	DueAt          time.Time
	LeaseUntil     *time.Time
	Fence, Tries   int64
	State          string
}

func TestSmoke(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		now := time.Unix(1700000000, 0).UTC()
		add := func(tx *db.Tx, id, key string) error {
			_, err := db.Exec(ctx, tx, `INSERT INTO job (id, kind, args, unique_key, due_at, fence, tries, state) VALUES ($1, 'k', '{}', $2, $3, 0, 0, 'waiting')`, id, key, now)
			return err
		}
		if err := d.Update(ctx, func(tx *db.Tx) error { return add(tx, "a", "x") }); err != nil {
			t.Fatal(err)
		}
		err := d.Update(ctx, func(tx *db.Tx) error { return add(tx, "b", "x") })
		if db.Unique(err) != "job_unique_key" || !fault.Is(err, fault.Taken) {
			t.Fatal(err)
		}
		err = d.Update(ctx, func(tx *db.Tx) error { return add(tx, "a", "y") })
		if db.Unique(err) != "job_pkey" {
			t.Fatal(err)
		}
		j, err := db.Get[job](ctx, d, `SELECT id, kind, args, due_at, lease_until, fence, tries, state FROM job WHERE id = $1 FOR UPDATE SKIP LOCKED`, "a")
		if d.Engine() == db.SQLite && err != nil {
			t.Fatal(err)
		}
		t.Log(j)
		_, err = db.Get[string](ctx, d, `SELECT kind FROM job WHERE id = $1`, "nope")
		if !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		err = d.Update(ctx, func(tx *db.Tx) error { return d.Update(ctx, func(*db.Tx) error { return nil }) })
		if err == nil {
			t.Fatal("nested")
		}
		if err := d.Update(ctx, func(tx *db.Tx) error { return errors.New("x") }); err == nil {
			t.Fatal("err")
		}
	})
}
