package session

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/seal"
)

// store is the store of scs on our table. scs hands it hashed tokens.
type store struct {
	db   *db.DB
	box  seal.Box
	now  func() time.Time
	life time.Duration // from the beginning
	idle time.Duration // from the last request
}

// errNoContext is returned by the methods without a context, which scs does not call
// where there are others.
var errNoContext = errors.New("session: a call without a context")

const (
	selectSession = `SELECT data FROM staff_session WHERE id = $1 AND expires_at > $2`
	deleteSession = `DELETE FROM staff_session WHERE id = $1`
	// A session of a member is only ever updated: what ended in the meantime stays ended.
	updateSession = `
		UPDATE staff_session SET data = $2,
			expires_at = CASE WHEN began_at + $4 < $3 + $5 THEN began_at + $4 ELSE $3 + $5 END
		WHERE id = $1 AND expires_at > $3`
	insertSession = `
		INSERT INTO staff_session (id, staff_id, data, began_at, expires_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`
	endOthers = `DELETE FROM staff_session WHERE staff_id = $1`
)

// hash is how scs hashes a token.
func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// sealContext binds what a session knows to its row.
func sealContext(id string) string { return "staff_session " + id }

// begin makes the row of a member's session, empty until the request ends.
func (s *store) begin(ctx context.Context, token, staffID string) error {
	now := s.now()
	err := s.db.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, endOthers, staffID); err != nil {
			return err
		}
		_, err := db.Exec(ctx, tx, insertSession, hash(token), staffID, []byte{}, now, now.Add(s.idle))
		return err
	})
	if err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	return nil
}

// FindCtx returns what a session knows.
func (s *store) FindCtx(ctx context.Context, id string) ([]byte, bool, error) {
	data, err := db.Get[[]byte](ctx, s.db, selectSession, id, s.now())
	if fault.Is(err, fault.NotFound) || err == nil && len(data) == 0 {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	plain, err := s.box.Open(data, sealContext(id))
	if err != nil { // not of ours: then nobody is signed in
		return nil, false, nil
	}
	return plain, true, nil
}

// CommitCtx keeps what a session knows. The expiry that scs reckons is not used. A row
// that is not there is made only for a browser that is not signed in and has begun to.
func (s *store) CommitCtx(ctx context.Context, id string, data []byte, _ time.Time) error {
	now, sealed := s.now(), s.box.Seal(data, sealContext(id))
	n, err := db.Exec(ctx, s.db, updateSession, id, sealed, now.Unix(), int64(s.life.Seconds()), int64(s.idle.Seconds()))
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	if n == 1 {
		return nil
	}
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	if values[keyStaff] != nil {
		return nil
	}
	if _, err := db.Exec(ctx, s.db, insertSession, id, "", sealed, now, now.Add(s.idle)); err != nil {
		return fmt.Errorf("begin session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session.
func (s *store) DeleteCtx(ctx context.Context, id string) error {
	if _, err := db.Exec(ctx, s.db, deleteSession, id); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Find is there for the interface of scs.
func (s *store) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is there for the interface of scs.
func (s *store) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete is there for the interface of scs.
func (s *store) Delete(string) error { return errNoContext }
