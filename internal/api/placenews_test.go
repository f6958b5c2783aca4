package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
)

// Programs read the same news and figures as people do, and of one to four people nothing.
func TestNewsAndFiguresForPrograms(t *testing.T) { // H-12 P-32 P-75 P-83
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		_, mine := p.ask(oksana(), 1)
		w.Pass(t, time.Minute)
		got := p.call("GET", "/api/v1/places/figures", nil).want(http.StatusOK)
		if got.get("waiting") != "null" || got.get("served") != "0" || strings.Contains(got.body, `"n":1`) {
			t.Errorf("of one person: %s", got.body)
		}
		w.Pass(t, untilClosed)
		for range 3 {
			w.Pass(t, 10*time.Minute)
		}
		if offer := p.state(mine, "offered"); offer.get("offer") == "null" {
			t.Error(offer.body)
		}
		w.Pass(t, time.Minute)
		news := p.call("GET", "/api/v1/places/news", nil).want(http.StatusOK)
		for _, want := range []string{`"id":"draw-1"`, `"kind":"release"`, `"kind":"opening"`, `"day":"2022-07-04"`} {
			if !strings.Contains(news.body, want) {
				t.Errorf("the news lack %s: %s", want, news.body)
			}
		}
	})
}

// A program reports fraud without a name, once for one key.
func TestFraudIsReportedByProgram(t *testing.T) { // P-73
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		said := form{"kind": "sold", "text": "Verzonnen verhaal", "contact": nil}
		first := p.call("POST", "/api/v1/places/reports", said, "Idempotency-Key", key(t, 1)).want(http.StatusCreated)
		again := p.call("POST", "/api/v1/places/reports", said, "Idempotency-Key", key(t, 1)).want(http.StatusCreated)
		if first.get("number") == "" || first.get("number") != again.get("number") {
			t.Errorf("%s, and again %s", first.body, again.body)
		}
		for _, wrong := range []form{said.with("kind", "x"), said.with("text", ""), said.with("text", strings.Repeat("x", 4001)), said.with("contact", strings.Repeat("x", 201))} {
			if got := p.call("POST", "/api/v1/places/reports", wrong, "Idempotency-Key", key(t, 2)); got.status != http.StatusBadRequest && got.status != http.StatusUnprocessableEntity {
				t.Errorf("%d %s", got.status, got.body)
			}
		}
		if months, err := w.Reports.Months(t.Context()); err != nil || len(months) != 1 || months[0].Came != 1 {
			t.Errorf("%+v, %v", months, err)
		}
	})
}
