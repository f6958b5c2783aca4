package planner

import (
	"context"
	"fmt"
	"sync"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/point"
	"loket/internal/rules"
)

// People are reminded of an appointment twice, so that whoever does not need it any more
// gives it back while somebody else can still come (P-41), and once where a paper that
// they named will not be good enough on its day (P-84). A reminder is a notice that there
// is news, as any other: what it is about says the status page, with number and code.
//
// For each ask and day a row says that a kind of reminder was looked at, and whether one
// was sent. It is written with the notice, so that work which is killed and run again
// sends once.

// The kinds of reminders.
const (
	remindFirst = "first" // a week before, say
	remindLast  = "last"  // a day before
	remindPaper = "paper"
)

const (
	setRemindFirst = "remind_first_days" // before the appointment
	setRemindLast  = "remind_last_days"  // before the appointment
	setRemindPaper = "paper_remind_days" // before the appointment
	setPaperMargin = "paper_margin_days" // a paper is good for so long after the appointment
)

// reminderSettings are those that a pack must have.
func reminderSettings() []string {
	return []string{setRemindFirst, setRemindLast, setRemindPaper, setPaperMargin}
}

// LastReminder is how many days before an appointment its person is reminded for the last
// time.
func (s *Store) LastReminder() (days int, err error) { return s.setting(setRemindLast) }

// toRemind is an ask with a day on which it has appointments.
type toRemind struct {
	AskID    string
	Day      string
	StartsAt time.Time // the first of them
	MadeAt   time.Time // when it was booked
}

// Whose place is gone by a plan was told so, and is not reminded of it; if the plan brings it
// back, they are.
const selectToRemind = `
	SELECT appointment.ask_id, slot.day, coalesce(min(slot.starts_at), 0) AS starts_at, coalesce(max(appointment.made_at), 0) AS made_at
	FROM slot JOIN appointment ON appointment.slot_id = slot.id AND appointment.state = 'booked'
	WHERE slot.state = 'booked' AND slot.starts_at > $1 AND slot.starts_at <= $2 AND NOT EXISTS
		(SELECT 1 FROM reminder WHERE reminder.ask_id = appointment.ask_id AND reminder.kind = $3 AND reminder.day = slot.day)
		AND NOT EXISTS (SELECT 1 FROM ask_move WHERE ask_move.ask_id = appointment.ask_id AND why = 'plan' AND ask_move.state IN ('waiting', 'offered'))
	GROUP BY appointment.ask_id, slot.day ORDER BY starts_at, appointment.ask_id LIMIT $4`

// remind sends the reminders that are due.
func (s *Store) remind(ctx context.Context) error {
	last, err := s.setting(setRemindLast)
	if err != nil {
		return err
	}
	for _, kind := range []struct {
		name, days string
		needed     func(context.Context, *db.Tx, askRow, toRemind) (bool, error)
	}{
		{remindLast, setRemindLast, s.inTime(last)},
		{remindFirst, setRemindFirst, s.firstInTime(last)},
		{remindPaper, setRemindPaper, s.paperTooShort},
	} {
		days, err := s.setting(kind.days)
		if err != nil {
			return err
		}
		to := s.later(s.now(), days)
		from := s.reminding.from(kind.name, s.now())
		for more := true; more; {
			due, err := db.Select[toRemind](ctx, s.DB, selectToRemind, from, to, kind.name, int64(endBatch))
			if err != nil {
				return fmt.Errorf("find whom to remind: %w", err)
			}
			if more = len(due) > 0; more {
				if err := s.remindSome(ctx, kind.name, due, kind.needed); err != nil {
					return err
				}
				point.Reach("planner.reminded")
			}
		}
		s.reminding.done(kind.name, to, s.now())
	}
	return nil
}

// reminding is up to when one process has looked at appointments, so that it does not look
// at all of them every few seconds. As with memory, nothing depends on it.
type reminding struct {
	mu    sync.Mutex
	upTo  map[string]time.Time // by kind
	whole map[string]time.Time // when it looked at all of them
}

// wholeEvery is after how long all appointments are looked at again: one may have been
// booked while it came due.
const wholeEvery = 6 * time.Hour

// from is from when on appointments are looked at now.
func (r *reminding) from(kind string, now time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if upTo := r.upTo[kind]; upTo.After(now) && now.Before(r.whole[kind].Add(wholeEvery)) {
		return upTo
	}
	return now
}

// done remembers up to when appointments were looked at.
func (r *reminding) done(kind string, to, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.upTo == nil {
		r.upTo, r.whole = map[string]time.Time{}, map[string]time.Time{}
	}
	if now.Sub(r.whole[kind]) >= wholeEvery {
		r.whole[kind] = now
	}
	r.upTo[kind] = to
}

// later is the same time of the day, by the clock on the wall, so many days later.
func (s *Store) later(t time.Time, days int) time.Time { return t.In(s.Zone).AddDate(0, 0, days) }

// inTime reports of an ask whether a reminder so many days ahead says anything new: it does
// not to whoever booked after it was due.
func (s *Store) inTime(days int) func(context.Context, *db.Tx, askRow, toRemind) (bool, error) {
	return func(_ context.Context, _ *db.Tx, _ askRow, r toRemind) (bool, error) {
		return r.MadeAt.Before(s.later(r.StartsAt, -days)), nil
	}
}

