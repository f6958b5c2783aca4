package planner

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/location"
	"loket/internal/slip"
)

// Verdict is what became of the code on an appointment.
type Verdict string

// The verdicts. An appointment to which nobody came is gone, as one that was given back.
const (
	Live  Verdict = "live"
	Used  Verdict = "used"
	Gone  Verdict = "cancelled"
	Moved Verdict = "moved" // there is a newer code
	False Verdict = "false" // not genuine
)

// Checked is what anybody is told of a code.
type Checked struct {
	Verdict  Verdict
	Location *location.Location // as it stands on that day; nil unless the birth date agrees and the code is live
	Starts   time.Time          // as Location
}

// mostBirths is how many birth dates a day can be tried beside one appointment.
const mostBirths = 5

const tallyBirth = "slip-birth"

// shown is a code that somebody shows.
type shown struct {
	short   []byte    // its sum; or nil
	slip    slip.Slip // zero if it is short, or not genuine
	genuine bool      // its signature is ours; of a short one nobody knows yet
}

// read takes a code as it was scanned, pasted or typed. What is no code at all is
// fault.Invalid; what looks like one and was never made is not genuine, and no error.
func (s *Store) read(typed string) (shown, error) {
	if !slip.Looks(typed) {
		code, err := ident.ParseShortCode(typed)
		if err != nil {
			return shown{}, err
		}
		return shown{short: s.shortSum(code)}, nil
	}
	signed, err := slip.Read(typed, s.slips.public...)
	return shown{slip: signed, genuine: err == nil}, nil
}

// foundRow is the appointment of a code; or, with Found zero, another in its stead.
type foundRow struct {
	codedRow
	Found int64
	Shown int64 // issue of the code
}

// A code that nobody has is answered after the same work as one that somebody has: the
// first appointment of all stands in for what was not found.
const (
	selectByShort = `
		SELECT ` + codedColumns + `, slip.issue AS shown, coalesce(CASE WHEN slip.sum = $1 THEN 1 ELSE 0 END, 0) AS found
		FROM slip JOIN appointment ON appointment.id = slip.appointment_id JOIN slot ON slot.id = appointment.slot_id
			JOIN ask_member ON ask_member.ask_id = appointment.ask_id AND ask_member.n = appointment.member
		WHERE slip.sum = $1 OR slip.sum = (SELECT first.sum FROM slip AS first ORDER BY first.sum LIMIT 1)
		ORDER BY CASE WHEN slip.sum = $1 THEN 0 ELSE 1 END LIMIT 1`
	selectBySlip = `
		SELECT ` + codedColumns + `, appointment.issue AS shown, coalesce(CASE WHEN appointment.id = $1 THEN 1 ELSE 0 END, 0) AS found
		FROM ` + codedTables + `
		WHERE appointment.id = $1 OR appointment.id = (SELECT first.id FROM appointment AS first ORDER BY first.id LIMIT 1)
		ORDER BY CASE WHEN appointment.id = $1 THEN 0 ELSE 1 END LIMIT 1`
)

// find returns the appointment of a code, and whether there is one. What it returns else
// is somebody else's, and for nothing but to take as long.
func (s *Store) find(ctx context.Context, code shown) (foundRow, bool, error) {
	var rows []foundRow
	var err error
	if code.short != nil {
		rows, err = db.Select[foundRow](ctx, s.DB, selectByShort, code.short)
	} else {
		rows, err = db.Select[foundRow](ctx, s.DB, selectBySlip, code.slip.Appointment)
	}
	if err != nil {
		return foundRow{}, false, fmt.Errorf("find the appointment of a code: %w", err)
	}
	if len(rows) == 0 {
		return foundRow{}, false, nil
	}
	row := rows[0]
	if code.short == nil {
		row.Shown = int64(code.slip.Issue)
	}
	return row, row.Found == 1, nil
}

// verdict says what became of a code whose appointment was found or not.
func (s *Store) verdict(code shown, row foundRow, found bool) Verdict {
	person := s.personOf(row.codedRow)
	switch {
	case code.short == nil && !code.genuine, code.short != nil && !found:
		return False
	case !found: // it was destroyed with its ask
		return Gone
	case code.short == nil && subtle.ConstantTimeCompare(person[:], code.slip.Person[:]) != 1:
		return False
	case row.State == string(Served):
		return Used
	case row.State == "moved", row.State == string(Booked) && row.Shown != row.Issue:
		return Moved
	case row.State != string(Booked), s.day(row.StartsAt).Before(s.Today()):
		return Gone
	case code.short == nil && (code.slip.Location != row.LocationID || !code.slip.Starts.Equal(row.StartsAt)):
		return Moved
	}
	return Live
}

// CheckCode says whether a code, signed or short, is genuine and live, for anybody. Beside
// the verdict nothing is told, not even how an unknown code differs from a known one; with
// the birth date of its person, place and time of a code that is live (P-72). Five birth
// dates a day are compared for one appointment. What is no code at all is fault.Invalid.
func (s *Store) CheckCode(ctx context.Context, typed string, birth ident.BirthDate) (Checked, error) {
	code, err := s.read(typed)
	if err != nil {
		return Checked{}, err
	}
	row, found, err := s.find(ctx, code)
	if err != nil {
		return Checked{}, err
	}
	checked := Checked{Verdict: s.verdict(code, row, found)}
	if birth.IsZero() {
		return checked, nil
	}
	mine, err := s.isBorn(ctx, row, birth)
	if err != nil {
		return Checked{}, err
	}
	within, err := s.countBirth(ctx, typed, row, found)
	if err != nil || !mine || !within || checked.Verdict != Live {
		return checked, err
	}
	place, err := s.placeOn(ctx, row.LocationID, s.day(row.StartsAt))
	if err != nil {
		return Checked{}, err
	}
	checked.Location, checked.Starts = &place, row.StartsAt.In(s.Zone)
	return checked, nil
}

// isBorn compares a birth date with that of the person of an appointment. Whoever is gone
// has none.
func (s *Store) isBorn(ctx context.Context, row foundRow, birth ident.BirthDate) (bool, error) {
	if row.ID == "" { // there is no appointment at all
		return false, nil
	}
	a, err := s.ask(ctx, s.DB, row.AskID)
	if err == nil {
		var body sealedBody
		if body, err = s.open(ctx, s.DB, a); err == nil {
			return body.Members[row.Member-1].Birth.Matches(birth) == ident.Exact, nil
		}
	}
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return false, err
}

// countBirth counts a birth date that is tried, and reports whether it may be compared.
func (s *Store) countBirth(ctx context.Context, typed string, row foundRow, found bool) (within bool, err error) {
	thing := typed
	if found {
		thing = row.ID // by whichever of its codes
	}
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := s.Tally.Add(ctx, tx, tallyBirth, thing)
		within = n <= mostBirths
		return err
	})
	return within, err
}
