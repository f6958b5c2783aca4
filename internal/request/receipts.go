package request

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/staff"
	"loket/internal/upload"
)

// What becomes of photos tells what the registry knows: those of a person who is known end
// when their proof is made, those of another wait. So nothing is shown of photos, and
// none are taken, until the message with the answer was opened; but where the form itself
// shows that a document will be asked, the photos of all have one fate (T4).

const (
	countRead = `SELECT count(*) AS n FROM message WHERE case_id = $1 AND direction = 'out' AND opened_day IS NOT NULL`
	// A message of an earlier round was recalled when the case was opened again.
	countOpen = `SELECT count(*) AS n FROM message WHERE case_id = $1 AND direction = 'out' AND state = 'opened'`
)

// Photos returns the photos of a case to its person: those that live, and of those that
// were destroyed the receipts. Until the answer was opened there are none, unless the form
// itself shows that photos are asked.
func (s *Store) Photos(ctx context.Context, number ident.CaseNumber, code ident.Code) ([]upload.Photo, error) {
	r, err := s.enter(ctx, number, code)
	if err != nil {
		return nil, err
	}
	return s.shownPhotos(ctx, r)
}

func (s *Store) shownPhotos(ctx context.Context, r row) ([]upload.Photo, error) {
	n, err := db.Get[int64](ctx, s.DB, countRead, r.ID)
	if err != nil {
		return nil, fmt.Errorf("look whether an answer was opened: %w", err)
	}
	if n == 0 {
		_, body, err := s.open(ctx, s.DB, r)
		if err != nil || !body.Answers.needsPhotos() {
			return nil, err
		}
	}
	return s.Uploads.List(ctx, s.DB, r.ID)
}

// PhotosWith returns the photos of a case to a helper who may send some, as Photos does to
// its person; wanted says whether the case takes any yet.
func (s *Store) PhotosWith(ctx context.Context, m staff.Member, mandateID string) (list []upload.Photo, wanted bool, err error) {
	_, r, err := s.acting(ctx, m, mandateID, Send)
	if err != nil {
		return nil, false, err
	}
	if wanted, err = s.wantsPhotos(ctx, s.DB, r); err != nil {
		return nil, false, err
	}
	list, err = s.shownPhotos(ctx, r)
	return list, wanted, err
}

// wantsPhotos reports whether a case takes photos: the same for whoever is known and
// whoever is not.
func (s *Store) wantsPhotos(ctx context.Context, q db.Queryer, r row) (bool, error) {
	_, body, err := s.open(ctx, q, r)
	if err != nil || body.Answers.needsPhotos() {
		return err == nil, err
	}
	n, err := db.Get[int64](ctx, q, countOpen, r.ID)
	if err != nil {
		return false, fmt.Errorf("look whether an answer is open: %w", err)
	}
	return n > 0, nil
}

// TakesPhotos reports whether somebody will look at a photo that the person of an opened
// message sends: not any more when the case was decided, or goes on at a counter.
func (s *Store) TakesPhotos(ctx context.Context, caseID string) (bool, error) {
	r, gone, err := s.find(ctx, caseID)
	return err == nil && !gone && r.ClosedAt == nil && (r.State == Asked || r.State == Answered), err
}
