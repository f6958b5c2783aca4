package timing

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/ident"
	"loket/internal/proof/program"
	"loket/internal/web"
)

// form is the answers of the n-th person. Somebody known and somebody unknown differ in
// their number alone, in which they have the same length: the rest of what a registry
// could be asked is the same. Mail and phone are another each time, as of different
// people, and of one length.
func form(n int, known bool) map[string]any {
	number := "999990093"
	if known {
		number = "999990019"
	}
	return program.Form("Abena Voorbeeld", "1984-03-09", number, fmt.Sprintf("p%07d@example.org", n), fmt.Sprintf("06%08d", 10_000_000+n))
}

// counter is a Loket that answers calls of everybody at once.
type counter struct {
	*apptest.World
	site *web.Site
	n    int
}

func newCounter(t testing.TB, w *apptest.World) *counter {
	t.Helper()
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	return &counter{World: w, site: site}
}

// call answers a call of the API that comes from an address of its own, unless from
// names one.
func (c *counter) call(t testing.TB, from, method, path string, body any, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r, err := program.NewRequest(t.Context(), method, "http://example.com/api/v1"+path, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	if c.n++; from == "" {
		from = fmt.Sprintf("10.%d.%d.%d:80", c.n>>16&255, c.n>>8&255, c.n&255)
	}
	r.RemoteAddr = from
	got := httptest.NewRecorder()
	c.site.ServeHTTP(got, r)
	return got
}

// send sends a request for a proof of the next person.
func (c *counter) send(t testing.TB, known bool) *httptest.ResponseRecorder {
	t.Helper()
	return c.call(t, "", "POST", "/requests", form(c.n, known), "Idempotency-Key", ident.NewID(rand.Reader, "key"))
}

// reply reads number and code of a receipt.
func receipt(t testing.TB, got *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	if got.Code != http.StatusCreated {
		t.Fatalf("a request was answered %d: %s", got.Code, got.Body)
	}
	reply := program.Reply{Body: got.Body.Bytes()}
	return map[string]any{"number": reply.Text("number"), "code": reply.Text("code")}
}

// bytesOf writes an answer down, but for the number and code of mine.
func bytesOf(got *httptest.ResponseRecorder, mine map[string]any) string {
	text := fmt.Sprintln(got.Code, got.Header()) + got.Body.String()
	for _, secret := range mine {
		text = strings.ReplaceAll(text, secret.(string), "·")
	}
	return text
}
