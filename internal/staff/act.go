package staff

import (
	"context"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
)

// Answer is a ceremony, and what the passkey answered to it. A session that somebody
// left open is none: what changes an account needs its owner, or its leads, at that
// moment (V7.5.3).
type Answer struct {
	Ceremony Ceremony
	Response []byte
}

// act is what a passkey is asked to sign: what is done, to which account.
type act struct {
	object string // pseudonym
	words  string
}

func addingKey(m Member) act                { return act{m.ID, "add a passkey"} }
func removingKey(m Member, id []byte) act   { return act{m.ID, fmt.Sprintf("remove the passkey %x", id)} }
func invitingAgain(memberID string) act     { return act{memberID, "invite again"} }
func givingRoles(id string, r []Role) act   { return act{id, "give the roles " + joinRoles(r)} }
func (a act) challenge(nonce []byte) []byte { return digest(nonce, a.object, []byte(a.words)) }

// beginAct begins an assertion of a member's own passkey over what they will do.
func (s *Store) beginAct(ctx context.Context, m Member, a act) (Ceremony, error) {
	o, err := s.owner(ctx, s.DB, m.ID)
	if err != nil {
		return Ceremony{}, err
	}
	if err := s.ready(o.member); err != nil {
		return Ceremony{}, err
	}
	nonce, err := s.randomBytes()
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := s.passkeys.BeginLogin(o, webauthn.WithChallenge(a.challenge(nonce)))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin to ask a passkey: %w", err)
	}
	return s.ceremony(kindAct, nonce, options, session)
}

// acted verifies that the passkey of a member answered over exactly this act.
func (s *Store) acted(ctx context.Context, tx *db.Tx, staffID string, a act, answer Answer) error {
	st, err := s.resume(kindAct, answer.Ceremony)
	if err != nil {
		return err
	}
	o, err := s.owner(ctx, tx, staffID)
	if err != nil {
		return err
	}
	if err := s.ready(o.member); err != nil {
		return refuse(staffID, "", a.object, "", whyRights, err)
	}
	if st.Session.Challenge != challenge(a.challenge(st.Nonce)) {
		return refuse(staffID, "", a.object, "", whyPasskey, denied("staff.passkey.wrong", "the passkey was asked about something else"))
	}
	used, err := s.verifyNew(o, st, answer.Response)
	if err != nil {
		return refuse(staffID, "", a.object, "", whyPasskey, err)
	}
	if err := s.countUse(ctx, tx, o.member, a.object, used); err != nil {
		return err
	}
	return s.spend(ctx, tx, st)
}

// beginSecond begins an assertion of somebody else's passkey, whoever it will be.
func (s *Store) beginSecond(a act) (Ceremony, error) {
	nonce, err := s.randomBytes()
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithChallenge(a.challenge(nonce)))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin to ask a second passkey: %w", err)
	}
	return s.ceremony(kindSecond, nonce, options, session)
}

// seconded returns whose passkey answered over exactly this act.
func (s *Store) seconded(ctx context.Context, tx *db.Tx, a act, answer Answer) (string, error) {
	st, err := s.resume(kindSecond, answer.Ceremony)
	if err != nil {
		return "", err
	}
	if st.Session.Challenge != challenge(a.challenge(st.Nonce)) {
		return "", denied("staff.passkey.wrong", "the second passkey was asked about something else")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer.Response)
	if err != nil {
		return "", fault.New(fault.Invalid, "staff.passkey.wrong", "read the assertion: %w", err)
	}
	o, used, err := s.whoSigned(ctx, tx, st, parsed)
	if err != nil {
		return "", err
	}
	if err := s.countUse(ctx, tx, o.member, a.object, used); err != nil {
		return "", err
	}
	return o.member.ID, s.spend(ctx, tx, st)
}

// BeginSetRoles begins the passkey of a lead over the roles that somebody will have.
func (s *Store) BeginSetRoles(ctx context.Context, by Member, memberID string, roles []Role) (Ceremony, error) {
	if by.ID == memberID {
		return Ceremony{}, denied("staff.self", "%s would change the own account", by.ID)
	}
	return s.beginAct(ctx, by, givingRoles(memberID, roles))
}

// BeginInviteAgain begins the passkey of the first lead, over whom they invite again.
func (s *Store) BeginInviteAgain(ctx context.Context, by Member, memberID string) (Ceremony, error) {
	if by.ID == memberID {
		return Ceremony{}, denied("staff.self", "%s would change the own account", by.ID)
	}
	return s.beginAct(ctx, by, invitingAgain(memberID))
}

// BeginSecond begins the passkey of the second lead, who stands beside the first.
func (s *Store) BeginSecond(memberID string) (Ceremony, error) {
	return s.beginSecond(invitingAgain(memberID))
}

// twoLeads returns the second of two different leads who both answered with a passkey.
func (s *Store) twoLeads(ctx context.Context, tx *db.Tx, by, memberID string, first, second Answer) (string, error) {
	if by == audit.System {
		return "", nil
	}
	if err := s.acted(ctx, tx, by, invitingAgain(memberID), first); err != nil {
		return "", err
	}
	other, err := s.seconded(ctx, tx, invitingAgain(memberID), second)
	if err != nil {
		return "", err
	}
	if other == by {
		return "", denied("staff.invite.second", "the second lead is the first")
	}
	return other, s.lead(ctx, tx, other, memberID)
}
