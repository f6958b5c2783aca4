package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"loket/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the tables up to date. One set of files serves both engines;
// each file is a transaction. On PostgreSQL an advisory lock lets one process
// at a time do it; on SQLite the file's own lock does.
func (d *DB) Migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fault.New(fault.Internal, "", "migrate: %w", err)
	}
	return d.migrate(ctx, files)
}

func (d *DB) migrate(ctx context.Context, files fs.FS) error {
	dialect := goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	pool := d.write
	if d.engine == SQLite { // goose wants connections of its own
		own, err := sql.Open("sqlite", sourceName(d.path)+"&_txlock=immediate")
		if err != nil {
			return classify("migrate", err)
		}
		defer own.Close()
		pool = own
	} else {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return fault.New(fault.Internal, "", "migrate: %w", err)
		}
		dialect = goose.DialectPostgres
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, pool, files, options...)
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return fault.New(fault.Internal, "", "migrate: %w", err)
	}
	_, err = provider.Up(ctx)
	for try := 1; err != nil && d.engine == SQLite && try < maxTries; try++ {
		// Another process may have been faster; what it did is then found done.
		_, err = provider.Up(ctx)
	}
	return classify("migrate", err)
}
