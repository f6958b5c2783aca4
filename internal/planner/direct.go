package planner

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/location"
	"loket/internal/point"
)

// Where a location has more slots than people ask for, its plan can say that who asks
// takes one at once. All else is as strict: the same form, one number in one ask, the
// same rules of what fits. While anybody waits in the line whom some of it fits nobody can.

// Time is a time that somebody can take.
type Time struct {
	Location location.Location
	Starts   time.Time // of the first slot, in the zone of the counters
	People   int       // how many slots
}

const (
	mostTimes = 5  // that are shown: the earliest of as many days
	takeTries = 3  // to take a time of which another desk is free
	mostUnfit = 50 // who may wait in the line of a region and fit nothing: beyond, there is no plenty
	direct    = -1 // the place in the line of an offer that was taken without one
)

const (
	countLine = `
		SELECT count(*) AS n FROM ask WHERE region = $1 AND state = 'waiting' AND line IS NOT NULL AND not_before <= $2 AND id <> $3
			AND NOT EXISTS (SELECT 1 FROM ask_member WHERE ask_member.ask_id = ask.id AND NOT holds)`
	countAheadOf = `
		SELECT count(*) AS n FROM ask_move JOIN ask ON ask.id = ask_move.ask_id
		WHERE region = $1 AND ask_move.state = 'waiting' AND ask_move.why <> 'person' AND ask_move.ends_at > $2`
	countPeople = `
		SELECT count(*) AS people, coalesce(CAST(sum(CASE WHEN holds THEN 0 ELSE 1 END) AS bigint), 0) AS claimed
		FROM ask_member WHERE ask_id = $1`
)

// crowdOf is how many people an ask has, and of how many another ask has the number.
type crowdOf struct{ People, Claimed int64 }

// Times returns the times that the person of an ask can take at once: few, the earliest of
// each day. There are none where no location is open to this, or the ask waits no more. It
// is a fault.TooLate when others wait before, or a counter has to see a document first.
func (s *Store) Times(ctx context.Context, number ident.CaseNumber, code ident.Code) ([]Time, error) {
	a, err := s.enter(ctx, number, code)
	if err != nil {
		return nil, err
	}
	choices, err := s.choices(ctx, a)
	if err != nil {
		return nil, err
	}
	var times []Time
	for _, chosen := range choices {
		place, err := s.placeOn(ctx, chosen[0].location, chosen[0].day)
		if err != nil {
			return nil, err
		}
		times = append(times, Time{place, chosen[0].starts.In(s.Zone), len(chosen)})
	}
	return times, nil
}

// choices returns what fits an ask, the earliest of each day, of the locations where it
// can take it.
func (s *Store) choices(ctx context.Context, a askRow) (list [][]seat, err error) {
	seats, w, n, err := s.openSeats(ctx, a)
	if err != nil || len(seats) == 0 {
		return nil, err
	}
	waiting, err := s.unfit(ctx, a, seats, n)
	if err == nil {
		err = s.mayTake(ctx, s.DB, a, seats, waiting)
	}
	if err != nil {
		if fault.Key(err) == keyCounter {
			err = orElse(s.writeSome(ctx, []passed{{a.ID, skipContested}}), err)
		}
		return nil, err
	}
	for len(seats) > 0 && len(list) < mostTimes {
		day := seats[0].day
		i := slices.IndexFunc(seats, func(one seat) bool { return one.day != day })
		if i < 0 {
			i = len(seats)
		}
		if chosen, _ := fit(seats[:i], w, n); chosen != nil {
			list = append(list, chosen)
		}
		seats = seats[i:]
	}
	return list, nil
}

