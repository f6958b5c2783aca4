// Package upload keeps photos of documents for as long as somebody needs them to decide,
// and then destroys them so that it can be proved.
//
// A photo is made harmless by package photo before anything is kept. What comes of it is
// sealed under a key of its own, which lies as a file in a directory that no backup
// holds (seal.Photos); the database has the sealed bytes. To destroy the photo is to
// destroy that file: from then on nothing opens it, in whatever copy. A photo goes
// through these states, each of which is on disk before the next step is taken:
//
//	arriving   the row is there, then the key; pieces of it may be there, sealed
//	kept       whole, and can be shown to whoever decides
//	ending     nobody is shown it any more; the key is being destroyed
//	destroyed  no key, no bytes; the row is the receipt, and the audit log has its entry
//
// What a crash leaves, Sweep takes up. It runs every second, and first of all at a start:
// photos past their deadline, keys without a row and rows without a key end there.
//
//	p, err := store.Add(ctx, caseID, upload.Document, file) // a form post
//	err = store.Keep(ctx, tx, caseID)                       // its person pressed send
//	jpeg, err := store.Show(ctx, viewer, caseID, p.ID, view)
//	err = store.End(ctx, tx, caseID, upload.Decision)       // in the transaction that decides
//
// A photo that was not sent lives as long as a draft, one that was sent seven days. Who
// lost one to the deadline, or to a restored backup, is asked again (JobLost).
//
// What a receipt cannot prove is that nobody who was shown the photo made a copy; a page
// that shows receipts says so.
package upload

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/jobs"
	"loket/internal/photo"
	"loket/internal/seal"
)

// Kind is what a photo is of.
type Kind string

// The kinds.
const (
	Document Kind = "document" // shows who somebody is
	Card     Kind = "card"     // shows what they were given
)

// The rules by which photos end.
const (
	Decision  = "decision"
	Refusal   = "refusal"
	Withdrawn = "withdrawn"
	Deadline  = "deadline" // nobody decided in time
	Left      = "left"     // its person did not send it, or the request ended before
	Removed   = "removed"  // its person took it back
	Restored  = "restored" // its key was gone when a backup was put back
)

// The states of a photo. See the package comment.
const (
	Arriving  = "arriving"
	Kept      = "kept"
	Ending    = "ending"
	Destroyed = "destroyed"
)

// MaxLiving is how many photos a case may have at once.
const MaxLiving = 4

// Photo is what may be told of a photo; the picture is not in it.
type Photo struct {
	ID        string
	Kind      Kind
	Advice    []photo.Advice // what is not clear in it
	Received  string         // day, YYYY-MM-DD where the counter is
	Sent      bool           // its person pressed send
	State     string
	Receipt   string // number of the receipt; empty before the destruction
	Rule      string // by which rule it ended; empty before
	Destroyed string // day; empty before
}

// Living reports whether the photo is there to be decided on.
func (p Photo) Living() bool { return p.State == Kept }

// Jobs that tell other areas what happened. Their arguments are an Event.
const (
	// JobLost says that photos of a case ended by the deadline or by a restore, while
	// somebody was to decide on them.
	JobLost = "upload.lost"
	// JobArrived comes when a photo has waited to be sent for as long as the lifetime
	// "unsent-photo" says: Unsent tells whether it still does.
	JobArrived = "upload.arrived"
)

// Event is what the jobs of this package carry.
type Event struct {
	CaseID string `json:"case_id"`
	Rule   string `json:"rule,omitempty"`
}

// DefaultCeiling is the ceiling where Parts name none, in bytes.
const DefaultCeiling = 2_000_000_000

// Parts is what the store is made with. All are needed but the ceiling.
type Parts struct {
	DB      *db.DB
	Photos  *seal.Photos
	Cleaner *photo.Cleaner
	Audit   *audit.Log
	Jobs    *jobs.Queue
	Schema  *schema.Schema
	For     string                                            // who photos are for, in Latin letters; burnt into them with the day
	Zone    *time.Location                                    // in which days are counted
	Report  func(ctx context.Context, work string, err error) // told of photos that grow old
	// Ceiling is how many bytes of photos that nobody has sent yet are stored, in all and
	// as announced. Strangers fill it; what was sent does not count.
	Ceiling int64
	Now     func() time.Time
	Random  io.Reader
}

