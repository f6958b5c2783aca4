package request_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/request"
)

// exec changes the database behind the program's back.
func exec(t *testing.T, w *apptest.World, query string, args ...any) {
	t.Helper()
	n, err := db.Exec(t.Context(), w.DB, query, args...)
	check(t, err)
	if n == 0 {
		t.Fatalf("nothing changed by %s", query)
	}
}

// Whoever writes into the database alone gets no certificate: a decision that the
// program did not write is not believed.
func TestAForgedDecisionGivesNoCertificate(t *testing.T) {
	forgeries := map[string]string{
		"another outcome": `UPDATE decision SET outcome = 'issue' WHERE question = 'automatic'`,
		"staff":           `UPDATE decision SET question = 'manual', outcome = 'approve', actor = 'staff_1', role = 'approver' WHERE question = 'automatic'`,
	}
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for name, forgery := range forgeries {
			a := w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990019", "thief@example.org", "0612345604")
			w.Submit(t, a)
			w.Pass(t, 10*time.Minute)
			exec(t, w, forgery)
			exec(t, w, `INSERT INTO certificate (id, decision_id, kind, event, of, kid, state, intended_day, digest)
				SELECT substr(id, 5, 16) || substr(id, 5, 16), id, 'vaccination', 0, proof, '', 'intended', '2021-12-20', NULL FROM decision
				WHERE outcome IN ('issue', 'approve')`)
			exec(t, w, `UPDATE request SET state = 'decided' WHERE state = 'asked'`)
			w.Pass(t, 10*time.Minute)
			w.Pass(t, 10*time.Minute) // what staff are said to have decided is matched again
			for _, m := range w.Mail.Messages() {
				if strings.Contains(m.To[0], "thief") {
					continue
				}
				t.Errorf("%s: a mail to %v", name, m.To)
			}
			if thread := open(t, w, "thief@example.org", "+31612345604"); thread.Body.Kind == request.MessageProof {
				t.Errorf("%s gave a proof", name)
			}
			exec(t, w, `DELETE FROM certificate`)
			exec(t, w, `DELETE FROM decision`)
			exec(t, w, `UPDATE request SET state = 'withdrawn', closed_at = received_at`)
		}
	})
}

// A message that is moved to another case in the database goes to nobody.
func TestAMessageMovedToAnotherCaseGoesToNobody(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, w.Known(t))
		thief := w.Submit(t, w.Person(t, "Dief Dief", "1990-01-01", "", "thief@example.org", "0612345605"))
		check(t, w.Jobs.RunDue(t.Context()))
		id, err := db.Get[string](t.Context(), w.DB, `SELECT id FROM request WHERE number = $1`, string(thief.Number))
		check(t, err)
		exec(t, w, `UPDATE message SET case_id = $1`, id)
		exec(t, w, `UPDATE outbox SET case_id = $1`, id)
		w.Settle(t)
		if n := len(w.Mail.Messages()); n > 1 { // the thief's own
			t.Errorf("%d mails left", n)
		}
	})
}

// A case that cannot be read holds up nobody else, and check tells of it.
func TestOneUnreadableCaseHoldsUpNobody(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, w.Unknown(t))
		exec(t, w, `UPDATE request SET sealed = $1`, []byte("not sealed at all"))
		good := w.Submit(t, w.Known(t))
		w.Pass(t, 2*time.Hour)
		if got := step(t, w, good); got != request.StepMessage {
			t.Errorf("the other request is %s", got)
		}
		findings, err := w.Check(t.Context(), nil)
		check(t, err)
		told := false
		for _, f := range findings {
			told = told || f.Broken && strings.Contains(f.Text, "waited for an answer")
		}
		if !told {
			t.Errorf("check says nothing of it: %v", findings)
		}
	})
}

// From the instant of its end on a case cannot be reopened: it may be buried already.
func TestACaseIsNotReopenedAfterItsEnd(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		receipt := w.Submit(t, w.Unknown(t))
		w.Pass(t, 22*24*time.Hour)
		w.Clock.Advance(31 * 24 * time.Hour) // nobody sweeps meanwhile
		if err := w.Requests.Reopen(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.TooLate) {
			t.Errorf("reopened: %v", err)
		}
	})
}

// A link of the round before neither opens nor closes the new one.
func TestAnOldLinkDoesNothingToANewRound(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		receipt := w.Submit(t, w.Known(t))
		w.Pass(t, 22*24*time.Hour)
		old, err := mailbox.ParseLink(w.Link(t, "abena@example.org"))
		check(t, err)
		check(t, w.Requests.Reopen(t.Context(), receipt.Number, receipt.Code))
		w.Pass(t, time.Hour)
		if _, err := w.Mailbox.Ask(t.Context(), old, "browser", "sms"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old link: %v", err)
		}
		if thread := open(t, w, "abena@example.org", "+31612345678"); thread.Body.Kind != request.MessageProof {
			t.Errorf("the new one gives %q", thread.Body.Kind)
		}
	})
}

