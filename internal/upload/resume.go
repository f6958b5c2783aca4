package upload

import (
	"context"
	"errors"
	"fmt"
	"io"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/photo"
)

// MaxPart is the most bytes that one piece of a photo may have.
const MaxPart = 1 << 20

const (
	selectArriving = `SELECT kind, state, size FROM photo WHERE id = $1 AND case_id = $2`
	lockArriving   = `SELECT kind, state, size FROM photo WHERE id = $1 AND case_id = $2 FOR UPDATE`
	selectHave     = `SELECT coalesce(CAST(sum(size) AS bigint), 0) AS have FROM photo_part WHERE photo_id = $1`
	insertPart     = `INSERT INTO photo_part (photo_id, start, size, sealed) VALUES ($1, $2, $3, $4)`
	selectParts    = `SELECT start, sealed FROM photo_part WHERE photo_id = $1 ORDER BY start`
)

type arriving struct {
	Kind, State string
	Size        int64
}

// Begin takes in hand a photo of size bytes that will come in pieces, over a line that
// may break, and returns its id. What has not come whole after a day ends.
func (s *Store) Begin(ctx context.Context, caseID string, kind Kind, size int64) (string, error) {
	if err := s.mayCome(ctx, caseID, kind); err != nil {
		return "", err
	}
	switch {
	case size <= 0:
		return "", fault.New(fault.Invalid, "photo.empty", "a photo of %d bytes", size)
	case size > photo.MaxBytes:
		return "", fault.New(fault.Invalid, "photo.large", "a photo of %d bytes", size)
	}
	a := arrival{id: s.newID(), caseID: caseID, kind: kind}
	_, err := s.begin(ctx, a, size, s.life.draft)
	return a.id, err
}

// Part takes the piece that begins at byte start, of at most MaxPart bytes, and returns
// how many bytes are there. A piece that does not begin where the one before ended is a
// fault.Taken, and have tells where to go on; of a piece that breaks off nothing is kept.
func (s *Store) Part(ctx context.Context, caseID, id string, start int64, r io.Reader) (have int64, err error) {
	if _, err := s.arriving(ctx, s.DB, selectArriving, caseID, id); err != nil {
		return 0, err
	}
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	default:
		return 0, fault.New(fault.Unavailable, photo.KeyBusy, "%d pieces of photos arrive at once", cap(s.reading))
	}
	data, err := readUpTo(r, MaxPart)
	if err != nil {
		return 0, err
	}
	box, err := s.Photos.Open(id)
	if err != nil {
		return 0, errors.Join(gone(id), err)
	}
	sealed := box.Seal(data, partContext(id, start))
	elsewhere := false
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		row, err := s.arriving(ctx, tx, lockArriving, caseID, id)
		if err != nil {
			return err
		}
		if have, err = db.Get[int64](ctx, tx, selectHave, id); err != nil {
			return fmt.Errorf("count pieces: %w", err)
		}
		if elsewhere = start != have; elsewhere || len(data) == 0 {
			return nil
		}
		if have+int64(len(data)) > row.Size {
			return fault.New(fault.Invalid, "upload.size", "photo %s has more bytes than were announced", id)
		}
		if _, err := db.Exec(ctx, tx, insertPart, id, start, int64(len(data)), sealed); err != nil {
			return fmt.Errorf("keep piece of photo: %w", err)
		}
		have += int64(len(data))
		return nil
	})
	if err == nil && elsewhere {
		err = fault.New(fault.Taken, "upload.offset", "photo %s has %d bytes, the piece begins at %d", id, have, start)
	}
	return have, err
}

// Have returns how many bytes of a photo have come, so that its sender goes on there.
func (s *Store) Have(ctx context.Context, caseID, id string) (int64, error) {
	if _, err := s.arriving(ctx, s.DB, selectArriving, caseID, id); err != nil {
		return 0, err
	}
	have, err := db.Get[int64](ctx, s.DB, selectHave, id)
	if err != nil {
		return 0, fmt.Errorf("count pieces: %w", err)
	}
	return have, nil
}

// Finish makes a photo of its pieces, as Add does of a file. To finish it twice gives the
// same photo. What is no good picture is removed: its person takes another.
func (s *Store) Finish(ctx context.Context, caseID, id string) (Photo, error) {
	kept, err := db.Get[row](ctx, s.DB, selectOnePict, id, caseID)
	if err == nil && kept.State == Kept {
		return s.photoOf(kept), nil
	}
	came, err := s.arriving(ctx, s.DB, selectArriving, caseID, id)
	if err != nil {
		return Photo{}, err
	}
	box, err := s.Photos.Open(id)
	if err != nil {
		return Photo{}, errors.Join(gone(id), err)
	}
	picture, err := s.Cleaner.CleanFrom(ctx, func() ([]byte, error) { return s.join(ctx, box.Open, id, came.Size) }, s.mark())
	if fault.Is(err, fault.Invalid) {
		return Photo{}, errors.Join(err, s.Remove(ctx, caseID, id))
	}
	if err != nil {
		return Photo{}, err
	}
	return s.finish(ctx, arrival{id, caseID, Kind(came.Kind)}, box, picture)
}

// join opens the pieces of a photo, which must be all.
func (s *Store) join(ctx context.Context, open func([]byte, string) ([]byte, error), id string, size int64) ([]byte, error) {
	parts, err := db.Select[struct {
		Start  int64
		Sealed []byte
	}](ctx, s.DB, selectParts, id)
	if err != nil {
		return nil, fmt.Errorf("read pieces of photo: %w", err)
	}
	raw := make([]byte, 0, size)
	for _, part := range parts {
		piece, err := open(part.Sealed, partContext(id, part.Start))
		if err != nil {
			return nil, err
		}
		raw = append(raw, piece...)
	}
	if int64(len(raw)) != size {
		return nil, fault.New(fault.Taken, "upload.incomplete", "photo %s has %d of %d bytes", id, len(raw), size)
	}
	return raw, nil
}

func (s *Store) arriving(ctx context.Context, q db.Queryer, query, caseID, id string) (arriving, error) {
	//sqlcheck:dynamic TestAPhotoComesInPieces
	row, err := db.Get[arriving](ctx, q, query, id, caseID)
	if fault.Is(err, fault.NotFound) || err == nil && row.State != Arriving {
		return row, gone(id)
	}
	if err != nil {
		return row, fmt.Errorf("find photo: %w", err)
	}
	return row, nil
}

func partContext(id string, start int64) string {
	return fmt.Sprintf("piece %d of photo %s", start, id)
}
