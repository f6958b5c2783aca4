package request_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/registry"
	"loket/internal/request"
	"loket/internal/staff"
	"loket/internal/upload"
)

// withPhoto sends a form with a photo.
func withPhoto(t *testing.T, w *apptest.World, a request.Answers) (request.Receipt, string) {
	t.Helper()
	code, err := w.Requests.StartDraft(t.Context())
	check(t, err)
	draft, err := w.Requests.LoadDraft(t.Context(), code)
	check(t, err)
	_, err = w.Uploads.Add(t.Context(), draft.Case, upload.Document, bytes.NewReader(w.Photo(t, 1)))
	check(t, err)
	receipt, err := w.Requests.Submit(t.Context(), request.Submission{Answers: a, Lang: "nl", Door: request.Web,
		Key: ident.NewID(w.Random(), "key"), Draft: code, KeepDraft: true})
	check(t, err)
	if draft, err = w.Requests.LoadDraft(t.Context(), code); err != nil || draft.Case != "" {
		t.Errorf("a draft that was sent still shows its case: %v", err)
	}
	return receipt, code.Reveal()
}

// T4: photos tell nothing of who is known before the message is opened, through whichever
// door they came: with the form, or from a helper.
func TestPhotosDoNotTellWhoIsKnown(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		shown := func(r request.Receipt) (states []string) {
			list, err := w.Requests.Photos(t.Context(), r.Number, r.Code)
			check(t, err)
			for _, p := range list {
				states = append(states, p.State+" "+p.Rule)
			}
			return states
		}
		var receipts []request.Receipt
		var mandates []request.Mandate
		hana := w.Hire(t, staff.Helper)
		for _, a := range []request.Answers{w.Known(t), w.Unknown(t)} {
			receipt, _ := withPhoto(t, w, a)
			mandate, err := w.Requests.Grant(t.Context(), hana.Member, receipt.Number, receipt.Code, request.Agreed{Scope: request.Acts(), Days: 30})
			check(t, err)
			receipts, mandates = append(receipts, receipt), append(mandates, mandate)
		}
		for _, wait := range []time.Duration{0, time.Minute, 10 * time.Minute, 24 * time.Hour} {
			w.Pass(t, wait)
			if diff := cmp.Diff(shown(receipts[0]), shown(receipts[1])); diff != "" {
				t.Errorf("after %v: known, unknown %s", wait, diff)
			}
			for i, mandate := range mandates {
				list, wanted, err := w.Requests.PhotosWith(t.Context(), hana.Member, mandate.ID)
				if err != nil || wanted || list != nil {
					t.Errorf("after %v the helper of %d sees %v, %v, %v", wait, i, list, wanted, err)
				}
				if err := w.Requests.PhotosFor(t.Context(), hana.Member, mandate.ID); !fault.Is(err, fault.TooLate) {
					t.Errorf("after %v the helper of %d sends: %v", wait, i, err)
				}
			}
		}
		if n := count(t, w, `SELECT count(*) AS n FROM photo WHERE state <> 'destroyed' OR rule <> 'left'`); n != 0 {
			t.Errorf("%d photos that nobody asked for are there, or tell of a decision", n)
		}
		w.Promises(t)
		open(t, w, "niemand@example.org", "+31612345699")
		if got := shown(receipts[1]); !slices.Equal(got, []string{"destroyed left"}) {
			t.Errorf("after it was opened: %v", got)
		}
	})
}

// A case whose photos ended while a proposal about them waited is asked again, and ends
// when nobody answers (G-36, T15).
func TestACaseWithAProposalOnLostPhotosEnds(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		withPhoto(t, w, unnumbered(t, w))
		w.Pass(t, 10*time.Minute)
		w.Propose(t, w.Hire(t, staff.Checker), apptest.First)
		w.Pass(t, 8*24*time.Hour)
		if n := count(t, w, `SELECT count(*) AS n FROM proposal WHERE state = 'waiting'`); n != 0 {
			t.Errorf("%d proposals rest on photos that are gone", n)
		}
		for range 10 {
			w.Pass(t, 20*24*time.Hour)
			w.Promises(t)
		}
		if n := count(t, w, `SELECT count(*) AS n FROM case_key`); n != 0 {
			t.Errorf("%d keys of cases after 200 days", n)
		}
	})
}

// Check tells of a request that is open long after its end.
func TestARequestThatNeverEndsIsTold(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, other(t, w))
		w.Pass(t, 10*time.Minute)
		w.Clock.Advance(200 * 24 * time.Hour)
		broken, err := w.Requests.Check(t.Context())
		if err != nil || len(broken) == 0 {
			t.Errorf("nothing is told: %v", err)
		}
	})
}

// G-36: a photo that comes after the decision ends at once.
func TestAPhotoAfterTheDecisionEnds(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, other(t, w))
		w.Pass(t, 10*time.Minute)
		s := session(t, w, "other@example.org", "+31612345603")
		caseID, _, err := w.Mailbox.CaseOf(t.Context(), s)
		check(t, err)
		send := func(seed int) {
			_, err := w.Uploads.Add(t.Context(), caseID, upload.Document, bytes.NewReader(w.Photo(t, seed)))
			check(t, err)
			check(t, w.Mailbox.Reply(t.Context(), s, ident.Private{}, ident.NewID(w.Random(), "key")))
			w.Settle(t)
		}
		send(1)
		w.Propose(t, w.Hire(t, staff.Checker), apptest.First)
		w.Approve(t, w.Hire(t, staff.Approver))
		w.Settle(t)
		send(2)
		w.Promises(t)
		keys, err := w.PhotoKeys(t).List()
		if err != nil || len(keys) != 0 {
			t.Errorf("%d keys of photos after the decision, %v", len(keys), err)
		}
	})
}

