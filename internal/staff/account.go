package staff

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
)

const (
	insertMember = `
		INSERT INTO staff_member (id, state, name, sealed, lang, place, trained_until, screened_until, made_by, rights, created_at)
		VALUES ($1, 'invited', $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT DO NOTHING`
	insertRole   = `INSERT INTO staff_role (staff_id, role) VALUES ($1, $2)`
	deleteRoles  = `DELETE FROM staff_role WHERE staff_id = $1`
	insertInvite = `INSERT INTO staff_invite (id, staff_id, made_by, seconded, sealed, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`
	// lockMembers lets changes of accounts pass one after the other: two leads who
	// disable each other at one moment must not both succeed.
	lockMembers    = `SELECT id FROM staff_member ORDER BY id FOR UPDATE`
	disableMember  = `UPDATE staff_member SET state = 'disabled' WHERE id = $1`
	inviteMember   = `UPDATE staff_member SET state = 'invited' WHERE id = $1`
	renewMember    = `UPDATE staff_member SET trained_until = $2, screened_until = $3 WHERE id = $1`
	deletePasskeys = `DELETE FROM staff_passkey WHERE staff_id = $1`
	deleteInvites  = `DELETE FROM staff_invite WHERE staff_id = $1`
	deleteSessions = `DELETE FROM staff_session WHERE staff_id = $1`
	endLeases      = `
		UPDATE lease SET result = 'disabled', ended_at = CASE WHEN until < $2 THEN until ELSE $2 END
		WHERE staff_id = $1 AND ended_at IS NULL`
)