// Store keeps photos.
type Store struct {
	Parts
	life lifetimes
	// reading is full when as many pieces are in memory as it is for.
	reading chan struct{}
}

// maxReading is how many pieces of at most MaxPart bytes are in memory at once.
const maxReading = 64

type lifetimes struct{ draft, photo, alarm, unsent time.Duration }

// NewStore returns the store of photos and registers its job.
func NewStore(parts Parts) *Store {
	life := parts.Schema.Lifetimes
	s := &Store{Parts: parts, life: lifetimes{draft: life["draft"].Duration(), photo: life["photo"].Duration(),
		alarm: life["photo"].Alarm(), unsent: life["unsent-photo"].Duration()}, reading: make(chan struct{}, maxReading)}
	if s.Ceiling == 0 {
		s.Ceiling = DefaultCeiling
	}
	jobs.Handle(s.Jobs, jobEnd, s.ended)
	return s
}

// Ready returns nil if photos can be taken here, else a fault.Unavailable: the host does
// not confine the process that reads pictures.
func (s *Store) Ready(ctx context.Context) error { return s.Cleaner.Confined(ctx) }

// now is the time as the database keeps it.
func (s *Store) now() time.Time { return s.Now().Truncate(time.Second) }

// day is the day of an instant where the counter is.
func (s *Store) day(at time.Time) string { return at.In(s.Zone).Format(time.DateOnly) }

const selectPhotos = `
	SELECT id, kind, state, advice, received_at, sent, rule, receipt, destroyed_at FROM photo
	WHERE case_id = $1 ORDER BY CASE kind WHEN 'document' THEN 0 ELSE 1 END, received_at, id`

type row struct {
	ID, Kind, State, Advice string
	ReceivedAt              time.Time
	Sent                    bool
	Rule, Receipt           *string
	DestroyedAt             *time.Time
}

// List returns the photos of a case, oldest first: those that live, and the receipts of
// those that were destroyed.
func (s *Store) List(ctx context.Context, q db.Queryer, caseID string) ([]Photo, error) {
	rows, err := db.Select[row](ctx, q, selectPhotos, caseID)
	if err != nil {
		return nil, fmt.Errorf("find photos of %s: %w", caseID, err)
	}
	list := make([]Photo, 0, len(rows))
	for _, r := range rows {
		list = append(list, s.photoOf(r))
	}
	return list, nil
}

func (s *Store) photoOf(r row) Photo {
	p := Photo{ID: r.ID, Kind: Kind(r.Kind), State: r.State, Received: s.day(r.ReceivedAt), Sent: r.Sent}
	for word := range strings.SplitSeq(r.Advice, " ") {
		if word != "" {
			p.Advice = append(p.Advice, photo.Advice(word))
		}
	}
	if r.Rule != nil {
		p.Rule = *r.Rule
	}
	if r.Receipt != nil {
		p.Receipt = *r.Receipt
	}
	if r.DestroyedAt != nil {
		p.Destroyed = s.day(*r.DestroyedAt)
	}
	return p
}

const (
	keepPhotos = `
		UPDATE photo SET sent = TRUE, expires_at = received_at + $2
		WHERE case_id = $1 AND state = 'kept' AND NOT sent`
	selectUnsent = `SELECT received_at FROM photo WHERE case_id = $1 AND state = 'kept' AND NOT sent`
)

// Keep marks the photos of a case as sent, in the transaction in which the form or the
// reply is: they live seven days from when they came.
func (s *Store) Keep(ctx context.Context, tx *db.Tx, caseID string) error {
	if _, err := db.Exec(ctx, tx, keepPhotos, caseID, int64(s.life.photo.Seconds())); err != nil {
		return fmt.Errorf("keep photos of %s: %w", caseID, err)
	}
	return nil
}

// Unsent returns how many photos of a case came whole and were not sent, and whether the
// newest has waited for so long that they should be sent for their person.
func (s *Store) Unsent(ctx context.Context, q db.Queryer, caseID string) (n int, ripe bool, err error) {
	came, err := db.Select[time.Time](ctx, q, selectUnsent, caseID)
	if err != nil {
		return 0, false, fmt.Errorf("find photos of %s that were not sent: %w", caseID, err)
	}
	ripe = len(came) > 0
	for _, at := range came {
		ripe = ripe && !at.Add(s.life.unsent).After(s.now())
	}
	return len(came), ripe, nil
}
