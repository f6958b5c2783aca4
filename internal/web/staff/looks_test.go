package staff_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"loket/internal/browsertest"
)

// asTheyWere compares the pages of a tour with those that were looked at. What differs
// from run to run becomes a word in mask.
func asTheyWere(t *testing.T, language string, stops []stop, mask func(string) string) {
	t.Helper()
	for _, stop := range stops {
		golden(t, filepath.Join("testdata", language, stop.name+".html"), []byte(mask(bodyOf(stop.page))))
	}
}

// ownMasked masks what pages of their own show besides.
func ownMasked(page string) string {
	page = masked(page)
	for _, m := range own {
		page = m.pattern.ReplaceAllString(page, m.word)
	}
	return page
}

// inEveryLook shows the pages of a tour in a real browser, on narrow screens and in high
// contrast too: nothing sticks out, axe finds nothing, nothing is too small to hit, and
// pictures go to LOKET_SHOTS. What the pages load comes from site.
func inEveryLook(t *testing.T, site http.Handler, stops []stop, also ...func(t *testing.T, tab *browsertest.Tab, stop stop, look browsertest.Look)) {
	t.Helper()
	browser := browsertest.Start(t)
	mux := http.NewServeMux()
	mux.Handle("/", site)
	for _, stop := range stops {
		mux.HandleFunc("/seen/"+stop.name, func(out http.ResponseWriter, _ *http.Request) { fmt.Fprint(out, stop.page) })
	}
	seen := httptest.NewServer(mux)
	defer seen.Close()
	for _, look := range []browsertest.Look{{Width: 400}, {Width: 1280}, {Width: 1280, ForcedColours: true}} {
		name := fmt.Sprint(look.Width)
		if look.ForcedColours {
			name += "-forced"
		}
		t.Run(name, func(t *testing.T) {
			tab := browser.Open(t, seen.URL, look)
			for _, stop := range stops {
				tab.Go("/seen/" + stop.name)
				tab.Fits()
				tab.Axe()
				if small := tab.SmallTargets(); len(small) > 0 {
					t.Errorf("%s: too small to hit: %s", stop.name, strings.Join(small, ", "))
				}
				for _, check := range also {
					check(t, tab, stop, look)
				}
				tab.Shot(stop.name + "-" + name)
			}
		})
	}
}
