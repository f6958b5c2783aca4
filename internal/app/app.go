// Package app puts Loket together: configuration, database, keys, areas, servers
// and workers. It is the only package that knows all others.
//
// Open builds everything and starts nothing. Ready ends what is due, so that the first
// act after a start past a deadline is destruction. Serve listens and works until its
// context is done, then lets what is in hand end.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"loket/internal/audit"
	"loket/internal/certificate"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/editing"
	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/jobs"
	"loket/internal/keys"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/mailbox"
	"loket/internal/observe"
	"loket/internal/once"
	"loket/internal/outbox"
	"loket/internal/person"
	"loket/internal/photo"
	"loket/internal/planner"
	"loket/internal/registry"
	"loket/internal/registry/local"
	"loket/internal/report"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/staff"
	"loket/internal/tally"
	"loket/internal/texting"
	"loket/internal/upload"
	"loket/internal/walkin"
	"loket/locales"
	"loket/packs"
)

// App is Loket, put together.
type App struct {
	Config    config.Config
	Log       *slog.Logger
	DB        *db.DB
	Schema    *schema.Schema
	Catalogue *lang.Catalogue
	Keys      *seal.Keys
	Signing   *keys.Store
	Sweeper   *seal.Sweeper
	Audit     *audit.Log
	Sequencer *audit.Sequencer
	Jobs      *jobs.Queue
	Outbox    *outbox.Box
	Registry  *local.Store
	Uploads   *upload.Store
	Mailbox   *mailbox.Store
	Requests  *request.Store
	Staff     *staff.Store
	Editing   *editing.Store
	Locations *location.Store
	Walkin    *walkin.Store
	Planner   *planner.Store // nil where nobody can ask for a place
	Reports   *report.Store  // of fraud with places; nil as Planner is
	Texting   *texting.Store // nil where no text messages are taken
	Metrics   *observe.Metrics

	zone    *time.Location
	now     func() time.Time
	random  io.Reader
	photos  *seal.Photos
	beacon  planner.Beacon // in place of the configured one
	version string         // of the pack's changes that the areas were built with
}

// Options are what a caller may put in place of the real thing.
type Options struct {
	Log    *slog.Logger
	Now    func() time.Time // default time.Now
	Random io.Reader        // default crypto/rand
	Beacon planner.Beacon   // default the configured one
}

// zoneName is where Loket counts its days and hours (design.md §3).
const zoneName = "Europe/Amsterdam"

