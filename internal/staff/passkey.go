package staff

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
)

// Key is a passkey in the list of its owner.
type Key struct {
	ID    []byte
	Label string
	Added rules.Day
	Used  rules.Day // the day of its last use, or of its making
}

// credential is what is kept of a passkey, sealed: whoever has only the database
// could otherwise add one.
type credential struct {
	PublicKey []byte   // COSE
	Flags     byte     // as the authenticator gave them
	Transport []string // how it can be reached
}

type passkeyRow struct {
	ID         []byte
	Credential []byte
	Uses       int64
}

const (
	selectInvite = `
		SELECT id, staff_id, made_by, seconded, sealed, expires_at FROM staff_invite
		WHERE id = $1 AND expires_at > $2`
	spendInvite = `DELETE FROM staff_invite WHERE id = $1 AND expires_at > $2`
	activate    = `UPDATE staff_member SET state = 'active' WHERE id = $1 AND state = 'invited'`
	insertKey   = `
		INSERT INTO staff_passkey (id, staff_id, label, credential, uses, added_day, used_day)
		VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING`
	selectKeys = `SELECT id, credential, uses FROM staff_passkey WHERE staff_id = $1 ORDER BY id`
	// usesKey lets a counter only rise. Passkeys that are copied between the devices
	// of their owner do not count, and stay at 0.
	usesKey = `
		UPDATE staff_passkey SET uses = $2, used_day = $3
		WHERE id = $1 AND (uses < $2 OR (uses = 0 AND $2 = 0))`
	listKeys   = `SELECT id, label, added_day, used_day FROM staff_passkey WHERE staff_id = $1 ORDER BY added_day, id`
	lockMember = `SELECT id FROM staff_member WHERE id = $1 FOR UPDATE`
	removeKey  = `
		DELETE FROM staff_passkey WHERE id = $1 AND staff_id = $2
		AND (SELECT count(*) FROM staff_passkey k WHERE k.staff_id = $2) > 1`
)

func keyContext(id []byte, staffID string) string {
	return fmt.Sprintf("staff_passkey %x %s", id, staffID)
}

// keys reads the passkeys of a member.
func (s *Store) keys(ctx context.Context, q db.Queryer, staffID string) ([]webauthn.Credential, error) {
	rows, err := db.Select[passkeyRow](ctx, q, selectKeys, staffID)
	if err != nil {
		return nil, fmt.Errorf("read passkeys: %w", err)
	}
	list := make([]webauthn.Credential, len(rows))
	for i, r := range rows {
		var kept credential
		if err := s.box.OpenValue(r.Credential, keyContext(r.ID, staffID), &kept); err != nil {
			return nil, err
		}
		list[i] = webauthn.Credential{ID: r.ID, PublicKey: kept.PublicKey,
			Flags:         webauthn.CredentialFlagsFromMsgpByte(kept.Flags),
			Authenticator: webauthn.Authenticator{SignCount: uint32(r.Uses)}}
		for _, t := range kept.Transport {
			list[i].Transport = append(list[i].Transport, protocol.AuthenticatorTransport(t))
		}
	}
	return list, nil
}

// owner reads a member with their passkeys.
func (s *Store) owner(ctx context.Context, q db.Queryer, id string) (owner, error) {
	m, _, err := s.load(ctx, q, id)
	if err != nil {
		return owner{}, err
	}
	keys, err := s.keys(ctx, q, id)
	return owner{m, keys}, err
}

func (s *Store) beginKey(o owner, kind string) (Ceremony, error) {
	nonce, err := s.randomBytes()
	if err != nil {
		return Ceremony{}, err
	}
	known := webauthn.Credentials(o.keys).CredentialDescriptors()
	options, session, err := s.passkeys.BeginRegistration(o, withChallenge(nonce), webauthn.WithExclusions(known))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin a passkey: %w", err)
	}
	return s.ceremony(kind, nil, options, session)
}

// BeginEnrol begins the first passkey of the member whom a one-time link invited. The
// link is not spent by it. An unknown or old link is a fault.NotFound.
func (s *Store) BeginEnrol(ctx context.Context, token string) (Ceremony, Member, error) {
	o, _, err := s.invited(ctx, s.DB, token)
	if err != nil {
		return Ceremony{}, Member{}, err
	}
	c, err := s.beginKey(o, kindEnrol)
	return c, o.member, err
}

