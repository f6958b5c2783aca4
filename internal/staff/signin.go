package staff

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"loket/internal/db"
	"loket/internal/fault"
)

// BeginSignIn begins a sign-in of whoever it will be: the authenticator knows its
// accounts, and nobody types a name.
func (s *Store) BeginSignIn(ctx context.Context) (Ceremony, error) {
	nonce, err := s.randomBytes()
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithChallenge(nonce))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin a sign-in: %w", err)
	}
	return s.ceremony(kindSignIn, nil, options, session)
}

// errUnknown is why an assertion of nobody's passkey is refused.
var errUnknown = errors.New("staff: no such account")

// FinishSignIn returns who signed in, and writes an audit entry. Whoever has no rights
// now is a fault.Denied as of Member; every assertion that does not hold is a
// fault.Denied "staff.passkey.wrong", and a passkey whose counter went back is ended.
func (s *Store) FinishSignIn(ctx context.Context, c Ceremony, response []byte) (m Member, err error) {
	st, err := s.resume(kindSignIn, c)
	if err != nil {
		return Member{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return Member{}, fault.New(fault.Invalid, "staff.passkey.wrong", "read the assertion: %w", err)
	}
	err = s.Update(ctx, func(tx *db.Tx) error {
		o, used, err := s.whoSigned(ctx, tx, st, parsed)
		if err != nil {
			return err
		}
		if err := s.countUse(ctx, tx, o.member, o.member.ID, used); err != nil {
			return err
		}
		if err := s.spend(ctx, tx, st); err != nil {
			return err
		}
		if err := s.ready(o.member); err != nil {
			return refuse(o.member.ID, "", o.member.ID, "", whyRights, err)
		}
		m = o.member
		return s.act(ctx, tx, m.ID, "staff.sign-in", m.ID, "ok")
	})
	if err != nil {
		return Member{}, err
	}
	return m, nil
}

func (s *Store) whoSigned(ctx context.Context, tx *db.Tx, st state, parsed *protocol.ParsedCredentialAssertionData) (o owner, used *webauthn.Credential, err error) {
	var broken error // an error that is not about who signs
	find := func(_, handle []byte) (webauthn.User, error) {
		o, broken = s.owner(ctx, tx, string(handle))
		if fault.Is(broken, fault.NotFound) {
			broken = nil
			return nil, errUnknown
		}
		return o, broken
	}
	used, err = s.passkeys.ValidateDiscoverableLogin(find, st.Session, parsed)
	switch {
	case broken != nil:
		return owner{}, nil, broken
	case err != nil && o.member.ID == "":
		return owner{}, nil, denied("staff.passkey.wrong", "nobody has the passkey: %w", err)
	case err != nil:
		return owner{}, nil, refuse(o.member.ID, "", o.member.ID, "", whyPasskey, denied("staff.passkey.wrong", "verify the assertion: %w", err))
	}
	return o, used, nil
}

// countUse keeps the counter of a passkey. One that does not rise has a copy
// somewhere: both are ended, and their owner has another.
func (s *Store) countUse(ctx context.Context, tx *db.Tx, m Member, object string, used *webauthn.Credential) error {
	n, err := db.Exec(ctx, tx, usesKey, used.ID, int64(used.Authenticator.SignCount), s.today().String())
	if err != nil {
		return fmt.Errorf("count use of a passkey: %w", err)
	}
	if n == 1 && !used.Authenticator.CloneWarning {
		return nil
	}
	r := refuse(m.ID, "", object, "", whyCopy, denied("staff.passkey.copy", "the counter of a passkey of %s did not rise", m.ID))
	r.(*refusal).ended = used.ID
	return r
}