// openSeats returns the free seats that an ask which waits may look at, with what it needs.
func (s *Store) openSeats(ctx context.Context, a askRow) (seats []seat, w wish, n notice, err error) {
	if a.State != Waiting {
		return nil, w, n, nil
	}
	all, err := s.Locations.Of(ctx)
	if err != nil {
		return nil, w, n, err
	}
	all = slices.DeleteFunc(all, func(l location.Location) bool { return !l.Plan.Direct || !l.Serves(a.Region, s.Today()) })
	if len(all) == 0 {
		return nil, w, n, nil
	}
	p, err := s.newPass()
	if err != nil {
		return nil, w, n, err
	}
	of, err := s.rations(ctx, s.DB)
	if err != nil {
		return nil, w, n, err
	}
	if seats, err = s.freeSeats(ctx, all, p.notice.least, of); err != nil {
		return nil, w, n, err
	}
	seats = slices.DeleteFunc(seats, func(one seat) bool { return !slices.Contains(one.regions, a.Region) })
	people, err := db.Get[crowdOf](ctx, s.DB, countPeople, a.ID)
	if err != nil {
		return nil, w, n, fmt.Errorf("count the people of an ask: %w", err)
	}
	w, err = s.wishOf(ctx, candidate{ID: a.ID, Region: a.Region, Size: a.Size, Products: a.Products, DeskLang: a.DeskLang, Soon: a.Soon,
		NotBefore: a.NotBefore, Young: people.People - a.Size})
	return seats, w, p.notice, err
}

const (
	keyCounter = "planner.direct.counter"
	keyLine    = "planner.direct.line"
)

func regionsOf(seats []seat) (regions []string) {
	for _, one := range seats {
		regions = append(regions, one.regions...)
	}
	slices.Sort(regions)
	return slices.Compact(regions)
}

// unfit returns how many wait in the line of each region of some seats, when none of them
// could be given any: they need a language that nobody speaks there, or more slots side by
// side. It is a fault.TooLate when somebody could, who then comes first.
func (s *Store) unfit(ctx context.Context, a askRow, seats []seat, n notice) (map[string]int64, error) {
	count := map[string]int64{}
	for _, region := range regionsOf(seats) {
		first, err := db.Select[candidate](ctx, s.DB, selectNext, region, int64(-1), int64(math.MaxInt64), s.midnight(s.Today()), int64(mostUnfit+1))
		if err != nil {
			return nil, fmt.Errorf("read who waits: %w", err)
		}
		near := slices.DeleteFunc(slices.Clone(seats), func(one seat) bool { return !slices.Contains(one.regions, region) })
		for _, c := range first {
			if c.ID == a.ID || c.Claimed > 0 || c.NotBefore.After(s.now()) {
				continue
			}
			w, err := s.wishOf(ctx, c)
			if err != nil {
				return nil, err
			}
			if chosen, _ := fit(near, w, n); chosen != nil {
				return nil, inLine(region, a.ID)
			}
			count[region]++
		}
	}
	return count, nil
}

func inLine(region, askID string) error {
	return fault.New(fault.TooLate, keyLine, "people wait in %s before ask %s", region, askID)
}

// mayTake makes sure that nobody waits in the line for some seats, beside those whom they
// do not fit, and that the numbers of an ask are its own.
func (s *Store) mayTake(ctx context.Context, q db.Queryer, a askRow, seats []seat, unfit map[string]int64) error {
	for _, region := range regionsOf(seats) {
		line, err := db.Get[int64](ctx, q, countLine, region, s.now(), a.ID)
		if err != nil {
			return fmt.Errorf("count who waits: %w", err)
		}
		ahead, err := db.Get[int64](ctx, q, countAheadOf, region, s.now())
		if err != nil {
			return fmt.Errorf("count who comes first: %w", err)
		}
		if line > unfit[region] || ahead > 0 {
			return inLine(region, a.ID)
		}
	}
	people, err := db.Get[crowdOf](ctx, q, countPeople, a.ID)
	if err != nil {
		return fmt.Errorf("count the people of an ask: %w", err)
	}
	if people.Claimed > 0 {
		return fault.New(fault.TooLate, keyCounter, "another ask has a number of ask %s", a.ID)
	}
	return nil
}

// Take takes a time for the person of an ask: what Times has shown, if it is still free.
// Taking what they have taken changes nothing. It is a fault.TooLate when somebody else
// was first, when others wait before, or the ask waits no more.
func (s *Store) Take(ctx context.Context, number ident.CaseNumber, code ident.Code, locationID string, starts time.Time) error {
	a, err := s.enter(ctx, number, code)
	if err != nil {
		return err
	}
	for range takeTries {
		if a.State != Waiting {
			return s.tookAlready(ctx, a, locationID, starts)
		}
		chosen, waiting, err := s.chosenAt(ctx, a, locationID, starts)
		if err != nil {
			return err
		}
		err = s.DB.Update(ctx, func(tx *db.Tx) error { return s.takeSeats(ctx, tx, a, chosen, waiting) })
		if err == nil {
			point.Reach("planner.taken")
			return nil
		}
		if !fault.Is(err, fault.TooLate) || fault.Key(err) == keyLine || fault.Key(err) == keyCounter {
			return err
		}
		if a, err = s.ask(ctx, s.DB, a.ID); err != nil { // somebody was first: perhaps there is another desk
			return err
		}
	}
	return goneFirst(a.ID)
}

