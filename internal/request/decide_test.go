package request_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/registry"
	"loket/internal/request"
	"loket/internal/staff"
)

// other is somebody whom the registry knows, at another address: a document is asked.
func other(t *testing.T, w *apptest.World) request.Answers {
	t.Helper()
	return w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990019", "other@example.org", "0612345603")
}

// answered sends a form and answers the question for a document.
func answered(t *testing.T, w *apptest.World, a request.Answers) request.Receipt {
	t.Helper()
	receipt := w.Submit(t, a)
	w.Pass(t, 10*time.Minute)
	s := session(t, w, a.Email.Reveal(), a.Phone.Reveal())
	check(t, w.Mailbox.Reply(t.Context(), s, ident.NewPrivate("Ik ben mijn kaartje kwijt."), ident.NewID(w.Random(), "key")))
	w.Settle(t)
	w.Promises(t)
	return receipt
}

func next(t *testing.T, w *apptest.World, c *apptest.Colleague, queue string) staff.Lease {
	t.Helper()
	lease, err := w.Requests.Next(t.Context(), c.Member, queue)
	check(t, err)
	return lease
}

func refusal(request.Desk) request.Ruling {
	return request.Ruling{Reason: ident.NewPrivate("De foto is van iemand anders."), NextStep: ident.NewPrivate("Kom naar de balie.")}
}

// G-30: one screen shows what was told, what the registry holds, and what differs; the
// entry of the look was committed before.
func TestTheDeskShowsWhatDiffers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		vera := w.Hire(t, staff.Checker)
		lease := next(t, w, vera, staff.QueueCheck)
		if again := next(t, w, vera, staff.QueueCheck); again.ID != lease.ID {
			t.Error("what is in hand does not come again")
		}
		if _, err := w.Requests.Next(t.Context(), w.Hire(t, staff.Checker).Member, staff.QueueCheck); !fault.Is(err, fault.NotFound) {
			t.Errorf("a second checker gets the same case: %v", err)
		}
		desk, err := w.Requests.Desk(t.Context(), vera.Member, lease.ID)
		check(t, err)
		if len(desk.Candidates) != 1 || len(desk.Candidates[0].Events) != 2 || desk.Candidates[0].Events[1].Follows == "" || !desk.FourEyes {
			t.Fatalf("%d candidates", len(desk.Candidates))
		}
		stands := map[string]request.Stand{}
		for _, m := range desk.Candidates[0].Marks {
			stands[m.Field+m.Part] = m.Stand
		}
		for field, want := range map[string]request.Stand{request.FieldNumber: request.Agrees, request.FieldBirth + "year": request.Agrees,
			request.FieldName: request.Agrees, request.FieldPhone: request.Differs, request.FieldEmail: request.Differs} {
			if stands[field] != want {
				t.Errorf("%s %s, want %s", field, stands[field], want)
			}
		}
		if len(desk.Written) != 1 || desk.Written[0].Text.IsZero() {
			t.Error("what the person wrote is not there")
		}
		if n := count(t, w, `SELECT count(*) AS n FROM audit_entry WHERE actor = $1 AND act = 'view.desk' AND object = $2 AND lease = $3`,
			vera.ID, desk.CaseID, lease.ID); n != 1 {
			t.Errorf("%d entries of one look", n)
		}
		w.Promises(t)
	})
}

// A lease of somebody else, none, or one that is over shows nothing.
func TestNothingIsShownWithoutALease(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		vera, anton := w.Hire(t, staff.Checker), w.Hire(t, staff.Checker, staff.Approver)
		lease := next(t, w, vera, staff.QueueCheck)
		for name, try := range map[string]struct {
			who   *apptest.Colleague
			lease string
		}{"of a colleague": {anton, lease.ID}, "none": {vera, ""}, "invented": {vera, "lease_1"}} {
			if _, err := w.Requests.Desk(t.Context(), try.who.Member, try.lease); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.Requests.Next(t.Context(), w.Hire(t, staff.Counter).Member, staff.QueueCheck); !fault.Is(err, fault.Denied) {
			t.Errorf("another role: %v", err) // G-55
		}
		w.Pass(t, 31*time.Minute)
		if _, err := w.Requests.Desk(t.Context(), vera.Member, lease.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("over: %v", err)
		}
		w.Promises(t)
	})
}

