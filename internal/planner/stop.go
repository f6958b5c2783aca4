package planner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/point"
	"loket/internal/rules"
	"loket/internal/stock"
)

// beginStock makes what everybody meets in who promises something.
func (s *Store) beginStock(ctx context.Context) error {
	const thing = "rows of products"
	if s.memory.fresh(thing, s.Pack.Hash, s.now()) {
		return nil
	}
	if err := s.Stock.Begin(ctx); err != nil {
		return err
	}
	s.memory.keep(thing, s.Pack.Hash, s.now().Add(lookAgain))
	return nil
}

// held is what an ask was promised of one product.
type held struct {
	AskID      string
	Line       int64
	State      string
	ChangedAt  time.Time // of the ask
	Product    string
	LocationID string
	Day        string
	StartsAt   time.Time
	N          int
	Begun      int64 // people of the ask who were served already

	day rules.Day
}

const selectHeldOf = `
	SELECT ask.id AS ask_id, coalesce(ask.line, 0) AS line, ask.state, ask.changed_at, promised.product, promised.location_id, promised.day,
		promised.starts_at, promised.n,
		coalesce((SELECT count(*) FROM appointment AS before WHERE before.ask_id = ask.id AND before.state = 'served'), 0) AS begun
	FROM ask JOIN
		(SELECT appointment.ask_id, appointment.product, slot.location_id, slot.day, min(slot.starts_at) AS starts_at, count(*) AS n
			FROM appointment JOIN slot ON slot.id = appointment.slot_id
			WHERE appointment.state = 'booked' AND appointment.product = $1
			GROUP BY appointment.ask_id, appointment.product, slot.location_id, slot.day
		UNION ALL
		SELECT offer.ask_id, ask_member.product, offer.location_id, coalesce((SELECT min(slot.day) FROM slot WHERE slot.offer_id = offer.id), '') AS day,
			min(offer.starts_at) AS starts_at, count(*) AS n
			FROM offer JOIN ask_member ON ask_member.ask_id = offer.ask_id
			WHERE offer.state = 'open' AND ask_member.product = $1
			GROUP BY offer.id, offer.ask_id, ask_member.product, offer.location_id) AS promised
		ON promised.ask_id = ask.id`

// heldOf returns who was promised a product, in the order in which they keep it: those who
// are at the counter, or on their way, and then those who stand further ahead in the line.
func (s *Store) heldOf(ctx context.Context, product string) ([]held, error) {
	list, err := db.Select[held](ctx, s.DB, selectHeldOf, product)
	if err != nil {
		return nil, fmt.Errorf("find who was promised %s: %w", product, err)
	}
	list = slices.DeleteFunc(list, func(h held) bool { return h.Day == "" }) // an offer without slots is another fault
	for i := range list {
		if list[i].day, err = rules.ParseDay(list[i].Day); err != nil {
			return nil, fmt.Errorf("find who was promised %s: %w", product, err)
		}
	}
	rank := func(h held) int {
		switch {
		case s.begun(h):
			return 0
		case h.day == s.Today():
			return 1
		}
		return 2
	}
	slices.SortFunc(list, func(a, b held) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Line, b.Line), cmp.Compare(a.AskID, b.AskID))
	})
	return list, nil
}

// begun reports whether it is too late to take a promise back.
func (s *Store) begun(h held) bool { return h.Begun > 0 || !h.StartsAt.After(s.now()) }

// excess returns those of whom a sheet does not let the promise be kept: it is paused
// where and when they come, or there is not enough for all, and they are the last in line.
func (s *Store) excess(sheet stock.Sheet, list []held) (out []held) {
	forecast := sheet.Forecast().Whole()
	for _, h := range list {
		keeps := sheet.Gives(h.LocationID, h.day) && forecast.Fits(h.LocationID, h.day, h.N)
		if keeps || s.begun(h) {
			forecast.Add(h.LocationID, h.day, h.N)
			continue
		}
		out = append(out, h)
	}
	return out
}

