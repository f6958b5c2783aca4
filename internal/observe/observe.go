// Package observe tells operators how Loket does, and nothing about people.
//
// Each request of a listener becomes one event: which route, which status, how
// long, how many bytes. The route is the pattern, never the path: a path can hold a
// link's secret. There is no address, no query, no header and no cookie in it, at
// any level. Metrics count the same things. Health says whether the program can work.
package observe

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are what Loket counts.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	failures *prometheus.CounterVec
}

// NewMetrics returns metrics of their own registry. gauges are read when somebody
// asks, by name, with what they mean.
func NewMetrics(gauges ...Gauge) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "loket_http_request_seconds", Help: "Time to answer a request, by route pattern and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"listener", "route", "status"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "loket_failures_total", Help: "Failures of work in the background, by kind of work.",
		}, []string{"work"}),
	}
	m.registry.MustRegister(m.requests, m.failures, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, g := range gauges {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "loket_" + g.Name, Help: g.Help}, g.Read))
	}
	return m
}

// Gauge is a number that is read when metrics are asked for.
type Gauge struct {
	Name, Help string
	Read       func() float64
}

// Failed counts a failure of some work.
func (m *Metrics) Failed(work string) { m.failures.WithLabelValues(work).Inc() }

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Events writes one event for each request that h answers, and counts it. listener
// names the listener, such as "public".
func Events(listener string, log *slog.Logger, m *Metrics, now func() time.Time, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := now()
		counted := &writer{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(counted, r)
		took := now().Sub(begun)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		m.requests.WithLabelValues(listener, route, statusClass(counted.status)).Observe(took.Seconds())
		log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelInfo, "request",
			slog.String("listener", listener), slog.String("route", route), slog.Int("status", counted.status),
			slog.Int64("bytes", counted.bytes), slog.Duration("took", took.Round(time.Millisecond)))
	})
}

func statusClass(status int) string {
	return [...]string{"", "1xx", "2xx", "3xx", "4xx", "5xx"}[min(status/100, 5)]
}

// writer counts what is answered.
type writer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *writer) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Health serves 200 when probe returns nil, else 503. It says no more than that;
// why goes to the log.
func Health(log *slog.Logger, probe func(context.Context) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, text := http.StatusOK, "ok"
		if err := probe(r.Context()); err != nil {
			log.Error("not healthy", "error", err)
			status, text = http.StatusServiceUnavailable, "not healthy"
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"status": text})
	})
}
