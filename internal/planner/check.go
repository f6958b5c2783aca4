package planner

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"loket/internal/db"
)

// Invariants of places as queries that must count nothing, with the sentence that tells
// what is broken.
func invariants() [][2]string {
	return slices.Concat(slotInvariants(), askInvariants(), moveInvariants(), codeInvariants(), reminderInvariants(), drawInvariants(), urgentInvariants(), documentInvariants(), textInvariants(),
		caseInvariants(), listInvariants(), askedInvariants())
}

// slotInvariants are promise 3: no slot holds two people, and no number two turns.
func slotInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM (SELECT slot_id FROM appointment WHERE state IN ('booked', 'served')
			GROUP BY slot_id HAVING count(*) > 1) AS twice`,
			"slots hold two people"},
		{`SELECT count(*) AS n FROM (SELECT ask_id, member FROM appointment WHERE state IN ('booked', 'served')
			GROUP BY ask_id, member HAVING count(*) > 1) AS twice`,
			"people have two appointments"},
		{`SELECT count(*) AS n FROM (SELECT sum FROM ask_member WHERE holds GROUP BY sum HAVING count(*) > 1) AS twice`,
			"numbers are held by two asks"},
		{`SELECT count(*) AS n FROM slot WHERE (state = 'booked') <> EXISTS
			(SELECT 1 FROM appointment WHERE appointment.slot_id = slot.id AND appointment.state = 'booked')`,
			"slots are booked without an appointment, or have one and are not"},
		{`SELECT count(*) AS n FROM appointment JOIN slot ON slot.id = appointment.slot_id
			WHERE appointment.state = 'served' AND slot.state <> 'used'`,
			"people were served at slots that were not used"},
		{`SELECT count(*) AS n FROM slot WHERE (state = 'offered') <> EXISTS
			(SELECT 1 FROM offer WHERE offer.id = slot.offer_id AND offer.state = 'open')`,
			"slots are held without an open offer, or have one and are not"},
		// Of a household some may be old enough on the day of the slot who were not when it was asked.
		{`SELECT count(*) AS n FROM (SELECT size,
				(SELECT count(*) FROM ask_member WHERE ask_member.ask_id = ask.id) AS people,
				(SELECT count(*) FROM slot WHERE slot.offer_id = offer.id AND slot.state = 'offered') AS slots
			FROM offer JOIN ask ON ask.id = offer.ask_id WHERE offer.state = 'open') AS held WHERE slots < size OR slots > people`,
			"open offers have not a slot for each person"},
		{`SELECT count(*) AS n FROM slot WHERE (state IN ('free', 'gone')) <> (offer_id = '')`,
			"slots are free and somebody's, or nobody's and not free"},
	}
}

// askInvariants are promise 9: whoever asked is in one state, and that state has what
// belongs to it.
func askInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM ask WHERE (state = 'offered') <> EXISTS
			(SELECT 1 FROM offer WHERE offer.ask_id = ask.id AND offer.state = 'open'
				AND NOT EXISTS (SELECT 1 FROM ask_move WHERE ask_move.offer_id = offer.id))`,
			"asks are offered without an open offer, or have one and are not"},
		{`SELECT count(*) AS n FROM ask WHERE (state = 'booked') <> EXISTS
			(SELECT 1 FROM appointment WHERE appointment.ask_id = ask.id AND appointment.state = 'booked')`,
			"asks are booked without an appointment, or have one and are not"},
		{`SELECT count(*) AS n FROM (SELECT size,
				(SELECT count(*) FROM ask_member WHERE ask_member.ask_id = ask.id) AS people,
				(SELECT count(*) FROM appointment WHERE appointment.ask_id = ask.id AND appointment.state IN ('booked', 'served')) AS booked
			FROM ask WHERE state = 'booked') AS households WHERE booked < size OR booked > people`,
			"households are booked in part"},
		{`SELECT count(*) AS n FROM ask WHERE (state IN ('served', 'withdrawn')) <> (closed_at IS NOT NULL)`,
			"asks ended without a day, or have one and live"},
		{`SELECT count(*) AS n FROM ask JOIN draw ON draw.id = ask.draw_id
			WHERE (draw.state = 'drawn' AND ask.line IS NULL) OR (draw.state = 'open' AND ask.line IS NOT NULL)`,
			"asks of a draw have no place in the line, or one before it"},
		{`SELECT count(*) AS n FROM ask WHERE line IS NULL AND state NOT IN ('waiting', 'withdrawn')
			AND NOT EXISTS (SELECT 1 FROM offer WHERE offer.ask_id = ask.id AND offer.line < 0 AND offer.state = 'accepted')`,
			"asks had a turn before they were drawn"},
		{`SELECT count(*) AS n FROM ask WHERE size <>
			(SELECT count(*) FROM ask_member WHERE ask_member.ask_id = ask.id AND product <> 'none')`,
			"asks have another size than people who get something"},
		{`SELECT count(*) AS n FROM ask WHERE state IN ('offered', 'booked') AND EXISTS
			(SELECT 1 FROM ask_member WHERE ask_member.ask_id = ask.id AND NOT holds)`,
			"asks had a turn without holding the numbers of their people"},
	}
}

