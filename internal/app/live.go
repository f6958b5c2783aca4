package app

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"loket/internal/outbox"
)

// Sites are what the listeners serve.
type Sites struct{ Public, Staff http.Handler }

// Build makes the sites of a Loket. A program with pages of its own, such as the demo,
// has one of its own.
type Build func(a *App) (Sites, error)

// sites are those of an installation.
func sites(a *App) (Sites, error) {
	public, err := a.Site()
	if err != nil {
		return Sites{}, err
	}
	desk, err := a.StaffSite()
	return Sites{public, desk}, err
}

// live is a Loket that goes on when staff change its pack: its areas are built anew,
// new requests and new work go to them, and what is under way ends with the old.
type live struct {
	build Build
	sites atomic.Pointer[Sites]
}

func newLive(a *App, build Build) (*live, error) {
	l := &live{build: build}
	return l, l.show(a)
}

// show serves the sites of a from now on.
func (l *live) show(a *App) error {
	made, err := l.build(a)
	if err == nil {
		l.sites.Store(&made)
	}
	return err
}

func (l *live) public(w http.ResponseWriter, r *http.Request) { l.sites.Load().Public.ServeHTTP(w, r) }
func (l *live) staff(w http.ResponseWriter, r *http.Request)  { l.sites.Load().Staff.ServeHTTP(w, r) }

// run works, where works says so, until ctx is done; after a change of the pack with
// the areas that know it.
func (l *live) run(ctx context.Context, a *App, works bool, senders Senders) error {
	for a != nil {
		inner, stop := context.WithCancel(ctx)
		var running sync.WaitGroup
		var failed error
		if works {
			running.Go(func() {
				defer stop() // no jobs, no service
				failed = a.Jobs.Run(inner, workers)
			})
			running.Go(func() { a.Outbox.Run(inner, map[outbox.Channel]outbox.Sender(senders)) })
		}
		next := l.changed(inner, a)
		stop()
		running.Wait()
		if failed != nil {
			return failed
		}
		a = next
	}
	return nil
}

// lookEvery is how soon a change of the pack is seen.
const lookEvery = 2 * time.Second

// changed returns the Loket to go on with after a change of the pack, whose sites are
// shown already; nil when ctx is done. A change that cannot be taken in is reported once,
// and everything stays as it is.
func (l *live) changed(ctx context.Context, a *App) *App {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	tried := a.version
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		version, err := a.Editing.Version(ctx)
		if err != nil || version == tried {
			continue // a database that is down is told of elsewhere
		}
		tried = version
		next, err := a.again(ctx)
		if err == nil {
			err = l.show(next)
		}
		if err == nil {
			a.Log.InfoContext(ctx, "the pack was changed")
			return next
		}
		a.failed(ctx, "change of the pack", err)
	}
}
