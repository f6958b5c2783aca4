package db

import (
	"context"
	"database/sql"
	"sync"
)

// maxStatements bounds what a cache keeps. Queries are constants, so a program
// has some hundreds; past the bound a query is prepared each time.
const maxStatements = 1000

// preparer is a *sql.DB or a *sql.Conn.
type preparer interface {
	execer
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// statements keeps prepared statements of SQLite by their text: to prepare a
// small one takes longer than to run it. (The driver for PostgreSQL does the
// same by itself.)
type statements struct {
	from preparer
	mu   sync.RWMutex
	kept map[string]*sql.Stmt
}

func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return s.from.QueryContext(ctx, query, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return s.from.ExecContext(ctx, query, args...)
	}
	return stmt.ExecContext(ctx, args...)
}

// prepared returns the statement of query, and nil if there is no room for it.
func (s *statements) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	stmt, full := s.kept[query], len(s.kept) >= maxStatements
	s.mu.RUnlock()
	if stmt != nil || full {
		return stmt, nil
	}
	stmt, err := s.from.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.kept[query]; other != nil { // somebody was faster
		return other, stmt.Close()
	}
	if s.kept == nil {
		s.kept = map[string]*sql.Stmt{}
	}
	s.kept[query] = stmt
	return stmt, nil
}
