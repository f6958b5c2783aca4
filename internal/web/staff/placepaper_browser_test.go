package staff_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loket/internal/browsertest"
	"loket/internal/db"
	people "loket/internal/staff"
)

// The blank form for one person is two sides of one sheet of A4 in each language, and fits
// a narrow screen.
func TestTheBlankFormIsOneSheet(t *testing.T) { // WCAG 2.2 AA
	browser := browsertest.Start(t)
	w := openSeason(t, db.SQLite)
	carla := w.signIn(t, people.Counter)
	pages := map[string]string{}
	tongues := []string{"nl", "en", "uk", "ar"}
	for _, tongue := range tongues {
		pages["/seen/"+tongue] = carla.get("/place/form?lang=" + tongue).page
	}
	seen := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if page, ok := pages[r.URL.Path]; ok {
			fmt.Fprint(out, page)
			return
		}
		w.site.ServeHTTP(out, r)
	}))
	defer seen.Close()
	tab := browser.Open(t, seen.URL, browsertest.Look{Width: 320})
	for _, tongue := range tongues {
		tab.Go("/seen/" + tongue)
		tab.Fits()
		tab.Axe()
		sheet := tab.Print()
		if sides := strings.Count(string(sheet), "/Type /Page\n"); sides < 1 || sides > 2 {
			t.Errorf("the form in %s has %d sides", tongue, sides)
		}
		if shots := os.Getenv("LOKET_SHOTS"); shots != "" {
			if err := os.WriteFile(filepath.Join(shots, "place-form-"+tongue+".pdf"), sheet, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
