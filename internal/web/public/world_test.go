package public_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/db"
)

// open returns a Loket with its site on a listener. An error in its log fails the
// test: a text that is missing, a template that breaks.
func open(t *testing.T, engine db.Engine) (*apptest.World, string) {
	t.Helper()
	w := apptest.New(t, engine, slog.New(failing{slog.DiscardHandler, t}))
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	return w, server.URL
}

// failing fails a test for each error that is logged.
type failing struct {
	slog.Handler
	t testing.TB
}

func (f failing) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (f failing) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool { f.t.Errorf("logged: %s: %v", r.Message, a); return true })
	return nil
}
