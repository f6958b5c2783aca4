package planner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/location"
	"loket/internal/point"
)

// A plan changes: a location closes or pauses, has fewer desks, or hands out something
// else. Whoever was offered a slot that is not in it any more waits where they stood;
// whoever has one is told once, and is first to be given another. What staff see before
// they confirm, Outside, is what Work then finds.

// Outside is how many slots of a location are somebody's, and are not in a plan.
type Outside struct{ Offered, Booked int }

// takenRow is a slot that is somebody's, with what they come for.
type takenRow struct {
	ID         string
	LocationID string
	Day        string
	StartsAt   time.Time
	Desk       int64
	State      string
	AskID      string
	Product    string // of the appointment; all of the ask where it is only offered
}

const selectTaken = `
	SELECT slot.id, slot.location_id, slot.day, slot.starts_at, slot.desk, slot.state, appointment.ask_id, appointment.product
	FROM slot JOIN appointment ON appointment.slot_id = slot.id AND appointment.state = 'booked'
	WHERE slot.location_id = $1 AND slot.state = 'booked' AND slot.starts_at > $2
	UNION ALL
	SELECT slot.id, slot.location_id, slot.day, slot.starts_at, slot.desk, slot.state, offer.ask_id, '' AS product
	FROM slot JOIN offer ON offer.id = slot.offer_id
	WHERE slot.location_id = $1 AND slot.state = 'offered' AND slot.starts_at > $2`

// taken returns the slots to come that are somebody's at a location, and of each whether
// it is in the plan of l.
func (s *Store) taken(ctx context.Context, l location.Location) (in, out []takenRow, err error) {
	rows, err := db.Select[takenRow](ctx, s.DB, selectTaken, l.ID, s.now())
	if err != nil {
		return nil, nil, fmt.Errorf("find slots that are somebody's: %w", err)
	}
	planned := map[string][]location.Slot{}
	for _, row := range rows {
		if _, known := planned[row.Day]; !known {
			planned[row.Day] = l.Slots(s.day(row.StartsAt), s.Zone)
		}
		slot, is := find(planned[row.Day], slotRow{StartsAt: row.StartsAt, Desk: row.Desk})
		if is && (row.Product == "" || slices.Contains(slot.Products, row.Product)) {
			in = append(in, row)
		} else {
			out = append(out, row)
		}
	}
	return in, out, nil
}

// Outside counts the slots to come that are offered or booked at a location and that it
// would not have if it stood like l.
func (s *Store) Outside(ctx context.Context, l location.Location) (count Outside, err error) {
	_, out, err := s.taken(ctx, l)
	for _, row := range out {
		if row.State == string(Booked) {
			count.Booked++
		} else {
			count.Offered++
		}
	}
	return count, err
}

// followPlans does what the plans of locations mean for those who have a place there, or
// are offered one.
func (s *Store) followPlans(ctx context.Context) error {
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return err
	}
	for _, l := range all {
		sum := sha256.Sum256(fmt.Appendf(nil, "%v", l))
		thing, looks := "people of "+l.ID, hex.EncodeToString(sum[:])
		if s.memory.fresh(thing, looks, s.now()) {
			continue
		}
		if err := s.followPlan(ctx, l); err != nil {
			return fmt.Errorf("people of %s: %w", l.ID, err)
		}
		s.memory.keep(thing, looks, s.now().Add(lookAgain))
	}
	return nil
}

func (s *Store) followPlan(ctx context.Context, l location.Location) error {
	in, out, err := s.taken(ctx, l)
	if err != nil {
		return err
	}
	for _, row := range out {
		if row.State == string(Booked) {
			err = s.DB.Update(ctx, func(tx *db.Tx) error { return s.displace(ctx, tx, row) })
		} else {
			err = s.DB.Update(ctx, func(tx *db.Tx) error { return s.takeBack(ctx, tx, row) })
		}
		if err != nil {
			return err
		}
		point.Reach("planner.displaced")
	}
	return s.restore(ctx, in, out)
}

const countRow = `SELECT count(*) AS n FROM slot WHERE id = $1 AND state = $2`