// invited returns whom a one-time link invited, and who made the account. The
// invitation must be one that this program wrote, and its member wait for a first
// passkey: who works here already gets no other passkey by a link.
func (s *Store) invited(ctx context.Context, q db.Queryer, token string) (o owner, madeBy string, err error) {
	gone := func(why string, args ...any) error {
		return fault.New(fault.NotFound, "staff.invite.gone", why, args...)
	}
	r, err := db.Get[inviteRow](ctx, q, selectInvite, tokenSum(token), s.now())
	if err != nil {
		return o, "", gone("find invitation: %w", err)
	}
	var id string
	if err := s.box.OpenValue(r.Sealed, r.context(), &id); err != nil || id != r.StaffID {
		return o, "", gone("the invitation of %s was not made here: %w", r.StaffID, err)
	}
	if o.member, madeBy, err = s.load(ctx, q, id); err != nil {
		return o, "", err
	}
	if o.member.State != Invited || o.member.Keys > 0 {
		return o, "", gone("%s is %s and has %d passkeys", id, o.member.State, o.member.Keys)
	}
	return o, madeBy, nil
}

// FinishEnrol keeps the passkey, spends the link and makes the account active.
func (s *Store) FinishEnrol(ctx context.Context, token string, c Ceremony, response []byte, label string) (m Member, err error) {
	sum := tokenSum(token)
	err = s.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Select[string](ctx, tx, lockMembers); err != nil {
			return fmt.Errorf("lock members of staff: %w", err)
		}
		o, madeBy, err := s.invited(ctx, tx, token)
		if err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, spendInvite, sum, s.now())
		if err != nil {
			return fmt.Errorf("spend invitation: %w", err)
		}
		if n == 0 {
			return fault.New(fault.NotFound, "staff.invite.gone", "the invitation was used at this moment")
		}
		if _, err := db.Exec(ctx, tx, activate, o.member.ID); err != nil {
			return fmt.Errorf("make account active: %w", err)
		}
		o.member.State = Active
		if err := s.keepRights(ctx, tx, o.member, madeBy); err != nil {
			return err
		}
		m, err = s.addKey(ctx, tx, o.member.ID, kindEnrol, c, response, label, "staff.enrol")
		return err
	})
	return m, err
}

// BeginAddKey begins the second passkey of an enrolment, on the day of the first. For
// every other one it is a fault.Denied "staff.passkey.prove": BeginAllowKey comes first.
func (s *Store) BeginAddKey(ctx context.Context, m Member) (Ceremony, error) {
	o, err := s.owner(ctx, s.DB, m.ID)
	if err != nil {
		return Ceremony{}, err
	}
	if err := s.ready(o.member); err != nil {
		return Ceremony{}, err
	}
	keys, err := s.MemberKeys(ctx, m)
	if err != nil {
		return Ceremony{}, err
	}
	if len(keys) != 1 || keys[0].Added != s.today() {
		return Ceremony{}, denied("staff.passkey.prove", "%s has %d passkeys", m.ID, len(keys))
	}
	return s.beginKey(o, kindFirst)
}

// FinishAddKey keeps it, and returns the member with it.
func (s *Store) FinishAddKey(ctx context.Context, m Member, c Ceremony, response []byte, label string) (now Member, err error) {
	kind, act := kindKey, actKey
	if _, err := s.resume(kindFirst, c); err == nil {
		kind, act = kindFirst, "staff.enrol"
	}
	err = s.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Get[string](ctx, tx, lockMember, m.ID); err != nil {
			return fmt.Errorf("lock member of staff: %w", err)
		}
		now, err = s.addKey(ctx, tx, m.ID, kind, c, response, label, act)
		return err
	})
	return now, err
}

// BeginAllowKey asks a passkey that the member has whether there may be another.
func (s *Store) BeginAllowKey(ctx context.Context, m Member) (Ceremony, error) {
	return s.beginAct(ctx, m, addingKey(m))
}

// AllowKey begins one more passkey, for FinishAddKey, when one that the member has
// answered.
func (s *Store) AllowKey(ctx context.Context, m Member, a Answer) (Ceremony, error) {
	err := s.Update(ctx, func(tx *db.Tx) error { return s.acted(ctx, tx, m.ID, addingKey(m), a) })
	if err != nil {
		return Ceremony{}, err
	}
	o, err := s.owner(ctx, s.DB, m.ID)
	if err != nil {
		return Ceremony{}, err
	}
	return s.beginKey(o, kindKey)
}

// Bounds of passkeys: how many a member has, and how long a label is.
const (
	maxKeys  = 10
	maxLabel = 40
)

