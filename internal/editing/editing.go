// Package editing lets people who work here change the texts and settings of a pack,
// without a release: one proposes, sees it as people will see it, and a second one
// puts it live.
//
// A change is a whole file of the pack, or a value that a setting gets from a day
// on. The pack is loaded with it before it is kept, all its checks and worked cases
// included, so that a change that would break the route cannot be proposed, and again
// before it goes live, beside what has gone live since. Rules and facts are not changed
// here: they are releases of the pack.
//
// A setting can turn off what protects people. Both its people answer with a passkey
// over exactly what it will be, it counts from the day after its approval at the
// earliest, and a row that somebody wrote beside this program is not live: each approval
// has a keyed sum. What this does not see is a change that was live, was replaced, and is
// made live again in the database.
//
// What is live is a short list of files, whose version changes with each of them;
// the program loads its packs again when it sees another version.
package editing

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/seal"
)

// Parts is what a Store is made with. All are needed.
type Parts struct {
	DB     *db.DB
	Keys   *seal.Keys
	Audit  *audit.Log
	Pack   string // id of the pack on offer
	Base   fs.FS  // its files as published
	Now    func() time.Time
	Random io.Reader
	Today  func() rules.Day // where the counter is
	// Update runs a transaction in which a passkey is asked; a refusal is kept.
	Update func(ctx context.Context, fn func(*db.Tx) error) error
}

// Store keeps changes of a pack.
type Store struct{ Parts }

// NewStore returns the store.
func NewStore(parts Parts) *Store { return &Store{parts} }

// State is how far a change is.
type State string

// The states.
const (
	Proposed State = "proposed"
	Live     State = "live"
	Rejected State = "rejected"
	Replaced State = "replaced" // by a later change of the same thing
)

// Edit is a change. What it changes is public; who made it is a pseudonym.
type Edit struct {
	ID         string
	File       string // "texts/nl/intro.md", or "settings/four_eyes/2021-12-20"
	Value      string // the whole text, or the value as YAML
	Why        string
	State      State
	MadeBy     string
	MadeAt     time.Time
	ApprovedBy string
	ApprovedAt *time.Time
}

// Content is what is confirmed of a change by both its people.
func (e Edit) Content() []byte { return fmt.Appendf(nil, "change %q to %q", e.File, e.Value) }

// OfSetting reports whether the change is of a setting.
func (e Edit) OfSetting() bool { return settingFile.MatchString(e.File) }

// Sign confirms a change with the passkey of who makes or approves it, in the transaction
// that keeps it. Texts need none, and have nil.
type Sign func(tx *db.Tx) error

// role is in which role people change packs.
const role = "editor"

// actSetting is the act of whoever puts a setting live; the privacy officer reads of each.
const actSetting = "editing.setting"

// maxWhy is the length of a ground in bytes.
const maxWhy = 2000

const insertEdit = `
	INSERT INTO edit (id, pack, file, value, why, state, made_by, made_at, approved_by, approved_at, approval)
	VALUES ($1, $2, $3, $4, $5, 'proposed', $6, $7, '', NULL, $8)`

// Propose keeps a change of a text by a member of staff, given by pseudonym, until a
// second one has looked. It is Draft and Keep in one.
func (s *Store) Propose(ctx context.Context, by, file, value, why string) (Edit, error) {
	e, err := s.Draft(ctx, by, file, value, why)
	if err != nil {
		return Edit{}, err
	}
	return e, s.Keep(ctx, e, nil)
}

// Draft returns a change that nobody has confirmed yet. It is a
// fault.Invalid when it has no ground, changes nothing, or the pack would not load
// with it; the private text then says where.
func (s *Store) Draft(ctx context.Context, by, file, value, why string) (Edit, error) {
	e := Edit{ID: ident.NewID(s.Random, "edt"), File: file, Value: value, Why: strings.TrimSpace(why), State: Proposed, MadeBy: by, MadeAt: s.now()}
	if e.Why == "" || len(e.Why) > maxWhy {
		return Edit{}, fault.New(fault.Invalid, "editing.why", "a change without a ground, or with a long one")
	}
	if _, err := s.Preview(ctx, e); err != nil {
		return Edit{}, err
	}
	return e, nil
}

