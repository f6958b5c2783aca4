package texting_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/ident"
)

// pieces are what random texts are made of: our words, digits that are known, and noise.
func pieces(p *phone) []string {
	list := []string{"start", "START", "ja", "yes", "no", "2", "1", "5211", "0", "Iemand Verzonnen", "3 4 1985", "1-1-2030", "2800000021", "999990019", "terug",
		"stop", "help", "where", "waar", "نعم", "٢", "later", "cancel", "code", "Ж", "", "?", "4821", "yes 4821", "cancel 100001"}
	found, err := p.w.Planner.Texted(p.t.Context(), p.w.DB, phoneOf(p.t, p.number))
	must(p.t, err)
	for _, a := range found {
		for _, word := range []string{"yes ", "other ", "later ", "cancel ", "where ", "no ", "code "} {
			list = append(list, word+a.Digits[:4], word+a.Digits)
		}
	}
	return list
}

const countAnswers = `SELECT count(*) AS n FROM text_answer`

// Whatever is texted, in whatever order, leaves every promise whole, and no text has more
// than one answer.
func TestAnyTextsLeaveThePromisesWhole(t *testing.T) { // P-42
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, engine)
			known, _ := offered(t, w)
			phones := []*phone{known, w.phone(t, "+31612345691")}
			rapid.Check(t, func(r *rapid.T) {
				before, texts := w.count(t, countAnswers), rapid.IntRange(1, 4).Draw(r, "texts")
				for range texts {
					p := rapid.SampledFrom(phones).Draw(r, "phone")
					text := rapid.OneOf(rapid.SampledFrom(pieces(p)), rapid.StringN(0, 20, 60)).Draw(r, "text")
					if code := p.post(ident.NewID(rand.Reader, "sms"), text); code != 204 {
						r.Errorf("%q: status %d", text, code)
					}
				}
				if after := w.count(t, countAnswers); after > before+int64(texts) {
					r.Errorf("%d answers to %d texts", after-before, texts)
				}
				if rapid.IntRange(0, 9).Draw(r, "time") == 0 && w.Clock.Now().Before(time.Date(2022, 8, 20, 0, 0, 0, 0, time.UTC)) {
					w.Pass(t, 13*time.Hour)
				}
				for _, promises := range []interface {
					Check(ctx context.Context) ([]string, error)
				}{w.Texting, w.Planner} {
					broken, err := promises.Check(t.Context())
					must(t, err)
					for _, line := range broken {
						r.Error(line)
					}
				}
			})
		})
	}
}

// Each promise about texts is broken once, and Check says so.
func TestEveryPromiseOfTextsIsChecked(t *testing.T) {
	w := newWorld(t, db.SQLite)
	w.Pass(t, 12*time.Hour)
	w.phone(t, "+31612345692").text("start")
	for _, damage := range []string{
		`INSERT INTO outbox (id, case_id, channel, kind, object, state, due_at, expires_at, fence, tries)
			SELECT 'out_twice', case_id, channel, kind, object, state, due_at, expires_at, fence, tries FROM outbox WHERE kind = 'texting.answer'`,
		`DELETE FROM outbox`,
		`UPDATE case_key SET ends_at = NULL`,
	} {
		if broken, err := w.Texting.Check(t.Context()); err != nil || len(broken) > 0 {
			t.Fatalf("before: %q, %v", broken, err)
		}
		undo := []string{`DELETE FROM outbox WHERE id = 'out_twice'`, `INSERT INTO outbox SELECT * FROM kept`, `UPDATE case_key SET ends_at = 9999999999`}
		for _, query := range []string{`DROP TABLE IF EXISTS kept`, `CREATE TABLE kept AS SELECT * FROM outbox`, damage} {
			_, err := db.Exec(t.Context(), w.DB, query)
			must(t, err)
		}
		if broken, err := w.Texting.Check(t.Context()); err != nil || len(broken) != 1 {
			t.Errorf("%s: Check says %q, %v", damage, broken, err)
		}
		for _, query := range []string{undo[0], `DELETE FROM outbox`, undo[1], undo[2]} {
			_, err := db.Exec(t.Context(), w.DB, query)
			must(t, err)
		}
	}
}
