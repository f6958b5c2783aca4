package staff_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/report"
	people "loket/internal/staff"
	"loket/internal/staff/session"
	"loket/internal/web"
	pages "loket/internal/web/staff"
)

// who is a column of the matrix: somebody who asks.
type who struct {
	name  string
	roles []people.Role
	v     *visitor
}

// probe returns a site with the routes of w on which whoever gets through is answered 204.
func probe(t *testing.T, w *world) string {
	t.Helper()
	site := &web.Site{Renderer: w.site.Renderer, Assets: w.site.Assets, Log: w.Log, NewID: func() string { return ident.NewID(w.Random(), "err") }}
	pages.New(pages.Parts{Staff: w.Staff, Requests: w.Requests, Planner: &planner.Store{}, Reports: &report.Store{}, Sessions: session.New(session.Parts{DB: w.DB, Schema: w.Schema, Box: w.Keys.Box("staff"), Now: w.Clock.Now,
		Failed: func(w http.ResponseWriter, r *http.Request, err error) { site.Fail(w, r, err) }})}).RegisterProbes(site)
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	return server.URL
}

// everybody is somebody of each kind, on a site.
func everybody(t *testing.T, w *world) []who {
	t.Helper()
	untrained := w.visit(t)
	w.Clock.Advance(13*time.Hour + 55*time.Minute) // five to midnight, when the training ends
	untrained.get("/enrol/" + w.inviteUntil(t, "Proef ongetraind", w.Requests.Today(), people.Intake, people.Checker, people.Approver, people.Counter, people.Helper))
	untrained.confirm(untrained.path).confirm("/keys")
	w.Clock.Advance(10 * time.Minute)
	one := w.visit(t)
	one.get("/enrol/" + w.invite(t, "Proef een sleutel", people.Roles()[1]))
	one.confirm(one.path)
	list := []who{{"nobody", nil, w.visit(t)}, {"untrained", nil, untrained}, {"one passkey", []people.Role{pages.Members}, one}}
	for _, role := range people.Roles() {
		list = append(list, who{string(role), []people.Role{pages.Members, role}, w.signIn(t, role)})
	}
	return list
}

// may reports what the declared roles of a route let somebody do: the status, and
// where they are sent instead.
func may(rt pages.Route, by who) (status int, to string) {
	switch {
	case slices.Contains(rt.Roles, pages.Anyone):
		return http.StatusNoContent, ""
	case by.name == "nobody":
		return http.StatusSeeOther, "/nl/sign-in"
	case by.name == "untrained":
		return http.StatusForbidden, ""
	case slices.ContainsFunc(rt.Roles, func(r people.Role) bool { return slices.Contains(by.roles, r) }):
		return http.StatusNoContent, ""
	case by.name == "one passkey" && slices.Contains(rt.Roles, people.Roles()[1]):
		return http.StatusSeeOther, "/nl/keys"
	}
	return http.StatusForbidden, ""
}

// Every route, asked by everybody: only the declared roles get through. What was
// refused to a member stands in the audit log.
func TestRolesAndRoutes(t *testing.T) { // V8.2.1, T8; design.md §4
	w := open(t, db.SQLite)
	all, base := everybody(t, w), probe(t, w)
	for _, by := range all {
		by.v.base = base
		by.v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		refused, entries := 0, w.refusals(t)
		for _, rt := range append(pages.Routes(), pages.Route{Method: "GET", Path: "/forgotten", Pattern: "GET /forgotten"}) {
			status, to := may(rt, by)
			by.v.do(rt.Method, rt.Path, nil)
			if by.v.status != status || by.v.header.Get("Location") != to {
				t.Errorf("%s asks %s: status %d to %q, want %d to %q", by.name, rt.Pattern, by.v.status, by.v.header.Get("Location"), status, to)
			}
			if got := by.v.header.Values("Cache-Control"); !slices.Contains(got, "no-store") {
				t.Errorf("%s: Cache-Control = %q", rt.Pattern, got)
			}
			if status == http.StatusForbidden && by.name != "untrained" {
				refused++
			}
		}
		if got := w.refusals(t) - entries; got != refused {
			t.Errorf("%s was refused %d times, and %d entries say so", by.name, refused, got)
		}
	}
}