// Keep keeps a draft until a second person has looked. For a setting without a
// confirmation it is a fault.Denied.
func (s *Store) Keep(ctx context.Context, e Edit, sign Sign) error {
	return s.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, insertEdit, e.ID, s.Pack, e.File, e.Value, e.Why, e.MadeBy, e.MadeAt, []byte{}); err != nil {
			return fmt.Errorf("keep change of %s: %w", e.File, err)
		}
		if err := confirm(tx, e, sign); err != nil {
			return err
		}
		return s.note(ctx, tx, e.MadeBy, "editing.propose", e.ID)
	})
}

func confirm(tx *db.Tx, e Edit, sign Sign) error {
	switch {
	case !e.OfSetting():
		return nil
	case sign == nil:
		return fault.New(fault.Denied, "editing.passkey", "%s without a passkey", e.File)
	}
	return sign(tx)
}

// Preview returns the pack as it would be with a change beside all that is live. It is a
// fault.Invalid when the pack would not load.
func (s *Store) Preview(ctx context.Context, e Edit) (*rules.Pack, error) {
	live, err := s.live(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(live, func(l Edit) bool { return l.File == e.File && l.Value == e.Value }) {
		return nil, fault.New(fault.Invalid, "editing.same", "%s is like this already", e.File)
	}
	return s.load(append(slices.DeleteFunc(live, func(l Edit) bool { return l.File == e.File }), e))
}

const (
	replaceLive = `UPDATE edit SET state = 'replaced' WHERE pack = $1 AND file = $2 AND state = 'live'`
	approveEdit = `
		UPDATE edit SET state = 'live', approved_by = $2, approved_at = $3, approval = $4
		WHERE id = $1 AND state = 'proposed' AND made_by <> $2`
	rejectEdit = `UPDATE edit SET state = 'rejected', approved_by = $2, approved_at = $3 WHERE id = $1 AND state = 'proposed'`
)

// Approve puts a change live. It is a fault.Denied for who proposed it, and a
// fault.TooLate when it waits no more, or is a setting for a day that has begun: each day
// is decided by one value. A setting needs a confirmation.
func (s *Store) Approve(ctx context.Context, by, id string, sign Sign) error {
	e, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if e.MadeBy == by {
		return fault.New(fault.Denied, "editing.second", "%s proposed %s", by, id)
	}
	act := "editing.approve"
	if m := settingFile.FindStringSubmatch(e.File); m != nil {
		from, err := rules.ParseDay(m[2])
		if err != nil || !from.After(s.Today()) {
			return fault.New(fault.TooLate, "editing.late", "%s is for a day that has begun", e.File)
		}
		act = actSetting
	}
	if _, err := s.Preview(ctx, e); err != nil {
		return err
	}
	return s.Update(ctx, func(tx *db.Tx) error {
		if err := confirm(tx, e, sign); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, tx, replaceLive, s.Pack, e.File); err != nil {
			return fmt.Errorf("replace change of %s: %w", e.File, err)
		}
		e.ApprovedBy = by
		n, err := db.Exec(ctx, tx, approveEdit, id, by, s.now(), s.Keys.Index("staff").Sum("edit", s.approval(e)...))
		if err := settled(id, n, err); err != nil {
			return err
		}
		return s.note(ctx, tx, by, act, id)
	})
}

// Reject drops a proposed change; who proposed it may too.
func (s *Store) Reject(ctx context.Context, by, id string) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, rejectEdit, id, by, s.now())
		if err := settled(id, n, err); err != nil {
			return err
		}
		return s.note(ctx, tx, by, "editing.reject", id)
	})
}

// settled is the error of a change that was to be settled, n times.
func settled(id string, n int64, err error) error {
	if err != nil {
		return fmt.Errorf("settle change %s: %w", id, err)
	}
	if n == 0 {
		return fault.New(fault.TooLate, "editing.settled", "change %s waits no more", id)
	}
	return nil
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by, act, id string) error {
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: by, Role: role, Act: act, Object: id, Result: "ok"})
}

func (s *Store) now() time.Time { return s.Now().Truncate(time.Second) }
