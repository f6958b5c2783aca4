package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/draw/drand"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/mailbox"
	"loket/internal/once"
	"loket/internal/planner"
	"loket/internal/report"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/tally"
)

// openPlaces builds the planner, where the configuration offers places.
func (a *App) openPlaces(vault *seal.Vault, guard *once.Guard, counts *tally.Tally) error {
	if a.Config.Places.Pack == "" {
		return nil
	}
	pack, err := rules.Load(a.packFiles(a.Config.Places.Pack))
	if err != nil {
		return fmt.Errorf("load pack of places: %w", err)
	}
	beacon := a.beacon
	if beacon == nil {
		trusted, err := trustedBeacon(a.Config.Places.Trust)
		if err != nil {
			return err
		}
		if beacon, err = drand.New(trusted, a.Config.Places.Beacon); err != nil {
			return err
		}
	}
	places := location.NewStore(location.Parts{
		DB: a.DB, Audit: a.Audit, Zone: a.zone, Now: a.now, Tell: a.Mailbox.Notice,
		Counters:  func() []rules.Item { return pack.List("places") },
		Checklist: func() []rules.Item { return pack.List("opening_checklist") },
		Products:  func() []rules.Item { return pack.List("products") },
		Regions:   func() []rules.Item { return pack.List("regions") },
	})
	a.Planner, err = planner.NewStore(planner.Parts{
		DB: a.DB, Keys: a.Keys, Vault: vault, Audit: a.Audit, Jobs: a.Jobs, Once: guard, Tally: counts, Mailbox: a.Mailbox, Locations: places,
		Staff:  a.Staff,
		Schema: a.Schema, Beacon: beacon, Source: a.Config.Places.Source, Parties: a.Config.Places.Parties, Every: time.Duration(a.Config.Places.Every), Pack: pack, Zone: a.zone, Now: a.now, Random: a.random, Report: a.failed,
	})
	if err != nil {
		return err
	}
	a.Reports, err = report.NewStore(report.Parts{DB: a.DB, Vault: vault, Audit: a.Audit, Once: guard, Schema: a.Schema, Pack: pack, Zone: a.zone, Now: a.now, Random: a.random})
	return err
}

// trustedBeacon reads the beacon of a file; without one it is drand's.
func trustedBeacon(file string) (draw.Trusted, error) {
	if file == "" {
		return draw.Quicknet(), nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return draw.Trusted{}, fmt.Errorf("read the beacon to trust: %w", err)
	}
	return draw.ParseTrusted(data)
}

// addresses finds where the person of a case can be reached, whichever area has it.
type addresses struct {
	requests request.Addresses
	places   planner.Addresses
}

// Address implements mailbox.Addresses.
func (a addresses) Address(ctx context.Context, q db.Queryer, caseID string) (mailbox.Address, error) {
	found, err := a.requests.Address(ctx, q, caseID)
	if fault.Is(err, fault.NotFound) {
		return a.places.Address(ctx, q, caseID)
	}
	return found, err
}
