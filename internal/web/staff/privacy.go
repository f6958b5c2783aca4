package staff

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"loket/internal/audit"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
)

const (
	pathReport = "/report"
	pathLog    = "/log"
)

// Log is what the pages tell of the audit log: acts, never content.
type Log struct {
	// Note keeps that a member reads the log or a report; it comes before the bytes.
	Note func(ctx context.Context, m people.Member, act, object string) error
	// Lines returns entries of a day, newest first.
	Lines func(ctx context.Context, day rules.Day, f audit.Filter, skip, limit int64) ([]audit.Line, error)
	// Clock writes a moment as the hour it was here.
	Clock func(at time.Time) string
}

// officers may read the log.
var officers = []people.Role{people.Privacy}

func (p *Pages) privacyRoutes() []route {
	acts := []string{"colleague: pseudonym", "colleague: acts", "case: id"}
	return []route{
		{pattern: "GET /report", roles: officers, fields: acts, handle: p.report},
		{pattern: "GET /log", roles: officers, fields: acts, handle: p.log},
	}
}

// privacyTasks are what a privacy officer can begin: the report of yesterday.
func (p *Pages) privacyTasks(r *http.Request, m people.Member) ([]task, error) {
	if !m.Has(officers...) {
		return nil, nil
	}
	report, err := p.Staff.Daily(r.Context(), p.Requests.Today().Add(-1))
	if err != nil {
		return nil, err
	}
	return []task{
		{Title: "staff.report.title", Text: "staff.report.waiting", Count: len(report.Findings), Action: pathReport, Button: "staff.report.open"},
		{Title: "staff.log.title", Text: "staff.log.about", Action: pathLog, Button: "staff.log.open"},
	}, nil
}

// dayPages leads through the days, and through the pages of one.
type dayPages struct {
	Day             rules.Day
	Earlier, Later  string // query of the day before and after; Later is empty on today
	Previous, Other string // query of the page before and after, or empty
}

// reportPage is the daily report: what was out of the ordinary, as a reason to ask.
type reportPage struct {
	web.Page
	dayPages
	Views, Cases, Members int
	Findings              []findingRow
}

type findingRow struct {
	people.Finding
	Text  string // message key
	Who   []logLink
	About *logLink // the case, where it is about one
}

// logLink leads to the entries of a member or about a thing, on the day.
type logLink struct{ Short, Query string }

func linkTo(day rules.Day, by, id string) logLink {
	return logLink{short(id), "?" + url.Values{"day": {day.String()}, by: {id}}.Encode()}
}

// logPage is entries of the audit log.
type logPage struct {
	web.Page
	dayPages
	Lines []logRow
	All   string // query without the filter; empty where nothing is filtered
}

type logRow struct {
	audit.Line
	Time          string
	Actor, Object logLink
}

// dayOf returns the day that r asks for: a day that has been, today if none is named.
func (p *Pages) dayOf(r *http.Request, otherwise rules.Day) rules.Day {
	day, err := rules.ParseDay(r.URL.Query().Get("day"))
	if err != nil || day.After(p.Requests.Today()) {
		return otherwise
	}
	return day
}

// pagesOf returns the links around page n, from 1, of a day; more says that there is
// another page.
func (p *Pages) pagesOf(day rules.Day, keep url.Values, n int, more bool) dayPages {
	query := func(day rules.Day, n int) string {
		values := url.Values{"day": {day.String()}}
		for name, value := range keep {
			values[name] = value
		}
		if n > 1 {
			values.Set("page", strconv.Itoa(n))
		}
		return "?" + values.Encode()
	}
	pages := dayPages{Day: day, Earlier: query(day.Add(-1), 1)}
	if day.Before(p.Requests.Today()) {
		pages.Later = query(day.Add(1), 1)
	}
	if n > 1 {
		pages.Previous = query(day, n-1)
	}
	if more {
		pages.Other = query(day, n+1)
	}
	return pages
}

// pageOf returns the number of the page that r asks for, from 1.
func pageOf(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil {
		return 1
	}
	return min(max(n, 1), 10_000)
}

func (p *Pages) report(w http.ResponseWriter, r *http.Request, m people.Member) error {
	day, n := p.dayOf(r, p.Requests.Today().Add(-1)), pageOf(r)
	if err := p.Log.Note(r.Context(), m, "report.read", day.String()); err != nil {
		return err
	}
	report, err := p.Staff.Daily(r.Context(), day)
	if err != nil {
		return err
	}
	from := min((n-1)*MaxRows, len(report.Findings))
	until := min(from+MaxRows, len(report.Findings))
	page := &reportPage{Page: web.Page{Title: "staff.report.title"}, dayPages: p.pagesOf(day, nil, n, until < len(report.Findings)),
		Views: report.Views, Cases: report.Cases, Members: report.Members}
	for _, f := range report.Findings[from:until] {
		row := findingRow{Finding: f, Text: "staff.signal." + f.Signal, Who: []logLink{linkTo(day, "actor", f.StaffID)}}
		if f.Other != "" {
			row.Who = append(row.Who, linkTo(day, "actor", f.Other))
		}
		if f.Object != "" {
			about := linkTo(day, "object", f.Object)
			row.About = &about
		}
		page.Findings = append(page.Findings, row)
	}
	return p.render(w, r, "report", page)
}

func (p *Pages) log(w http.ResponseWriter, r *http.Request, m people.Member) error {
	day, n := p.dayOf(r, p.Requests.Today()), pageOf(r)
	keep := url.Values{}
	for _, name := range []string{"actor", "object"} {
		if value := r.URL.Query().Get(name); value != "" {
			keep.Set(name, value)
		}
	}
	filter := audit.Filter{Actor: keep.Get("actor"), Object: keep.Get("object")}
	if err := p.Log.Note(r.Context(), m, "log.read", day.String()); err != nil {
		return err
	}
	lines, err := p.Log.Lines(r.Context(), day, filter, int64(n-1)*MaxRows, MaxRows+1)
	if err != nil {
		return err
	}
	page := &logPage{Page: web.Page{Title: "staff.log.title"}, dayPages: p.pagesOf(day, keep, n, len(lines) > MaxRows)}
	if len(keep) > 0 {
		page.All = "?" + url.Values{"day": {day.String()}}.Encode()
	}
	for _, line := range lines[:min(len(lines), MaxRows)] {
		page.Lines = append(page.Lines, logRow{Line: line, Time: p.Log.Clock(line.At),
			Actor: linkTo(day, "actor", line.Actor), Object: linkTo(day, "object", line.Object)})
	}
	return p.render(w, r, "log", page)
}

// short is an id as it stands on the screen: its kind and its end, so that two are told
// apart; words that are no id stay whole.
func short(id string) string {
	const end = 6
	for i := range id {
		if id[i] == '_' && len(id)-i > end {
			return id[:i] + " …" + id[len(id)-end:]
		}
	}
	return id
}
