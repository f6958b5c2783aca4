package person

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
)

// Verdict is what a member of staff found of two anchors.
type Verdict string

// The verdicts.
const (
	Same      Verdict = "same"
	Different Verdict = "different"
)

// Link says that a member of staff found two anchors to be one person, or two. It merges
// nothing and can be undone.
type Link struct {
	ID       string // made by Store.Link
	PersonID string // of the case in which it was found
	OtherID  string
	CaseID   string // the case; the link ends with it
	Verdict  Verdict
	StaffID  string // pseudonym
}

// Other returns the anchor at the other end.
func (l Link) Other(personID string) string {
	if l.PersonID == personID {
		return l.OtherID
	}
	return l.PersonID
}

const (
	undoPair   = `UPDATE person_link SET undone_at = $3 WHERE undone_at IS NULL AND (person_id = $1 AND other_id = $2 OR person_id = $2 AND other_id = $1)`
	insertLink = `INSERT INTO person_link (id, person_id, other_id, case_id, verdict, staff_id, at, undone_at) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)`
	undoLink   = `UPDATE person_link SET undone_at = $3 WHERE id = $2 AND undone_at IS NULL AND (person_id = $1 OR other_id = $1)`

	selectLinks = `
		SELECT id, person_id, other_id, case_id, verdict, staff_id FROM person_link
		WHERE undone_at IS NULL AND (person_id = $1 OR other_id = $1) ORDER BY at, id`
)

// Link keeps what was found of two anchors; what was found of them before is undone.
func (s *Store) Link(ctx context.Context, tx *db.Tx, l Link) error {
	now := s.now().Truncate(time.Second)
	if _, err := db.Exec(ctx, tx, undoPair, l.PersonID, l.OtherID, now); err != nil {
		return fmt.Errorf("undo link: %w", err)
	}
	_, err := db.Exec(ctx, tx, insertLink, ident.NewID(s.random, "lnk"), l.PersonID, l.OtherID, l.CaseID, string(l.Verdict), l.StaffID, now)
	if err != nil {
		return fmt.Errorf("keep link: %w", err)
	}
	return nil
}

// Undo takes back a link of an anchor. It is a fault.NotFound when there is none.
func (s *Store) Undo(ctx context.Context, tx *db.Tx, personID, linkID string) error {
	n, err := db.Exec(ctx, tx, undoLink, personID, linkID, s.now())
	if err != nil {
		return fmt.Errorf("undo link: %w", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "", "link %s is not there, or undone", linkID)
	}
	return nil
}

// Links returns the living links of an anchor.
func (s *Store) Links(ctx context.Context, q db.Queryer, personID string) ([]Link, error) {
	links, err := db.Select[Link](ctx, q, selectLinks, personID)
	if err != nil {
		return nil, fmt.Errorf("find links: %w", err)
	}
	return links, nil
}