// firstInTime is inTime for the first reminder, which is of no use when the last one is due
// as well.
func (s *Store) firstInTime(last int) func(context.Context, *db.Tx, askRow, toRemind) (bool, error) {
	return func(ctx context.Context, tx *db.Tx, a askRow, r toRemind) (bool, error) {
		days, err := s.setting(setRemindFirst)
		if err != nil || !s.now().Before(s.later(r.StartsAt, -last)) {
			return false, err
		}
		return s.inTime(days)(ctx, tx, a, r)
	}
}

// What was given back or moved while it was being looked at is not reminded of.
const insertReminder = `
		INSERT INTO reminder (ask_id, kind, day, sent, at) SELECT $1, $2, $3, $4, $5
		WHERE EXISTS (SELECT 1 FROM appointment JOIN slot ON slot.id = appointment.slot_id
			WHERE appointment.ask_id = $1 AND appointment.state = 'booked' AND slot.day = $3)
			AND NOT EXISTS (SELECT 1 FROM ask_move WHERE ask_move.ask_id = $1 AND why = 'plan' AND ask_move.state IN ('waiting', 'offered'))
		ON CONFLICT (ask_id, kind, day) DO NOTHING`

func (s *Store) remindSome(ctx context.Context, kind string, due []toRemind, needed func(context.Context, *db.Tx, askRow, toRemind) (bool, error)) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		for _, r := range due {
			a, err := db.Get[askRow](ctx, tx, lockAsk, r.AskID)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return fmt.Errorf("lock ask: %w", err)
			}
			send, err := needed(ctx, tx, a, r)
			if err != nil {
				return err
			}
			n, err := db.Exec(ctx, tx, insertReminder, a.ID, kind, r.Day, send, s.now())
			if err != nil {
				return fmt.Errorf("keep a reminder: %w", err)
			}
			if n == 0 || !send {
				continue
			}
			if err := s.tell(ctx, tx, a.ID); err != nil {
				return err
			}
			if err := s.note(ctx, tx, a.ID, audit.System, roleWorker, "ask.remind", kind); err != nil {
				return err
			}
		}
		return nil
	})
}

// paperTooShort reports whether a paper of somebody in an ask will not be good enough on
// the day of their appointment.
func (s *Store) paperTooShort(ctx context.Context, tx *db.Tx, a askRow, r toRemind) (bool, error) {
	body, err := s.open(ctx, tx, a)
	if err != nil {
		return false, err
	}
	until, err := s.paperUntil(s.day(r.StartsAt))
	if err != nil {
		return false, err
	}
	for _, m := range body.Members {
		if day, err := rules.ParseDay(m.Expires); err == nil && day.Before(until) {
			return true, nil
		}
	}
	return false, nil
}

// paperUntil is the first day until which a paper must be valid for an appointment on a
// day: as the rule of that day says, and for some days afterwards.
func (s *Store) paperUntil(on rules.Day) (rules.Day, error) {
	valid, ok := s.Pack.Setting(setPaperValid, on, s.Today())
	until, isDay := valid.Value.(rules.Day)
	if !ok || !isDay {
		return rules.Day{}, fault.New(fault.Internal, "", "pack %s has no day %s", s.Pack.ID, setPaperValid)
	}
	margin, err := s.setting(setPaperMargin)
	if err != nil {
		return rules.Day{}, err
	}
	if after := on.Add(margin); until.Before(after) {
		until = after
	}
	return until, nil
}

// expiryOf is until when a paper is valid, where that decides on what its person gets: it
// is kept for nobody else.
func (s *Store) expiryOf(m Member, product string, on rules.Day) (string, error) {
	if m.Expires.IsZero() {
		return "", nil
	}
	const long = 200 * 366 // days; a paper that expired so long ago is too short for any rule
	m.Expires = m.Expires.Add(-long)
	short, err := s.product(m, on)
	if err != nil || short == product {
		return "", err
	}
	return m.Expires.Add(long).String(), nil
}

const countPapers = `SELECT count(*) AS n FROM reminder WHERE ask_id = $1 AND day >= $2 AND kind = 'paper' AND sent`

// addReminders says what the appointments of an ask remind of.
func (s *Store) addReminders(ctx context.Context, askID string, status *Status) error {
	if status.State != Booked {
		return nil
	}
	days, err := s.setting(setRemindFirst)
	if err != nil {
		return err
	}
	for _, a := range status.Appointments {
		status.Near = status.Near || a.State == string(Booked) && !s.now().Before(s.later(a.Starts, -days))
	}
	n, err := db.Get[int64](ctx, s.DB, countPapers, askID, s.Today().String())
	if err != nil {
		return fmt.Errorf("find the reminders of an ask: %w", err)
	}
	status.PaperShort = n > 0
	return nil
}

// reminderInvariants are what each reminder must have.
func reminderInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM reminder WHERE NOT EXISTS (SELECT 1 FROM appointment JOIN slot ON slot.id = appointment.slot_id
			WHERE appointment.ask_id = reminder.ask_id AND slot.day = reminder.day)`,
			"reminders are of a day on which their ask had no appointment"},
		{`SELECT count(*) AS n FROM reminder WHERE kind = 'first' AND sent AND EXISTS (SELECT 1 FROM reminder AS last
			WHERE last.ask_id = reminder.ask_id AND last.day = reminder.day AND last.kind = 'last' AND last.at < reminder.at)`,
			"first reminders came after the last"},
	}
}
