package signing

import (
	"context"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/registry"
)

// corrected is a registry whose records get another phone after the first look.
type corrected struct {
	registry.Registry
	phone ident.Phone
	looks int
}

func (c *corrected) Candidates(ctx context.Context, q registry.Query) ([]registry.Record, error) {
	records, err := c.Registry.Candidates(ctx, q)
	for i := range records {
		if c.looks > 0 {
			records[i].Phone = c.phone
		}
	}
	c.looks++
	return records, err
}

// promise 2: the contact on file was corrected after the decision and before the
// signature, so that it is no longer the one that was given: nothing is signed, and a
// document is asked for as of anybody else.
func TestADecisionThatNoLongerHoldsSignsNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		phone, err := ident.ParsePhone("0612345600", "NL")
		if err != nil {
			t.Fatal(err)
		}
		registry := &corrected{Registry: w.Requests.Registry, phone: phone}
		w.Requests.Registry = registry
		w.Submit(t, w.Known(t))
		w.Settle(t)
		if registry.looks < 2 {
			t.Fatalf("%d looks at the registry, want one to decide and one to sign", registry.looks)
		}
		for query, want := range map[string]int64{
			`SELECT count(*) AS n FROM decision WHERE outcome = 'issue'`:     1,
			`SELECT count(*) AS n FROM certificate WHERE state = 'issued'`:   0,
			`SELECT count(*) AS n FROM certificate WHERE digest IS NOT NULL`: 0,
			`SELECT count(*) AS n FROM request WHERE state = 'asked'`:        1,
		} {
			if n, err := db.Get[int64](t.Context(), w.DB, query); err != nil || n != want {
				t.Errorf("%s: %d, %v, want %d", query, n, err, want)
			}
		}
		w.Promises(t)
	})
}
