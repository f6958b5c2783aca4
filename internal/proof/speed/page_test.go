package speed

import (
	"bytes"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/db"
)

var rate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)

// BenchmarkPageOverHTTP is a public page from memory, as a phone asks for it. The client is
// wrk, on the same machine: one in Go needs more of it than the server does.
func BenchmarkPageOverHTTP(b *testing.B) { servePage(b, apptest.New(b, db.SQLite, nil), "/nl/proof") }

// BenchmarkPlacePageOverHTTP is the page that says how it stands with places.
func BenchmarkPlacePageOverHTTP(b *testing.B) {
	servePage(b, apptest.Places(b, db.SQLite), "/nl/place")
}

func servePage(b *testing.B, w *apptest.World, path string) {
	b.Helper()
	site, err := w.Site()
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(site)
	defer server.Close()
	for b.Loop() {
		out, err := exec.CommandContext(b.Context(), "wrk", "-t1", "-c32", "-d3s", "-H", "Accept-Encoding: gzip", server.URL+path).CombinedOutput()
		if err != nil {
			b.Fatalf("wrk: %v\n%s", err, out)
		}
		found := rate.FindSubmatch(out)
		if found == nil || bytes.Contains(out, []byte("Non-2xx")) {
			b.Fatalf("wrk did not measure pages:\n%s", out)
		}
		pages, err := strconv.ParseFloat(string(found[1]), 64)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(pages, "pages/s")
	}
}
