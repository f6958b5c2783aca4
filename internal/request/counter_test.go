package request_test

import (
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/staff"
)

// yusuf has no document, no e-mail and no phone.
func yusuf(t *testing.T, w *apptest.World) request.Answers {
	t.Helper()
	a := w.Person(t, "Yusuf Namudhaj", "1999-02-28", "2990000033", "", "")
	a.Document = "none"
	return a
}

// assist fills a form in at the counter and opens the case there.
func assist(t *testing.T, w *apptest.World, carla *apptest.Colleague, a request.Answers) (request.Receipt, staff.Lease) {
	t.Helper()
	done, err := w.Requests.Assist(t.Context(), carla.Member, request.Submission{Answers: a, Lang: "ar", Door: request.AtCounter,
		Key: ident.NewID(w.Random(), "key")}, request.Agreed{})
	check(t, err)
	lease, err := w.Requests.OpenAt(t.Context(), carla.Member, done.Number, done.Code)
	check(t, err)
	w.Promises(t)
	return done.Receipt, lease
}

// known is an approval of somebody who was known otherwise.
func known(d request.Desk) request.Ruling {
	r := apptest.First(d)
	r.Seen = request.Seen{Instead: "two-witnesses"}
	return r
}

// G-14, G-42, G-54: without a document, an e-mail address and a phone somebody gets the same
// proof at the counter, on paper and at once; two people decided.
func TestTheCounterGivesTheProofOnTheSpot(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla, anton := w.Hire(t, staff.Counter), w.Hire(t, staff.Approver)
		_, lease := assist(t, w, carla, yusuf(t, w))
		for name, ruling := range map[string]func(request.Desk) request.Ruling{
			"nothing seen": apptest.First,
			"no such thing": func(d request.Desk) request.Ruling {
				r := apptest.First(d)
				r.Seen.Document = "none"
				return r
			},
			"both": func(d request.Desk) request.Ruling {
				r := known(d)
				r.Seen.Document = "foreign-passport"
				return r
			},
		} {
			if err := carla.ProposeUnder(t, lease, ruling); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		check(t, carla.ProposeUnder(t, lease, known))
		w.Promises(t)
		if _, err := w.Requests.Print(t.Context(), carla.Member, lease.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("printed before anybody decided: %v", err)
		}
		w.Approve(t, anton)
		w.Promises(t)
		body, err := w.Requests.Print(t.Context(), carla.Member, lease.ID)
		check(t, err)
		if body.Kind != request.MessageProof || len(body.Proofs) != 1 {
			t.Fatalf("%q with %d proofs", body.Kind, len(body.Proofs))
		}
		trust := &hcert.Trust{}
		for _, k := range w.Signing.Published() {
			trust.Add(k.Certificate)
		}
		if result := hcert.Verify(body.Proofs[0].QR, trust, w.Clock.Now()); !result.Valid {
			t.Errorf("the printed proof is not valid: %v", result.Problems)
		}
		if _, err := w.Requests.Print(t.Context(), carla.Member, lease.ID); err != nil {
			t.Errorf("the printer jammed: %v", err)
		}
		w.Pass(t, time.Hour)
		if n := len(w.Mail.Messages()) + len(w.Gateway.Calls()); n != 0 {
			t.Errorf("%d messages left", n)
		}
		if f := figures(t, w); f["counter"] != 1 || f["approved"] != 1 {
			t.Errorf("figures %v", f)
		}
		w.Promises(t)
	})
}

// G-55: who filled the form in at the counter, or opened the case there, approves nothing
// of it.
func TestTheDoorDoesNotApprove(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla, colleague := w.Hire(t, staff.Counter, staff.Approver), w.Hire(t, staff.Counter, staff.Approver)
		receipt, lease := assist(t, w, carla, yusuf(t, w))
		check(t, w.Requests.WithdrawAt(t.Context(), carla.Member, lease.ID))
		w.Pass(t, time.Hour)
		receipt, lease = assist(t, w, carla, yusuf(t, w))
		if _, err := w.Requests.OpenAt(t.Context(), colleague.Member, receipt.Number, receipt.Code); !fault.Is(err, fault.TooLate) {
			t.Errorf("two desks with one case: %v", err)
		}
		w.Pass(t, 31*time.Minute)
		taken, err := w.Requests.OpenAt(t.Context(), colleague.Member, receipt.Number, receipt.Code)
		check(t, err)
		check(t, colleague.ProposeUnder(t, taken, known))
		for _, c := range []*apptest.Colleague{carla, colleague} {
			if _, err := w.Requests.Next(t.Context(), c.Member, staff.QueueApprove); !fault.Is(err, fault.NotFound) {
				t.Errorf("offered to whoever stood at the door: %v", err)
			}
		}
		w.Approve(t, w.Hire(t, staff.Approver))
		w.Promises(t)
	})
}

