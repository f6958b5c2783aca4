package report

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/once"
	"loket/internal/point"
	"loket/internal/staff"
)

const (
	purpose   = "report" // what a body is sealed for
	lifetime  = "report" // of the schema: the longest that one is kept
	afterEnd  = "closed-case"
	onceRoute = "report.send"

	maxText    = 4000 // letters
	maxContact = 200

	figureCame   = "came"
	figureClosed = "closed"
)

type body struct {
	Text    ident.Private
	Contact ident.Private
}

type row struct {
	ID        string
	Number    string
	Kind      string
	CameAt    time.Time
	AskNumber string
	Outcome   string
	Sealed    []byte
}

const (
	columns = `id, number, kind, came_at, ask_number, outcome, sealed`

	insertReport = `
		INSERT INTO fraud_report (id, number, kind, ask_number, outcome, came_at, closed_at, closed_by, sealed)
		VALUES ($1, $2, $3, '', '', $4, NULL, '', $5)`
	upsertFigure = `
		INSERT INTO fraud_figure (month, kind, what, n) VALUES ($1, $2, $3, 1)
		ON CONFLICT (month, kind, what) DO UPDATE SET n = fraud_figure.n + 1`
	selectNumber = `SELECT number FROM fraud_report WHERE id = $1`
)

// check refuses a report that says nothing, or what no list has.
func (s *Store) check(r Sending) error {
	if _, ok := s.Pack.Item(ListKinds, r.Kind); !ok {
		return fault.New(fault.Invalid, "report.kind", "the pack has no such kind of report")
	}
	switch n := utf8.RuneCountInString(r.Text.Reveal()); {
	case n == 0:
		return fault.New(fault.Invalid, "report.text", "a report without words")
	case n > maxText:
		return fault.New(fault.Invalid, "report.text-long", "a report of %d letters", n)
	case utf8.RuneCountInString(r.Contact.Reveal()) > maxContact:
		return fault.New(fault.Invalid, "report.contact-long", "a way to be reached that is too long")
	}
	return nil
}

// Send takes a report in and returns its number, which opens nothing. The same form sent
// twice is one report.
func (s *Store) Send(ctx context.Context, r Sending) (ident.CaseNumber, error) {
	if err := s.check(r); err != nil {
		return "", err
	}
	id, number := ident.NewID(s.Random, "rpt"), ident.NewCaseNumber(s.Random)
	call := once.Call{Route: onceRoute, Key: r.Key, Body: r.Kind + "\n" + r.Text.Reveal() + "\n" + r.Contact.Reveal()}
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		kept, fresh, err := s.Once.Do(ctx, tx, call, id)
		if err != nil {
			return err
		}
		if !fresh {
			first, err := db.Get[string](ctx, tx, selectNumber, kept)
			number = ident.CaseNumber(first)
			return err
		}
		return s.keep(ctx, tx, id, number, r)
	})
	if err != nil {
		return "", fmt.Errorf("send a report: %w", err)
	}
	point.Reach("report.sent")
	return number, nil
}

func (s *Store) keep(ctx context.Context, tx *db.Tx, id string, number ident.CaseNumber, r Sending) error {
	c, err := s.Vault.Create(ctx, tx, id)
	if err != nil {
		return err
	}
	sealed, err := c.Seal(purpose, body{r.Text, r.Contact})
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, insertReport, id, string(number), r.Kind, s.now(), sealed); err != nil {
		return fmt.Errorf("keep a report: %w", err)
	}
	if err := s.Vault.End(ctx, tx, id, s.now().Add(s.Schema.Lifetimes[lifetime].Duration())); err != nil {
		return err
	}
	if err := s.Audit.Add(ctx, tx, audit.Entry{Actor: audit.Applicant, Role: "self", Act: "report.send", Object: id, Result: "ok"}); err != nil {
		return err
	}
	return s.figure(ctx, tx, r.Kind, figureCame)
}

// figure counts, last in its transaction: the row is everybody's.
func (s *Store) figure(ctx context.Context, tx *db.Tx, kind, what string) error {
	if _, err := db.Exec(ctx, tx, upsertFigure, s.month(), kind, what); err != nil {
		return fmt.Errorf("count a report: %w", err)
	}
	return nil
}

const (
	selectQueue  = `SELECT id, number, kind, came_at FROM fraud_report WHERE closed_at IS NULL ORDER BY came_at, id LIMIT $1`
	selectReport = `SELECT ` + columns + ` FROM fraud_report WHERE id = $1`
	queueMost    = 100
)

