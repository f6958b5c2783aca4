package staff

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"loket/internal/db"
	"loket/internal/fault"
)

// Kinds of ceremony. One cannot be finished as another.
const (
	kindEnrol   = "enrol"
	kindFirst   = "key" // the second passkey of an enrolment
	kindKey     = "another-key"
	kindSignIn  = "sign-in"
	kindConfirm = "confirm"
	kindAct     = "act"
	kindSecond  = "second"
)

// Ceremony is one use of a passkey that was begun. Options go to the browser as they
// are (the member "publicKey" holds what navigator.credentials is given), State stays
// here, in the session. It can be finished once, within five minutes.
type Ceremony struct {
	Options json.RawMessage
	State   []byte
}

// state is what a ceremony must be finished with.
type state struct {
	Kind    string
	Nonce   []byte `json:",omitempty"` // of a confirmation
	Until   time.Time
	Session webauthn.SessionData
}

// newPasskeys sets the library up: passkeys that need no name to be typed, and always
// user verification, a PIN or a finger, so that a key that was left lying opens nothing.
func newPasskeys(name, host, origin string) (*webauthn.WebAuthn, error) {
	required := true
	return webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: name, RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: &required,
			UserVerification: protocol.VerificationRequired,
		},
	})
}

func (s *Store) randomBytes() ([]byte, error) {
	b := make([]byte, sha256.Size)
	if _, err := io.ReadFull(s.Random, b); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return b, nil
}

// ceremony puts together what was begun.
func (s *Store) ceremony(kind string, nonce []byte, options any, session *webauthn.SessionData) (Ceremony, error) {
	toBrowser, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, fmt.Errorf("encode passkey options: %w", err)
	}
	kept, err := json.Marshal(state{kind, nonce, s.now().Add(s.life.ceremony), *session})
	if err != nil {
		return Ceremony{}, fmt.Errorf("encode passkey ceremony: %w", err)
	}
	return Ceremony{Options: toBrowser, State: kept}, nil
}

// resume reads what is to be finished.
func (s *Store) resume(kind string, c Ceremony) (state, error) {
	var st state
	if err := json.Unmarshal(c.State, &st); err != nil || st.Kind != kind {
		return state{}, fault.New(fault.Invalid, "staff.ceremony", "no %s ceremony was begun", kind)
	}
	if !s.now().Before(st.Until) {
		return state{}, fault.New(fault.TooLate, "staff.ceremony", "the %s ceremony is too old", kind)
	}
	return st, nil
}

const insertCeremony = `INSERT INTO staff_ceremony (id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`

// spend lets a ceremony count once, however often and wherever it is finished.
func (s *Store) spend(ctx context.Context, tx *db.Tx, st state) error {
	sum := sha256.Sum256([]byte(st.Session.Challenge))
	n, err := db.Exec(ctx, tx, insertCeremony, sum[:], st.Until)
	if err != nil {
		return fmt.Errorf("spend passkey ceremony: %w", err)
	}
	if n == 0 {
		return fault.New(fault.TooLate, "staff.ceremony", "the %s ceremony was finished before", st.Kind)
	}
	return nil
}

// challenge is the form in which the library keeps one.
func challenge(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// withChallenge gives a registration a challenge of ours.
func withChallenge(b []byte) webauthn.RegistrationOption {
	return func(o *protocol.PublicKeyCredentialCreationOptions) error {
		o.Challenge = b
		return nil
	}
}

// owner is a member as the library knows one.
type owner struct {
	member Member
	keys   []webauthn.Credential
}

func (o owner) WebAuthnID() []byte                         { return []byte(o.member.ID) }
func (o owner) WebAuthnName() string                       { return o.member.Name.Reveal() }
func (o owner) WebAuthnDisplayName() string                { return o.member.Name.Reveal() }
func (o owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }
