package staff

import (
	"slices"

	"loket/internal/fault"
)

// Role is a thing that a member may do.
type Role string

// The roles.
const (
	Intake   Role = "intake"   // takes a form at the telephone
	Checker  Role = "checker"  // compares, and proposes a decision
	Approver Role = "approver" // looks at it again and confirms
	Counter  Role = "counter"  // serves people at a counter
	Helper   Role = "helper"   // acts for people who let them, outside
	Lead     Role = "lead"     // accounts, places
	Editor   Role = "editor"   // texts and settings of the pack
	Privacy  Role = "privacy"  // reads the log, no content
	Operator Role = "operator" // keeps the machines running, no content
)

// Roles returns all roles.
func Roles() []Role {
	return []Role{Intake, Checker, Approver, Counter, Helper, Lead, Editor, Privacy, Operator}
}

// caseRoles are those that see what people told.
func caseRoles() []Role { return []Role{Intake, Checker, Approver, Counter, Helper} }

// Has reports whether the member has any of the roles.
func (m Member) Has(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(m.Roles, r) })
}

// WorksOnCases reports whether the member has a role that sees what people told.
func (m Member) WorksOnCases() bool { return m.Has(caseRoles()...) }

// CheckRoles returns a fault.Invalid with a key when nobody may have these roles at
// once:
//
//   - the privacy officer watches all others and has no other role;
//   - an operator, who could read the machines, sees no case and makes no accounts;
//   - a lead, who makes accounts, is no approver: one person with two accounts could
//     otherwise propose and approve.
func CheckRoles(roles []Role) error {
	m := Member{Roles: roles}
	for i, r := range roles {
		if !slices.Contains(Roles(), r) || slices.Contains(roles[:i], r) {
			return fault.New(fault.Invalid, "staff.roles.unknown", "a role is unknown or named twice")
		}
	}
	switch {
	case len(roles) == 0:
		return fault.New(fault.Invalid, "staff.roles.none", "no role")
	case m.Has(Privacy) && len(roles) > 1:
		return fault.New(fault.Invalid, "staff.roles.privacy", "the privacy officer has another role")
	case m.Has(Operator) && (m.WorksOnCases() || m.Has(Lead)):
		return fault.New(fault.Invalid, "staff.roles.operator", "an operator would see cases or make accounts")
	case m.Has(Lead) && m.Has(Approver):
		return fault.New(fault.Invalid, "staff.roles.lead", "a lead would approve")
	}
	return nil
}