// Queue returns the reports that wait, oldest first, to a lead: nothing of what they say.
func (s *Store) Queue(ctx context.Context, m staff.Member) ([]Line, error) {
	if err := may(m); err != nil {
		return nil, err
	}
	lines, err := db.Select[Line](ctx, s.DB, selectQueue, int64(queueMost))
	if err != nil {
		return nil, fmt.Errorf("read the queue of reports: %w", err)
	}
	return lines, nil
}

// Read opens a report for a lead. The entry in the audit log is committed before anything
// of it is returned. It is a fault.NotFound when there is none, or none any more.
func (s *Store) Read(ctx context.Context, m staff.Member, id string) (Full, error) {
	if err := may(m); err != nil {
		return Full{}, err
	}
	var full Full
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		r, err := db.Get[row](ctx, tx, selectReport, id)
		if err != nil {
			return err
		}
		c, err := s.Vault.Open(ctx, tx, id)
		if err != nil {
			return err
		}
		var b body
		if err := c.Open(purpose, r.Sealed, &b); err != nil {
			return err
		}
		full = Full{Line{r.ID, ident.CaseNumber(r.Number), r.Kind, r.CameAt}, b.Text, b.Contact, ident.CaseNumber(r.AskNumber), r.Outcome}
		return s.note(ctx, tx, m, "report.read", id, "ok")
	})
	if err != nil {
		return Full{}, fmt.Errorf("read a report: %w", err)
	}
	return full, nil
}

func (s *Store) note(ctx context.Context, tx *db.Tx, m staff.Member, act, id, result string) error {
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: string(staff.Lead), Act: act, Object: id, Result: result})
}

const (
	updateLink  = `UPDATE fraud_report SET ask_number = $2 WHERE id = $1 AND closed_at IS NULL`
	updateClose = `
		UPDATE fraud_report SET outcome = $2, closed_at = $3, closed_by = $4 WHERE id = $1 AND closed_at IS NULL RETURNING kind`
)

// Link keeps the number of an ask with a report that is open. An empty number takes it
// away.
func (s *Store) Link(ctx context.Context, m staff.Member, id string, ask ident.CaseNumber) error {
	if err := may(m); err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, updateLink, id, string(ask))
		if err != nil {
			return fmt.Errorf("link a report: %w", err)
		}
		if n == 0 {
			return over(id)
		}
		return s.note(ctx, tx, m, "report.link", id, "ok")
	})
}

// Close ends a report with an outcome of the pack. What it says is destroyed some days
// later, but never later than it would have been open.
func (s *Store) Close(ctx context.Context, m staff.Member, id, outcome string) error {
	if err := may(m); err != nil {
		return err
	}
	if _, ok := s.Pack.Item(ListOutcomes, outcome); !ok {
		return fault.New(fault.Invalid, "report.outcome", "the pack has no such outcome")
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		came, err := db.Get[time.Time](ctx, tx, selectCame, id)
		if err != nil {
			return fmt.Errorf("find a report: %w", err)
		}
		kind, err := db.Get[string](ctx, tx, updateClose, id, outcome, s.now(), m.ID)
		if fault.Is(err, fault.NotFound) {
			return over(id)
		}
		if err != nil {
			return fmt.Errorf("close a report: %w", err)
		}
		end, latest := s.now().Add(s.Schema.Lifetimes[afterEnd].Duration()), came.Add(s.Schema.Lifetimes[lifetime].Duration())
		if end.After(latest) {
			end = latest
		}
		if err := s.Vault.End(ctx, tx, id, end); err != nil {
			return err
		}
		if err := s.note(ctx, tx, m, "report.close", id, outcome); err != nil {
			return err
		}
		return s.figure(ctx, tx, kind, figureClosed)
	})
}

func over(id string) error {
	return fault.New(fault.TooLate, "report.over", "report %s is closed or gone", id)
}

const (
	selectCame   = `SELECT came_at FROM fraud_report WHERE id = $1`
	selectMonths = `
		SELECT month, kind, coalesce(CAST(sum(CASE WHEN what = 'came' THEN n ELSE 0 END) AS bigint), 0) AS came,
			coalesce(CAST(sum(CASE WHEN what = 'closed' THEN n ELSE 0 END) AS bigint), 0) AS closed
		FROM fraud_figure GROUP BY month, kind ORDER BY month DESC, kind LIMIT 100`
)

// Months returns how many reports there were, the latest month first.
func (s *Store) Months(ctx context.Context) ([]Month, error) {
	months, err := db.Select[Month](ctx, s.DB, selectMonths)
	if err != nil {
		return nil, fmt.Errorf("count reports: %w", err)
	}
	return months, nil
}
