package staff_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	people "loket/internal/staff"
)

func TestThePrivacyOfficerReadsActsAndNoContent(t *testing.T) { // T8, V16; design.md §4
	w := open(t, db.SQLite)
	w.Submit(t, w.Known(t))
	w.Settle(t)
	curious := w.signIn(t, people.Checker)
	curious.get("/log").sees("Deze pagina is voor andere rollen")

	officer := w.signIn(t, people.Privacy)
	officer.get("/").sees("Dagrapport", "Logboek")
	officer.get("/report").sees("Dagrapport: 19 december 2021", "Er was niets ongewoons.")
	officer.get("/log").sees("Logboek: 20 december 2021", "request.submit", "staff.refused", "GET /log", "report.read")
	for _, content := range []string{"Abena", "999990019", "abena@example.org", "Proef checker"} {
		if strings.Contains(officer.page, content) {
			t.Errorf("the log shows %q", content)
		}
	}
	if strings.Count(officer.page, ">log.read<") != 1 {
		t.Error("reading the log does not stand in the log")
	}
	refused := regexp.MustCompile(`href="/nl(/log\?actor=[^"]+)"`).FindAllStringSubmatch(officer.page, -1)
	officer.get(strings.ReplaceAll(refused[0][1], "&amp;", "&")).sees("Toon alles van deze dag")
	for range 12 {
		curious.get("/accounts")
	}
	officer.get("/report?day=2021-12-20").sees("Elke regel is een reden om te vragen", "Probeerde meer keren wat niet mag")
	officer.get("/log?day=2021-12-19").sees("Hier staat niets in het logboek.")
	officer.get("/log?day=2099-01-01").sees("Logboek: 20 december 2021") // days that have been
}

// The log is read in pages.
func TestTheLogIsReadInPages(t *testing.T) { // T9
	w := open(t, db.SQLite)
	officer := w.signIn(t, people.Privacy)
	w.Clock.Advance(time.Minute)
	for range 60 {
		err := w.DB.Update(t.Context(), func(tx *db.Tx) error {
			return w.Audit.Add(t.Context(), tx, audit.Entry{Actor: audit.System, Role: "worker", Act: "test.many", Object: "case_x", Result: "ok"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rows := 0
	for _, path := range []string{"/log?object=case_x", "/log?object=case_x&page=2", "/log?object=case_x&page=3"} {
		rows += strings.Count(officer.get(path).page, ">test.many<")
		if n := strings.Count(officer.page, ">test.many<"); n > 25 {
			t.Errorf("%s has %d entries", path, n)
		}
	}
	if rows != 60 {
		t.Errorf("the pages have %d entries, want 60", rows)
	}
}