// G-55: whoever proposes does not approve, whatever roles they have.
func TestNobodyApprovesTheirOwn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		both := w.Hire(t, staff.Checker, staff.Approver)
		w.Propose(t, both, apptest.First)
		if _, err := w.Requests.Next(t.Context(), both.Member, staff.QueueApprove); !fault.Is(err, fault.NotFound) {
			t.Errorf("their own proposal is offered: %v", err)
		}
		// A lease that should not be: the act itself is refused too.
		id, err := db.Get[string](t.Context(), w.DB, `SELECT id FROM proposal`)
		check(t, err)
		var lease staff.Lease
		check(t, w.Staff.Update(t.Context(), func(tx *db.Tx) (err error) {
			lease, err = w.Staff.Take(t.Context(), tx, both.Member, staff.QueueApprove, id)
			return err
		}))
		if err := both.ApproveUnder(t, lease); !fault.Is(err, fault.Denied) {
			t.Errorf("approved their own: %v", err)
		}
		if n := count(t, w, `SELECT count(*) AS n FROM decision WHERE question = 'manual'`); n != 0 {
			t.Error("decided")
		}
		w.Promises(t)
	})
}

// withChange is a registry whose first record is corrected at a moment.
type withChange struct {
	registry.Registry
	changed bool
}

func (r *withChange) Candidates(ctx context.Context, q registry.Query) ([]registry.Record, error) {
	records, err := r.Registry.Candidates(ctx, q)
	if r.changed && len(records) > 0 {
		records[0].Email = ident.Email{}
	}
	return records, err
}

// What changed between two people is confirmed by neither: the case goes back to the queue.
func TestARecordThatChangedIsLookedAtAnew(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		vera, anton := w.Hire(t, staff.Checker), w.Hire(t, staff.Approver)
		inner := &withChange{Registry: w.Requests.Registry}
		w.Requests.Registry = inner
		w.Propose(t, vera, apptest.First)
		inner.changed = true
		lease := next(t, w, anton, staff.QueueApprove)
		if err := anton.ApproveUnder(t, lease); !fault.Is(err, fault.TooLate) {
			t.Errorf("approved what has changed: %v", err)
		}
		w.Promises(t)
		if n := count(t, w, `SELECT count(*) AS n FROM decision WHERE question = 'manual'`); n != 0 {
			t.Error("decided")
		}
		w.Propose(t, vera, apptest.First)
		w.Approve(t, anton)
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "other@example.org", "+31612345603"); thread.Body.Kind != request.MessageProof {
			t.Errorf("message %q", thread.Body.Kind)
		}
		w.Promises(t)
	})
}

// Whoever got the mail says that it is not theirs, while a proposal waits: it is decided on
// at the counter, by what is seen there, and not as proposed.
func TestAProposalEndsWithItsAddress(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		seen(t, w, w.Hire(t, staff.Counter), other(t, w))
		w.Submit(t, withDocument(t, other(t, w)))
		w.Pass(t, 10*time.Minute)
		w.Propose(t, w.Hire(t, staff.Checker), apptest.First)
		link, err := mailbox.ParseLink(w.Link(t, "other@example.org"))
		check(t, err)
		_, err = w.Mailbox.Ask(t.Context(), link, "browser", "sms")
		check(t, err)
		check(t, w.Mailbox.WrongNumber(t.Context(), link, "browser"))
		w.Settle(t)
		if _, err := w.Requests.Next(t.Context(), w.Hire(t, staff.Approver).Member, staff.QueueApprove); !fault.Is(err, fault.NotFound) {
			t.Errorf("still to be approved: %v", err)
		}
		if n := count(t, w, `SELECT count(*) AS n FROM decision WHERE question = 'manual'`); n != 1 { // of the case before
			t.Errorf("%d decisions", n)
		}
		w.Promises(t)
	})
}

