package staff

import (
	"context"
	"fmt"

	"loket/internal/db"
)

// selectBroken counts for each rule of this area what breaks it.
const selectBroken = `
	SELECT rule, n FROM (
		SELECT 'a lease has an audit entry' AS rule, count(*) AS n FROM lease l
		WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.object = l.object AND e.lease = l.id AND e.act = 'lease.take')
		UNION ALL
		SELECT 'a read happened under a lease of its reader', count(*) FROM audit_entry e
		WHERE e.act LIKE 'view.%' AND NOT EXISTS (
			SELECT 1 FROM lease l WHERE l.id = e.lease AND l.staff_id = e.actor AND e.at >= l.taken_at AND e.at < l.until)
		UNION ALL
		SELECT 'a confirmation has an audit entry', count(*) FROM confirmation c
		WHERE NOT EXISTS (SELECT 1 FROM audit_entry e
			WHERE e.object = c.object AND e.act = 'staff.confirm' AND e.actor = c.staff_id AND e.role = c.role)
		UNION ALL
		SELECT 'who confirms is known', count(*) FROM confirmation c
		WHERE NOT EXISTS (SELECT 1 FROM staff_member m WHERE m.id = c.staff_id)
		UNION ALL
		SELECT 'an active member has a role', count(*) FROM staff_member m
		WHERE m.state = 'active' AND NOT EXISTS (SELECT 1 FROM staff_role r WHERE r.staff_id = m.id)
		UNION ALL
		SELECT 'who is not active has no passkey, no session and no living lease', count(*) FROM staff_member m
		WHERE m.state <> 'active' AND (
			EXISTS (SELECT 1 FROM staff_passkey k WHERE k.staff_id = m.id)
			OR EXISTS (SELECT 1 FROM staff_session s WHERE s.staff_id = m.id)
			OR EXISTS (SELECT 1 FROM lease l WHERE l.staff_id = m.id AND l.ended_at IS NULL))
	) rules WHERE n > 0 ORDER BY rule`

const (
	selectAllConfirmations = `
		SELECT id, object, staff_id, role, digest, nonce, assertion, at FROM confirmation
		WHERE id > $1 ORDER BY id LIMIT $2`
	selectKeysTold = `SELECT actor AS staff_id, result FROM audit_entry WHERE act IN ('staff.enrol', 'staff.key')`
	selectAllKeys  = `SELECT id, staff_id FROM staff_passkey ORDER BY staff_id, id`
	countActive    = `SELECT count(*) AS n FROM staff_member WHERE state = 'active'`
	countLeads     = `
		SELECT count(*) AS n FROM staff_member m JOIN staff_role r ON r.staff_id = m.id
		WHERE r.role = 'lead' AND m.state = 'active'`
)

// batch is how many confirmations are read at once.
const batch = 1000

// Check returns a line of text for each rule of this area that the database breaks. It
// verifies every confirmation there is.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	rows, err := db.Select[struct {
		Rule string
		N    int64
	}](ctx, s.DB, selectBroken)
	if err != nil {
		return nil, fmt.Errorf("check staff: %w", err)
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("staff: %s: %d do not", row.Rule, row.N))
	}
	people, err := s.checkMembers(ctx)
	if err != nil {
		return nil, err
	}
	lines = append(lines, people...)
	keys, err := s.checkKeys(ctx)
	if err != nil {
		return nil, err
	}
	lines = append(lines, keys...)
	unproved, err := s.checkConfirmations(ctx)
	return append(lines, unproved...), err
}

func (s *Store) checkMembers(ctx context.Context) ([]string, error) {
	var lines []string
	members, err := s.Members(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if m.State == Altered {
			lines = append(lines, fmt.Sprintf("staff: the state, roles or days of %s were changed beside the program", m.ID))
		}
		if err := CheckRoles(m.Roles); (m.State == Active || m.State == Altered) && err != nil {
			lines = append(lines, fmt.Sprintf("staff: the roles of %s: %v", m.ID, err))
		}
	}
	return lines, nil
}

// checkKeys finds passkeys that no audit entry tells of.
func (s *Store) checkKeys(ctx context.Context) ([]string, error) {
	type told struct{ StaffID, Result string }
	entries, err := db.Select[told](ctx, s.DB, selectKeysTold)
	if err != nil {
		return nil, fmt.Errorf("read entries of passkeys: %w", err)
	}
	known := map[told]bool{}
	for _, e := range entries {
		known[e] = true
	}
	keys, err := db.Select[struct {
		ID      []byte
		StaffID string
	}](ctx, s.DB, selectAllKeys)
	if err != nil {
		return nil, fmt.Errorf("read passkeys: %w", err)
	}
	var lines []string
	for _, k := range keys {
		if !known[told{k.StaffID, keyResult(k.ID)}] {
			lines = append(lines, fmt.Sprintf("staff: a passkey has an audit entry: one of %s does not", k.StaffID))
		}
	}
	return lines, nil
}

// Notices returns a line for what is in order and must be known all the same.
func (s *Store) Notices(ctx context.Context) ([]string, error) {
	active, err := db.Get[int64](ctx, s.DB, countActive)
	if err != nil {
		return nil, fmt.Errorf("count members of staff: %w", err)
	}
	leads, err := db.Get[int64](ctx, s.DB, countLeads)
	if err != nil {
		return nil, fmt.Errorf("count leads: %w", err)
	}
	if active > 0 && leads == 0 {
		return []string{"people work here and none of them is a lead: nobody can end an account but from the command line"}, nil
	}
	return nil, nil
}

func (s *Store) checkConfirmations(ctx context.Context) ([]string, error) {
	var lines []string
	for after := ""; ; {
		rows, err := db.Select[confirmationRow](ctx, s.DB, selectAllConfirmations, after, int64(batch))
		if err != nil {
			return nil, fmt.Errorf("read confirmations: %w", err)
		}
		for _, r := range rows {
			if err := s.verifyKept(r); err != nil {
				lines = append(lines, fmt.Sprintf("staff: %v", err))
			}
			after = r.ID
		}
		if len(rows) < batch {
			return lines, nil
		}
	}
}
