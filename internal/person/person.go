// Package person is an anchor without data that the identifiers of somebody hang
// on: a BSN, a V-number, a document number, each only as a sum under the index key of this
// area.
//
// Each request makes an anchor. What its person claims is kept unverified, and two
// anchors may claim the same: claiming somebody's number blocks nobody. Only a
// verified identifier is unique. When the same one is verified for a second anchor,
// a full match has shown that both are one person, and it moves to the newer. Two anchors
// that share something are never merged: a member of staff may note that they are one
// person, or two (Link), and that can be undone.
package person

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/seal"
)

// Identifier is something that a person can be found again by. Its value is
// never stored.
type Identifier struct {
	Kind  Kind
	Value []string
}

// Kind says what an identifier is.
type Kind string

// The kinds.
const (
	NumberKind   Kind = "number"
	DocumentKind Kind = "document"
	// LikenessKind is name, birth date and phone together. It is no proof of
	// anything: it prompts staff that two anchors may be one person (G-57).
	LikenessKind Kind = "likeness"
)

// Number identifies by a BSN or V-number.
func Number(n ident.Number) Identifier {
	return Identifier{NumberKind, []string{n.Kind().String(), n.Reveal()}}
}

// Document identifies by a document number that its person allowed us to keep.
func Document(d ident.DocumentNumber) Identifier {
	return Identifier{DocumentKind, []string{d.Reveal()}}
}

// Likeness identifies by folded name, birth date and phone together.
func Likeness(name ident.Name, birth ident.BirthDate, phone ident.Phone) Identifier {
	return Identifier{LikenessKind, []string{strings.Join(name.Tokens(), " "), birth.Reveal(), phone.Reveal()}}
}

// Store keeps anchors. It has no way to list or look for people.
type Store struct {
	index  *seal.Index
	now    func() time.Time
	random io.Reader
}

// NewStore returns the store under the person index key.
func NewStore(keys *seal.Keys, now func() time.Time, random io.Reader) *Store {
	return &Store{keys.Index("person"), now, random}
}

const insertPerson = `INSERT INTO person (id, case_id, created_day) VALUES ($1, $2, $3)`

// Create makes an anchor for a case, with what its person claims.
func (s *Store) Create(ctx context.Context, tx *db.Tx, caseID string, claims ...Identifier) (string, error) {
	id := ident.NewID(s.random, "per")
	if _, err := db.Exec(ctx, tx, insertPerson, id, caseID, s.now().UTC().Format(time.DateOnly)); err != nil {
		return "", fmt.Errorf("make person: %w", err)
	}
	for _, claim := range claims {
		if err := s.insert(ctx, tx, id, claim, false); err != nil {
			return "", err
		}
	}
	return id, nil
}

const insertIdentifier = `
	INSERT INTO person_identifier (person_id, purpose, kind, key_version, hmac, verified)
	VALUES ($1, 'person', $2, $3, $4, $5)
	ON CONFLICT (person_id, purpose, kind, key_version, hmac) DO UPDATE SET verified = excluded.verified`

func (s *Store) insert(ctx context.Context, tx *db.Tx, personID string, i Identifier, verified bool) error {
	_, err := db.Exec(ctx, tx, insertIdentifier, personID, string(i.Kind), s.index.Version(), s.sum(i), verified)
	if err != nil {
		return fmt.Errorf("keep %s of person: %w", i.Kind, err)
	}
	return nil
}

func (s *Store) sum(i Identifier) []byte { return s.index.Sum(string(i.Kind), i.Value...) }

const releaseIdentifier = `
	UPDATE person_identifier SET verified = FALSE
	WHERE purpose = 'person' AND kind = $2 AND key_version = $3 AND hmac = $4 AND verified AND person_id <> $1`

// Verify records that a full match has shown an identifier to be this person's.
// It returns how many older anchors had it verified before: they are the same
// person, and keep it as a claim.
func (s *Store) Verify(ctx context.Context, tx *db.Tx, personID string, i Identifier) (int64, error) {
	moved, err := db.Exec(ctx, tx, releaseIdentifier, personID, string(i.Kind), s.index.Version(), s.sum(i))
	if err != nil {
		return 0, fmt.Errorf("release %s: %w", i.Kind, err)
	}
	return moved, s.insert(ctx, tx, personID, i, true)
}

const deleteIdentifier = `DELETE FROM person_identifier WHERE person_id = $1 AND purpose = 'person' AND kind = $2`

// Forget erases what an anchor has of a kind, such as a document number whose
// permission was withdrawn.
func (s *Store) Forget(ctx context.Context, tx *db.Tx, personID string, kind Kind) error {
	if _, err := db.Exec(ctx, tx, deleteIdentifier, personID, string(kind)); err != nil {
		return fmt.Errorf("forget %s of person: %w", kind, err)
	}
	return nil
}

const selectSame = `
	SELECT DISTINCT person.id AS person_id, person.case_id, other.kind FROM person_identifier mine
	JOIN person_identifier other
		ON other.purpose = mine.purpose AND other.kind = mine.kind
		AND other.key_version = mine.key_version AND other.hmac = mine.hmac
	JOIN person ON person.id = other.person_id
	WHERE mine.person_id = $1 AND other.person_id <> $1
	ORDER BY person.id, other.kind LIMIT 50`

// Anchor is another anchor, and what it shares with the one that was asked about.
type Anchor struct {
	PersonID string
	CaseID   string
	By       []Kind
}

type sharedRow struct{ PersonID, CaseID, Kind string }

// maxAlike is how many anchors Alike returns at most.
const maxAlike = 5

// Alike returns at most five other anchors that share a number, a document or a
// likeness with this one, to prompt a person at a desk. A phone alone is not kept:
// sharing one is common and says nothing.
func (s *Store) Alike(ctx context.Context, q db.Queryer, personID string) ([]Anchor, error) {
	rows, err := db.Select[sharedRow](ctx, q, selectSame, personID)
	if err != nil {
		return nil, fmt.Errorf("look for anchors alike: %w", err)
	}
	var list []Anchor
	for _, r := range rows {
		if n := len(list); n == 0 || list[n-1].PersonID != r.PersonID {
			if n == maxAlike {
				break
			}
			list = append(list, Anchor{PersonID: r.PersonID, CaseID: r.CaseID})
		}
		last := &list[len(list)-1]
		last.By = append(last.By, Kind(r.Kind))
	}
	return list, nil
}

const selectVerified = `
	SELECT person.id AS person_id, person.case_id FROM person_identifier JOIN person ON person.id = person_identifier.person_id
	WHERE purpose = 'person' AND kind = $1 AND key_version = $2 AND hmac = $3 AND verified`

type verifiedRow struct{ PersonID, CaseID string }

// Verified returns the anchor for which an identifier was verified; a fault.NotFound if
// there is none. What somebody only claims leads nowhere.
func (s *Store) Verified(ctx context.Context, q db.Queryer, i Identifier) (Anchor, error) {
	r, err := db.Get[verifiedRow](ctx, q, selectVerified, string(i.Kind), s.index.Version(), s.sum(i))
	if err != nil {
		return Anchor{}, fmt.Errorf("look for a verified %s: %w", i.Kind, err)
	}
	return Anchor{PersonID: r.PersonID, CaseID: r.CaseID, By: []Kind{i.Kind}}, nil
}

// Claim keeps what a person says of themselves later than at the beginning.
func (s *Store) Claim(ctx context.Context, tx *db.Tx, personID string, i Identifier) error {
	return s.insert(ctx, tx, personID, i, false)
}
