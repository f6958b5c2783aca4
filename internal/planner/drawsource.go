package planner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
)

// checkSource reports a source of draws that is none.
func (s *Store) checkSource() error {
	if s.Source == "" {
		s.Source = draw.FromBeacon
	}
	known := []string{draw.FromBeacon, draw.FromDice, draw.FromReveal}
	if !slices.Contains(known, s.Source) || (s.Source == draw.FromReveal) != (len(s.Parties) > 0) {
		return fault.New(fault.Invalid, "", "draws by %q with %d parties", s.Source, len(s.Parties))
	}
	for i, name := range s.Parties {
		if !draw.IsParty(name) || slices.Contains(s.Parties[:i], name) {
			return fault.New(fault.Invalid, "", "party %q of draws has no name of letters and digits, or another's", name)
		}
	}
	return nil
}

// source returns what a list is drawn by that closes then, as it is named when it opens.
func (s *Store) source(closes time.Time) (draw.Source, error) {
	if s.Source == draw.FromDice {
		return draw.Source{Kind: draw.FromDice}, nil
	}
	hours, err := s.setting(setDrawFallback)
	if err != nil {
		return draw.Source{}, err
	}
	source := draw.Source{Kind: draw.FromReveal}
	if s.Source == draw.FromBeacon {
		source = s.Beacon.Source(closes.Add(draw.Delay))
	}
	source.Fallback = hours
	return source, nil
}

// partyRow is a party of a draw as it is kept.
type partyRow struct {
	DrawID     string
	Name       string
	Hash       string
	TypedBy    string
	TypedAt    time.Time
	Sealed     []byte
	RevealedBy string
	RevealedAt *time.Time
}

const selectParties = `
	SELECT draw_id, name, hash, typed_by, typed_at, sealed, revealed_by, revealed_at FROM draw_party WHERE draw_id = $1 ORDER BY name`

// leastParties is how many hashes a list is drawn by at least; with fewer it is drawn by dice.
const leastParties = 2

// addParties adds the parties that said their hashes to the source of a list that closes.
func (s *Store) addParties(ctx context.Context, q db.Queryer, drawID string, source *draw.Source) error {
	if source.Kind != draw.FromReveal {
		return nil
	}
	rows, err := db.Select[partyRow](ctx, q, selectParties, drawID)
	if err != nil {
		return fmt.Errorf("read the parties of a draw: %w", err)
	}
	for _, name := range s.Parties {
		if i := slices.IndexFunc(rows, func(r partyRow) bool { return r.Name == name }); i >= 0 {
			source.Parties = append(source.Parties, draw.Party{Name: name, Commit: rows[i].Hash})
		}
	}
	if len(source.Parties) < leastParties {
		*source = draw.Source{Kind: draw.FromDice}
	}
	return nil
}

// draw returns a closed list with its value and order; a fault.Unavailable while the value
// is not there. A beacon that answers draws its list, whatever dice were thrown.
func (s *Store) draw(ctx context.Context, row drawRow, list draw.Draw) (draw.Draw, error) {
	switch list.Source.Kind {
	case draw.FromReveal:
		return s.drawRevealed(ctx, row, list)
	case draw.FromDice:
		return s.drawThrown(ctx, row, list)
	}
	value, err := s.Beacon.Value(ctx, list.Source.Round)
	if fault.Is(err, fault.Unavailable) && s.standsIn(row, list) {
		return s.drawThrown(ctx, row, list)
	}
	if err != nil {
		return list, err
	}
	return list.With(value)
}

// standsIn reports whether dice may stand in for what the source of a list has not given.
func (s *Store) standsIn(row drawRow, list draw.Draw) bool {
	hours := list.Source.Fallback
	return hours > 0 && !s.now().Before(row.ClosesAt.Add(time.Duration(hours)*time.Hour))
}

func (s *Store) drawThrown(ctx context.Context, row drawRow, list draw.Draw) (draw.Draw, error) {
	digits, officials, err := s.agreed(ctx, row)
	if err != nil {
		return list, err
	}
	return list.With(digits, officials...)
}

// drawRevealed draws when all values are in, or dice stand in for those that are not.
func (s *Store) drawRevealed(ctx context.Context, row drawRow, list draw.Draw) (draw.Draw, error) {
	values, err := s.revealed(ctx, row, list.Source.Parties)
	if err != nil {
		return list, err
	}
	switch {
	case !slices.Contains(values, ""):
		return list.Revealed(values, "")
	case !s.standsIn(row, list):
		return list, fault.New(fault.Unavailable, "", "not all values of draw %d are revealed", row.N)
	}
	digits, officials, err := s.agreed(ctx, row)
	if err != nil {
		return list, err
	}
	return list.Revealed(values, digits, officials...)
}

// drawnBy says what the value of a draw came from in the end.
func drawnBy(source draw.Source) string {
	switch {
	case source.Kind == draw.FromReveal && source.Dice != "":
		return draw.FromReveal + " and " + draw.FromDice
	case source.Dice != "":
		return draw.FromDice
	}
	return source.Kind
}
