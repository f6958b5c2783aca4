package apptest

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/descope/virtualwebauthn"

	"loket/internal/app"
	"loket/internal/audit"
	"loket/internal/config"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Colleague is a member of staff with the passkeys they carry.
type Colleague struct {
	staff.Member
	world  *World
	device virtualwebauthn.Authenticator
	keys   []virtualwebauthn.Credential
}

// hiredUntil is the last day of everybody's training and screening.
const hiredUntil = "2031-12-31"

// Office returns a world of which only the staff is there, for a store of their own.
func Office(store *staff.Store, c config.Config) *World {
	return &World{App: &app.App{Staff: store, Config: c}}
}

// Hire makes a member of staff with roles and two passkeys.
func (w *World) Hire(t testing.TB, roles ...staff.Role) *Colleague {
	t.Helper()
	until, err := rules.ParseDay(hiredUntil)
	check(t, err)
	members, err := w.Staff.Members(t.Context())
	check(t, err)
	token, err := w.Staff.Invite(t.Context(), audit.System, staff.New{Name: ident.NewPrivate(fmt.Sprintf("Collega %d", len(members)+1)),
		Roles: roles, Lang: "nl", Trained: until, Screened: until})
	check(t, err)
	c := &Colleague{world: w, device: virtualwebauthn.NewAuthenticator()}
	ceremony, _, err := w.Staff.BeginEnrol(t.Context(), token)
	check(t, err)
	c.Member, err = w.Staff.FinishEnrol(t.Context(), token, ceremony, c.makeKey(t, ceremony), "one")
	check(t, err)
	ceremony, err = w.Staff.BeginAddKey(t.Context(), c.Member)
	check(t, err)
	c.Member, err = w.Staff.FinishAddKey(t.Context(), c.Member, ceremony, c.makeKey(t, ceremony), "two")
	check(t, err)
	return c
}

func (c *Colleague) party(t testing.TB) virtualwebauthn.RelyingParty {
	t.Helper()
	host, err := url.Parse(c.world.Config.Staff.URL)
	check(t, err)
	return virtualwebauthn.RelyingParty{ID: host.Hostname(), Name: c.world.Config.Name, Origin: c.world.Config.Staff.URL}
}

// wholeKey is the length of a P-256 key in COSE.
const wholeKey = 77

func (c *Colleague) makeKey(t testing.TB, ceremony staff.Ceremony) []byte {
	t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(string(ceremony.Options))
	check(t, err)
	c.device.Options.UserHandle = []byte(options.UserID)
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(key.Key.AttestationData()) != wholeKey { // virtualwebauthn drops zeros before a coordinate
		key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	c.keys = append(c.keys, key)
	return []byte(virtualwebauthn.CreateAttestationResponse(c.party(t), c.device, key, *options))
}

// Sign answers a ceremony with a passkey.
func (c *Colleague) Sign(t testing.TB, ceremony staff.Ceremony) []byte {
	t.Helper()
	options, err := virtualwebauthn.ParseAssertionOptions(string(ceremony.Options))
	check(t, err)
	key := &c.keys[len(c.keys)-1]
	key.Counter++
	return []byte(virtualwebauthn.CreateAssertionResponse(c.party(t), c.device, *key, *options))
}

// Confirm begins and answers a confirmation of a content.
func (c *Colleague) Confirm(t testing.TB, object string, content []byte) (staff.Ceremony, []byte) {
	t.Helper()
	ceremony, err := c.world.Staff.BeginConfirm(t.Context(), c.Member, object, content)
	check(t, err)
	return ceremony, c.Sign(t, ceremony)
}

// Propose has a checker take the next case and propose a ruling on it, of which ruling
// makes the details from the desk.
func (w *World) Propose(t testing.TB, c *Colleague, ruling func(request.Desk) request.Ruling) {
	t.Helper()
	lease, err := w.Requests.Next(t.Context(), c.Member, staff.QueueCheck)
	check(t, err)
	check(t, c.ProposeUnder(t, lease, ruling))
}

// ProposeUnder proposes a ruling under a lease.
func (c *Colleague) ProposeUnder(t testing.TB, lease staff.Lease, ruling func(request.Desk) request.Ruling) error {
	t.Helper()
	w := c.world
	desk, err := w.Requests.Desk(t.Context(), c.Member, lease.ID)
	check(t, err)
	proposed, err := w.Requests.Content(t.Context(), c.Member, lease.ID, ruling(desk))
	if err != nil {
		return err
	}
	ceremony, response := c.Confirm(t, proposed.ID, proposed.Bytes)
	return w.Requests.Propose(t.Context(), c.Member, lease.ID, proposed, ceremony, response)
}

// Approve has an approver take the next proposal and confirm it.
func (w *World) Approve(t testing.TB, c *Colleague) {
	t.Helper()
	lease, err := w.Requests.Next(t.Context(), c.Member, staff.QueueApprove)
	check(t, err)
	check(t, c.ApproveUnder(t, lease))
}

// ApproveUnder confirms the proposal of a lease.
func (c *Colleague) ApproveUnder(t testing.TB, lease staff.Lease) error {
	t.Helper()
	w := c.world
	desk, err := w.Requests.Desk(t.Context(), c.Member, lease.ID)
	check(t, err)
	ceremony, response := c.Confirm(t, desk.Proposal.ID, desk.Proposal.Bytes)
	return w.Requests.Approve(t.Context(), c.Member, lease.ID, ceremony, response)
}

// First approves for the first candidate.
func First(d request.Desk) request.Ruling {
	if len(d.Candidates) == 0 {
		return request.Ruling{Approve: true}
	}
	return request.Ruling{Approve: true, RecordID: d.Candidates[0].Record.ID}
}

// Decide has two new colleagues decide on the case that has waited longest: for the first
// candidate, or against with a reason and a next step.
func (w *World) Decide(t testing.TB, approve bool, reason, nextStep string) {
	t.Helper()
	checker, approver := w.Hire(t, staff.Checker), w.Hire(t, staff.Approver)
	w.Propose(t, checker, func(d request.Desk) request.Ruling {
		if approve {
			return First(d)
		}
		return request.Ruling{Reason: ident.NewPrivate(reason), NextStep: ident.NewPrivate(nextStep)}
	})
	w.Approve(t, approver)
}

// Serve has everybody of an ask come to the desk today, and get what they came for.
func (c *Colleague) Serve(t testing.TB, number ident.CaseNumber, code ident.Code, people ...int) {
	t.Helper()
	lease, err := c.world.Planner.OpenAt(t.Context(), c.Member, number, code)
	check(t, err)
	for _, n := range people {
		check(t, c.world.Planner.Hand(t.Context(), c.Member, lease.ID, n))
	}
}