// After a withdrawal was acknowledged nothing leaves and nothing opens.
func TestNothingLeavesAfterAWithdrawal(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		receipt := w.Submit(t, w.Known(t))
		w.Settle(t)
		link, err := mailbox.ParseLink(w.Link(t, "abena@example.org"))
		check(t, err)
		before := len(w.Mail.Messages())
		check(t, w.Requests.Withdraw(t.Context(), receipt.Number, receipt.Code))
		if _, err := w.Mailbox.Ask(t.Context(), link, "browser", "sms"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the link: %v", err)
		}
		w.Pass(t, 12*24*time.Hour)
		if n := len(w.Mail.Messages()); n != before {
			t.Errorf("%d mails left after it", n-before)
		}
	})
}

// Somebody else got the mail and said so: reopened, the request goes on at a counter and
// not to that address again.
func TestAWrongContactIsRemembered(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		receipt := w.Submit(t, w.Known(t))
		w.Settle(t)
		link, err := mailbox.ParseLink(w.Link(t, "abena@example.org"))
		check(t, err)
		_, err = w.Mailbox.Ask(t.Context(), link, "browser", "sms")
		check(t, err)
		check(t, w.Mailbox.WrongNumber(t.Context(), link, "browser"))
		w.Requests.Pack = w.PackWith(t, "fields: {state: announced}", "fields: {state: open}")
		w.Pass(t, 22*24*time.Hour)
		before := len(w.Mail.Messages())
		check(t, w.Requests.Reopen(t.Context(), receipt.Number, receipt.Code))
		w.Pass(t, 24*time.Hour)
		if got := step(t, w, receipt); got != request.StepCounter {
			t.Errorf("reopened: %s", got)
		}
		if n := len(w.Mail.Messages()); n != before {
			t.Errorf("%d mails went to the wrong address", n-before)
		}
		w.Promises(t)
	})
}

// T5: who reads somebody's mail knows their number, and would choose the phone. A
// registry that holds an address only does not give a proof by itself.
func TestAMailboxAloneGivesNoProof(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, w.Person(t, "Yusuf Namudhaj", "1999-02-28", "2990000033", "yusuf@example.org", "0612345606"))
		w.Settle(t)
		if thread := open(t, w, "yusuf@example.org", "+31612345606"); thread.Body.Kind != request.MessageAsked {
			t.Errorf("message %q", thread.Body.Kind)
		}
	})
}

// A form that was dropped stays gone, also when a save was under way.
func TestADroppedDraftStaysGone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		code, err := w.Requests.StartDraft(t.Context())
		check(t, err)
		check(t, w.Requests.DropDraft(t.Context(), code))
		if err := w.Requests.SaveDraft(t.Context(), code, w.Known(t)); !fault.Is(err, fault.NotFound) {
			t.Errorf("saved: %v", err)
		}
		if _, err := w.Requests.LoadDraft(t.Context(), code); !fault.Is(err, fault.NotFound) {
			t.Errorf("it came back: %v", err)
		}
		if _, err := w.Requests.LoadDraft(t.Context(), ident.DraftCode{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("the empty code: %v", err)
		}
	})
}

// What was decided about is what is signed: an event that is written into the record in
// between takes no other's place, and is not signed itself.
func TestAnEventWrittenInLaterIsNotSigned(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, w.Known(t))
		inner := w.Requests.Registry
		w.Requests.Registry = &withEvent{Registry: inner, after: 1}
		w.Pass(t, 10*time.Minute)
		thread := open(t, w, "abena@example.org", "+31612345678")
		if len(thread.Body.Proofs) != 2 {
			t.Fatalf("%d proofs", len(thread.Body.Proofs))
		}
		for _, p := range thread.Body.Proofs {
			payload, err := hcert.Inspect(p.QR).Payload()
			check(t, err)
			if payload.Vaccinations[0].Date == earlierDose {
				t.Error("a dose that nobody decided about was signed")
			}
		}
	})
}

// A counter that is only announced has no day: whoever waits for it waits on.
func TestWhatWaitsForAnAnnouncedCounterDoesNotExpire(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Known(t)
		a.Document = "none"
		receipt := w.Submit(t, a)
		w.Pass(t, 60*24*time.Hour)
		if got := step(t, w, receipt); got != request.StepCounter {
			t.Errorf("after 60 days: %s", got)
		}
		w.Requests.Pack = w.PackWith(t, "fields: {state: announced}", "fields: {state: open}")
		w.Pass(t, time.Hour)
		if got := step(t, w, receipt); got != request.StepClosed {
			t.Errorf("with an open counter, past its term: %s", got)
		}
	})
}
