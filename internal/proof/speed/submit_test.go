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

// connections is how many people send at once, in all.
const connections = 256

// BenchmarkSubmit is requests for a proof over HTTP: sealed, indexed, logged, counted
// and on the disk when they are answered. Clients and server share the machine.
func BenchmarkSubmit(b *testing.B) {
	conf := config.Default(b.TempDir())
	conf.Public.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	w := apptest.Open(b, conf, testclock.At(apptest.Start), nil)
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
	b.SetParallelism(connections / 2) // times GOMAXPROCS, which is 2 where the figures are measured
	b.RunParallel(func(pb *testing.PB) {
		var mine []time.Duration
		for pb.Next() {
			i := n.Add(1)
			p := &program.Program{URL: server.URL, Client: client, From: fmt.Sprintf("10.%d.%d.%d", i>>16&255, i>>8&255, i&255)}
			form := program.Form("Niemand Bekend", "1990-02-03", "999990093", fmt.Sprintf("niemand%d@example.org", i), fmt.Sprintf("06%08d", 10_000_000+i))
			began := time.Now()
			got, err := p.Call(b.Context(), "POST", "/requests", form, "Idempotency-Key", ident.NewID(rand.Reader, "key"))
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
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "p99-ms")
	commits, updates := w.DB.Groups()
	b.ReportMetric(float64(updates)/float64(commits), "updates/commit")
}