func (s *Store) addKey(ctx context.Context, tx *db.Tx, id, kind string, c Ceremony, response []byte, label, act string) (Member, error) {
	st, err := s.resume(kind, c)
	if err != nil {
		return Member{}, err
	}
	o, err := s.owner(ctx, tx, id)
	if err != nil {
		return Member{}, err
	}
	if err := s.ready(o.member); err != nil {
		return Member{}, err
	}
	if kind == kindFirst && len(o.keys) != 1 { // begun twice
		return Member{}, denied("staff.passkey.prove", "%s has %d passkeys", id, len(o.keys))
	}
	if len(o.keys) >= maxKeys {
		return Member{}, fault.New(fault.Invalid, "staff.passkey.many", "%s has %d passkeys", id, len(o.keys))
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return Member{}, fault.New(fault.Invalid, "staff.passkey.wrong", "read what the authenticator made: %w", err)
	}
	made, err := s.passkeys.CreateCredential(o, st.Session, parsed)
	if err != nil {
		return Member{}, refuse(id, "", id, "", whyPasskey, denied("staff.passkey.wrong", "verify what the authenticator made: %w", err))
	}
	if err := s.spend(ctx, tx, st); err != nil {
		return Member{}, err
	}
	if err := s.keepKey(ctx, tx, id, made, label); err != nil {
		return Member{}, err
	}
	o.member.Keys++
	return o.member, s.act(ctx, tx, id, act, id, keyResult(made.ID))
}

// keyResult is how the audit log names a passkey, so that Check finds the entry of each.
func keyResult(id []byte) string {
	sum := sha256.Sum256(id)
	return fmt.Sprintf("ok %x", sum[:8])
}

func (s *Store) keepKey(ctx context.Context, tx *db.Tx, id string, made *webauthn.Credential, label string) error {
	kept := credential{PublicKey: made.PublicKey, Flags: made.Flags.MsgpByte()}
	for _, t := range made.Transport {
		kept.Transport = append(kept.Transport, string(t))
	}
	sealed, err := s.box.SealValue(kept, keyContext(made.ID, id))
	if err != nil {
		return err
	}
	label = strings.Join(strings.Fields(label), " ")
	if runes := []rune(label); len(runes) > maxLabel {
		label = string(runes[:maxLabel])
	}
	n, err := db.Exec(ctx, tx, insertKey, made.ID, id, label, sealed, int64(made.Authenticator.SignCount), s.today().String())
	if err != nil {
		return fmt.Errorf("keep passkey: %w", err)
	}
	if n == 0 { // also on another account: one key is one person
		return fault.New(fault.Taken, "staff.passkey.taken", "this passkey is known")
	}
	return nil
}

type keyRow struct {
	ID       []byte
	Label    string
	AddedDay string
	UsedDay  string
}

// MemberKeys lists the passkeys of a member, oldest first.
func (s *Store) MemberKeys(ctx context.Context, m Member) ([]Key, error) {
	rows, err := db.Select[keyRow](ctx, s.DB, listKeys, m.ID)
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	list := make([]Key, len(rows))
	for i, r := range rows {
		list[i] = Key{ID: r.ID, Label: r.Label}
		if list[i].Added, err = rules.ParseDay(r.AddedDay); err != nil {
			return nil, fmt.Errorf("day of a passkey: %w", err)
		}
		if list[i].Used, err = rules.ParseDay(r.UsedDay); err != nil {
			return nil, fmt.Errorf("day of a passkey: %w", err)
		}
	}
	return list, nil
}

// BeginRemoveKey asks a passkey that the member has whether this one may go.
func (s *Store) BeginRemoveKey(ctx context.Context, m Member, id []byte) (Ceremony, error) {
	return s.beginAct(ctx, m, removingKey(m, id))
}

// RemoveKey ends a passkey of a member, but never the last, when a passkey of theirs
// answered. What was confirmed with it can still be verified.
func (s *Store) RemoveKey(ctx context.Context, m Member, id []byte, a Answer) error {
	return s.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Get[string](ctx, tx, lockMember, m.ID); err != nil {
			return fmt.Errorf("lock member of staff: %w", err)
		}
		if err := s.acted(ctx, tx, m.ID, removingKey(m, id), a); err != nil {
			return err
		}
		n, err := db.Exec(ctx, tx, removeKey, id, m.ID)
		if err != nil {
			return fmt.Errorf("remove passkey: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Invalid, "staff.passkey.last", "no such passkey of %s, or the last", m.ID)
		}
		return s.act(ctx, tx, m.ID, actUnkey, m.ID, keyResult(id))
	})
}
