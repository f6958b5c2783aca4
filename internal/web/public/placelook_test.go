package public_test

import (
	"fmt"
	"strings"
	"testing"

	"loket/internal/browsertest"
)

// The pages of places that everybody may see, in a real browser, narrow and wide, from left
// to right and from right to left: nothing sticks out, axe finds nothing, nothing is too
// small to hit.
func TestOpenPlacePagesInEveryLook(t *testing.T) { // WCAG 2.2 AA; P-62
	w, base := openPlaces(t, summer)
	w.Settle(t)
	browser := browsertest.Start(t)
	for _, language := range []string{"nl", "ar"} {
		for _, width := range []int{320, 1280} {
			tab := browser.Open(t, base, browsertest.Look{Width: width})
			for name, path := range map[string]string{"where": "/place/where", "at": "/place/at/amsterdam", "when": "/place/when", "figures": "/place/figures", "report": "/place/report",
				"draws": "/place/draws", "list": "/place/draws/1"} {
				tab.Go("/" + language + path)
				tab.Fits()
				tab.Axe()
				if small := tab.SmallTargets(); len(small) > 0 {
					t.Errorf("%s: too small to hit: %s", path, strings.Join(small, ", "))
				}
				tab.Shot(fmt.Sprintf("open-%s-%s-%d", name, language, width))
			}
		}
	}
}
