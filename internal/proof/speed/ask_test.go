package speed

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/ident"
	"loket/internal/proof/program"
	"loket/internal/testclock"
)

// BenchmarkAsk is asks for a place over HTTP: sealed, indexed, counted, on an open list and
// on the disk when they are answered. Clients and server share the machine.
func BenchmarkAsk(b *testing.B) {
	conf := config.Default(b.TempDir())
	conf.Public.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	conf.Places.Pack = "refugeehelp-2022"
	clock := testclock.At(apptest.Season)
	w := apptest.Open(b, conf, clock, nil)
	w.Pass(b, 12*time.Hour)
	site, err := w.Site()
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(site)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	var n atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	commits, updates := w.DB.Groups()
	b.SetParallelism(connections / 2) // times GOMAXPROCS, which is 2 where the figures are measured
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var mine []time.Duration
		for pb.Next() {
			i := n.Add(1)
			p := &program.Program{URL: server.URL, Client: client, From: fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255)}
			form := map[string]any{"hasProof": false, "registered": true, "region": "south", "soon": false, "language": "uk",
				"email": fmt.Sprintf("niemand%d@example.org", i),
				"members": []map[string]any{{"name": "Niemand Bekend", "birthDate": "1990-02-03", "number": fmt.Sprintf("%010d", 2_800_000_000+i),
					"document": "passport", "documentExpires": "2030-01-01"}}}
			began := time.Now()
			got, err := p.Call(b.Context(), "POST", "/places/asks", form, "Idempotency-Key", ident.NewID(rand.Reader, "key"))
			if err != nil || got.Status != http.StatusCreated {
				b.Errorf("%d, %v: %s", got.Status, err, got.Body)
				return
			}
			mine = append(mine, time.Since(began))
		}
		mu.Lock()
		defer mu.Unlock()
		took = append(took, mine...)
	})
	slices.Sort(took)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "asks/s")
	b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "p99-ms")
	later, all := w.DB.Groups()
	b.ReportMetric(float64(all-updates)/float64(later-commits), "updates/commit")
}