// Invite makes an account and returns the token of its one-time link, which lives 48
// hours; of the token only a hash is kept. by is a lead, or audit.System for the
// command line, from where the first leads come. A lead gives nobody lead or approver
// at once: another lead adds these with SetRoles, so that nobody makes the second
// person of a decision alone. A name that another living account has is a
// fault.Taken: people of one name are told apart in the name.
func (s *Store) Invite(ctx context.Context, by string, n New) (token string, err error) {
	if err := checkNew(n); err != nil {
		return "", err
	}
	err = s.Update(ctx, func(tx *db.Tx) error {
		id := ident.NewID(s.Random, "staff")
		if err := s.lead(ctx, tx, by, id); err != nil {
			return err
		}
		if by != audit.System && (Member{Roles: n.Roles}).Has(Approver, Lead) {
			return denied("staff.roles.second", "%s would make an approver or a lead alone", by)
		}
		sealed, err := s.box.SealValue(n.Name, memberContext(id))
		if err != nil {
			return err
		}
		invited := Member{ID: id, State: Invited, Roles: n.Roles, Trained: n.Trained, Screened: n.Screened}
		made, err := db.Exec(ctx, tx, insertMember, id, s.nameSum(n.Name), sealed, n.Lang, n.Place,
			n.Trained.String(), n.Screened.String(), by, s.index.Sum("rights", rightsOf(invited, by)...), s.now())
		if err != nil {
			return fmt.Errorf("make account: %w", err)
		}
		if made == 0 {
			return fault.New(fault.Taken, "staff.name.taken", "an account has this name")
		}
		if err := s.setRoles(ctx, tx, id, n.Roles); err != nil {
			return err
		}
		token, err = s.invite(ctx, tx, id, by, "")
		if err != nil {
			return err
		}
		return s.act(ctx, tx, by, "staff.invite", id, joinRoles(n.Roles))
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// maxName is how many characters a name has at most.
const maxName = 100

func checkNew(n New) error {
	if err := CheckRoles(n.Roles); err != nil {
		return err
	}
	name := n.Name.Reveal()
	switch {
	case len(ident.Fold(name)) == 0 || len([]rune(name)) > maxName:
		return fault.New(fault.Invalid, "staff.name.missing", "no name, or a very long one")
	case n.Lang == "":
		return fault.New(fault.Invalid, "staff.lang", "no language")
	case n.Trained.IsZero() || n.Screened.IsZero():
		return fault.New(fault.Invalid, "staff.days", "a day of training or screening is missing")
	}
	return nil
}

// nameSum finds a name again, however it is spelt.
func (s *Store) nameSum(name ident.Private) []byte {
	words := ident.Fold(name.Reveal())
	slices.Sort(words)
	return s.index.Sum("name", words...)
}

func joinRoles(roles []Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func (s *Store) setRoles(ctx context.Context, tx *db.Tx, id string, roles []Role) error {
	for _, r := range roles {
		if _, err := db.Exec(ctx, tx, insertRole, id, r); err != nil {
			return fmt.Errorf("give role: %w", err)
		}
	}
	return nil
}

// tokenBytes is the length of the secret of a one-time link.
const tokenBytes = 32

func (s *Store) invite(ctx context.Context, tx *db.Tx, id, by, second string) (string, error) {
	secret := make([]byte, tokenBytes)
	if _, err := io.ReadFull(s.Random, secret); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(secret)
	r := inviteRow{tokenSum(token), id, by, second, nil, s.now().Add(s.life.invite)}
	var err error
	if r.Sealed, err = s.box.SealValue(r.StaffID, r.context()); err != nil {
		return "", err
	}
	if _, err := db.Exec(ctx, tx, insertInvite, r.ID, r.StaffID, r.MadeBy, r.Seconded, r.Sealed, r.ExpiresAt); err != nil {
		return "", fmt.Errorf("keep invitation: %w", err)
	}
	return token, nil
}

// inviteRow is an invitation. What is sealed is bound to all the rest, so that nobody
// writes one who has only the database.
type inviteRow struct {
	ID        []byte
	StaffID   string
	MadeBy    string
	Seconded  string
	Sealed    []byte
	ExpiresAt time.Time
}

func (r inviteRow) context() string {
	return fmt.Sprintf("staff_invite %x %s %s %q %d", r.ID, r.StaffID, r.MadeBy, r.Seconded, r.ExpiresAt.Unix())
}

// tokenSum is all that is kept of a link. 256 random bits need no key and no stretching.
func tokenSum(token string) []byte {
	sum := sha256.Sum256([]byte("loket staff invite\x00" + token))
	return sum[:]
}

// InviteAgain ends the passkeys, sessions and leases of a member who lost a passkey,
// or was disabled, and returns a token for new ones. by and whoever made the second
// answer are two different leads who know the member, and neither is the member; each
// answered with a passkey over this act on this account. by audit.System needs none.
func (s *Store) InviteAgain(ctx context.Context, by, memberID string, first, second Answer) (token string, err error) {
	err = s.change(ctx, by, memberID, func(tx *db.Tx, m Member, madeBy string) error {
		if m.State == Altered {
			return errAltered(memberID)
		}
		other, err := s.twoLeads(ctx, tx, by, memberID, first, second)
		if err != nil {
			return err
		}
		if err := s.endAll(ctx, tx, memberID); err != nil {
			return err
		}
		_, err = db.Exec(ctx, tx, inviteMember, memberID)
		if db.Unique(err) == "staff_member_name" {
			return fault.New(fault.Taken, "staff.name.taken", "another account has this name by now")
		}
		if err != nil {
			return fmt.Errorf("invite again: %w", err)
		}
		m.State = Invited
		if err := s.keepRights(ctx, tx, m, madeBy); err != nil {
			return err
		}
		if token, err = s.invite(ctx, tx, memberID, by, other); err != nil {
			return err
		}
		return s.act(ctx, tx, by, "staff.invite-again", memberID, "ok "+other)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// change lets one change of an account after the other through, and only those of a
// lead or the command line.
func (s *Store) change(ctx context.Context, by, memberID string, fn func(tx *db.Tx, m Member, madeBy string) error) error {
	return s.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Select[string](ctx, tx, lockMembers); err != nil {
			return fmt.Errorf("lock members of staff: %w", err)
		}
		m, madeBy, err := s.load(ctx, tx, memberID)
		if err != nil {
			return err
		}
		if err := s.lead(ctx, tx, by, memberID); err != nil {
			return err
		}
		return fn(tx, m, madeBy)
	})
}

// endAll ends what a member could go on with.
func (s *Store) endAll(ctx context.Context, tx *db.Tx, id string) error {
	_, keys := db.Exec(ctx, tx, deletePasskeys, id)
	_, links := db.Exec(ctx, tx, deleteInvites, id)
	_, sessions := db.Exec(ctx, tx, deleteSessions, id)
	_, leases := db.Exec(ctx, tx, endLeases, id, s.now())
	if err := errors.Join(keys, links, sessions, leases); err != nil {
		return fmt.Errorf("end what a member has: %w", err)
	}
	return nil
}

// SetRoles gives a member other roles, from the next request on. by is another lead,
// who answered with a passkey over these roles, or audit.System, which has none.
// Approver and lead are given by a lead who did not make the account.
func (s *Store) SetRoles(ctx context.Context, by, memberID string, roles []Role, a Answer) error {
	if err := CheckRoles(roles); err != nil {
		return err
	}
	return s.change(ctx, by, memberID, func(tx *db.Tx, m Member, madeBy string) error {
		if m.State == Altered {
			return errAltered(memberID)
		}
		for _, r := range []Role{Approver, Lead} {
			if by != audit.System && by == madeBy && slices.Contains(roles, r) && !m.Has(r) {
				return denied("staff.roles.second", "%s made the account and would make it %s", by, r)
			}
		}
		if by != audit.System {
			if err := s.acted(ctx, tx, by, givingRoles(memberID, roles), a); err != nil {
				return err
			}
		}
		if _, err := db.Exec(ctx, tx, deleteRoles, memberID); err != nil {
			return fmt.Errorf("take roles: %w", err)
		}
		if err := s.setRoles(ctx, tx, memberID, roles); err != nil {
			return err
		}
		m.Roles = roles
		if err := s.keepRights(ctx, tx, m, madeBy); err != nil {
			return err
		}
		return s.act(ctx, tx, by, "staff.roles", memberID, joinRoles(roles))
	})
}

// errAltered refuses to bless what somebody wrote into the rows of a member.
func errAltered(id string) error {
	return denied("staff.altered", "the rows of %s were changed beside the program", id)
}

// Disable ends an account with its passkeys, sessions, leases and links. What the
// member confirmed stays, and can still be verified. Of an account whose rows were
// changed beside the program it takes the roles too.
func (s *Store) Disable(ctx context.Context, by, memberID string) error {
	return s.change(ctx, by, memberID, func(tx *db.Tx, m Member, madeBy string) error {
		if m.State == Disabled {
			return fault.New(fault.TooLate, "staff.disabled", "%s is disabled already", memberID)
		}
		if m.State == Altered {
			if _, err := db.Exec(ctx, tx, deleteRoles, memberID); err != nil {
				return fmt.Errorf("take roles: %w", err)
			}
			m.Roles = nil
		}
		if _, err := db.Exec(ctx, tx, disableMember, memberID); err != nil {
			return fmt.Errorf("disable: %w", err)
		}
		m.State = Disabled
		if err := s.keepRights(ctx, tx, m, madeBy); err != nil {
			return err
		}
		if err := s.endAll(ctx, tx, memberID); err != nil {
			return err
		}
		return s.act(ctx, tx, by, "staff.disable", memberID, "ok")
	})
}

// Renew notes until when training and screening hold; a zero day leaves one as it is.
// by is another lead, or audit.System.
func (s *Store) Renew(ctx context.Context, by, memberID string, trained, screened rules.Day) error {
	return s.change(ctx, by, memberID, func(tx *db.Tx, m Member, madeBy string) error {
		if m.State == Altered {
			return errAltered(memberID)
		}
		if trained.IsZero() {
			trained = m.Trained
		}
		if screened.IsZero() {
			screened = m.Screened
		}
		if _, err := db.Exec(ctx, tx, renewMember, memberID, trained.String(), screened.String()); err != nil {
			return fmt.Errorf("renew: %w", err)
		}
		m.Trained, m.Screened = trained, screened
		if err := s.keepRights(ctx, tx, m, madeBy); err != nil {
			return err
		}
		return s.act(ctx, tx, by, "staff.renew", memberID, "ok")
	})
}
