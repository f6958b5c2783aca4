package request

import (
	"slices"

	"loket/internal/ident"
	"loket/internal/rules"
)

// Act is something that a person can let a helper do for them. Opening messages, the
// registry and deciding are none of them.
type Act string

// The acts.
const (
	Apply  Act = "apply"    // send the form, and open the request again
	Follow Act = "follow"   // see how far it is
	Send   Act = "photos"   // send photos
	Leave  Act = "withdraw" // withdraw it
)

// Acts returns all acts.
func Acts() []Act { return []Act{Apply, Follow, Send, Leave} }

// MaxDays is how long a mandate lasts at most.
const MaxDays = 30

// Agreed is what a person agreed with a helper.
type Agreed struct {
	Scope []Act
	Days  int // 1 to MaxDays
}

// Mandate says that a helper may act for the person of one case.
type Mandate struct {
	ID      string
	CaseID  string
	Number  ident.CaseNumber
	Helper  string // pseudonym
	Scope   []Act
	Since   rules.Day
	Until   rules.Day // the last day
	Revoked bool
}

// May reports whether the scope has an act.
func (m Mandate) May(act Act) bool { return slices.Contains(m.Scope, act) }
