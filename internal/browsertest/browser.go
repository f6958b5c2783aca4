// Package browsertest walks through pages in a real Chromium, the way people
// do, so that a test reads as the story it proves:
//
//	browser := browsertest.Start(t)
//	phone := browser.Open(t, server.URL, browsertest.Look{Width: 320})
//	phone.Go("/nl/")
//	phone.Press("Vraag een bewijs aan")
//	phone.Fill("Hoe heet u?", "Noor van Voorbeeld")
//	phone.Press("Verder")
//	phone.Sees("Wanneer bent u geboren?")
//
// Pages run without JavaScript unless a Look asks for it. Things are found by
// the words that are on them, as people find them; typing and clicking go
// through the keyboard and mouse of the browser. Each tab is a browser of its
// own: no cookie of one is seen in another.
//
// Three checks run by themselves when the test ends: no request left the
// origin, nothing was refused by the page's own policy, and no page threw an
// error. Three more are asked for: [Tab.Fits], [Tab.Axe] and [Tab.Shot].
//
// Chromium must be installed (chromium in Debian). LOKET_NPM names the
// folder of the npm packages, node_modules at the root of the repository by
// default; LOKET_SHOTS the folder to which pictures go, none by default.
package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long one step may take.
const patience = 30 * time.Second

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// Start starts Chromium for a test and stops it at its end.
func Start(t testing.TB) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, // tests run as root in a container
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.UserDataDir(t.TempDir()),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("stop Chromium: %v", err)
		}
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium (is the package chromium installed?): %v", err)
	}
	return &Browser{ctx}
}

// Look is how a tab shows pages. The zero Look is a desktop without JavaScript.
type Look struct {
	Width  int  // of the window in CSS pixels; 0 is 1280
	Script bool // run the scripts of pages

	ForcedColours bool   // as in a high-contrast mode
	Languages     string // Accept-Language; empty is "nl"

	// Elsewhere are origins that pages may lead to, beside their own.
	Elsewhere []string
}

// Open opens a tab for the site at origin, such as http://127.0.0.1:4000.
func (b *Browser) Open(t testing.TB, origin string, look Look) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	tab := &Tab{t: t, ctx: ctx, origin: strings.TrimSuffix(origin, "/"), look: look}
	t.Cleanup(func() {
		tab.checkRequests()
		cancel()
	})
	if look.Width == 0 {
		tab.look.Width = 1280
	}
	if look.Languages == "" {
		tab.look.Languages = "nl"
	}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	if err := chromedp.Listen(ctx, tab.watch); err != nil {
		t.Fatalf("watch a tab: %v", err)
	}
	tab.prepare()
	return tab
}

// Tab is one window of the browser. Its methods fail the test when a step
// cannot be done.
type Tab struct {
	t      testing.TB
	ctx    context.Context
	origin string
	look   Look

	devices int // that hold passkeys

	mu       sync.Mutex
	requests []string // addresses asked for
	errors   []string // what pages threw or were refused
}

func (tab *Tab) prepare() {
	tab.t.Helper()
	step := func(err error) {
		tab.t.Helper()
		if err != nil {
			tab.t.Fatalf("prepare a tab: %v", err)
		}
	}
	step(chromedp.Do(tab.ctx, chromedp.EmulateViewport(int64(tab.look.Width), 800)))
	_, err := chromedp.Call(tab.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !tab.look.Script})
	step(err)
	_, err = chromedp.Call(tab.ctx, network.SetExtraHTTPHeaders,
		network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": tab.look.Languages}})
	step(err)
	if tab.look.ForcedColours {
		_, err = chromedp.Call(tab.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}})
		step(err)
	}
}

// watch runs in the loop that reads what Chromium says, and must be quick.
func (tab *Tab) watch(event any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		tab.requests = append(tab.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		tab.errors = append(tab.errors, "a page threw: "+e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity || e.Entry.Source == log.EntrySourceViolation {
			tab.errors = append(tab.errors, "the policy of a page refused: "+e.Entry.Text)
		}
	}
}

// checkRequests fails the test if a page asked another host for anything, or
// did what its own policy forbids.
func (tab *Tab) checkRequests() {
	tab.t.Helper()
	tab.mu.Lock()
	defer tab.mu.Unlock()
	allowed := append([]string{tab.origin, "data:", "about:", "blob:"}, tab.look.Elsewhere...)
	for _, url := range tab.requests {
		inside := false
		for _, origin := range allowed {
			inside = inside || url == origin || strings.HasPrefix(url, strings.TrimSuffix(origin, "/")+"/") ||
				strings.HasSuffix(origin, ":") && strings.HasPrefix(url, origin)
		}
		if !inside {
			tab.t.Errorf("a page asked for %s, which is not at %s", url, tab.origin)
		}
	}
	for _, text := range tab.errors {
		tab.t.Error(text)
	}
}

// root returns the folder of the repository.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the folder of the test")
		}
		dir = filepath.Dir(dir)
	}
}