// refusals counts the entries that say that a page was refused.
func (w *world) refusals(t testing.TB) int {
	t.Helper()
	n, err := db.Get[int](t.Context(), w.DB, `SELECT count(*) AS n FROM audit_entry WHERE act = 'staff.refused' AND result = 'role'`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Each route says who may call it, and what its page shows of people.
func TestEachRouteDeclares(t *testing.T) { // V8.2.3
	known := append(people.Roles(), pages.Anyone, pages.Members)
	seen := map[string]bool{}
	for _, rt := range pages.Routes() {
		if len(rt.Roles) == 0 {
			t.Errorf("%s declares no roles", rt.Pattern)
		}
		for _, role := range rt.Roles {
			if !slices.Contains(known, role) {
				t.Errorf("%s is for %q, which is no role", rt.Pattern, role)
			}
		}
		if len(rt.Roles) > 1 && (slices.Contains(rt.Roles, pages.Anyone) || slices.Contains(rt.Roles, pages.Members)) {
			t.Errorf("%s is for everybody and for some", rt.Pattern)
		}
		for _, field := range rt.Fields {
			content := !regexp.MustCompile(`^(own |colleague: |case: |report: )`).MatchString(field) // of people who ask for something
			for _, role := range rt.Roles {
				if content && !(people.Member{Roles: []people.Role{role}}).WorksOnCases() {
					t.Errorf("%s shows %q to %s, who sees no content", rt.Pattern, field, role)
				}
			}
		}
		if seen[rt.Pattern] {
			t.Errorf("%s is there twice", rt.Pattern)
		}
		seen[rt.Pattern] = true
	}
}

// The matrix, for people to read.
func TestMatrixIsWrittenDown(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Who of the staff may do what, and sees what\n\nMade from the routes of internal/web/staff by its tests, which ask every route as " +
		"everybody; do not edit.\nA dot is a route that answers the role. Everybody else gets 403 and an audit entry; who is not signed in is sent to sign in; " +
		"who has one passkey is sent to make a second.\n\n| Route | anyone | signed in |")
	for _, role := range people.Roles() {
		fmt.Fprintf(&b, " %s |", role)
	}
	b.WriteString(" Shows of people |\n|---|---|---|" + strings.Repeat("---|", len(people.Roles())) + "---|\n")
	for _, rt := range pages.Routes() {
		fmt.Fprintf(&b, "| `%s` |", rt.Pattern)
		for _, role := range append([]people.Role{pages.Anyone, pages.Members}, people.Roles()...) {
			mark := " "
			if slices.Contains(rt.Roles, role) {
				mark = " • "
			}
			fmt.Fprintf(&b, "%s|", mark)
		}
		shown := strings.Join(rt.Fields, ", ")
		if shown == "" {
			shown = "nothing"
		}
		fmt.Fprintf(&b, " %s |\n", shown)
	}
	golden(t, "../../../docs/staff-matrix.md", []byte(b.String()))
}

// Every page that a role opens without anything in hand: nothing of people that it
// does not declare, at most MaxRows of them, and scripts only where it asks for them.
func TestPagesShowWhatTheyDeclare(t *testing.T) { // V8.2.3, T9, V3.4
	w := open(t, db.SQLite)
	for i := range 40 {
		w.invite(t, fmt.Sprintf("Canary %c%c", "bdfgkmpt"[i/8], "bdfgkmpt"[i%8]), people.Helper)
	}
	for i := range 3 {
		a := w.Known(t)
		if i > 0 {
			a = w.Unknown(t)
		}
		w.Submit(t, a)
	}
	w.Settle(t)
	canaries := map[string]string{"colleague: name": "Canary", "name": "Abena", "number": "999990019", "e-mail": "abena@example.org",
		"phone": "345678"}
	for _, by := range everybody(t, w)[3:] {
		for _, rt := range pages.Routes() {
			if status, _ := may(rt, by); rt.Method != "GET" || status != http.StatusNoContent {
				continue
			}
			by.v.get(rt.Path)
			if by.v.status >= 500 {
				t.Errorf("%s asks %s: status %d", by.name, rt.Pattern, by.v.status)
			}
			for field, canary := range canaries {
				n := strings.Count(by.v.page, canary)
				if n > 0 && !slices.Contains(rt.Fields, field) {
					t.Errorf("%s shows %s %q and does not declare it", rt.Pattern, by.name, field)
				}
				if n > pages.MaxRows {
					t.Errorf("%s shows %d people", rt.Pattern, n)
				}
			}
			if n := strings.Count(by.v.page, "<tr ") - 1; len(rt.Fields) > 0 && n > pages.MaxRows {
				t.Errorf("%s has %d rows", rt.Pattern, n)
			}
			allowed := strings.Contains(by.v.header.Get("Content-Security-Policy"), "script-src 'self'")
			if runs := strings.Contains(by.v.page, "<script"); runs != allowed || runs && len(rt.Scripts) == 0 {
				t.Errorf("%s: runs scripts %v, may %v", rt.Pattern, runs, allowed)
			}
			if strings.Contains(by.v.page, " style=") || strings.Contains(by.v.page, " src=\"http") {
				t.Errorf("%s holds a style or another host", rt.Pattern)
			}
		}
	}
}
