package observe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loket/internal/observe"
)

// T20 of the threat model: what people send stands in no event and no metric.
func TestAnEventHasTheRouteAndNothingOfThePerson(t *testing.T) {
	var log bytes.Buffer
	metrics := observe.NewMetrics()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /m/{token}", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "hello")
	})
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := observe.Events("public", logger, metrics, time.Now, mux)
	r := httptest.NewRequest("GET", "/m/SECRET?q=QUERY", nil)
	r.Header.Set("Cookie", "COOKIE")
	r.RemoteAddr = "203.0.113.9:1234"
	h.ServeHTTP(httptest.NewRecorder(), r)
	scrape := httptest.NewRecorder()
	metrics.Handler().ServeHTTP(scrape, httptest.NewRequest("GET", "/metrics", nil))
	for _, text := range []string{log.String(), scrape.Body.String()} {
		if !strings.Contains(text, "/m/{token}") {
			t.Error("the route is missing")
		}
		for _, canary := range []string{"SECRET", "QUERY", "COOKIE", "203.0.113"} {
			if strings.Contains(text, canary) {
				t.Errorf("%s stands in it", canary)
			}
		}
	}
	if !strings.Contains(log.String(), `"status":418`) || !strings.Contains(log.String(), `"bytes":5`) {
		t.Errorf("event %s", log.String())
	}
}

func TestHealthTellsNoReason(t *testing.T) {
	h := observe.Health(slog.New(slog.DiscardHandler), func(context.Context) error { return errors.New("the database is at 10.0.0.1") })
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/health", nil))
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "database") {
		t.Errorf("%d %s", w.Code, w.Body.String())
	}
}
