package planner_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/rules"
)

const (
	insertBenchAsk = `
		INSERT INTO ask (id, number, ticket, draw_id, line, pack, region, products, size, lang, desk_lang, door, soon, state, laters, silences, not_before,
			why, code_version, tries, tries_day, asked_at, changed_at, closed_at, sealed)
		VALUES ($1, $1, $2, (SELECT id FROM draw WHERE state = 'open'), NULL, '', $3, 'sticker', 1, 'nl', '', 'web', FALSE, 'waiting', 0, 0, 0,
			'', 1, 0, '', $4, $4, NULL, $5)`
	insertBenchMember = `INSERT INTO ask_member (ask_id, n, sum, claim, product, holds) VALUES ($1, 1, $2, $2, 'sticker', TRUE)`
)

// fill puts asks into the open list, as many and no more than their rows.
func (w *world) fill(b testing.TB, n int) {
	b.Helper()
	const batch = 1000
	for from := 0; from < n; from += batch {
		must(b, w.DB.Update(b.Context(), func(tx *db.Tx) error {
			for range min(batch, n-from) {
				w.people++
				id := fmt.Sprintf("ask_%s%06d", "invented", w.people)
				if _, err := db.Exec(b.Context(), tx, insertBenchAsk, id, fmt.Sprintf("T%09d", w.people), region, w.clock.Now(), []byte{}); err != nil {
					return err
				}
				if _, err := db.Exec(b.Context(), tx, insertBenchMember, id, []byte(id)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// BenchmarkDraw closes a list of 50,000 asks and gives them their places in the line.
func BenchmarkDraw(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		b.Run(string(engine), func(b *testing.B) {
			w := newWorld(b, engine)
			w.has(counter("assen", region, 0, "2022-08-17"))
			for b.Loop() {
				b.StopTimer()
				w.work(b)
				w.fill(b, 50_000)
				w.clock.Advance(w.untilClosing(b))
				b.StartTimer()
				w.work(b)
				w.clock.Advance(draw.Delay)
				w.work(b)
			}
		})
	}
}

// BenchmarkLines gives the asks of a list of 20,000 their places, once in batches and once
// with a statement for each, and tells how many times as long the second takes.
func BenchmarkLines(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		b.Run(string(engine), func(b *testing.B) {
			w := newWorld(b, engine)
			w.work(b)
			w.fill(b, 20_000)
			w.clock.Advance(w.untilClosing(b))
			w.work(b)
			order := w.verified(b, 1).Tickets
			id, err := db.Get[string](b.Context(), w.DB, `SELECT id FROM draw WHERE n = 1`)
			must(b, err)
			var batches, rows time.Duration
			for b.Loop() {
				begun := time.Now()
				must(b, w.GiveLines(b.Context(), id, 1, order))
				batches += time.Since(begun)
				_, err = db.Exec(b.Context(), w.DB, `UPDATE ask SET line = NULL`)
				must(b, err)
				begun = time.Now()
				w.giveEach(b, id, order)
				rows += time.Since(begun)
				_, err = db.Exec(b.Context(), w.DB, `UPDATE ask SET line = NULL`)
				must(b, err)
			}
			b.ReportMetric(float64(rows)/float64(batches), "times")
			b.ReportMetric(float64(batches.Milliseconds())/float64(b.N), "ms/batches")
			b.ReportMetric(float64(rows.Milliseconds())/float64(b.N), "ms/each")
		})
	}
}

// giveEach is what GiveLines does not do: a statement for each ticket, 200 in a transaction.
func (w *world) giveEach(b *testing.B, id string, order []string) {
	given := 0
	for batch := range slices.Chunk(order, 200) {
		must(b, w.DB.Update(b.Context(), func(tx *db.Tx) error {
			for _, ticket := range batch {
				given++
				_, err := db.Exec(b.Context(), tx, `UPDATE ask SET line = $3 WHERE ticket = $1 AND draw_id = $2 AND line IS NULL`,
					ticket, id, int64(1<<32+given))
				if err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

// BenchmarkOffers makes offers to the first of 50,000 who wait; an operation is one offer.
func BenchmarkOffers(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		b.Run(string(engine), func(b *testing.B) {
			w := newWorld(b, engine)
			w.has()
			w.work(b)
			w.fill(b, 50_000)
			w.pass(b, w.untilClosing(b)+draw.Delay)
			day := rules.DayOf(w.clock.Now())
			made := int64(0)
			for b.Loop() {
				b.StopTimer()
				day = day.Add(7) // twenty desks for five days more: 400 slots
				w.has(counter("assen", region, 20, day.String()))
				w.work(b)
				w.clock.Advance(10 * time.Minute)
				b.StartTimer()
				w.work(b)
			}
			made = w.count(b, `SELECT count(*) AS n FROM offer`)
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(made), "µs/offer")
		})
	}
}

// BenchmarkIdle is the work of every few seconds when 50,000 wait and nothing is due.
func BenchmarkIdle(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		b.Run(string(engine), func(b *testing.B) {
			w := newWorld(b, engine)
			w.has(counter("assen", region, 1, "2022-08-17"))
			w.work(b)
			w.fill(b, 50_000)
			w.pass(b, w.untilClosing(b)+draw.Delay)
			for b.Loop() {
				w.work(b)
			}
		})
	}
}