// A proposal that is given back goes to another checker.
func TestAReturnedProposalGoesToAnotherChecker(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		vera, noor, anton := w.Hire(t, staff.Checker), w.Hire(t, staff.Checker), w.Hire(t, staff.Approver)
		w.Propose(t, vera, refusal)
		lease := next(t, w, anton, staff.QueueApprove)
		if err := w.Requests.Return(t.Context(), anton.Member, lease.ID, "because"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a reason of no list: %v", err)
		}
		check(t, w.Requests.Return(t.Context(), anton.Member, lease.ID, "should-approve"))
		w.Promises(t)
		if _, err := w.Requests.Next(t.Context(), vera.Member, staff.QueueCheck); !fault.Is(err, fault.NotFound) {
			t.Errorf("it goes to the same checker: %v", err)
		}
		w.Propose(t, noor, apptest.First)
		w.Approve(t, anton)
		w.Promises(t)
		if f := figures(t, w); f["document-asked"] != 1 {
			t.Errorf("figures %v", f)
		}
		w.Pass(t, 10*time.Minute)
		if f := figures(t, w); f["approved"] != 1 || f["refused"] != 0 { // G-56
			t.Errorf("figures %v", f)
		}
		w.Promises(t)
	})
}

// G-55: the switch for a second person works both ways, and takes effect on the day of the
// decision.
func TestOnePersonDecidesWhereThePackSaysSo(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		alone := w.PackWith(t, "      - value: true\n        from: 2021-12-16", "      - value: false\n        from: 2021-12-16",
			"facts: {decision: refuse, reason_given: true, next_step_given: true}\n  outcome: second-person",
			"facts: {decision: refuse, reason_given: true, next_step_given: true}\n  settings: {four_eyes: true}\n  outcome: second-person",
			"facts: {decision: approve}\n  outcome: second-person", "facts: {decision: approve}\n  settings: {four_eyes: true}\n  outcome: second-person")
		w.Requests.Pack, w.Requests.Certificates.Route = alone, alone
		w.Propose(t, w.Hire(t, staff.Checker), apptest.First)
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "other@example.org", "+31612345603"); thread.Body.Kind != request.MessageProof {
			t.Errorf("message %q", thread.Body.Kind)
		}
		w.Promises(t)
	})
}

// The content that two people confirm is the same bytes, tells all that follows, and
// is made anew from what the form says: an answer for another content is refused.
func TestThePasskeySignsExactlyTheContent(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		vera, anton := w.Hire(t, staff.Checker), w.Hire(t, staff.Approver)
		lease := next(t, w, vera, staff.QueueCheck)
		desk, err := w.Requests.Desk(t.Context(), vera.Member, lease.ID)
		check(t, err)
		yes, err := w.Requests.Content(t.Context(), vera.Member, lease.ID, apptest.First(desk))
		check(t, err)
		no, err := w.Requests.Content(t.Context(), vera.Member, lease.ID, refusal(desk))
		check(t, err)
		ceremony, response := vera.Confirm(t, no.ID, no.Bytes)
		swapped := request.Proposed{ID: no.ID, Ruling: yes.Ruling}
		if err := w.Requests.Propose(t.Context(), vera.Member, lease.ID, swapped, ceremony, response); !fault.Is(err, fault.Denied) {
			t.Errorf("a yes with the passkey of a no: %v", err)
		}
		ceremony, response = vera.Confirm(t, yes.ID, yes.Bytes)
		check(t, w.Requests.Propose(t.Context(), vera.Member, lease.ID, request.Proposed{ID: yes.ID, Ruling: yes.Ruling}, ceremony, response))
		second := next(t, w, anton, staff.QueueApprove)
		shown, err := w.Requests.Desk(t.Context(), anton.Member, second.ID)
		check(t, err)
		if !bytes.Equal(shown.Proposal.Bytes, yes.Bytes) || len(shown.Proposal.Lines) != 3 || shown.Proposer != vera.ID {
			t.Errorf("the second person sees %d lines", len(shown.Proposal.Lines))
		}
		ceremony, response = anton.Confirm(t, yes.ID, no.Bytes)
		if err := w.Requests.Approve(t.Context(), anton.Member, second.ID, ceremony, response); !fault.Is(err, fault.Denied) {
			t.Errorf("approved with the passkey over another content: %v", err)
		}
		check(t, anton.ApproveUnder(t, second))
		w.Promises(t)
	})
}

