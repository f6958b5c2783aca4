package planner

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/staff"
)

// Of parties that reveal, each chooses a value and says its hash before the list is closed:
// that is published at once. Afterwards it says the value, which is kept sealed until
// all are in or the time for it has passed. So nobody who still may withhold knows what that
// would change.

const (
	openDraw    = `SELECT ` + drawColumns + ` FROM draw WHERE n = $1 AND state = 'open' AND closes_at > $2`
	upsertParty = `
		INSERT INTO draw_party (draw_id, name, hash, typed_by, typed_at, sealed, revealed_by, revealed_at)
		VALUES ($1, $2, $3, $4, $5, $6, '', NULL)
		ON CONFLICT (draw_id, name) DO UPDATE SET hash = excluded.hash, typed_by = excluded.typed_by, typed_at = excluded.typed_at`
	updateRevealed = `
		UPDATE draw_party SET sealed = $3, revealed_by = $4, revealed_at = $5 WHERE draw_id = $1 AND name = $2 AND revealed_at IS NULL`
)

// Commit keeps the hash that a party said for a draw whose list is open; another hash takes
// its place until the list is closed, and is published at once too. It is a fault.TooLate
// once it is closed, and a fault.Invalid for who is no party or has said no hash.
func (s *Store) Commit(ctx context.Context, m staff.Member, n int64, party, hash string) error {
	if !slices.Contains(s.Parties, party) || !draw.IsCommit(hash) {
		return fault.New(fault.Invalid, "planner.draw.hash", "no hash, or no party of draws")
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		row, err := db.Get[drawRow](ctx, tx, openDraw, n, s.now())
		if fault.Is(err, fault.NotFound) || err == nil && row.Source != draw.FromReveal {
			return fault.New(fault.TooLate, "planner.draw.closed", "the list of draw %d takes no hashes", n)
		}
		if err != nil {
			return fmt.Errorf("find the draw of a hash: %w", err)
		}
		rows, err := db.Select[partyRow](ctx, tx, selectParties, row.ID)
		if err != nil {
			return fmt.Errorf("read the parties of a draw: %w", err)
		}
		if slices.ContainsFunc(rows, func(r partyRow) bool { return r.Name != party && r.Hash == hash }) {
			return fault.New(fault.Invalid, "planner.draw.hash", "two parties of draw %d with one hash", n)
		}
		if _, err := db.Exec(ctx, tx, upsertParty, row.ID, party, hash, m.ID, s.now(), []byte{}); err != nil {
			return fmt.Errorf("keep the hash of a party: %w", err)
		}
		if err := s.checkOpen(ctx, tx, row.ID); err != nil {
			return fault.New(fault.TooLate, "planner.draw.closed", "the list of draw %d is closed", n)
		}
		return s.note(ctx, tx, row.ID, m.ID, string(staff.Lead), "draw.commit", party)
	})
}

// Disclose keeps the value of a party of a draw whose list is closed, until all are in. It is
// a fault.Invalid when it is not the one whose hash the party said, and a fault.TooLate when
// its list is open, when dice already stand in for it, or when it was revealed.
func (s *Store) Disclose(ctx context.Context, m staff.Member, n int64, party, value string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		row, list, err := s.listToReveal(ctx, tx, n)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list.Source.Parties, func(p draw.Party) bool { return p.Name == party })
		hash, err := draw.Commit(value)
		if i < 0 || err != nil || hash != list.Source.Parties[i].Commit {
			return fault.New(fault.Invalid, "planner.draw.value", "the value is not the one whose hash was said for draw %d", n)
		}
		changed, err := db.Exec(ctx, tx, updateRevealed, row.ID, party, s.Keys.Box("staff").Seal([]byte(value), sealedValue(row.ID, party)), m.ID, s.now())
		if err != nil {
			return fmt.Errorf("keep the value of a party: %w", err)
		}
		if changed == 0 {
			return tooLateToReveal(n)
		}
		return s.note(ctx, tx, row.ID, m.ID, string(staff.Lead), "draw.reveal", party)
	})
}

func sealedValue(drawID, party string) string { return "value of " + party + " for " + drawID }

func tooLateToReveal(n int64) error {
	return fault.New(fault.TooLate, "planner.draw.revealed", "draw %d waits for no value", n)
}

// listToReveal returns a closed list whose parties may still reveal. Once two officials may
// throw dice nobody may: else the last party could look at them first.
func (s *Store) listToReveal(ctx context.Context, tx *db.Tx, n int64) (drawRow, draw.Draw, error) {
	row, err := db.Get[drawRow](ctx, tx, lockClosed, n)
	if fault.Is(err, fault.NotFound) {
		return row, draw.Draw{}, tooLateToReveal(n)
	}
	if err != nil {
		return row, draw.Draw{}, fmt.Errorf("find the draw of a value: %w", err)
	}
	list, err := row.list()
	if err != nil {
		return row, list, err
	}
	if list.Drawn() || list.Source.Kind != draw.FromReveal || s.standsIn(row, list) {
		return row, list, tooLateToReveal(n)
	}
	return row, list, nil
}

// revealed returns the values of parties, in their order; those that are not in are empty.
func (s *Store) revealed(ctx context.Context, row drawRow, parties []draw.Party) ([]string, error) {
	rows, err := db.Select[partyRow](ctx, s.DB, selectParties, row.ID)
	if err != nil {
		return nil, fmt.Errorf("read the parties of a draw: %w", err)
	}
	values := make([]string, len(parties))
	for _, r := range rows {
		i := slices.IndexFunc(parties, func(p draw.Party) bool { return p.Name == r.Name })
		if i < 0 || r.RevealedAt == nil {
			continue
		}
		value, err := s.Keys.Box("staff").Open(r.Sealed, sealedValue(row.ID, r.Name))
		if err != nil {
			return nil, fmt.Errorf("open the value of a party: %w", err)
		}
		values[i] = string(value)
	}
	return values, nil
}
