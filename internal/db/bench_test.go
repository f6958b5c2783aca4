package db_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync/atomic"
	"testing"

	"loket/internal/db"
	"loket/internal/db/dbtest"
)

// BenchmarkUpdate is a small durable transaction, one after the other and from
// 64 writers at once; raw is database/sql with one commit each, the same
// pragmas and the same insert. Compare the lines of one run.
func BenchmarkUpdate(b *testing.B) {
	const insert = `INSERT INTO audit_hash (position, hash) VALUES ($1, $2)`
	hash := make([]byte, 32)
	var position atomic.Int64
	d := dbtest.SQLite(b)
	update := func(ctx context.Context) error {
		return d.Update(ctx, func(tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, insert, position.Add(1), hash)
			return err
		})
	}
	raw := openRaw(b)
	single := func(ctx context.Context) error {
		tx, err := raw.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(ctx, insert, position.Add(1), hash); err != nil {
			return err
		}
		return tx.Commit()
	}
	for name, one := range map[string]func(context.Context) error{"update": update, "raw": single} {
		b.Run(name+"/writers=1", func(b *testing.B) {
			for b.Loop() {
				if err := one(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/writers=64", func(b *testing.B) {
			b.SetParallelism(32) // times GOMAXPROCS, which is 2 where the targets are measured
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := one(b.Context()); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

func openRaw(b *testing.B) *sql.DB {
	path := filepath.Join(b.TempDir(), "raw.db")
	raw, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"+
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=secure_delete(ON)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { raw.Close() })
	raw.SetMaxOpenConns(1)
	if _, err := raw.Exec(`CREATE TABLE audit_hash (position BIGINT NOT NULL PRIMARY KEY, hash BYTEA NOT NULL)`); err != nil {
		b.Fatal(err)
	}
	return raw
}

// BenchmarkGet reads one row by its key.
func BenchmarkGet(b *testing.B) {
	d := dbtest.SQLite(b)
	if _, err := db.Exec(b.Context(), d, `INSERT INTO audit_hash (position, hash) VALUES (1, $1)`, make([]byte, 32)); err != nil {
		b.Fatal(err)
	}
	type row struct {
		Position int64
		Hash     []byte
	}
	for b.Loop() {
		if _, err := db.Get[row](b.Context(), d, `SELECT position, hash FROM audit_hash WHERE position = $1`, 1); err != nil {
			b.Fatal(err)
		}
	}
}
