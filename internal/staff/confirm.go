package staff

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
)

// Confirmation is who confirmed, and in which role.
type Confirmation struct {
	StaffID string
	Role    Role
	At      time.Time
}

// proof is all that is needed to verify an assertion again, whatever has become of
// the passkey and the address of the site. It is kept sealed, so that whoever has only
// the database can put no other public key in its place.
type proof struct {
	Response  []byte // what the browser sent
	PublicKey []byte // COSE
	Host      string // the passkey was bound to
	Origin    string // where it was used
}

type confirmationRow struct {
	ID        string
	Object    string
	StaffID   string
	Role      Role
	Digest    []byte
	Nonce     []byte
	Assertion []byte
	At        time.Time
}

func (r confirmationRow) context() string {
	return fmt.Sprintf("confirmation %s %s %s %s %d", r.ID, r.Object, r.StaffID, r.Role, r.At.Unix())
}

const (
	insertConfirmation = `
		INSERT INTO confirmation (id, object, staff_id, role, digest, nonce, credential, assertion, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`
	selectConfirmations = `
		SELECT id, object, staff_id, role, digest, nonce, assertion, at FROM confirmation
		WHERE object = $1 ORDER BY at, id`
)

// digest is what an authenticator signs for a content: a SHA-256 over the nonce, the
// object with its length before it, and the content.
func digest(nonce []byte, object string, content []byte) []byte {
	h := sha256.New()
	h.Write(nonce)
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(object))))
	h.Write([]byte(object))
	h.Write(content)
	return h.Sum(nil)
}

// BeginConfirm begins a confirmation: the challenge that the passkey of the member
// will sign is a digest of exactly this content about this object.
func (s *Store) BeginConfirm(ctx context.Context, m Member, object string, content []byte) (Ceremony, error) {
	o, err := s.owner(ctx, s.DB, m.ID)
	if err != nil {
		return Ceremony{}, err
	}
	if err := s.ready(o.member); err != nil {
		return Ceremony{}, err
	}
	if len(o.keys) < minKeys {
		return Ceremony{}, denied("staff.keys.two", "%s has %d passkeys", m.ID, len(o.keys))
	}
	nonce, err := s.randomBytes()
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := s.passkeys.BeginLogin(o, webauthn.WithChallenge(digest(nonce, object, content)))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin a confirmation: %w", err)
	}
	return s.ceremony(kindConfirm, nonce, options, session)
}

// Confirm verifies the assertion over exactly this content and keeps it, in the
// caller's transaction, which is one of Update. The member must have the role and all
// else that work needs at this moment. A second confirmation of an object by the same
// member is a fault.Taken.
func (s *Store) Confirm(ctx context.Context, tx *db.Tx, m Member, role Role, object string, content []byte, c Ceremony, response []byte) error {
	st, err := s.resume(kindConfirm, c)
	if err != nil {
		return err
	}
	if _, err := s.atWork(ctx, tx, m.ID, role); err != nil {
		if fault.Is(err, fault.Denied) {
			err = refuse(m.ID, role, object, "", whyRights, err)
		}
		return err
	}
	o, err := s.owner(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	// What is confirmed is what the caller has now, not what was begun.
	sum := digest(st.Nonce, object, content)
	st.Session.Challenge = challenge(sum)
	used, err := s.verifyNew(o, st, response)
	if err != nil {
		return refuse(m.ID, role, object, "", whyPasskey, err)
	}
	if err := s.countUse(ctx, tx, m, object, used); err != nil {
		return err
	}
	if err := s.spend(ctx, tx, st); err != nil {
		return err
	}
	return s.keepConfirmation(ctx, tx, confirmationRow{ID: ident.NewID(s.Random, "conf"), Object: object, StaffID: m.ID, Role: role,
		Digest: sum, Nonce: st.Nonce, At: s.now()}, used, response)
}

// Signing returns Confirm as a step of a transaction, for an area that keeps what was
// confirmed.
func (s *Store) Signing(ctx context.Context, m Member, role Role, object string, content []byte, c Ceremony, response []byte) func(*db.Tx) error {
	return func(tx *db.Tx) error { return s.Confirm(ctx, tx, m, role, object, content, c, response) }
}

func (s *Store) verifyNew(o owner, st state, response []byte) (*webauthn.Credential, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return nil, fault.New(fault.Invalid, "staff.passkey.wrong", "read the assertion: %w", err)
	}
	used, err := s.passkeys.ValidateLogin(o, st.Session, parsed)
	if err != nil {
		return nil, denied("staff.passkey.wrong", "verify the assertion: %w", err)
	}
	return used, nil
}

