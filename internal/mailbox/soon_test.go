package mailbox_test

import (
	"context"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/ident"
)

// A phone hears of a case of its own six times a day, and twice more of what changes today
// or tomorrow: neither uses up the other, and the next day begins anew.
func TestNoticesOfADay(t *testing.T) { // G-43
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(false)
		address := w.people[p.caseID]
		address.Email, address.Own = ident.Email{}, true
		w.people[p.caseID] = address
		sent := func(notice func(context.Context, *db.Tx, string) error) int {
			t.Helper()
			before := len(w.gateway.Calls())
			for range 10 {
				must(t, w.db.Update(t.Context(), func(tx *db.Tx) error { return notice(t.Context(), tx, p.caseID) }))
			}
			w.send()
			return len(w.gateway.Calls()) - before
		}
		for range 2 {
			w.clock.Advance(24 * time.Hour)
			if n := sent(w.store.Notice); n != 6 {
				t.Errorf("%d notices, want 6", n)
			}
			if n := sent(w.store.NoticeSoon); n != 2 {
				t.Errorf("%d notices of what is soon, want 2", n)
			}
		}
	})
}
