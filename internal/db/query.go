package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"time"

	"loket/internal/fault"
)

// Get returns the one row of query. No row is an error of kind fault.NotFound;
// a second row is a mistake in the query and an error too.
// On a *DB the query must not write.
func Get[T any](ctx context.Context, q Queryer, query string, args ...any) (T, error) {
	var zero T
	all, err := collect[T](ctx, q, query, args, 2)
	switch {
	case err != nil:
		return zero, err
	case len(all) == 0:
		return zero, fault.New(fault.NotFound, "", "no row for %s", brief(query))
	case len(all) > 1:
		return zero, fault.New(fault.Internal, "", "more than one row for %s", brief(query))
	}
	return all[0], nil
}

// Select returns all rows of query in their order; nil if there are none.
// On a *DB the query must not write.
func Select[T any](ctx context.Context, q Queryer, query string, args ...any) ([]T, error) {
	return collect[T](ctx, q, query, args, 0)
}

// Exec runs a statement and returns the number of rows it changed. On a *DB it
// is an Update of this one statement.
func Exec(ctx context.Context, q Queryer, query string, args ...any) (int64, error) {
	return q.change(ctx, query, args)
}

// collect reads all rows, but stops once it has limit of them if limit > 0.
func collect[T any](ctx context.Context, q Queryer, query string, args []any, limit int) (all []T, err error) {
	rows, err := q.query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, classify(query, err)
	}
	into, err := q.base().layout(reflect.TypeFor[T]()).places(columns)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", brief(query), err)
	}
	dest := make([]any, len(columns))
	for rows.Next() {
		var one T
		into.point(reflect.ValueOf(&one).Elem(), dest)
		if err := rows.Scan(dest...); err != nil {
			return nil, scanFault(query, err)
		}
		if all = append(all, one); len(all) == limit {
			break
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fail(q, classify(query, err))
	}
	return all, nil
}

// fail remembers in a transaction that a statement failed.
func fail(q Queryer, err error) error {
	if tx, ok := q.(*Tx); ok && tx.failed == nil {
		tx.failed = err
	}
	return err
}

func (d *DB) base() *DB { return d }

func (d *DB) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	values, err := bind(args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", brief(query), err)
	}
	rows, err := d.reads.QueryContext(ctx, d.text(query), values...)
	return rows, classify(query, err)
}

func (d *DB) change(ctx context.Context, query string, args []any) (n int64, err error) {
	err = d.Update(ctx, func(tx *Tx) error {
		n, err = tx.change(ctx, query, args)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

func (tx *Tx) base() *DB { return tx.db }

func (tx *Tx) query(_ context.Context, query string, args []any) (*sql.Rows, error) {
	values, err := tx.ready(query, args)
	if err != nil {
		return nil, err
	}
	rows, err := tx.exec.QueryContext(tx.ctx, tx.db.text(query), values...)
	if err != nil {
		return nil, fail(tx, classify(query, err))
	}
	return rows, nil
}

func (tx *Tx) change(_ context.Context, query string, args []any) (int64, error) {
	values, err := tx.ready(query, args)
	if err != nil {
		return 0, err
	}
	result, err := tx.exec.ExecContext(tx.ctx, tx.db.text(query), values...)
	if err != nil {
		return 0, fail(tx, classify(query, err))
	}
	n, err := result.RowsAffected()
	return n, classify(query, err)
}

// ready binds the arguments, unless the transaction is over.
func (tx *Tx) ready(query string, args []any) ([]any, error) {
	if tx.ended {
		return nil, fault.New(fault.Internal, "", "%s: the transaction has ended", brief(query))
	}
	if tx.failed != nil {
		return nil, fmt.Errorf("the transaction was lost earlier: %w", tx.failed)
	}
	values, err := bind(args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", brief(query), err)
	}
	return values, nil
}

// bind turns arguments into what both drivers store alike.
func bind(args []any) ([]any, error) {
	values := make([]any, len(args))
	for i, arg := range args {
		v, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, fault.New(fault.Internal, "", "argument $%d of type %T: %w", i+1, arg, err)
		}
		switch v := v.(type) {
		case time.Time:
			values[i] = v.Unix()
		case []byte:
			if v != nil { // a nil slice is NULL on both engines
				values[i] = v
			}
		default:
			values[i] = v
		}
	}
	return values, nil
}