// caseInvariants are what each case must have.
func caseInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM ask_member JOIN ask ON ask.id = ask_member.ask_id WHERE holds AND closed_at IS NOT NULL`,
			"asks that ended hold numbers"},
		{`SELECT count(*) AS n FROM ask_member JOIN voucher ON voucher.sum = ask_member.sum WHERE voucher.used_at IS NULL`,
			"vouchers are in an ask and were not used"},
		{`SELECT count(*) AS n FROM (SELECT voucher.sum FROM voucher JOIN ask_member ON ask_member.sum = voucher.sum
			GROUP BY voucher.sum HAVING count(*) > 1) AS twice`,
			"vouchers are in two asks"},
		{`SELECT count(*) AS n FROM ask WHERE NOT EXISTS (SELECT 1 FROM case_key WHERE case_key.case_id = ask.id)`,
			"asks have no key"},
		{`SELECT count(*) AS n FROM ask WHERE (closed_at IS NULL) <>
			EXISTS (SELECT 1 FROM case_key WHERE case_key.case_id = ask.id AND case_key.ends_at IS NULL)`,
			"asks that ended have no day of destruction, or living ones have one"},
		{`SELECT count(*) AS n FROM ask WHERE NOT EXISTS
			(SELECT 1 FROM audit_entry WHERE audit_entry.object = ask.id AND audit_entry.act = 'ask.submit')`,
			"asks have no audit entry"},
		{`SELECT count(*) AS n FROM (SELECT (SELECT count(DISTINCT ask_id) FROM appointment) AS placed,
				coalesce((SELECT CAST(sum(n) AS bigint) FROM ask_pace), 0) AS counted) AS pace WHERE counted < placed`,
			"figures of how long it took lack asks that had a place"},
	}
}

// documentInvariants are promises 3 and 9 for what is made: one card for one photo, and it
// is handed out once it was made and is there.
func documentInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM ask WHERE (state = 'making') <> (state <> 'booked' AND closed_at IS NULL AND EXISTS
			(SELECT 1 FROM document WHERE document.ask_id = ask.id AND collected_at IS NULL AND returned_at IS NULL))`,
			"asks wait for a document without one, or have one and do not wait"},
		{`SELECT count(*) AS n FROM document WHERE NOT EXISTS (SELECT 1 FROM appointment
			WHERE appointment.ask_id = document.ask_id AND appointment.member = document.member
				AND appointment.product = document.product AND appointment.state = 'served')`,
			"documents are made without a photo"},
		{`SELECT count(*) AS n FROM document WHERE (arrived_on = '') <> (ready_on = '') OR (arrived_on = '') <> (location_id = '')
			OR arrived_on <> '' AND (ready_on < due_on OR ready_on < arrived_on)`,
			"documents are ready before they are made and there"},
		{`SELECT count(*) AS n FROM document WHERE ready_on = '' AND (collected_at IS NOT NULL OR told_on <> '') OR told_on <> '' AND told_on < ready_on`,
			"documents were fetched or told of before they were ready"},
		{`SELECT count(*) AS n FROM document WHERE returned_at IS NOT NULL AND (collected_at IS NOT NULL OR NOT EXISTS
			(SELECT 1 FROM audit_entry WHERE audit_entry.object = document.ask_id AND audit_entry.act IN ('ask.return', 'ask.give-up')))`,
			"documents went back by nobody, or were fetched"},
	}
}