type renamed struct {
	registry.Registry
	name ident.Name
}

func (r *renamed) Candidates(ctx context.Context, q registry.Query) ([]registry.Record, error) {
	records, err := r.Registry.Candidates(ctx, q)
	if !r.name.IsZero() && len(records) > 0 {
		records[0].Name = r.name
	}
	return records, err
}

// T2: what is signed is what two people confirmed, name and birth date too. A record that
// changed between them and the signature is not signed from; the case begins anew.
func TestANameThatNobodyConfirmedIsNotSigned(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		inner := &renamed{Registry: w.Requests.Registry}
		w.Requests.Registry = inner
		w.Propose(t, w.Hire(t, staff.Checker), apptest.First)
		w.Approve(t, w.Hire(t, staff.Approver))
		var err error
		inner.name, err = ident.NewName("Somebody Elsenobody", "")
		check(t, err)
		w.Pass(t, 10*time.Minute)
		if n := count(t, w, `SELECT count(*) AS n FROM certificate WHERE state = 'issued'`); n != 0 {
			t.Errorf("%d certificates with a name that nobody confirmed", n)
		}
		if n := count(t, w, `SELECT count(*) AS n FROM request WHERE round = 2 AND closed_at IS NULL`); n != 1 {
			t.Error("the case did not begin anew")
		}
		w.Promises(t)
	})
}

// unnumbered is other without a number: the form itself shows that a document is asked.
func unnumbered(t *testing.T, w *apptest.World) request.Answers {
	t.Helper()
	return w.Person(t, "Abena Voorbeeld", "1984-03-09", "", "other@example.org", "0612345603")
}

// T2: whoever had the contact is told when a clerk changes it, whatever comes after.
func TestTheContactBeforeIsTold(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		receipt := answered(t, w, other(t, w))
		carla := w.Hire(t, staff.Counter)
		lease, err := w.Requests.OpenAt(t.Context(), carla.Member, receipt.Number, receipt.Code)
		check(t, err)
		before := len(w.Mail.Messages())
		for _, to := range []string{"first@example.org", "second@example.org", "second@example.org"} {
			email, err := ident.ParseEmail(to)
			check(t, err)
			check(t, w.Requests.SetContact(t.Context(), carla.Member, lease.ID, email, other(t, w).Phone))
		}
		w.Settle(t)
		var told []string
		for _, m := range w.Mail.Messages()[before:] {
			told = append(told, m.To...)
			if !strings.Contains(m.Text, "veranderd") || strings.Contains(m.Text, "second@") {
				t.Errorf("the mail reads %q", m.Text)
			}
		}
		slices.Sort(told)
		if !slices.Equal(told, []string{"first@example.org", "other@example.org"}) {
			t.Errorf("told: %v", told)
		}
		w.Promises(t)
	})
}

// T8: nobody draws until it is whom they want, and who knows the person gives the case back
// for good.
func TestNobodyDrawsAgain(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answered(t, w, other(t, w))
		vera := w.Hire(t, staff.Checker, staff.Counter)
		lease := next(t, w, vera, staff.QueueCheck)
		if err := w.Requests.EndVisit(t.Context(), vera.Member, lease.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("put back as a visit: %v", err)
		}
		check(t, w.Requests.GiveBack(t.Context(), vera.Member, lease.ID))
		if _, err := w.Requests.Next(t.Context(), vera.Member, staff.QueueCheck); !fault.Is(err, fault.NotFound) {
			t.Errorf("offered again: %v", err)
		}
		if n := count(t, w, `SELECT count(*) AS n FROM audit_entry WHERE act = 'request.give-back' AND lease = $1`, lease.ID); n != 1 {
			t.Errorf("%d entries", n)
		}
		w.Propose(t, w.Hire(t, staff.Checker), apptest.First)
		anton := w.Hire(t, staff.Approver, staff.Counter)
		lease = next(t, w, anton, staff.QueueApprove)
		if err := w.Requests.EndVisit(t.Context(), anton.Member, lease.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("a draw put back as a visit: %v", err)
		}
		check(t, w.Requests.GiveBack(t.Context(), anton.Member, lease.ID))
		if _, err := w.Requests.Next(t.Context(), anton.Member, staff.QueueApprove); !fault.Is(err, fault.NotFound) {
			t.Errorf("drawn again: %v", err)
		}
		w.Approve(t, w.Hire(t, staff.Approver))
		w.Promises(t)
	})
}

// T13: a phone that many forms name hears of an opening once, and of helpers once a day for
// each case and twenty times in all.
func TestAPhoneRingsOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var receipt request.Receipt
		for range 30 {
			receipt = w.Submit(t, w.Person(t, "Niemand Voorbeeld", "1984-03-09", "", "", "0612345699"))
		}
		for range 2 {
			err := w.DB.Update(t.Context(), func(tx *db.Tx) error {
				ids, err := db.Select[string](t.Context(), tx, `SELECT id FROM request`)
				for _, id := range ids {
					if err == nil {
						err = w.Mailbox.Notice(t.Context(), tx, id)
					}
				}
				return err
			})
			check(t, err)
		}
		w.Settle(t)
		if n := len(w.Gateway.Calls()); n != 1 {
			t.Errorf("%d messages of one opening to one phone", n)
		}
		hana := w.Hire(t, staff.Helper)
		for range 5 {
			_, err := w.Requests.Grant(t.Context(), hana.Member, receipt.Number, receipt.Code, request.Agreed{Scope: request.Acts(), Days: 1})
			check(t, err)
		}
		w.Settle(t)
		if n := len(w.Gateway.Calls()); n != 2 {
			t.Errorf("%d messages after five mandates of one case", n)
		}
	})
}
