package db

import (
	"context"
	"database/sql"
	"sync/atomic"

	"loket/internal/fault"
)

// maxGroup bounds how many updates share a commit, and so how long the first
// of them waits for the others.
const maxGroup = 256

// writer is the one writing connection of SQLite, shared by turns. An update
// that has the turn runs in the open transaction under its own savepoint and
// passes the turn on; the last one before nobody waits, or before the group is
// full, commits for all. So a commit is never delayed to wait for company, and
// under load one flush to disk serves many updates.
type writer struct {
	db      *DB
	conn    *sql.Conn
	exec    execer        // conn, with prepared statements
	turn    chan struct{} // holds one value while somebody has the turn
	waiting atomic.Int64  // updates that want the turn and will take it
	commits atomic.Int64  // groups that were made durable
	updates atomic.Int64  // updates in them, refused ones too

	// The rest belongs to whoever has the turn.
	ctx    context.Context // the writer's own, for the statements of a group
	group  *group          // the open transaction, nil if there is none
	closed bool
}

// group is a transaction that several updates share.
type group struct {
	size int
	done chan struct{} // closed after the commit
	err  error         // why nothing of the group was kept; read after done
}

func newWriter(ctx context.Context, pool *sql.DB) (*writer, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, classify("open database", err)
	}
	return &writer{conn: conn, exec: &statements{from: conn}, turn: make(chan struct{}, 1), ctx: context.WithoutCancel(ctx)}, nil
}

// update is DB.Update.
func (w *writer) update(ctx context.Context, fn func(*Tx) error) error {
	if err := w.await(ctx); err != nil {
		return err
	}
	g, err := w.join(fn)
	if g == nil {
		return err
	}
	<-g.done // a refusal waits for the commit too: it may rest on what the others wrote
	if g.err != nil {
		return g.err
	}
	return err
}

// await takes the turn, or gives up when ctx is done.
func (w *writer) await(ctx context.Context) error {
	w.waiting.Add(1)
	select {
	case w.turn <- struct{}{}:
		w.waiting.Add(-1)
		if err := ctx.Err(); err != nil {
			w.pass()
			return fault.New(fault.Unavailable, "", "wait to write: %w", err)
		}
		return nil
	case <-ctx.Done():
		// The group may be kept open for us: somebody must still take this turn.
		// The turn always comes, so the goroutine always ends.
		go func() {
			w.turn <- struct{}{}
			w.waiting.Add(-1)
			w.pass()
		}()
		return fault.New(fault.Unavailable, "", "wait to write: %w", ctx.Err())
	}
}

// join runs fn as a part of the group and passes the turn on. It returns the
// group to wait for, nil if there is none.
func (w *writer) join(fn func(*Tx) error) (g *group, err error) {
	defer w.pass()
	if w.closed {
		return nil, fault.New(fault.Unavailable, "", "update: the database is closed")
	}
	if w.group == nil {
		if err := w.do("BEGIN IMMEDIATE"); err != nil {
			return nil, err
		}
		w.group = &group{done: make(chan struct{})}
	}
	g = w.group
	g.size++
	if err := w.do("SAVEPOINT one"); err != nil {
		w.abandon(err)
		return g, nil
	}
	keep := false
	defer func() { w.settle(keep) }() // also when fn panics or ends its goroutine
	tx := &Tx{db: w.db, ctx: w.ctx, exec: w.exec}
	err = runUpdate(tx, fn)
	keep = err == nil
	return g, err
}

// settle keeps or undoes what the update since the savepoint did.
func (w *writer) settle(keep bool) {
	if !keep {
		if err := w.do("ROLLBACK TO one"); err != nil {
			w.abandon(err)
			return
		}
	}
	if err := w.do("RELEASE one"); err != nil {
		w.abandon(err)
	}
}

// pass commits if nobody is waiting to join, and gives up the turn.
func (w *writer) pass() {
	if g := w.group; g != nil && (g.size >= maxGroup || w.waiting.Load() == 0) {
		w.commit(g)
	}
	<-w.turn
}

// commit makes the group durable, or fails all of it.
func (w *writer) commit(g *group) {
	if err := w.do("COMMIT"); err != nil {
		w.abandon(err)
		return
	}
	w.commits.Add(1)
	w.updates.Add(int64(g.size))
	w.group = nil
	close(g.done)
}

// abandon gives up the group: all in it fail, since none was made durable.
func (w *writer) abandon(cause error) {
	g := w.group
	w.group = nil
	// SQLite may have rolled back by itself; then this fails, and that is well.
	_, _ = w.conn.ExecContext(w.ctx, "ROLLBACK")
	g.err = fault.New(fault.Unavailable, "", "group commit: %w", cause)
	close(g.done)
}

// alone runs fn with the turn and outside any transaction.
func (w *writer) alone(ctx context.Context, fn func(*sql.Conn) error) error {
	if err := w.await(ctx); err != nil {
		return err
	}
	defer w.pass()
	if w.closed {
		return fault.New(fault.Unavailable, "", "the database is closed")
	}
	if g := w.group; g != nil {
		w.commit(g)
	}
	return fn(w.conn)
}

// close takes the last turn and gives the connection back.
func (w *writer) close() {
	w.waiting.Add(1)
	w.turn <- struct{}{}
	w.waiting.Add(-1)
	first := !w.closed
	w.closed = true
	w.pass() // commits what waits
	if first {
		w.conn.Close()
	}
}

func (w *writer) do(statement string) error {
	_, err := w.exec.ExecContext(w.ctx, statement)
	return classify(statement, err)
}
