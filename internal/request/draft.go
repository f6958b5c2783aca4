package request

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/seal"
)

// A draft is a form that was begun. Its person holds the code; the database holds
// a hash of it and the answers sealed under a key made of it, so that nobody reads a
// draft without its person.

const (
	insertDraft = `INSERT INTO draft (id, sealed, expires_at) VALUES ($1, $2, $3)`
	updateDraft = `UPDATE draft SET sealed = $2, expires_at = $3 WHERE id = $1 AND expires_at > $4`
	selectDraft = `SELECT sealed FROM draft WHERE id = $1 AND expires_at > $2`
	deleteDraft = `DELETE FROM draft WHERE id = $1`
	takeDraft   = `DELETE FROM draft WHERE id = $1 RETURNING sealed`
)

// StartDraft begins a form and returns the code of its draft.
func (s *Store) StartDraft(ctx context.Context) (ident.DraftCode, error) {
	code := ident.NewDraftCode(s.Random)
	id, sealed, err := s.sealDraft(code, Answers{Case: ident.NewID(s.Random, "req")})
	if err != nil {
		return code, err
	}
	if _, err := db.Exec(ctx, s.DB, insertDraft, id, sealed, s.Now().Add(s.life.draft)); err != nil {
		return code, fmt.Errorf("begin draft: %w", err)
	}
	return code, nil
}

// SaveDraft keeps the answers for the lifetime of a draft from now on. It is a
// fault.NotFound when there is none any more: what was dropped or sent stays gone. The
// case stays the one that StartDraft made, whatever a says.
func (s *Store) SaveDraft(ctx context.Context, code ident.DraftCode, a Answers) error {
	before, err := s.LoadDraft(ctx, code)
	if err != nil {
		return err
	}
	a.Case = before.Case
	id, sealed, err := s.sealDraft(code, a)
	if err != nil {
		return err
	}
	saved, err := db.Exec(ctx, s.DB, updateDraft, id, sealed, s.Now().Add(s.life.draft), s.Now())
	if err != nil {
		return fmt.Errorf("keep draft: %w", err)
	}
	if saved == 0 {
		return fault.New(fault.NotFound, "request.draft.gone", "draft is no longer there")
	}
	return nil
}

func (s *Store) sealDraft(code ident.DraftCode, a Answers) (id string, sealed []byte, err error) {
	id, box, err := s.draftKeys(code)
	if err != nil {
		return "", nil, err
	}
	sealed, err = box.SealValue(a, draftContext(id))
	return id, sealed, err
}

// LoadDraft returns the answers of a draft; without a case when it was sent and kept. It
// is a fault.NotFound when there is none, or none any more.
func (s *Store) LoadDraft(ctx context.Context, code ident.DraftCode) (Answers, error) {
	id, box, err := s.draftKeys(code)
	if err != nil {
		return Answers{}, err
	}
	sealed, err := db.Get[[]byte](ctx, s.DB, selectDraft, id, s.Now())
	if err != nil {
		return Answers{}, fault.New(fault.Of(err), "request.draft.gone", "find draft: %w", err)
	}
	var a Answers
	if err := box.OpenValue(sealed, draftContext(id), &a); err != nil {
		return Answers{}, err
	}
	sent, err := s.isRequest(ctx, s.DB, a.Case)
	if err != nil {
		return Answers{}, err
	}
	if sent {
		a.Case = "" // its photos are those of a request now, and shown as such
	}
	return a, nil
}

// isRequest reports whether the case of a draft was sent.
func (s *Store) isRequest(ctx context.Context, q db.Queryer, caseID string) (bool, error) {
	_, err := db.Get[row](ctx, q, selectRequest, caseID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look whether the case of a draft is taken: %w", err)
	}
	return true, nil
}

// takeDraft drops a draft that is sent, unless it is kept, and returns the id that its
// request will have; a new one where there is no draft any more. Only the code of the
// draft leads to its case: somebody who knows an id cannot make a request of another
// person's photos.
func (s *Store) takeDraft(ctx context.Context, tx *db.Tx, code ident.DraftCode, keep bool) (string, error) {
	if code.IsZero() {
		return ident.NewID(s.Random, "req"), nil
	}
	id, box, err := s.draftKeys(code)
	if err != nil {
		return "", err
	}
	var sealed []byte
	if keep {
		sealed, err = db.Get[[]byte](ctx, tx, selectDraft, id, s.Now())
	} else {
		sealed, err = db.Get[[]byte](ctx, tx, takeDraft, id)
	}
	if fault.Is(err, fault.NotFound) {
		return ident.NewID(s.Random, "req"), nil
	}
	if err != nil {
		return "", fmt.Errorf("take draft: %w", err)
	}
	var a Answers
	if err := box.OpenValue(sealed, draftContext(id), &a); err != nil {
		return "", err
	}
	sent, err := s.isRequest(ctx, tx, a.Case)
	if err != nil {
		return "", err
	}
	if sent || a.Case == "" { // a kept draft that was sent: its case is taken
		return ident.NewID(s.Random, "req"), nil
	}
	return a.Case, nil
}

// DropDraft deletes a draft at once, as its person asks.
func (s *Store) DropDraft(ctx context.Context, code ident.DraftCode) error {
	return s.DB.Update(ctx, func(tx *db.Tx) error { return s.dropDraft(ctx, tx, code) })
}

func (s *Store) dropDraft(ctx context.Context, tx *db.Tx, code ident.DraftCode) error {
	if code.IsZero() {
		return nil
	}
	id, _, err := s.draftKeys(code)
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, deleteDraft, id); err != nil {
		return fmt.Errorf("drop draft: %w", err)
	}
	return nil
}

// draftKeys derives the id and the box of a draft. The pepper keeps somebody who
// has only a copy of the database from trying codes.
func (s *Store) draftKeys(code ident.DraftCode) (string, seal.Box, error) {
	derived, err := hkdf.Key(sha256.New, []byte(code.Reveal()), s.Keys.Secret("pepper"), "loket draft", 2*seal.KeySize)
	if err != nil {
		return "", seal.Box{}, fmt.Errorf("derive draft key: %w", err)
	}
	box, err := seal.NewBox(derived[seal.KeySize:])
	return "dft_" + hex.EncodeToString(derived[:16]), box, err
}

func draftContext(id string) string { return "draft " + id }