// Check returns a line for each promise about places that does not hold: that no slot holds
// two people and no number two turns, that each ask is in one state which has what belongs
// to it, that the figures add up, and that nobody was passed over without a reason.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	var broken []string
	for _, invariant := range invariants() {
		//sqlcheck:dynamic TestEveryPromiseIsChecked
		n, err := db.Get[int64](ctx, s.DB, invariant[0])
		if err != nil {
			return nil, fmt.Errorf("check that no %s: %w", invariant[1], err)
		}
		if n > 0 {
			broken = append(broken, fmt.Sprintf("%d %s", n, invariant[1]))
		}
	}
	b, err := db.Get[balance](ctx, s.DB, selectBalance)
	if err != nil {
		return nil, fmt.Errorf("add up asks: %w", err)
	}
	if b.Asked != b.Living+b.Served+b.Withdrawn {
		broken = append(broken, fmt.Sprintf("%d asks came, %d live, %d were served and %d withdrawn", b.Asked, b.Living, b.Served, b.Withdrawn))
	}
	beyond, err := s.overpromised(ctx)
	if err != nil {
		return nil, err
	}
	broken = append(broken, beyond...)
	sooner, err := s.shortLists(ctx)
	if err != nil {
		return nil, err
	}
	broken = append(broken, sooner...)
	passed, err := s.passedOver(ctx)
	if err != nil {
		return nil, err
	}
	if passed > 0 {
		broken = append(broken, fmt.Sprintf("%d asks were passed over without a reason", passed))
	}
	return broken, nil
}

type balance struct{ Asked, Served, Withdrawn, Living int64 }

// One query is one moment: asks go on while it is checked.
const selectBalance = `
	SELECT coalesce(CAST(sum(CASE WHEN what = 'asked' THEN n ELSE 0 END) AS bigint), 0) AS asked,
		coalesce(CAST(sum(CASE WHEN what = 'served' THEN n ELSE 0 END) AS bigint), 0) AS served,
		coalesce(CAST(sum(CASE WHEN what = 'withdrawn' THEN n ELSE 0 END) AS bigint), 0) AS withdrawn,
		coalesce((SELECT count(*) FROM ask WHERE closed_at IS NULL), 0) AS living
	FROM ask_figure`

const (
	// Those who wait, and stand before somebody of their region who was offered a slot.
	selectBefore = `
		SELECT ask.region, coalesce(ask.line, 0) AS line, ask.changed_at AS since,
			coalesce((SELECT max(last_at) FROM ask_skip WHERE ask_skip.ask_id = ask.id), 0) AS told
		FROM ask
		JOIN (SELECT owner.region AS region, max(offer.line) AS line FROM offer JOIN ask AS owner ON owner.id = offer.ask_id
			GROUP BY owner.region) AS front ON front.region = ask.region AND ask.line < front.line
		WHERE ask.state = 'waiting' AND ask.line IS NOT NULL
		ORDER BY ask.line DESC`
	selectOffersSince = `
		SELECT ask.region, offer.line, offer.looked_at FROM offer JOIN ask ON ask.id = offer.ask_id
		WHERE offer.looked_at > $1 ORDER BY offer.line DESC`
)

type before struct {
	Region string
	Line   int64
	Since  time.Time // it waits, as it is, since then
	Told   time.Time // when it was passed over last, with a reason; zero if never
}

// from is since when an offer to somebody behind needs a reason that is not there. A reason
// is written once a day.
func (s *Store) from(b before) time.Time {
	if told := s.midnight(s.day(b.Told).Add(1)); b.Told.Unix() > 0 && told.After(b.Since) {
		return told
	}
	return b.Since
}

type madeOffer struct {
	Region   string
	Line     int64
	LookedAt time.Time
}

// passedOver counts those who wait while an offer was made to somebody behind them in their
// region, after the day of the last reason that was kept for passing them over.
func (s *Store) passedOver(ctx context.Context) (n int, err error) {
	waiting, err := db.Select[before](ctx, s.DB, selectBefore)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	oldest := time.Unix(math.MaxInt32, 0)
	for _, b := range waiting {
		if s.from(b).Before(oldest) {
			oldest = s.from(b)
		}
	}
	offers, err := db.Select[madeOffer](ctx, s.DB, selectOffersSince, oldest)
	if err != nil {
		return 0, fmt.Errorf("look who was offered a slot: %w", err)
	}
	last := map[string]time.Time{} // of the offers behind, by region
	for _, b := range waiting {
		for len(offers) > 0 && offers[0].Line > b.Line {
			if o := offers[0]; o.LookedAt.After(last[o.Region]) {
				last[o.Region] = o.LookedAt
			}
			offers = offers[1:]
		}
		if last[b.Region].After(s.from(b)) {
			n++
		}
	}
	return n, nil
}
