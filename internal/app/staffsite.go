package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/rules"
	"loket/internal/staff"
	"loket/internal/staff/session"
	"loket/internal/web"
	"loket/internal/web/questions"
	pages "loket/internal/web/staff"
	"loket/internal/web/throttle"
	"loket/locales"
)

// StaffSite returns the pages for people who work here. Scripts at the paths before
// run before those of a page; only the demonstration has any.
func (a *App) StaffSite(before ...string) (*web.Site, error) {
	catalogue, err := lang.Load(pages.Messages(questions.Messages(locales.Files, a.Requests.Pack)))
	if err != nil {
		return nil, fmt.Errorf("load texts of the pages for staff: %w", err)
	}
	papers, err := lang.Load(questions.Messages(locales.Files, a.Requests.Pack))
	if err != nil {
		return nil, fmt.Errorf("load texts of what is printed for people: %w", err)
	}
	assets, err := web.BuiltAssets()
	if err != nil {
		return nil, err
	}
	renderer, err := web.NewRenderer(web.Rendering{
		Catalogue: catalogue, Assets: assets, Pages: pages.Templates(), Frame: pages.Frame(),
		Missing: func(tag lang.Tag, key string) { a.Log.Error("a text is missing", "language", string(tag), "key", key) },
	})
	if err != nil {
		return nil, err
	}
	site := &web.Site{
		Renderer: renderer, Assets: assets, Log: a.Log, NewID: func() string { return ident.NewID(a.random, "err") },
		Secure:   strings.HasPrefix(a.Config.Staff.URL, "https:"),
		Throttle: throttle.New(a.now, a.random), Proxies: a.Config.Staff.Proxies,
	}
	sessions := session.New(session.Parts{DB: a.DB, Schema: a.Schema, Box: a.Keys.Box("staff"), Now: a.now, Secure: site.Secure,
		Failed: func(w http.ResponseWriter, r *http.Request, err error) { site.Fail(w, r, err) }})
	pages.New(pages.Parts{
		Staff: a.Staff, Sessions: sessions, Editing: a.Editing, Requests: a.Requests, Catalogue: catalogue, URL: a.Config.Staff.URL,
		Locations: a.Locations, Walkin: a.Walkin, Planner: a.Planner, Reports: a.Reports, Papers: papers, PublicURL: a.Config.Public.URL,
		Region: a.Config.Route.Country, Random: a.random, Now: a.now, Before: before,
		Log: pages.Log{Note: a.noteReading, Lines: a.logOf, Clock: func(at time.Time) string { return at.In(a.zone).Format("15:04:05") }},
	}).Register(site)
	return site, nil
}

// noteReading keeps in the audit log that somebody reads it, or what was made of it.
func (a *App) noteReading(ctx context.Context, m staff.Member, act, object string) error {
	return a.DB.Update(ctx, func(tx *db.Tx) error {
		return a.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: string(staff.Privacy), Act: act, Object: object, Result: "ok"})
	})
}

// logOf reads the audit log of a day, from midnight to midnight here.
func (a *App) logOf(ctx context.Context, day rules.Day, f audit.Filter, skip, limit int64) ([]audit.Line, error) {
	midnight := func(day rules.Day) (time.Time, error) {
		return time.ParseInLocation(time.DateOnly, day.String(), a.zone)
	}
	from, err := midnight(day)
	if err != nil {
		return nil, err
	}
	until, err := midnight(day.Add(1))
	if err != nil {
		return nil, err
	}
	return audit.Read(ctx, a.DB, from, until, f, skip, limit)
}
