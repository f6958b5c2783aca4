package planner

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/seal"
	"loket/internal/slip"
)

// Codes on appointments (package slip). The signed one is made again whenever it is looked
// at and is stored nowhere. The short one follows from appointment and issue under the index
// key, and has a row with its sum from the moment somebody saw it. Neither opens anything
// to whoever is not at a counter (P-71).

// slipKeys sign codes, and say which may be believed.
type slipKeys struct {
	private ed25519.PrivateKey
	public  []ed25519.PublicKey // of all secrets that there were, newest first
}

func newSlipKeys(keys *seal.Keys) slipKeys {
	var k slipKeys
	for i, secret := range keys.Secrets("slip") {
		private := ed25519.NewKeyFromSeed(secret)
		if i == 0 {
			k.private = private
		}
		k.public = append(k.public, private.Public().(ed25519.PublicKey))
	}
	return k
}

// SlipKeys returns the public keys of the codes on appointments, the one in use first, as
// slip.ParseKey reads them.
func (s *Store) SlipKeys() (keys []string) {
	for _, key := range s.slips.public {
		keys = append(keys, slip.FormatKey(key))
	}
	return keys
}

// codedRow is an appointment with what its codes are made of.
type codedRow struct {
	ID         string
	AskID      string
	Member     int64
	Issue      int64
	State      string
	ChangedAt  time.Time
	LocationID string
	StartsAt   time.Time
	Sum        []byte // of the number of its person
}

const (
	codedColumns = `appointment.id, appointment.ask_id, appointment.member, appointment.issue, appointment.state, appointment.changed_at,
		slot.location_id, slot.starts_at, ask_member.sum`
	codedTables = `appointment JOIN slot ON slot.id = appointment.slot_id
		JOIN ask_member ON ask_member.ask_id = appointment.ask_id AND ask_member.n = appointment.member`
	selectCoded = `SELECT ` + codedColumns + ` FROM ` + codedTables + ` WHERE appointment.ask_id = $1 AND appointment.state = 'booked'`
)

// slip is what the signed code of an appointment says.
func (s *Store) slip(c codedRow) slip.Slip {
	return slip.Slip{Appointment: c.ID, Location: c.LocationID, Starts: c.StartsAt.UTC(), Issue: int(c.Issue), Person: s.personOf(c)}
}

// personOf is the sum of a number and an appointment.
func (s *Store) personOf(c codedRow) (tag [slip.PersonSize]byte) {
	copy(tag[:], s.index.Sum("slip person", hex.EncodeToString(c.Sum), c.ID))
	return tag
}

// addCodes adds their codes to the appointments of an ask that are still to come.
func (s *Store) addCodes(ctx context.Context, askID string, list []Appointment) error {
	if !slices.ContainsFunc(list, func(a Appointment) bool { return a.State == string(Booked) }) {
		return nil
	}
	rows, err := db.Select[codedRow](ctx, s.DB, selectCoded, askID)
	if err != nil {
		return fmt.Errorf("find what codes are made of: %w", err)
	}
	for _, c := range rows {
		i := slices.IndexFunc(list, func(a Appointment) bool { return a.ID == c.ID })
		if i < 0 {
			continue
		}
		list[i].Issue = int(c.Issue)
		list[i].UID = hex.EncodeToString(s.index.Sum("calendar", c.AskID, fmt.Sprint(c.Member)))
		if list[i].Slip, err = s.slip(c).Sign(s.slips.private); err != nil {
			return err
		}
		if list[i].Short, err = s.short(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

const (
	selectShort = `SELECT n FROM slip WHERE appointment_id = $1 AND issue = $2`
	insertShort = `INSERT INTO slip (sum, ask_id, appointment_id, issue, n) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
)

// mostAlike is how many codes in a row can be somebody else's. Of a hundred thousand
// appointments, two have the same one once in two hundred installations.
const mostAlike = 8

// short returns the short code of an appointment, and keeps its sum when it is made for the
// first time.
func (s *Store) short(ctx context.Context, c codedRow) (ident.ShortCode, error) {
	for n := range int64(mostAlike) {
		kept, err := db.Select[int64](ctx, s.DB, selectShort, c.ID, c.Issue)
		if err != nil {
			return "", fmt.Errorf("find a short code: %w", err)
		}
		if len(kept) > 0 {
			return s.deriveShort(c, kept[0]), nil
		}
		code := s.deriveShort(c, n)
		err = s.DB.Update(ctx, func(tx *db.Tx) error {
			_, err := db.Exec(ctx, tx, insertShort, s.shortSum(code), c.AskID, c.ID, c.Issue, n)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("keep a short code: %w", err)
		}
	}
	return "", fault.New(fault.Internal, "", "appointment %s has no short code of its own", c.ID)
}

func (s *Store) deriveShort(c codedRow, n int64) ident.ShortCode {
	return ident.NewShortCode(bytes.NewReader(s.index.Derive("slip short", c.ID, fmt.Sprint(c.Issue), fmt.Sprint(n))))
}

func (s *Store) shortSum(code ident.ShortCode) []byte { return s.index.Sum("slip short", string(code)) }

// revokedFor is how long a list of codes is told from memory.
const revokedFor = time.Minute

// revoked is the list as it was signed last.
type revoked struct {
	mu    sync.Mutex
	until time.Time
	file  []byte
}

// An appointment that was moved may have had a code for any day.
const selectRevoked = `
	SELECT appointment.id AS appointment, coalesce(CASE WHEN appointment.state = 'booked' THEN appointment.issue - 1 ELSE appointment.issue END, 0) AS issue
	FROM appointment JOIN slot ON slot.id = appointment.slot_id
	WHERE appointment.state <> 'booked' AND slot.starts_at >= $1 OR appointment.issue > 0
	ORDER BY appointment.id`

// Revoked returns the signed list of the codes of today and later that are no longer good,
// as slip.ReadRevoked reads it: used, given back, or moved. It is at most a minute old.
func (s *Store) Revoked(ctx context.Context) ([]byte, error) {
	s.revoked.mu.Lock()
	defer s.revoked.mu.Unlock()
	now := s.now()
	if now.Before(s.revoked.until) {
		return s.revoked.file, nil
	}
	codes, err := db.Select[slip.Code](ctx, s.DB, selectRevoked, s.midnight(s.Today()))
	if err != nil {
		return nil, fmt.Errorf("list the codes that are no longer good: %w", err)
	}
	file, err := slip.Revoked{At: now, Codes: codes}.Sign(s.slips.private)
	if err != nil {
		return nil, err
	}
	s.revoked.file, s.revoked.until = file, now.Add(revokedFor)
	return file, nil
}

// codeInvariants are what each short code must have.
func codeInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM slip JOIN appointment ON appointment.id = slip.appointment_id
			WHERE slip.issue > appointment.issue OR slip.ask_id <> appointment.ask_id`,
			"short codes are of an issue that is not, or of another's appointment"},
	}
}
