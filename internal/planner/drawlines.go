package planner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/point"
)

const (
	// Tickets come as one text, since both engines can take that apart, and a statement for
	// each of them takes twice as long. What is compared as an expression has no
	// index: SQLite would rather walk along all asks of the draw for each ticket.
	updateLines = `
		WITH RECURSIVE given (i, ticket) AS (
			SELECT 1, substr(CAST($2 AS text), 1, 10)
			UNION ALL
			SELECT i + 1, substr(CAST($2 AS text), i * 10 + 1, 10) FROM given WHERE i * 10 < length(CAST($2 AS text)))
		UPDATE ask SET line = CAST($3 AS bigint) + given.i FROM given
		WHERE ask.ticket = given.ticket AND ask.draw_id || '' = $1 AND coalesce(ask.line, 0) = 0`
	updateDrawn = `UPDATE draw SET state = 'drawn', drawn_at = $2 WHERE id = $1 AND state = 'closed'`
)

// lineBatch is how many places in the line are given in one transaction.
const lineBatch = 250

// lineOf is the place in the line of whoever stands at a position, from one, of draw n.
func lineOf(n int64, position int) int64 { return n<<32 + int64(position) }

// giveLines gives the asks of a draw their places, in batches that may be given again.
func (s *Store) giveLines(ctx context.Context, row drawRow, order []string) error {
	given := 0
	for batch := range slices.Chunk(order, lineBatch) {
		if slices.ContainsFunc(batch, func(ticket string) bool { return len(ticket) != ticketLetters }) {
			return fault.New(fault.Internal, "", "draw %d has a ticket that is not %d letters", row.N, ticketLetters)
		}
		if _, err := db.Exec(ctx, s.DB, updateLines, row.ID, strings.Join(batch, ""), lineOf(row.N, given)); err != nil {
			return fmt.Errorf("give places in the line: %w", err)
		}
		given += len(batch)
		point.Reach("planner.lined")
	}
	_, err := db.Exec(ctx, s.DB, updateDrawn, row.ID, s.now())
	return err
}