// settleStock takes promises back that the stock does not allow any more. Each of their
// people is told once, before they travel, and waits again where they stood in the line.
func (s *Store) settleStock(ctx context.Context) error {
	sheets, err := s.Stock.Sheets(ctx, s.DB)
	if err != nil {
		return err
	}
	for _, sheet := range sheets {
		if sheet.Settled() {
			continue
		}
		list, err := s.heldOf(ctx, sheet.Product)
		if err != nil {
			return err
		}
		done := true
		for _, h := range s.excess(sheet, list) {
			err := s.stop(ctx, sheet, h)
			if fault.Is(err, fault.TooLate) { // it moved on: the next look sees where
				done = false
				continue
			}
			if err != nil {
				return err
			}
			point.Reach("planner.stopped")
		}
		if !done {
			continue
		}
		if err := s.Stock.Settle(ctx, sheet); err != nil {
			return err
		}
	}
	return nil
}

// figureStopped counts asks that wait again for want of what they come for.
const figureStopped = "stopped"

const updateStopped = `UPDATE ask SET state = 'waiting', changed_at = $4 WHERE id = $1 AND state = $2 AND changed_at = $3`

// stop takes one promise back.
func (s *Store) stop(ctx context.Context, sheet stock.Sheet, h held) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		a, err := db.Get[askRow](ctx, tx, lockAsk, h.AskID)
		if err != nil {
			return fmt.Errorf("lock ask: %w", err)
		}
		n, err := db.Exec(ctx, tx, updateStopped, h.AskID, h.State, h.ChangedAt, s.now())
		if err != nil {
			return fmt.Errorf("take a promise back: %w", err)
		}
		if n == 0 {
			return movedOn(h.AskID)
		}
		if a.State == Offered {
			err = s.freeOffered(ctx, tx, a.ID)
		} else {
			err = s.freeBooked(ctx, tx, a.ID, "stock")
		}
		if err != nil {
			return err
		}
		for _, p := range sheet.Pauses {
			if _, err := db.Exec(ctx, tx, upsertPauseTold, p.ID, a.ID, ordinal(p), s.now()); err != nil {
				return fmt.Errorf("keep that somebody was told: %w", err)
			}
		}
		if err := s.tell(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := s.note(ctx, tx, a.ID, audit.System, roleWorker, "ask.stop", "ok"); err != nil {
			return err
		}
		return s.figure(ctx, tx, a.Region, figureStopped)
	})
}

// Affected is whom a change of stock touches.
type Affected struct {
	Booked  int // people with an appointment that is taken back
	Offered int // people with an offer that is taken back
	Waiting int64
}

const countWaitingFor = `
	SELECT count(*) AS n FROM ask_member JOIN ask ON ask.id = ask_member.ask_id
	WHERE ask.state IN ('waiting', 'resting') AND ask_member.product = $1`

// Affected counts whom a sheet touches that a change would make.
func (s *Store) Affected(ctx context.Context, after stock.Sheet) (out Affected, err error) {
	list, err := s.heldOf(ctx, after.Product)
	if err != nil {
		return out, err
	}
	for _, h := range s.excess(after, list) {
		if h.State == string(Booked) {
			out.Booked += h.N
		} else {
			out.Offered += h.N
		}
	}
	if out.Waiting, err = db.Get[int64](ctx, s.DB, countWaitingFor, after.Product); err != nil {
		return out, fmt.Errorf("count who waits for %s: %w", after.Product, err)
	}
	return out, nil
}

// overpromised are products of which more is promised than a sheet allows that promises
// were brought into agreement with: promise 3.
func (s *Store) overpromised(ctx context.Context) (broken []string, err error) {
	sheets, err := s.Stock.Sheets(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	for _, sheet := range sheets {
		if !sheet.Settled() { // it is being done
			continue
		}
		list, err := s.heldOf(ctx, sheet.Product)
		if err != nil {
			return nil, err
		}
		if out := s.excess(sheet, list); len(out) > 0 {
			broken = append(broken, fmt.Sprintf("%d asks are promised %s beyond the stock, or in a pause", len(out), sheet.Product))
		}
	}
	return broken, nil
}
