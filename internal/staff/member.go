package staff

import (
	"cmp"
	"context"
	"crypto/hmac"
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
		SELECT id, state, sealed, lang, place, trained_until, screened_until, made_by, rights, coalesce(r.role, '') AS role,
			coalesce((SELECT count(*) FROM staff_passkey k WHERE k.staff_id = staff_member.id), 0) AS keys
		FROM staff_member LEFT JOIN staff_role r ON r.staff_id = id WHERE id = $1 ORDER BY role`
	selectMembers = `
		SELECT id, state, sealed, lang, place, trained_until, screened_until, made_by, rights, coalesce(r.role, '') AS role,
			coalesce((SELECT count(*) FROM staff_passkey k WHERE k.staff_id = staff_member.id), 0) AS keys
		FROM staff_member LEFT JOIN staff_role r ON r.staff_id = id ORDER BY id, role`
	keepRights = `UPDATE staff_member SET rights = $2 WHERE id = $1`
)

// memberRow is a member with one role; each has a row for every role, read in one
// statement so that a change at that moment shows whole or not at all.
type memberRow struct {
	ID            string
	State         State
	Sealed        []byte
	Lang          lang.Tag
	Place         string
	TrainedUntil  string
	ScreenedUntil string
	MadeBy        string
	Rights        []byte
	Role          Role // empty for none
	Keys          int64
}

func memberContext(id string) string { return "staff_member " + id }

// member opens the rows of one member.
func (s *Store) member(rows []memberRow) (Member, error) {
	r := rows[0]
	m := Member{ID: r.ID, Lang: r.Lang, Place: r.Place, State: r.State, Keys: int(r.Keys)}
	for _, each := range rows {
		if each.Role != "" {
			m.Roles = append(m.Roles, each.Role)
		}
	}
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
	if !s.hasRights(m, r.MadeBy, r.Rights) {
		m.State = Altered
	}
	return m, nil
}

// rightsOf is what the keyed sum of a member is over. It binds who made the account too:
// that decides who may make it an approver.
func rightsOf(m Member, madeBy string) []string {
	return []string{m.ID, string(m.State), joinRoles(m.Roles), m.Trained.String(), m.Screened.String(), madeBy}
}

// hasRights reports whether this program wrote the rights that the rows tell.
func (s *Store) hasRights(m Member, madeBy string, kept []byte) bool {
	for _, sum := range s.index.Versions("rights", rightsOf(m, madeBy)...) {
		if hmac.Equal(sum, kept) {
			return true
		}
	}
	return false
}

// keepRights keeps the sum over the rights that m has from now on.
func (s *Store) keepRights(ctx context.Context, tx *db.Tx, m Member, madeBy string) error {
	if _, err := db.Exec(ctx, tx, keepRights, m.ID, s.index.Sum("rights", rightsOf(m, madeBy)...)); err != nil {
		return fmt.Errorf("keep rights: %w", err)
	}
	return nil
}

// load reads a member whatever they may do, and who made the account.
func (s *Store) load(ctx context.Context, q db.Queryer, id string) (Member, string, error) {
	rows, err := db.Select[memberRow](ctx, q, selectMember, id)
	if err != nil {
		return Member{}, "", fmt.Errorf("find member of staff: %w", err)
	}
	if len(rows) == 0 {
		return Member{}, "", fault.New(fault.NotFound, "", "no such member of staff")
	}
	m, err := s.member(rows)
	return m, rows[0].MadeBy, err
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
	var list []Member
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].ID == rows[0].ID {
			n++
		}
		m, err := s.member(rows[:n])
		if err != nil {
			return nil, err
		}
		list, rows = append(list, m), rows[n:]
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