func goneFirst(askID string) error {
	return fault.New(fault.TooLate, "planner.direct.gone", "what ask %s wants to take is not free", askID)
}

// tookAlready tells whether what is asked for is what an ask has.
func (s *Store) tookAlready(ctx context.Context, a askRow, locationID string, starts time.Time) error {
	mine, err := s.appointments(ctx, a.ID)
	if err != nil {
		return err
	}
	if len(mine) > 0 && mine[0].Location.ID == locationID && mine[0].Starts.Equal(starts) && a.State == Booked {
		return nil
	}
	return movedOn(a.ID)
}

// chosenAt returns the slots that fit an ask at a location from a time on, which must be
// the first of them, and how many wait whom nothing fits.
func (s *Store) chosenAt(ctx context.Context, a askRow, locationID string, starts time.Time) ([]seat, map[string]int64, error) {
	seats, w, n, err := s.openSeats(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	waiting, err := s.unfit(ctx, a, seats, n)
	if err != nil {
		return nil, nil, err
	}
	day := s.day(starts)
	seats = slices.DeleteFunc(seats, func(one seat) bool { return one.location != locationID || one.day != day || one.starts.Before(starts) })
	chosen, _ := fit(seats, w, n)
	if chosen == nil || !chosen[0].starts.Equal(starts) {
		return nil, nil, goneFirst(a.ID)
	}
	return chosen, waiting, nil
}

const updateTaken = `UPDATE ask SET state = 'booked', changed_at = $2 WHERE id = $1 AND state = 'waiting'`

// takeSeats books free slots for an ask that waits, in one transaction.
func (s *Store) takeSeats(ctx context.Context, tx *db.Tx, found askRow, chosen []seat, waiting map[string]int64) error {
	a, err := db.Get[askRow](ctx, tx, lockAsk, found.ID)
	if err != nil {
		return fmt.Errorf("lock ask: %w", err)
	}
	if a.State != Waiting {
		return movedOn(a.ID)
	}
	if err := s.mayTake(ctx, tx, a, chosen, waiting); err != nil {
		return err
	}
	o := offerRow{ID: ident.NewID(s.Random, "off"), AskID: a.ID, LocationID: chosen[0].location, StartsAt: chosen[0].starts}
	if _, err := db.Exec(ctx, tx, insertOffer, o.ID, a.ID, int64(direct), o.LocationID, o.StartsAt, s.now(), s.now(), s.now()); err != nil {
		return fmt.Errorf("keep what is taken: %w", err)
	}
	if err := s.growUp(ctx, tx, a.ID, chosen[0].day); err != nil {
		return err
	}
	if err := s.takeStockOf(ctx, tx, a.ID, chosen[0]); err != nil {
		return err
	}
	if err := s.holdSeats(ctx, tx, o.ID, chosen); err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, endOffer, o.ID, offerAccepted, s.now()); err != nil {
		return fmt.Errorf("take an offer: %w", err)
	}
	if _, err := db.Exec(ctx, tx, updateTaken, a.ID, s.now()); err != nil {
		return fmt.Errorf("book: %w", err)
	}
	if err := s.seatPeople(ctx, tx, a, o); err != nil {
		return err
	}
	if err := s.note(ctx, tx, a.ID, audit.Applicant, roleSelf, "ask.take", "ok"); err != nil {
		return err
	}
	return s.figure(ctx, tx, a.Region, offerAccepted)
}

// takeStockOf promises what the people of an ask get, where they take the first of their
// slots.
func (s *Store) takeStockOf(ctx context.Context, tx *db.Tx, askID string, first seat) error {
	people, err := db.Select[visitor](ctx, tx, selectVisitors, askID)
	if err != nil {
		return fmt.Errorf("read the people of an ask: %w", err)
	}
	need := map[string]int{}
	for _, one := range people {
		need[one.Product]++
	}
	return s.takeStock(ctx, tx, need, first.location, first.day)
}
