package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/photo"
	"loket/internal/point"
	"loket/internal/seal"
)

// handling is how long a photo may take from its row to its sealed bytes. What a crash
// leaves in between ends then.
const handling = time.Minute

const (
	selectSlots = `SELECT slot FROM photo WHERE case_id = $1 AND state IN ('arriving', 'kept')`
	insertPhoto = `
		INSERT INTO photo (id, case_id, kind, state, slot, sealed, size, advice, received_at, sent, expires_at, alarmed, rule, receipt, destroyed_at)
		VALUES ($1, $2, $3, 'arriving', $4, NULL, $5, '', $6, FALSE, $7, FALSE, NULL, NULL, NULL)
		ON CONFLICT DO NOTHING`
	setKept = `
		UPDATE photo SET state = 'kept', sealed = $2, size = $3, advice = $4, received_at = $5, expires_at = $6
		WHERE id = $1 AND state = 'arriving'`
	deleteParts   = `DELETE FROM photo_part WHERE photo_id = $1`
	dropArriving  = `DELETE FROM photo WHERE id = $1 AND state = 'arriving'`
	selectOnePict = `
		SELECT id, kind, state, advice, received_at, sent, rule, receipt, destroyed_at FROM photo WHERE id = $1 AND case_id = $2`
)

// Add takes a photo that comes whole, as from a form without script. Of what the client
// says of the file nothing is looked at. It reads no more than photo.MaxBytes; what is
// wrong with the picture is a fault.Invalid of package photo. A fifth living photo of a
// case is a fault.Invalid.
func (s *Store) Add(ctx context.Context, caseID string, kind Kind, raw io.Reader) (Photo, error) {
	if err := s.mayCome(ctx, caseID, kind); err != nil {
		return Photo{}, err
	}
	data, err := readUpTo(raw, photo.MaxBytes)
	if err != nil {
		return Photo{}, err
	}
	picture, err := s.Cleaner.Clean(ctx, data, s.mark())
	if err != nil {
		return Photo{}, err
	}
	a := arrival{id: s.newID(), caseID: caseID, kind: kind}
	box, err := s.begin(ctx, a, int64(len(picture.JPEG)), handling)
	if err != nil {
		return Photo{}, err
	}
	p, err := s.finish(ctx, a, box, picture)
	if err != nil {
		return Photo{}, errors.Join(err, s.drop(context.WithoutCancel(ctx), a.id))
	}
	return p, nil
}

// arrival is a photo on its way.
type arrival struct {
	id, caseID string
	kind       Kind
}

func (s *Store) newID() string { return ident.NewID(s.Random, "pht") }

// mark is what is burnt into a picture, so that a copy of it is of little use elsewhere.
func (s *Store) mark() string { return "copy for " + s.For + ", " + s.day(s.Now()) }

// mayCome refuses early what begin would refuse, before anything is read.
func (s *Store) mayCome(ctx context.Context, caseID string, kind Kind) error {
	if caseID == "" || kind != Document && kind != Card {
		return fault.New(fault.Invalid, "upload.kind", "a photo of kind %q", kind)
	}
	if _, err := s.freeSlot(ctx, s.DB, caseID); err != nil {
		return err
	}
	return s.room(ctx, s.DB, 1)
}

// selectUnsentBytes counts a photo as no less than its row and key cost.
const selectUnsentBytes = `
	SELECT coalesce(CAST(sum(CASE WHEN size < 65536 THEN 65536 ELSE size END) AS bigint), 0) AS n FROM photo
	WHERE state IN ('arriving', 'kept') AND state <> 'destroyed' AND NOT sent`

// room refuses a photo of size bytes where with it more would be stored for people who
// sent nothing yet than the ceiling allows. Who comes at one moment may pass together.
func (s *Store) room(ctx context.Context, q db.Queryer, size int64) error {
	n, err := db.Get[int64](ctx, q, selectUnsentBytes)
	if err != nil {
		return fmt.Errorf("add up photos that were not sent: %w", err)
	}
	if n+size > s.Ceiling {
		return fault.New(fault.Unavailable, photo.KeyBusy, "%d bytes of photos were not sent", n)
	}
	return nil
}

