package app

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/mailbox"
	"loket/internal/outbox"
)

// Finding is what Check says of one promise.
type Finding struct {
	Promise int // number in design.md §1
	Text    string
	Broken  bool // else it is a notice
}

// String returns the finding as a line.
func (f Finding) String() string {
	kind := "notice"
	if f.Broken {
		kind = "BROKEN"
	}
	return fmt.Sprintf("%s promise %d: %s", kind, f.Promise, f.Text)
}

// grace is how long what has fallen due may wait for a worker.
const grace = time.Hour

// Check verifies the promises that can be seen in the database, and returns what is
// broken or to be known. witnessed are checkpoints that witnesses kept.
func (a *App) Check(ctx context.Context, witnessed []string) ([]Finding, error) {
	var findings []Finding
	add := func(promise int, lines []string) {
		for _, line := range lines {
			findings = append(findings, Finding{promise, line, true})
		}
	}
	requests, err := a.Requests.Check(ctx)
	if err != nil {
		return nil, err
	}
	add(2, requests)
	messages, err := mailbox.Check(ctx, a.DB, a.now(), grace)
	if err != nil {
		return nil, err
	}
	add(4, messages)
	lines, err := outbox.Check(ctx, a.DB, a.now(), grace)
	if err != nil {
		return nil, err
	}
	add(4, lines)
	photos, err := a.Uploads.Check(ctx)
	if err != nil {
		return nil, err
	}
	add(6, photos)
	if a.Planner != nil {
		places, err := a.Planner.Check(ctx)
		if err != nil {
			return nil, err
		}
		add(3, places)
	}
	if a.Texting != nil {
		texts, err := a.Texting.Check(ctx)
		if err != nil {
			return nil, err
		}
		add(4, texts)
	}
	people, err := a.Staff.Check(ctx)
	if err != nil {
		return nil, err
	}
	add(7, people)
	changes, err := a.Editing.Check(ctx)
	if err != nil {
		return nil, err
	}
	add(7, changes)
	report, err := a.VerifyAudit(ctx, witnessed)
	if err != nil {
		return nil, err
	}
	add(7, report.Problems)
	differences, err := a.Schema.Differences(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	add(12, differences)
	overdue, err := a.overdue(ctx)
	if err != nil {
		return nil, err
	}
	add(5, overdue)
	return append(findings, a.notices(ctx)...), nil
}

// VerifyAudit recomputes the audit log and compares it with its own checkpoints and
// those that witnesses kept.
func (a *App) VerifyAudit(ctx context.Context, witnessed []string) (audit.Report, error) {
	key, err := a.AuditKey()
	if err != nil {
		return audit.Report{}, err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return audit.Report{}, fmt.Errorf("audit key: %w", err)
	}
	return audit.Verify(ctx, a.DB, verifier, witnessed, a.now())
}

// AuditKey returns the public key of the audit log, as witnesses need it.
func (a *App) AuditKey() (string, error) {
	return audit.VerifierKey(a.Config.Name, a.Keys.Secret("audit"))
}

const countDueCases = `SELECT count(*) AS n FROM case_key WHERE ends_at <= $1`

// overdue tells of what should have been destroyed ten minutes ago.
func (a *App) overdue(ctx context.Context) ([]string, error) {
	n, err := db.Get[int64](ctx, a.DB, countDueCases, a.now().Add(-10*time.Minute))
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, nil
	}
	return []string{fmt.Sprintf("%d cases are past their end and still have a key", n)}, nil
}

// Warn writes the notices to the log, as is done at a start.
func (a *App) Warn(ctx context.Context) {
	for _, f := range a.notices(ctx) {
		a.Log.WarnContext(ctx, f.Text, "promise", f.Promise)
	}
}

// notices tells what is in order and must be known all the same.
func (a *App) notices(ctx context.Context) []Finding {
	var list []Finding
	today := a.Requests.Today()
	contact, ok := a.Requests.Pack.Setting("contact", today, today)
	if ok && contact.Value != "required" {
		list = append(list, Finding{Promise: 8, Text: fmt.Sprintf(
			"pack %s issues without a staff step where the registry holds no contact (contact = %v, owner %s, from %v)",
			a.Requests.Pack.ID, contact.Value, contact.Owner, contact.From)})
	}
	if len(a.Signing.Published()) == 0 {
		list = append(list, Finding{Promise: 2, Text: "there is no signing key: nobody gets a proof"})
	}
	if lines, err := a.Staff.Notices(ctx); err == nil {
		for _, line := range lines {
			list = append(list, Finding{Promise: 7, Text: line})
		}
	}
	if err := a.Uploads.Ready(ctx); err != nil {
		list = append(list, Finding{Promise: 6, Text: "no photos are taken here: this host does not confine the process that reads them (see docs/operations.md)"})
	}
	if a.Config.SMS.URL == "" {
		list = append(list, Finding{Promise: 4, Text: "there is no gateway for text messages: nobody can open a message"})
	}
	if waiting, err := db.Get[int64](ctx, a.DB, countLines, "waiting"); err == nil && waiting > 0 {
		list = append(list, Finding{Promise: 4, Text: fmt.Sprintf("%d mails and messages wait to be sent", waiting)})
	}
	if dead, err := db.Get[int64](ctx, a.DB, countJobs, "dead"); err == nil && dead > 0 {
		list = append(list, Finding{Promise: 1, Text: fmt.Sprintf("%d jobs failed too often and wait for an operator", dead), Broken: true})
	}
	return list
}