// Open builds everything on the configuration and migrates the database. Close
// must be called when it is done with.
func Open(ctx context.Context, c config.Config, o Options) (*App, error) {
	a := &App{Config: c, Log: o.Log, now: o.Now, random: o.Random, beacon: o.Beacon}
	if a.now == nil {
		a.now = time.Now
	}
	if a.random == nil {
		a.random = rand.Reader
	}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	if err := a.openStores(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if err := a.openAreas(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) openStores(ctx context.Context) (err error) {
	if a.zone, err = time.LoadLocation(zoneName); err != nil {
		return fmt.Errorf("load time zone: %w", err)
	}
	if a.Schema, err = schema.Load(); err != nil {
		return fmt.Errorf("read schema file: %w", err)
	}
	if a.Catalogue, err = lang.Load(locales.Files); err != nil {
		return fmt.Errorf("load languages: %w", err)
	}
	if a.Keys, err = seal.OpenKeys(a.Config.Keys.Dir, a.now, a.random); err != nil {
		return fmt.Errorf("open key directory: %w", err)
	}
	if a.photos, err = seal.OpenPhotos(a.Config.Photos.Dir, a.Keys, a.random); err != nil {
		return err
	}
	if a.Signing, err = openSigning(a.Config); err != nil {
		return fmt.Errorf("open signing keys: %w", err)
	}
	if err := os.MkdirAll(a.Config.Data, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	if a.DB, err = db.Open(ctx, a.Config.Database.URL); err != nil {
		return err
	}
	a.Audit = audit.NewLog(a.now, a.random)
	a.Metrics = observe.NewMetrics(a.gauges()...)
	return a.DB.Migrate(ctx)
}

// keyNotice is how long a certificate is published before its key signs, so that
// verifiers elsewhere have it by then.
const keyNotice = 14 * 24 * time.Hour

// photosAtOnce is how many photos are made harmless at a time; others wait.
const photosAtOnce = 2

// SigningDir is the folder of the signing keys.
func SigningDir(c config.Config) string { return filepath.Join(c.Keys.Dir, "sign") }

func (a *App) openAreas(ctx context.Context) error {
	route, certificates, err := a.loadPacks(ctx)
	if err != nil {
		return err
	}
	vault := seal.NewVault(a.Keys, a.random)
	a.Sequencer, err = audit.NewSequencer(a.DB, a.Config.Name, a.Keys.Secret("audit"), a.now)
	if err != nil {
		return err
	}
	a.Jobs = jobs.New(a.DB, a.now, a.random, a.failed)
	a.Outbox = outbox.New(a.DB, a.Keys, a.now, a.random, func(ctx context.Context, line outbox.Line, err error) {
		a.failed(ctx, "outbox "+string(line.Channel), err)
	})
	a.Sweeper = seal.NewSweeper(a.DB, vault, a.Schema, a.now, a.recordDestruction)
	a.Registry = local.New(a.DB, a.Keys, local.Settings{Now: a.now, Random: a.random, Zone: a.zone, Region: a.Config.Route.Country})
	guard := once.NewGuard(a.Keys, a.now, a.Schema.Lifetimes["idempotency"].Duration())
	counts := tally.New(a.Keys, a.zone, a.now)
	if a.Staff, err = staff.NewStore(staff.Parts{
		DB: a.DB, Keys: a.Keys, Audit: a.Audit, Schema: a.Schema, Name: a.Config.Name, URL: a.Config.Staff.URL,
		Settings: staff.Settings{PerHour: a.Config.Staff.PerHour, PerDay: a.Config.Staff.PerDay},
		Zone:     a.zone, Now: a.now, Random: a.random, Hours: a.placeHours,
	}); err != nil {
		return err
	}
	a.Uploads = upload.NewStore(upload.Parts{
		DB: a.DB, Photos: a.photos, Cleaner: photo.New([]string{"/proc/self/exe", "photo-child"}, photosAtOnce), Audit: a.Audit, Jobs: a.Jobs, Schema: a.Schema,
		For: a.issuerName(route), Zone: a.zone, Report: a.failed, Ceiling: a.Config.Photos.Ceiling * 1_000_000, Now: a.now, Random: a.random,
	})
	a.Mailbox = mailbox.NewStore(mailbox.Parts{
		DB: a.DB, Keys: a.Keys, Vault: vault, Audit: a.Audit, Jobs: a.Jobs, Outbox: a.Outbox, Once: guard, Tally: counts, Schema: a.Schema,
		Texts: a.Catalogue, Addresses: addresses{request.Addresses{Vault: vault}, planner.Addresses{Vault: vault}}, Photos: a.Uploads, BaseURL: a.Config.Public.URL, Domain: a.Config.Name,
		Region: a.Config.Route.Country, Daily: a.Config.SMS.Daily, Abroad: a.Config.SMS.Abroad, Report: a.failed,
		Text: a.noticeText, Zone: a.zone, Now: a.now, Random: a.random,
	})
	a.Locations = location.NewStore(location.Parts{
		DB: a.DB, Audit: a.Audit, Zone: a.zone, Now: a.now, Tell: a.Mailbox.Notice,
		Counters: func() []rules.Item { return a.Requests.Pack.List("counters") },
	})
	a.Walkin = walkin.NewStore(walkin.Parts{DB: a.DB, Locations: a.Locations, Now: a.now, Random: a.random})
	issuer := certificate.NewIssuer(certificate.Parts{
		DB: a.DB, Keys: a.Keys, Route: route, Rules: certificates, Signer: a.signer, Country: a.Config.Route.Country,
		Name: a.issuerName(route), Zone: a.zone, Now: a.now, Random: a.random,
		Confirmed: func(ctx context.Context, d certificate.Decision, intents []certificate.Intent, from *registry.Record) ([]string, error) {
			return a.Requests.Confirmed(ctx, d, intents, from)
		},
	})
	a.Requests = request.NewStore(request.Parts{
		DB: a.DB, Keys: a.Keys, Vault: vault, Audit: a.Audit, Jobs: a.Jobs, Once: guard, Tally: counts,
		People: person.NewStore(a.Keys, a.now, a.random), Registry: a.Registry, Mailbox: a.Mailbox, Uploads: a.Uploads, Certificates: issuer, Staff: a.Staff,
		Locations: a.Locations, Schema: a.Schema, Pack: route, Zone: a.zone, Now: a.now, Random: a.random, Report: a.failed,
	})
	if err := a.openPlaces(vault, guard, counts); err != nil {
		return err
	}
	if err := a.openTexts(vault, guard, counts); err != nil {
		return err
	}
	a.addPeriodicWork()
	return nil
}

// loadPacks loads the route, with what staff changed in it, and the certificate rules;
// from the configured folder or from those in the program. Changes with which the
// pack does not load, as after a new release of it, are left out, and said.
func (a *App) loadPacks(ctx context.Context) (route, certificates *rules.Pack, err error) {
	published := a.packFiles(a.Config.Route.Pack)
	if route, err = rules.Load(published); err != nil {
		return nil, nil, fmt.Errorf("load pack: %w", err)
	}
	a.Editing = editing.NewStore(editing.Parts{DB: a.DB, Keys: a.Keys, Audit: a.Audit, Pack: route.ID, Base: published, Now: a.now, Random: a.random,
		Today:  func() rules.Day { return rules.DayOf(a.now().In(a.zone)) },
		Update: func(ctx context.Context, fn func(*db.Tx) error) error { return a.Staff.Update(ctx, fn) }})
	changed, version, err := a.Editing.Load(ctx)
	switch {
	case fault.Is(err, fault.Invalid):
		a.failed(ctx, "changes of the pack", err)
	case err != nil:
		return nil, nil, err
	default:
		route = changed
	}
	a.version = version
	if certificates, err = rules.Load(a.packFiles(a.Config.Route.Rules)); err != nil {
		return nil, nil, fmt.Errorf("load pack: %w", err)
	}
	return route, certificates, nil
}

func (a *App) packFiles(name string) fs.FS {
	if dir := a.Config.Route.Packs; dir != "" {
		return os.DirFS(filepath.Join(dir, name))
	}
	return packs.FS(name)
}

// again returns the same Loket with its areas built anew, on the packs as they are
// now; what is under way goes on with the old one.
func (a *App) again(ctx context.Context) (*App, error) {
	again := *a
	if err := again.openAreas(ctx); err != nil {
		return nil, err
	}
	return &again, nil
}

func (a *App) issuerName(route *rules.Pack) string {
	if a.Config.Route.Issuer != "" {
		return a.Config.Route.Issuer
	}
	return route.Owner
}

func (a *App) signer(at time.Time) (*hcert.Signer, error) {
	key, cert, err := a.Signing.Signer(at)
	if err != nil {
		return nil, err
	}
	return hcert.NewSigner(key, cert)
}

func (a *App) recordDestruction(ctx context.Context, tx *db.Tx, caseID string) error {
	return a.Audit.Add(ctx, tx, audit.Entry{Actor: audit.System, Role: "worker", Act: "case.destroy", Object: caseID, Result: "ok"})
}

func (a *App) failed(ctx context.Context, work string, err error) {
	a.Metrics.Failed(work)
	a.Log.ErrorContext(ctx, "work failed", "work", work, "error", err)
}

// Close closes the database.
func (a *App) Close() error {
	if a.DB == nil {
		return nil
	}
	return a.DB.Close()
}
