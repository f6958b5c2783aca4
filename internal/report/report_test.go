package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/report"
	"loket/internal/staff"
)

func each(t *testing.T, test func(t *testing.T, w *apptest.World)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, apptest.Places(t, engine))
		})
	}
}

var (
	lead  = staff.Member{ID: "stf_lead", Roles: []staff.Role{staff.Lead}}
	desk  = staff.Member{ID: "stf_desk", Roles: []staff.Role{staff.Counter, staff.Checker}}
	story = report.Sending{Kind: "sold", Text: ident.NewPrivate("Verzonnen verkoper bij de ingang"), Contact: ident.NewPrivate("0612345678"), Key: "key-1"}
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, kind) || key != "" && fault.Key(err) != key {
		t.Errorf("got %v, want kind %v, key %q", err, kind, key)
	}
}

// One report, from sending to its end: without a name, read by leads alone with an entry
// each time, linked to a number without opening anything, closed once, and gone.
func TestAReportWithoutAName(t *testing.T) { // P-73
	each(t, func(t *testing.T, w *apptest.World) {
		ctx := t.Context()
		number, err := w.Reports.Send(ctx, story)
		must(t, err)
		again, err := w.Reports.Send(ctx, story)
		if err != nil || again != number {
			t.Errorf("sent twice: %s and %s, %v", number, again, err)
		}
		lines, err := w.Reports.Queue(ctx, lead)
		if err != nil || len(lines) != 1 || lines[0].Number != number || lines[0].Kind != "sold" {
			t.Fatalf("%+v, %v", lines, err)
		}
		id := lines[0].ID
		for _, refused := range []error{second(w.Reports.Queue(ctx, desk)), second(w.Reports.Read(ctx, desk, id)), w.Reports.Link(ctx, desk, id, ""), w.Reports.Close(ctx, desk, id, "acted")} {
			wants(t, refused, fault.Denied, "")
		}
		full, err := w.Reports.Read(ctx, lead, id)
		if err != nil || !full.Text.Equal(story.Text) || !full.Contact.Equal(story.Contact) {
			t.Errorf("%v, %v", full, err)
		}
		if printed := fmt.Sprintf("%+v %#v", full, full); strings.Contains(printed, "Verzonnen") || strings.Contains(printed, "0612") {
			t.Errorf("a report prints what it says: %s", printed)
		}
		entries := func(act string) int64 {
			n, err := db.Get[int64](ctx, w.DB, `SELECT count(*) AS n FROM audit_entry WHERE object = $1 AND act = $2`, id, act)
			must(t, err)
			return n
		}
		if n := entries("report.read"); n != 1 {
			t.Errorf("%d entries of one reading", n)
		}
		ask := ident.NewCaseNumber(bytes.NewReader(make([]byte, 100)))
		must(t, w.Reports.Link(ctx, lead, id, ask))
		if full, err = w.Reports.Read(ctx, lead, id); err != nil || full.Ask != ask {
			t.Errorf("linked to %q, %v", full.Ask, err)
		}
		wants(t, w.Reports.Close(ctx, lead, id, "other"), fault.Invalid, "report.outcome")
		must(t, w.Reports.Close(ctx, lead, id, "passed-on"))
		wants(t, w.Reports.Close(ctx, lead, id, "acted"), fault.TooLate, "report.over")
		wants(t, w.Reports.Link(ctx, lead, id, ask), fault.TooLate, "report.over")
		if lines, err = w.Reports.Queue(ctx, lead); err != nil || len(lines) != 0 {
			t.Errorf("closed and waiting: %+v, %v", lines, err)
		}
		w.Pass(t, 31*24*time.Hour)
		wants(t, second(w.Reports.Read(ctx, lead, id)), fault.NotFound, "")
		months, err := w.Reports.Months(ctx)
		if err != nil || len(months) != 1 || months[0] != (report.Month{Month: "2022-06", Kind: "sold", Came: 1, Closed: 1}) {
			t.Errorf("counted %+v, %v", months, err)
		}
		w.Promises(t)
	})
}

func second[T any](_ T, err error) error { return err }

// A report that nobody reads is destroyed all the same.
func TestAReportEndsUnread(t *testing.T) { // P-73
	w := apptest.Places(t, db.SQLite)
	if _, err := w.Reports.Send(t.Context(), story); err != nil {
		t.Fatal(err)
	}
	count := func() int64 {
		n, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM fraud_report`)
		must(t, err)
		return n
	}
	w.Clock.Advance(89 * 24 * time.Hour)
	w.Settle(t)
	if n := count(); n != 1 {
		t.Errorf("%d reports after 89 days", n)
	}
	w.Clock.Advance(25 * time.Hour)
	w.Settle(t)
	if n := count(); n != 0 {
		t.Errorf("%d reports after their life", n)
	}
}

func TestWhatIsNoReport(t *testing.T) {
	w := apptest.Places(t, db.SQLite)
	for _, test := range []struct {
		sending report.Sending
		key     string
	}{
		{report.Sending{Kind: "none", Text: story.Text, Key: "a"}, "report.kind"},
		{report.Sending{Kind: "sold", Key: "b"}, "report.text"},
		{report.Sending{Kind: "sold", Text: ident.NewPrivate(strings.Repeat("é", 4001)), Key: "c"}, "report.text-long"},
		{report.Sending{Kind: "sold", Text: story.Text, Contact: ident.NewPrivate(strings.Repeat("x", 201)), Key: "d"}, "report.contact-long"},
		{report.Sending{Kind: "sold", Text: story.Text}, "once.key"},
	} {
		wants(t, second(w.Reports.Send(t.Context(), test.sending)), fault.Invalid, test.key)
	}
	if n, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM fraud_report`); err != nil || n != 0 {
		t.Errorf("%d reports, %v", n, err)
	}
}
