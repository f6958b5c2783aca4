package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"loket/internal/app"
	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/testclock"
	"loket/internal/upload"
)

// BenchmarkEndToUnreadable is the time from the commit of a decision until nothing opens the
// photo any more, with the workers of a running server: the p99 of all that was measured.
func BenchmarkEndToUnreadable(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		b.Run(string(engine), func(b *testing.B) {
			a := serving(b, engine)
			keys := a.Uploads.Photos
			var took []time.Duration
			for b.Loop() {
				b.StopTimer()
				id, err := a.Uploads.Begin(b.Context(), photoCase, upload.Document, 1000)
				check(b, err)
				check(b, a.DB.Update(b.Context(), func(tx *db.Tx) error { return a.Uploads.End(b.Context(), tx, photoCase, upload.Decision) }))
				began := time.Now()
				b.StartTimer()
				for {
					if _, err := keys.Open(id); fault.Is(err, fault.NotFound) {
						break
					}
					time.Sleep(time.Millisecond)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "p99-ms")
			b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
		})
	}
}

// serving is a Loket whose workers run on the clock of the wall.
func serving(b *testing.B, engine db.Engine) *app.App {
	b.Helper()
	c := config.Default(b.TempDir())
	c.Database.URL = dbtest.URL(b, engine)
	apptest.Open(b, c, testclock.At(apptest.Start), nil) // makes the keys
	a, err := app.Open(b.Context(), c, app.Options{})
	check(b, err)
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Jobs.Run(ctx, 4) }()
	b.Cleanup(func() {
		stop()
		check(b, <-ended)
		check(b, a.Close())
	})
	return a
}
