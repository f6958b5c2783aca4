package request

import (
	"context"

	"loket/internal/ident"
	"loket/internal/upload"
)

// Photos returns the photos of a case to its person: those that live, and of those that
// were destroyed the receipts.
func (s *Store) Photos(ctx context.Context, number ident.CaseNumber, code ident.Code) ([]upload.Photo, error) {
	r, err := s.enter(ctx, number, code)
	if err != nil {
		return nil, err
	}
	return s.Uploads.List(ctx, s.DB, r.ID)
}