func (s *Store) keepConfirmation(ctx context.Context, tx *db.Tx, r confirmationRow, used *webauthn.Credential, response []byte) error {
	config := s.passkeys.Config
	sealed, err := s.box.SealValue(proof{response, used.PublicKey, config.RPID, config.RPOrigins[0]}, r.context())
	if err != nil {
		return err
	}
	n, err := db.Exec(ctx, tx, insertConfirmation, r.ID, r.Object, r.StaffID, r.Role, r.Digest, r.Nonce, used.ID, sealed, r.At)
	if err != nil {
		return fmt.Errorf("keep confirmation: %w", err)
	}
	if n == 0 {
		return fault.New(fault.Taken, "staff.confirm.twice", "%s confirmed %s before", r.StaffID, r.Object)
	}
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: r.StaffID, Role: string(r.Role), Act: actConfirm, Object: r.Object, Result: "ok"})
}

// Confirmed returns who confirmed exactly this content, in the order in which they
// did, after it has verified each assertion again. What was confirmed of the object
// with another content is left out. A row that cannot be verified is an error, and
// then nobody has confirmed anything.
func (s *Store) Confirmed(ctx context.Context, q db.Queryer, object string, content []byte) ([]Confirmation, error) {
	return s.signed(ctx, q, object, func(r confirmationRow) bool { return bytes.Equal(r.Digest, digest(r.Nonce, object, content)) })
}

// Signed returns whose passkeys signed for an object, whatever its content was: for when
// the content was destroyed. It verifies as Confirmed does, over the digest that is kept.
// Nothing may be allowed because of it: Confirmed says what was confirmed.
func (s *Store) Signed(ctx context.Context, q db.Queryer, object string) ([]Confirmation, error) {
	return s.signed(ctx, q, object, func(confirmationRow) bool { return true })
}

func (s *Store) signed(ctx context.Context, q db.Queryer, object string, counts func(confirmationRow) bool) ([]Confirmation, error) {
	rows, err := db.Select[confirmationRow](ctx, q, selectConfirmations, object)
	if err != nil {
		return nil, fmt.Errorf("read confirmations: %w", err)
	}
	var list []Confirmation
	for _, r := range rows {
		if err := s.verifyKept(r); err != nil {
			return nil, err
		}
		if counts(r) {
			list = append(list, Confirmation{r.StaffID, r.Role, r.At})
		}
	}
	return list, nil
}

// verifyKept verifies that the assertion of a row was made over its digest, with user
// verification.
func (s *Store) verifyKept(r confirmationRow) error {
	var kept proof
	if err := s.box.OpenValue(r.Assertion, r.context(), &kept); err != nil {
		return fmt.Errorf("confirmation %s: %w", r.ID, err)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(kept.Response)
	if err != nil {
		return fmt.Errorf("confirmation %s: read the assertion: %w", r.ID, err)
	}
	err = parsed.Verify(challenge(r.Digest), kept.Host, "", []string{kept.Origin}, nil, nil,
		protocol.TopOriginExplicitVerificationMode, false, true, true, kept.PublicKey, protocol.SignaturePolicy{})
	if err != nil {
		return fmt.Errorf("confirmation %s: verify the assertion: %w", r.ID, err)
	}
	return nil
}