// G-42: a counter case reaches every other outcome too.
func TestTheCounterReachesEveryOutcome(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla, anton := w.Hire(t, staff.Counter), w.Hire(t, staff.Approver)
		_, lease := assist(t, w, carla, yusuf(t, w))
		check(t, carla.ProposeUnder(t, lease, refusal))
		w.Approve(t, anton)
		body, err := w.Requests.Print(t.Context(), carla.Member, lease.ID)
		check(t, err)
		if body.Kind != request.MessageRefused || body.Fields["reason"] == "" || body.Fields["object"] == "" { // G-32
			t.Errorf("printed %q", body.Kind)
		}
		w.Promises(t)

		receipt, lease := assist(t, w, carla, yusuf(t, w))
		check(t, w.Requests.AskDocument(t.Context(), carla.Member, lease.ID))
		w.Promises(t)
		body, err = w.Requests.Print(t.Context(), carla.Member, lease.ID)
		check(t, err)
		if body.Kind != request.MessageAsked || step(t, w, receipt) != request.StepMessage {
			t.Errorf("asked %q, step %s", body.Kind, step(t, w, receipt))
		}
		w.Pass(t, 24*time.Hour) // and comes back with a document
		lease, err = w.Requests.OpenAt(t.Context(), carla.Member, receipt.Number, receipt.Code)
		check(t, err)
		check(t, w.Requests.ToCounter(t.Context(), carla.Member, lease.ID))
		w.Promises(t)
		check(t, carla.ProposeUnder(t, lease, func(d request.Desk) request.Ruling {
			r := apptest.First(d)
			r.Seen.Document = "foreign-passport"
			return r
		}))
		w.Approve(t, anton)
		w.Promises(t)

		receipt, lease = assist(t, w, carla, yusuf(t, w))
		check(t, w.Requests.WithdrawAt(t.Context(), carla.Member, lease.ID))
		w.Promises(t)
		if got := step(t, w, receipt); got != request.StepWithdrawn {
			t.Errorf("step %s", got)
		}
		if f := figures(t, w); f["counter"] != 3 || f["approved"] != 1 || f["refused"] != 1 || f["counter-asked"] != 1 || f["withdrawn"] != 1 {
			t.Errorf("figures %v", f)
		}
		w.Pass(t, time.Hour)
		w.Promises(t)
	})
}

// T4: somebody who sent a form in another's name has its number and code. The proof on its
// way to the address on file is not printed for them.
func TestNobodyFetchesWhatAnAddressProtects(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla := w.Hire(t, staff.Counter)
		receipt := w.Submit(t, w.Known(t))
		w.Settle(t)
		lease, err := w.Requests.OpenAt(t.Context(), carla.Member, receipt.Number, receipt.Code)
		check(t, err)
		if _, err := w.Requests.Print(t.Context(), carla.Member, lease.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("printed: %v", err)
		}
		mine, err := ident.ParseEmail("thief@example.org")
		check(t, err)
		if err := w.Requests.SetContact(t.Context(), carla.Member, lease.ID, mine, ident.Phone{}); !fault.Is(err, fault.TooLate) {
			t.Errorf("the address of an answer under way is changed: %v", err)
		}
		// Taken over at the counter, it needs what is seen there, and two people.
		check(t, w.Requests.ToCounter(t.Context(), carla.Member, lease.ID))
		w.Promises(t)
		if _, err := w.Requests.Print(t.Context(), carla.Member, lease.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("printed: %v", err)
		}
		check(t, carla.ProposeUnder(t, lease, known))
		w.Approve(t, w.Hire(t, staff.Approver))
		w.Promises(t)
		if _, err := w.Requests.Print(t.Context(), carla.Member, lease.ID); err != nil {
			t.Error(err)
		}
	})
}

// Number and the person's own code open a case at the counter; without the code there are
// steps and days. Wrong codes count as they do on the status page.
func TestTheCounterNeedsThePersonsCode(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla := w.Hire(t, staff.Counter)
		receipt := w.Submit(t, yusuf(t, w))
		wrong, err := ident.ParseCode("00000000")
		check(t, err)
		for range 10 {
			if _, err := w.Requests.OpenAt(t.Context(), carla.Member, receipt.Number, wrong); !fault.Is(err, fault.NotFound) {
				t.Fatalf("a wrong code: %v", err)
			}
		}
		if _, err := w.Requests.OpenAt(t.Context(), carla.Member, receipt.Number, receipt.Code); !fault.Is(err, fault.Throttled) {
			t.Errorf("after ten wrong codes: %v", err)
		}
		if n := count(t, w, `SELECT count(*) AS n FROM audit_entry WHERE actor = $1 AND act = 'staff.refused' AND result = 'code'`, carla.ID); n != 11 {
			t.Errorf("%d entries of wrong codes", n)
		}
		status, err := w.Requests.Steps(t.Context(), carla.Member, receipt.Number)
		if err != nil || status.Step != request.StepCounter {
			t.Errorf("steps: %+v, %v", status, err)
		}
		if _, err := w.Requests.Steps(t.Context(), w.Hire(t, staff.Editor).Member, receipt.Number); !fault.Is(err, fault.Denied) {
			t.Errorf("an editor sees steps: %v", err)
		}
		w.Pass(t, 24*time.Hour)
		lease, err := w.Requests.OpenAt(t.Context(), carla.Member, receipt.Number, receipt.Code)
		check(t, err)
		code, err := w.Requests.NewCode(t.Context(), carla.Member, lease.ID)
		check(t, err)
		if _, err := w.Requests.Status(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old code: %v", err)
		}
		receipt.Code = code
		if got := step(t, w, receipt); got != request.StepCounter {
			t.Errorf("with the new code: %s", got)
		}
		w.Promises(t)
	})
}