// displace begins the move of somebody whose place is not in the plan any more, and tells
// them, both once.
func (s *Store) displace(ctx context.Context, tx *db.Tx, row takenRow) error {
	a, err := db.Get[askRow](ctx, tx, lockAsk, row.AskID)
	if fault.Is(err, fault.NotFound) || err == nil && a.State != Booked {
		return nil // it moved on
	}
	if err != nil {
		return fmt.Errorf("lock ask: %w", err)
	}
	still, err := db.Get[int64](ctx, tx, countRow, row.ID, string(Booked))
	if err != nil {
		return fmt.Errorf("look at a slot: %w", err)
	}
	m, err := s.liveMove(ctx, tx, a.ID)
	if err != nil || still == 0 || m != nil && m.Why == MovePlanned {
		return err
	}
	if m != nil { // theirs was their own wish: now it has to be
		if err := s.endMove(ctx, tx, *m, moveEnded, offerWithdrawn); err != nil {
			return err
		}
	}
	starts, err := db.Get[time.Time](ctx, tx, selectBookedFrom, a.ID)
	if err != nil {
		return fmt.Errorf("find the appointment: %w", err)
	}
	if err := s.beginMove(ctx, tx, a, MovePlanned, starts, s.Today()); err != nil {
		return err
	}
	if err := s.note(ctx, tx, a.ID, audit.System, roleWorker, "ask.displace", row.LocationID); err != nil {
		return err
	}
	return s.tellSoon(ctx, tx, a.ID, s.day(starts))
}

const updateOfferGone = `UPDATE ask SET state = 'waiting', changed_at = $2 WHERE id = $1 AND state = 'offered'`

// takeBack takes an offer back whose slot is not in the plan any more: its ask waits where
// it stood, without a mark, and its person is told.
func (s *Store) takeBack(ctx context.Context, tx *db.Tx, row takenRow) error {
	a, err := db.Get[askRow](ctx, tx, lockAsk, row.AskID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock ask: %w", err)
	}
	held, err := db.Get[int64](ctx, tx, countRow, row.ID, string(Offered))
	if err != nil || held == 0 {
		return err
	}
	m, err := s.liveMove(ctx, tx, a.ID)
	switch {
	case err != nil:
		return err
	case m != nil && m.State == moveOffered: // it was another time than the one that they have
		if _, err = db.Exec(ctx, tx, updateMoveAgain, m.AskID, m.N, s.now()); err != nil {
			return fmt.Errorf("let a move wait: %w", err)
		}
		if _, err = db.Exec(ctx, tx, endOffer, m.OfferID, offerWithdrawn, s.now()); err != nil {
			return fmt.Errorf("take an offer back: %w", err)
		}
		err = s.freeOffer(ctx, tx, m.OfferID)
	case a.State == Offered:
		if _, err = db.Exec(ctx, tx, updateOfferGone, a.ID, s.now()); err != nil {
			return fmt.Errorf("take an offer back: %w", err)
		}
		err = s.freeOffered(ctx, tx, a.ID)
	default:
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.note(ctx, tx, a.ID, audit.System, roleWorker, "ask.take-back", row.LocationID); err != nil {
		return err
	}
	return s.tell(ctx, tx, a.ID)
}

const (
	updateMoveAgain = `
		UPDATE ask_move SET state = 'waiting', offer_id = '', changed_at = $3 WHERE ask_id = $1 AND n = $2 AND state = 'offered'`
	selectDisplaced = `SELECT ` + moveColumns + ` FROM ask_move WHERE why = 'plan' AND state IN ('waiting', 'offered') ORDER BY ask_id`
)

// restore ends the moves of those whose places are all in the plan again, and tells them.
func (s *Store) restore(ctx context.Context, in, out []takenRow) error {
	displaced, err := db.Select[moveRow](ctx, s.DB, selectDisplaced)
	if err != nil {
		return fmt.Errorf("find who was displaced: %w", err)
	}
	is := func(list []takenRow, askID string) bool {
		return slices.ContainsFunc(list, func(r takenRow) bool { return r.AskID == askID && r.State == string(Booked) })
	}
	for _, m := range displaced {
		if !is(in, m.AskID) || is(out, m.AskID) {
			continue
		}
		err := s.DB.Update(ctx, func(tx *db.Tx) error {
			if _, err := db.Get[askRow](ctx, tx, lockAsk, m.AskID); err != nil {
				return fmt.Errorf("lock ask: %w", err)
			}
			live, err := s.liveMove(ctx, tx, m.AskID)
			if err != nil || live == nil || live.N != m.N {
				return err
			}
			if err := s.endMove(ctx, tx, *live, moveKept, offerWithdrawn); err != nil {
				return err
			}
			return s.tell(ctx, tx, m.AskID)
		})
		if err != nil {
			return err
		}
		point.Reach("planner.restored")
	}
	return nil
}