// Where to object is true: an answer to a refusal is looked at by somebody else.
func TestAnObjectionGoesToOtherPeople(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		vera, anton := w.Hire(t, staff.Checker), w.Hire(t, staff.Approver, staff.Checker)
		w.Propose(t, vera, refusal)
		w.Approve(t, anton)
		w.Pass(t, time.Minute)
		s := session(t, w, "other@example.org", "+31612345603")
		w.Settle(t)
		check(t, w.Mailbox.Reply(t.Context(), s, ident.NewPrivate("Ik ben het er niet mee eens."), "object-1"))
		w.Settle(t)
		w.Promises(t)
		for _, c := range []*apptest.Colleague{vera, anton} {
			if _, err := w.Requests.Next(t.Context(), c.Member, staff.QueueCheck); !fault.Is(err, fault.NotFound) {
				t.Errorf("who decided gets the objection: %v", err)
			}
		}
		w.Decide(t, true, "", "")
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "other@example.org", "+31612345603"); thread.Body.Kind != request.MessageProof {
			t.Errorf("message %q", thread.Body.Kind)
		}
		w.Promises(t)
	})
}

// A machine-readable zone is compared and leaves nothing behind.
func TestAZoneIsComparedAndNotKept(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		vera := w.Hire(t, staff.Checker)
		lease := next(t, w, vera, staff.QueueCheck)
		desk, err := w.Requests.Desk(t.Context(), vera.Member, lease.ID)
		check(t, err)
		zone, err := w.Requests.CompareMRZ("P<GHAVOORBEELD<<ABENA<<<<<<<<<<<<<<<<<<<<<<<\nXN12345678GHA8403098F2512314<<<<<<<<<<<<<<<8", desk)
		if err != nil {
			t.Fatalf("the zone: %v (%s)", err, fault.Key(err))
		}
		for _, marks := range append(zone.Candidates, zone.Answers) {
			for _, m := range marks {
				if m.Field != request.FieldDocument && m.Stand != request.Agrees {
					t.Errorf("%s %s %s", m.Field, m.Part, m.Stand)
				}
			}
		}
		if _, err := w.Requests.CompareMRZ("P<GHAVOORBEELD<<ABENA<<<<<<<<<<<<<<<<<<<<<<<\nXN12345679GHA8403098F2512314<<<<<<<<<<<<<<<8", desk); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong check digit: %v", err)
		}
	})
}

// G-57: the same person twice is prompted, and nothing is merged.
func TestTheSamePersonTwiceIsPrompted(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		first := w.Submit(t, w.Person(t, "Niemand Bekend", "1990-02-03", "", "", "0612345699"))
		answered(t, w, w.Person(t, "bekend NIEMAND", "1990-02-03", "", "niemand@example.org", "0612345699"))
		vera := w.Hire(t, staff.Checker)
		lease := next(t, w, vera, staff.QueueCheck)
		alike := func() request.Alike {
			desk, err := w.Requests.Desk(t.Context(), vera.Member, lease.ID)
			check(t, err)
			if len(desk.Alike) != 1 || desk.Alike[0].Number != first.Number || desk.Alike[0].By[0] != "likeness" {
				t.Fatalf("%d cases alike", len(desk.Alike))
			}
			return desk.Alike[0]
		}
		check(t, w.Requests.Same(t.Context(), vera.Member, lease.ID, alike().PersonID))
		if alike().Verdict != "same" {
			t.Error("what was found is not shown")
		}
		check(t, w.Requests.Different(t.Context(), vera.Member, lease.ID, alike().PersonID))
		found := alike()
		if found.Verdict != "different" {
			t.Errorf("verdict %q", found.Verdict)
		}
		check(t, w.Requests.Undo(t.Context(), vera.Member, lease.ID, found.LinkID))
		if alike().Verdict != "" {
			t.Error("not undone")
		}
		if err := w.Requests.Same(t.Context(), vera.Member, lease.ID, "per_1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger is linked: %v", err)
		}
		if n := count(t, w, `SELECT count(*) AS n FROM person`); n != 2 {
			t.Errorf("%d anchors", n)
		}
		w.Promises(t)
	})
}
