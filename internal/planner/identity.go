package planner

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/ident"
)

// member is one of the people of an ask as their row has them.
type member struct {
	N       int64  // from one
	Sum     []byte // of the number: who has it again is found, and nobody can read it
	Claim   []byte // of all that would be the same if the same form came again
	Product string
}

// sumOf is the sum of a number. Who has none, being too young to fetch anything, has one
// that nobody else has.
func (s *Store) sumOf(n ident.Number, askID string, place int) []byte {
	if n.IsZero() {
		return s.index.Sum("nobody", askID, fmt.Sprint(place))
	}
	return s.index.Sum("number", n.Kind().String(), n.Reveal())
}

const (
	selectByClaim = `
		SELECT ` + askColumns + ` FROM ask
		WHERE closed_at IS NULL AND id IN (SELECT ask_id FROM ask_member WHERE claim = $1 AND n = 1)
		ORDER BY asked_at, id`
	selectClaims = `SELECT claim FROM ask_member WHERE ask_id = $1`
)

// sameAsk finds the living ask of a form that was sent before: the same people, with the
// same birth dates and contact. It reports whether there is one.
func (s *Store) sameAsk(ctx context.Context, tx *db.Tx, members []member) (askRow, bool, error) {
	found, err := db.Select[askRow](ctx, tx, selectByClaim, members[0].Claim)
	if err != nil {
		return askRow{}, false, fmt.Errorf("find the same claim: %w", err)
	}
	mine := make([][]byte, len(members))
	for i, m := range members {
		mine[i] = m.Claim
	}
	slices.SortFunc(mine, bytes.Compare)
	for _, a := range found {
		theirs, err := db.Select[[]byte](ctx, tx, selectClaims, a.ID)
		if err != nil {
			return askRow{}, false, fmt.Errorf("find the claims of an ask: %w", err)
		}
		slices.SortFunc(theirs, bytes.Compare)
		if slices.EqualFunc(mine, theirs, bytes.Equal) {
			return a, true, nil
		}
	}
	return askRow{}, false, nil
}

const (
	insertHolding = `
		INSERT INTO ask_member (ask_id, n, sum, claim, product, holds) VALUES ($1, $2, $3, $4, $5, TRUE)
		ON CONFLICT (sum) WHERE holds DO NOTHING`
	insertContested = `
		INSERT INTO ask_member (ask_id, n, sum, claim, product, holds) VALUES ($1, $2, $3, $4, $5, FALSE)
		ON CONFLICT (ask_id, n) DO NOTHING`

	// Whoever was served while the row was waited for is found by a query of its own.
	updateServed = `
		UPDATE ask_member SET holds = FALSE
		WHERE ask_id = $1 AND holds AND EXISTS (SELECT 1 FROM served_number WHERE served_number.sum = ask_member.sum AND served_number.expires_at > $2)`
)

// keepMembers keeps the people of an ask. Each holds their number if nobody else does: the
// unique index decides, whoever comes at the same moment. Households that name each other
// take the numbers in the same order, so that neither waits for the other for ever. The
// same statements run whether a number is held or not, so that no answer tells.
func (s *Store) keepMembers(ctx context.Context, tx *db.Tx, askID string, members []member) error {
	for _, m := range slices.SortedFunc(slices.Values(members), func(a, b member) int { return bytes.Compare(a.Sum, b.Sum) }) {
		_, err := db.Exec(ctx, tx, insertHolding, askID, m.N, m.Sum, m.Claim, m.Product)
		if err == nil {
			_, err = db.Exec(ctx, tx, insertContested, askID, m.N, m.Sum, m.Claim, m.Product)
		}
		if err != nil {
			return fmt.Errorf("keep a member of an ask: %w", err)
		}
	}
	if _, err := db.Exec(ctx, tx, updateServed, askID, s.now()); err != nil {
		return fmt.Errorf("look who was served: %w", err)
	}
	return nil
}