// freeSlot returns the lowest place that is free for a photo of a case.
func (s *Store) freeSlot(ctx context.Context, q db.Queryer, caseID string) (int64, error) {
	taken, err := db.Select[int64](ctx, q, selectSlots, caseID)
	if err != nil {
		return 0, fmt.Errorf("count photos of %s: %w", caseID, err)
	}
	var used [MaxLiving + 1]bool
	for _, n := range taken {
		used[n] = true
	}
	for n := 1; n <= MaxLiving; n++ {
		if !used[n] {
			return int64(n), nil
		}
	}
	return 0, fault.New(fault.Invalid, "upload.many", "case %s has %d photos", caseID, MaxLiving)
}

// begin makes the row of a photo, then its key: a key never lies there without a row.
func (s *Store) begin(ctx context.Context, a arrival, size int64, life time.Duration) (seal.Box, error) {
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		if err := s.room(ctx, tx, size); err != nil {
			return err
		}
		// Two photos that come at once may choose one slot; one of them chooses again.
		for range MaxLiving {
			slot, err := s.freeSlot(ctx, tx, a.caseID)
			if err != nil {
				return err
			}
			now := s.now()
			made, err := db.Exec(ctx, tx, insertPhoto, a.id, a.caseID, string(a.kind), slot, size, now, now.Add(life))
			if err != nil {
				return fmt.Errorf("make row of photo: %w", err)
			}
			if made == 1 {
				return nil
			}
		}
		return fault.New(fault.Invalid, "upload.many", "photos of case %s come too many at once", a.caseID)
	})
	if err != nil {
		return seal.Box{}, err
	}
	point.Reach("upload.begun")
	box, err := s.Photos.Create(a.id)
	if err != nil {
		return seal.Box{}, errors.Join(err, s.drop(context.WithoutCancel(ctx), a.id))
	}
	point.Reach("upload.keyed")
	return box, nil
}

// finish seals a picture and keeps it.
func (s *Store) finish(ctx context.Context, a arrival, box seal.Box, picture photo.Picture) (Photo, error) {
	sealed := box.Seal(picture.JPEG, a.context())
	var words []string
	for _, advice := range picture.Advice {
		words = append(words, string(advice))
	}
	now := s.now()
	var kept row
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		n, err := db.Exec(ctx, tx, setKept, a.id, sealed, int64(len(picture.JPEG)), strings.Join(words, " "), now, now.Add(s.life.draft))
		if err != nil {
			return fmt.Errorf("keep photo: %w", err)
		}
		if n == 0 {
			return gone(a.id)
		}
		if _, err := db.Exec(ctx, tx, deleteParts, a.id); err != nil {
			return fmt.Errorf("drop pieces of photo: %w", err)
		}
		if err := s.Jobs.Add(ctx, tx, jobs.Job{Kind: JobArrived, Args: Event{CaseID: a.caseID}, Due: now.Add(s.life.unsent)}); err != nil {
			return err
		}
		if err := s.act(ctx, tx, audit.Applicant, roleSelf, actAdd, a.id, string(a.kind)); err != nil {
			return err
		}
		kept, err = db.Get[row](ctx, tx, selectOnePict, a.id, a.caseID)
		return err
	})
	point.Reach("upload.sealed")
	return s.photoOf(kept), err
}

// context is what the sealed bytes are bound to.
func (a arrival) context() string { return "photo " + a.id + " of " + a.caseID + " " + string(a.kind) }

// drop forgets a photo of which nothing was ever sealed.
func (s *Store) drop(ctx context.Context, id string) error {
	if _, err := s.Photos.Destroy(id); err != nil {
		return err
	}
	return s.DB.Update(ctx, func(tx *db.Tx) error {
		_, err := db.Exec(ctx, tx, dropArriving, id)
		return err
	})
}

// readUpTo reads at most limit bytes; more is a fault.Invalid, found out at the first
// byte too many.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "upload.broken-off", "read photo: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, fault.New(fault.Invalid, "photo.large", "more than %d bytes", limit)
	}
	return data, nil
}

func gone(id string) error {
	return fault.New(fault.NotFound, "upload.gone", "photo %s is not there any more", id)
}

// Acts and roles in the audit log.
const (
	actAdd     = "photo.add"
	actRefuse  = "photo.refuse"
	actDestroy = "photo.destroy"
	roleSelf   = "self"
	roleWorker = "worker"
)

// act writes an audit entry about a photo. Its id is no secret: there is no subject to
// seal.
func (s *Store) act(ctx context.Context, tx *db.Tx, actor, role, act, id, result string) error {
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: actor, Role: role, Act: act, Object: id, Result: result})
}
