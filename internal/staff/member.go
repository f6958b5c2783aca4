package staff

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/rules"
)

const (
	selectMember = `
		SELECT id, state, sealed, lang, place, trained_until, screened_until, made_by,
			coalesce((SELECT count(*) FROM staff_passkey k WHERE k.staff_id = staff_member.id), 0) AS keys
		FROM staff_member WHERE id = $1`
	selectMembers = `
		SELECT id, state, sealed, lang, place, trained_until, screened_until, made_by,
			coalesce((SELECT count(*) FROM staff_passkey k WHERE k.staff_id = staff_member.id), 0) AS keys
		FROM staff_member ORDER BY id`
	selectRoles    = `SELECT role FROM staff_role WHERE staff_id = $1 ORDER BY role`
	selectAllRoles = `SELECT staff_id, role FROM staff_role ORDER BY staff_id, role`
)

type memberRow struct {
	ID            string
	State         State
	Sealed        []byte
	Lang          lang.Tag
	Place         string
	TrainedUntil  string
	ScreenedUntil string
	MadeBy        string
	Keys          int64
}

func memberContext(id string) string { return "staff_member " + id }

// member opens a row.
func (s *Store) member(r memberRow) (Member, error) {
	m := Member{ID: r.ID, Lang: r.Lang, Place: r.Place, State: r.State, Keys: int(r.Keys)}
	if err := s.box.OpenValue(r.Sealed, memberContext(r.ID), &m.Name); err != nil {
		return Member{}, err
	}
	var err error
	if m.Trained, err = rules.ParseDay(r.TrainedUntil); err != nil {
		return Member{}, fmt.Errorf("training of %s: %w", r.ID, err)
	}
	if m.Screened, err = rules.ParseDay(r.ScreenedUntil); err != nil {
		return Member{}, fmt.Errorf("screening of %s: %w", r.ID, err)
	}
	return m, nil
}

// load reads a member whatever they may do, and who made the account.
func (s *Store) load(ctx context.Context, q db.Queryer, id string) (Member, string, error) {
	r, err := db.Get[memberRow](ctx, q, selectMember, id)
	if err != nil {
		return Member{}, "", fmt.Errorf("find member of staff: %w", err)
	}
	m, err := s.member(r)
	if err != nil {
		return Member{}, "", err
	}
	m.Roles, err = db.Select[Role](ctx, q, selectRoles, id)
	if err != nil {
		return Member{}, "", fmt.Errorf("read roles: %w", err)
	}
	return m, r.MadeBy, nil
}

// ready returns a fault.Denied that says why the member may do nothing now.
func (s *Store) ready(m Member) error {
	switch {
	case m.State != Active:
		return denied("staff.disabled", "%s is %s", m.ID, m.State)
	case s.today().After(m.Trained):
		return denied("staff.training", "the training of %s is over", m.ID)
	case s.today().After(m.Screened):
		return denied("staff.screening", "the screening of %s is over", m.ID)
	}
	return nil
}

// minKeys is how many passkeys work on cases needs: who has one and loses it would
// be asked to hurry through a new invitation.
const minKeys = 2

// atWork returns the member as they are now, if they may work on cases in any of
// the roles.
func (s *Store) atWork(ctx context.Context, q db.Queryer, id string, roles ...Role) (Member, error) {
	m, _, err := s.load(ctx, q, id)
	if err != nil {
		return Member{}, err
	}
	if err := s.ready(m); err != nil {
		return Member{}, err
	}
	switch {
	case m.Keys < minKeys:
		return Member{}, denied("staff.keys.two", "%s has %d passkeys", id, m.Keys)
	case !m.Has(roles...):
		return Member{}, denied("staff.role.missing", "%s has none of the roles", id)
	}
	return m, nil
}

// Member returns a member with the rights of now; a page calls it at every request.
// It is a fault.Denied with the key staff.disabled, staff.training or
// staff.screening when they may do nothing now.
func (s *Store) Member(ctx context.Context, id string) (Member, error) {
	m, _, err := s.load(ctx, s.DB, id)
	if fault.Is(err, fault.NotFound) {
		return Member{}, denied("staff.disabled", "no such member of staff")
	}
	if err != nil {
		return Member{}, err
	}
	if err := s.ready(m); err != nil {
		return Member{}, err
	}
	return m, nil
}

// Members returns all members, also those who may do nothing, in the order of their
// names. It is for leads.
func (s *Store) Members(ctx context.Context) ([]Member, error) {
	rows, err := db.Select[memberRow](ctx, s.DB, selectMembers)
	if err != nil {
		return nil, fmt.Errorf("list members of staff: %w", err)
	}
	roles, err := db.Select[struct {
		StaffID string
		Role    Role
	}](ctx, s.DB, selectAllRoles)
	if err != nil {
		return nil, fmt.Errorf("list roles: %w", err)
	}
	list := make([]Member, 0, len(rows))
	for _, r := range rows {
		m, err := s.member(r)
		if err != nil {
			return nil, err
		}
		for _, role := range roles {
			if role.StaffID == m.ID {
				m.Roles = append(m.Roles, role.Role)
			}
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b Member) int {
		return cmp.Or(cmp.Compare(sortName(a), sortName(b)), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

func sortName(m Member) string { return strings.Join(ident.Fold(m.Name.Reveal()), " ") }

// lead returns a fault.Denied unless by is an active lead other than the member, or
// the command line.
func (s *Store) lead(ctx context.Context, tx *db.Tx, by, memberID string) error {
	if by == audit.System {
		return nil
	}
	if by == memberID {
		return refuse(by, Lead, memberID, "", whyRights, denied("staff.self", "%s would change the own account", by))
	}
	m, _, err := s.load(ctx, tx, by)
	if fault.Is(err, fault.NotFound) {
		return denied("staff.role.missing", "nobody is called that")
	}
	if err != nil {
		return err
	}
	if err := s.ready(m); err != nil {
		return refuse(by, Lead, memberID, "", whyRights, err)
	}
	if !m.Has(Lead) {
		return refuse(by, "", memberID, "", whyRights, denied("staff.role.missing", "%s is no lead", by))
	}
	return nil
}
