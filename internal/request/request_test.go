package request_test

import (
	"errors"
	"slices"
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
	"loket/internal/rules"
	"loket/internal/staff"
)

// open opens the newest message to an address, as its person does: link, code by
// SMS, session.
func open(t *testing.T, w *apptest.World, email, phone string) mailbox.Thread {
	t.Helper()
	return read(t, w, session(t, w, email, phone))
}

func session(t *testing.T, w *apptest.World, email, phone string) mailbox.Session {
	t.Helper()
	link, err := mailbox.ParseLink(w.Link(t, email))
	check(t, err)
	_, err = w.Mailbox.Ask(t.Context(), link, "browser", "sms")
	check(t, err)
	w.Settle(t)
	s, err := w.Mailbox.Open(t.Context(), link, "browser", w.Code(t, phone).Reveal())
	check(t, err)
	w.Pass(t, 2*time.Minute) // a phone gets one code a minute
	return s
}

func read(t *testing.T, w *apptest.World, s mailbox.Session) mailbox.Thread {
	t.Helper()
	thread, err := w.Mailbox.Read(t.Context(), s)
	check(t, err)
	return thread
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func step(t *testing.T, w *apptest.World, r request.Receipt) request.Step {
	t.Helper()
	status, err := w.Requests.Status(t.Context(), r.Number, r.Code)
	check(t, err)
	return status.Step
}

func figures(t *testing.T, w *apptest.World) map[string]int64 {
	t.Helper()
	first, _ := rules.ParseDay("2021-01-01")
	list, err := w.Requests.Figures(t.Context(), first, w.Requests.Today())
	check(t, err)
	sums := map[string]int64{}
	for _, f := range list {
		sums[f.Path] += f.Cases
	}
	return sums
}

// G-24: number, birth date, name and contact agree: the proof comes with no act of
// staff. G-52: it takes the link and the code.
func TestAKnownPersonGetsTheProofWithoutStaff(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		receipt := w.Submit(t, w.Known(t))
		if got := step(t, w, receipt); got != request.StepReceived {
			t.Errorf("at once: %s", got)
		}
		w.Settle(t)
		w.Promises(t)
		if got := step(t, w, receipt); got != request.StepMessage {
			t.Errorf("after matching: %s", got)
		}
		thread := open(t, w, "abena@example.org", "+31612345678")
		if thread.Body.Kind != request.MessageProof || len(thread.Body.Proofs) != 2 {
			t.Fatalf("message %q with %d proofs, want a proof with two", thread.Body.Kind, len(thread.Body.Proofs))
		}
		trust := &hcert.Trust{}
		for _, k := range w.Signing.Published() {
			trust.Add(k.Certificate)
		}
		for _, p := range thread.Body.Proofs {
			if result := hcert.Verify(p.QR, trust, w.Clock.Now()); !result.Valid {
				t.Errorf("the certificate is not valid: %v", result.Problems)
			}
		}
		if got := step(t, w, receipt); got != request.StepClosed {
			t.Errorf("after opening: %s", got)
		}
		w.Promises(t)
		// G-56: the path is counted.
		if f := figures(t, w); f["opened"] != 1 || f["automatic"] != 1 || f["document-asked"] != 0 {
			t.Errorf("figures %v", f)
		}
		acts, err := db.Select[string](t.Context(), w.DB, `SELECT DISTINCT actor FROM audit_entry ORDER BY actor`)
		if err != nil || strings.Join(acts, " ") != "applicant system" {
			t.Errorf("actors %v, %v; want no staff", acts, err)
		}
	})
}

// G-25, G-26 and the promise that nobody is told which field differed.
func TestWhoeverDoesNotAgreeIsAskedForADocument(t *testing.T) {
	differing := map[string]func(t *testing.T, w *apptest.World) request.Answers{
		"G-25 number not known": func(t *testing.T, w *apptest.World) request.Answers { return w.Unknown(t) },
		"G-25 no number": func(t *testing.T, w *apptest.World) request.Answers {
			return w.Person(t, "Abena Voorbeeld", "1984-03-09", "", "abena@example.org", "0612345678")
		},
		// G-23: the number alone is not enough.
		"G-23 another birth date": func(t *testing.T, w *apptest.World) request.Answers {
			return w.Person(t, "Abena Voorbeeld", "1984-03-19", "999990019", "abena@example.org", "0612345678")
		},
		"G-26 day of birth missing": func(t *testing.T, w *apptest.World) request.Answers {
			return w.Person(t, "Abena Voorbeeld", "1984-00-00", "999990019", "abena@example.org", "0612345678")
		},
		"G-26 birth date missing": func(t *testing.T, w *apptest.World) request.Answers {
			a := w.Known(t)
			a.Birth = ident.BirthDate{}
			return a
		},
		"another name": func(t *testing.T, w *apptest.World) request.Answers {
			return w.Person(t, "Afia Elders", "1984-03-09", "999990019", "abena@example.org", "0612345678")
		},
		// T4: somebody who knows all of another gives a phone of their own.
		"another phone": func(t *testing.T, w *apptest.World) request.Answers {
			return w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990019", "abena@example.org", "0612345600")
		},
		"G-22 wrong check digit": func(t *testing.T, w *apptest.World) request.Answers {
			return w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990018", "abena@example.org", "0612345678")
		},
		"known without an event": func(t *testing.T, w *apptest.World) request.Answers {
			return w.Person(t, "Ama Toonbeeld", "2001-06-17", "999990068", "ama@example.org", "0612345681")
		},
	}
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for name, answers := range differing {
			w.Clock.Advance(9 * 24 * time.Hour) // a number that comes often goes by document anyhow
			w.Settle(t)
			a := answers(t, w)
			w.Submit(t, a)
			w.Pass(t, 10*time.Minute)
			thread := open(t, w, a.Email.Reveal(), a.Phone.Reveal())
			if thread.Body.Kind != request.MessageAsked || len(thread.Body.Proofs) != 0 {
				t.Errorf("%s: message %q with %d proofs", name, thread.Body.Kind, len(thread.Body.Proofs))
			}
			// G-27: which document; the card is asked when possible.
			if thread.Body.Fields["document"] != "foreign-passport" || len(thread.Body.Fields) != 1 {
				t.Errorf("%s: the message tells %v", name, thread.Body.Fields)
			}
		}
		w.Promises(t)
	})
}

// The pack's contact rule is when-known: a registry without a contact gives the
// proof, and check says so.
func TestWhereTheRegistryHoldsNoContactTheProofIsGiven(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, w.Person(t, "Amina Mithal", "1976-00-00", "999990044", "amina@example.org", "0612345601"))
		w.Settle(t)
		if thread := open(t, w, "amina@example.org", "+31612345601"); thread.Body.Kind != request.MessageProof {
			t.Errorf("message %q, want the proof", thread.Body.Kind)
		}
		findings, err := w.Check(t.Context(), nil)
		check(t, err)
		told := false
		for _, f := range findings {
			told = told || !f.Broken && strings.Contains(f.Text, "when-known")
		}
		if !told {
			t.Errorf("check says %v", findings)
		}
	})
}

// Promise 8: known and unknown people look the same until they open.
func TestKnownAndUnknownLookAlikeUntilOpened(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		known, unknown := w.Submit(t, w.Known(t)), w.Submit(t, w.Unknown(t))
		for _, day := range []int{0, 1, 3, 7, 11, 22} {
			w.Settle(t)
			one, err := w.Requests.Status(t.Context(), known.Number, known.Code)
			check(t, err)
			two, err := w.Requests.Status(t.Context(), unknown.Number, unknown.Code)
			check(t, err)
			one.Number, two.Number = "", ""
			if one != two {
				t.Errorf("day %d: known %+v, unknown %+v", day, one, two)
			}
			w.Pass(t, 3*24*time.Hour)
		}
		mails := map[string]int{}
		for _, m := range w.Mail.Messages() {
			mails[m.To[0]+" "+m.At.Format(time.DateTime)]++
		}
		for key, n := range mails {
			at := strings.TrimPrefix(key, "abena@example.org ")
			if at != key && mails["niemand@example.org "+at] != n {
				t.Errorf("%d mails at %s to the one, %d to the other", n, at, mails["niemand@example.org "+at])
			}
		}
	})
}

// G-29: reminders, an end without prejudice, and the same number again.
func TestARequestExpiresAndIsReopened(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		receipt := w.Submit(t, w.Unknown(t))
		w.Settle(t)
		w.Pass(t, 20*24*time.Hour)
		if n := len(w.Mail.Messages()); n != 3 {
			t.Errorf("%d mails, want one and two reminders", n)
		}
		if got := step(t, w, receipt); got != request.StepMessage {
			t.Errorf("on day 20: %s", got)
		}
		w.Pass(t, 2*24*time.Hour)
		if got := step(t, w, receipt); got != request.StepClosed {
			t.Errorf("on day 22: %s", got)
		}
		check(t, w.Requests.Reopen(t.Context(), receipt.Number, receipt.Code))
		w.Pass(t, 10*time.Minute)
		w.Promises(t)
		if got := step(t, w, receipt); got != request.StepMessage {
			t.Errorf("reopened: %s", got)
		}
		w.Pass(t, 60*24*time.Hour)
		if _, err := w.Requests.Status(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.NotFound) {
			t.Errorf("60 days later the request is still there: %v", err)
		}
		w.Promises(t)
	})
}

// G-16, G-17: without e-mail or phone the way is the counter, and the request is kept
// for it. No document leads there too.
func TestWithoutEmailPhoneOrDocumentTheWayIsTheCounter(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		noDocument := w.Known(t)
		noDocument.Document = "none"
		for name, a := range map[string]request.Answers{
			"no e-mail":   w.Person(t, "Abena Voorbeeld", "1984-03-09", "", "", "0612345678"),
			"no phone":    w.Person(t, "Abena Voorbeeld", "1984-03-09", "", "abena@example.org", ""),
			"no document": noDocument,
		} {
			receipt := w.Submit(t, a)
			w.Settle(t)
			if got := step(t, w, receipt); receipt.Way != request.WayCounter || got != request.StepCounter {
				t.Errorf("%s: way %s, step %s", name, receipt.Way, got)
			}
		}
		if n := len(w.Mail.Messages()); n != 0 {
			t.Errorf("%d mails went out", n)
		}
		w.Promises(t)
	})
}

// G-15: whether an expired document counts is a policy of the pack; the same case comes
// out otherwise under another, and the decision tells which held.
func TestTheDecisionTellsWhichPolicyHeld(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Known(t)
		yes := true
		a.Expired = &yes
		first := w.Submit(t, a)
		w.Requests.Pack = w.PackWith(t, "- value: accept", "- value: counter",
			// the pack's own case names the policy it is about
			"document_expired: true}\n  outcome: accepted", "document_expired: true}\n  settings: {expired_document: accept}\n  outcome: accepted")
		second := w.Submit(t, a)
		if first.Way != request.WayDigital || second.Way != request.WayCounter {
			t.Errorf("ways %s and %s", first.Way, second.Way)
		}
		one, two := decision(t, w, first, "document"), decision(t, w, second, "document")
		if one.PackHash == two.PackHash || !slices.Contains(one.Reasons, "setting:expired_document=accept") ||
			!slices.Contains(two.Reasons, "setting:expired_document=counter") {
			t.Errorf("decisions %+v and %+v", one, two)
		}
		w.Promises(t)
	})
}

// decision returns what was decided about a request on a question.
func decision(t *testing.T, w *apptest.World, r request.Receipt, question string) request.Kept {
	t.Helper()
	id, err := db.Get[string](t.Context(), w.DB, `SELECT id FROM request WHERE number = $1`, string(r.Number))
	check(t, err)
	list, err := w.Requests.Decisions(t.Context(), id)
	check(t, err)
	for _, d := range list {
		if d.Question == question {
			return d
		}
	}
	t.Fatalf("nothing was decided on %s", question)
	return request.Kept{}
}

// G-18: one e-mail and one phone serve two people, and neither sees the other's.
func TestTwoPeopleShareAnEmailAndAPhone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, name := range []string{"Yusuf Namudhaj", "Niemand Bekend"} {
			w.Submit(t, w.Person(t, name, "1999-02-28", "", "helper@example.org", "0612345602"))
			w.Pass(t, 5*time.Minute)
			thread := open(t, w, "helper@example.org", "+31612345602")
			if thread.Body.Kind != request.MessageAsked {
				t.Errorf("%s: message %q", name, thread.Body.Kind)
			}
		}
		w.Promises(t)
	})
}

// G-20, G-21: submitted without a number, and with a V-number only.
func TestTheNumberIsOptional(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, w.Person(t, "Maria Clara Exemplo", "1991-08-23", "2990000017", "maria@example.org", "+31612345679"))
		w.Submit(t, w.Person(t, "Maria Clara Exemplo", "1991-08-23", "", "maria@example.org", "+31612345679"))
		w.Settle(t)
		if f := figures(t, w); f["automatic"] != 1 || f["document-asked"] != 1 {
			t.Errorf("figures %v", f)
		}
	})
}

// G-38, G-41: the document's number is kept only after permission, and only as a sum.
func TestTheDocumentNumberNeedsPermission(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		number, err := ident.ParseDocumentNumber("XN1234567")
		check(t, err)
		for _, yes := range []bool{false, true} {
			a := w.Unknown(t)
			a.DocumentNumber, a.KeepNumber = number, &yes
			w.Submit(t, a)
			kept, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM person_identifier WHERE kind = 'document'`)
			if want := map[bool]int64{true: 1}[yes]; err != nil || kept != want {
				t.Errorf("permission %v: %d numbers kept (%v), want %d", yes, kept, err, want)
			}
		}
	})
}

// Promise 1: a form that is sent twice makes one request; with other answers it is
// refused.
func TestTheSameFormMakesOneRequest(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		sub := request.Submission{Answers: w.Known(t), Lang: "nl", Door: request.Web, Key: "same"}
		first, err := w.Requests.Submit(t.Context(), sub)
		check(t, err)
		again, err := w.Requests.Submit(t.Context(), sub)
		check(t, err)
		if first.Number != again.Number || !first.Code.Equal(again.Code) || first.Way != again.Way {
			t.Error("the second receipt is another")
		}
		sub.Answers = w.Unknown(t)
		if _, err := w.Requests.Submit(t.Context(), sub); !fault.Is(err, fault.Invalid) || fault.Key(err) != "once.other-body" {
			t.Errorf("other answers under the same key: %v", err)
		}
		if f := figures(t, w); f["opened"] != 1 {
			t.Errorf("figures %v", f)
		}
	})
}

// G-51: number and code open the status without an account; ten wrong codes a day and
// it is shut, the right code too, until tomorrow.
func TestTheStatusTakesTenWrongCodesADay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		receipt := w.Submit(t, w.Known(t))
		wrong, err := ident.ParseCode("00000000")
		check(t, err)
		for i := range 10 {
			if _, err := w.Requests.Status(t.Context(), receipt.Number, wrong); !fault.Is(err, fault.NotFound) {
				t.Fatalf("wrong code %d: %v", i, err)
			}
		}
		if _, err := w.Requests.Status(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.Throttled) {
			t.Errorf("the right code after ten wrong ones: %v", err)
		}
		w.Clock.Advance(24 * time.Hour)
		if got := step(t, w, receipt); got == "" {
			t.Error("shut on the next day")
		}
		other, err := ident.ParseCaseNumber(string(ident.NewCaseNumber(strings.NewReader("0123456789abcdef"))))
		check(t, err)
		_, unknown := w.Requests.Status(t.Context(), other, receipt.Code)
		_, wrongCode := w.Requests.Status(t.Context(), receipt.Number, wrong)
		if unknown.Error() != wrongCode.Error() {
			t.Errorf("%v and %v can be told apart", unknown, wrongCode)
		}
	})
}

func TestAWithdrawnRequestIsDestroyed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		receipt := w.Submit(t, w.Known(t))
		w.Settle(t)
		check(t, w.Requests.Withdraw(t.Context(), receipt.Number, receipt.Code))
		if got := step(t, w, receipt); got != request.StepWithdrawn {
			t.Errorf("at once: %s", got)
		}
		if err := w.Requests.Withdraw(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.TooLate) {
			t.Errorf("withdrawn twice: %v", err)
		}
		w.Pass(t, 2*time.Minute)
		if _, err := w.Requests.Status(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.NotFound) {
			t.Errorf("still there: %v", err)
		}
		for _, table := range []string{"request", "person", "message", "case_key", "person_identifier"} {
			if n, err := db.Get[int64](t.Context(), w.DB, "SELECT count(*) AS n FROM "+table); err != nil || n != 0 {
				t.Errorf("%d rows are left in %s, %v", n, table, err)
			}
		}
		w.Promises(t)
	})
}

// A draft is taken up on another device with its code, and gone after 24 hours.
func TestADraftIsTakenUpWithItsCode(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		code, err := w.Requests.StartDraft(t.Context())
		check(t, err)
		check(t, w.Requests.SaveDraft(t.Context(), code, w.Known(t)))
		typed, err := ident.ParseDraftCode(strings.ToLower(code.Spoken()))
		check(t, err)
		a, err := w.Requests.LoadDraft(t.Context(), typed)
		check(t, err)
		if a.Name.Full.Reveal() != "Abena Voorbeeld" {
			t.Error("the answers are not there")
		}
		w.Pass(t, 25*time.Hour)
		if _, err := w.Requests.LoadDraft(t.Context(), code); !fault.Is(err, fault.NotFound) || fault.Key(err) != "request.draft.gone" {
			t.Errorf("after a day: %v", err)
		}
		left, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM draft`)
		if err != nil || left != 0 {
			t.Errorf("%d drafts are left, %v", left, err)
		}
	})
}

// G-32: no refusal without reason and next step. G-31: an approval leads to the proof.
func TestARulingNeedsWhatThePackAsks(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990019", "other@example.org", "0612345603")
		w.Submit(t, a)
		w.Settle(t)
		s := session(t, w, "other@example.org", "+31612345603")
		// G-46: the card is lost; the reply says so and staff compare.
		check(t, w.Mailbox.Reply(t.Context(), s, ident.NewPrivate("Ik ben mijn kaartje kwijt."), "reply-1"))
		w.Settle(t)
		checker, approver := w.Hire(t, staff.Checker), w.Hire(t, staff.Approver)
		lease, err := w.Requests.Next(t.Context(), checker.Member, staff.QueueCheck)
		check(t, err)
		without := func(request.Desk) request.Ruling {
			return request.Ruling{Reason: ident.NewPrivate("De foto is van iemand anders.")}
		}
		if err := checker.ProposeUnder(t, lease, without); !fault.Is(err, fault.Invalid) {
			t.Errorf("a refusal without a next step: %v", err)
		}
		check(t, checker.ProposeUnder(t, lease, apptest.First))
		w.Pass(t, 10*time.Minute)
		if n := count(t, w, `SELECT count(*) AS n FROM decision WHERE question = 'manual'`); n != 0 {
			t.Error("one person decided")
		}
		w.Approve(t, approver)
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "other@example.org", "+31612345603"); thread.Body.Kind != request.MessageProof {
			t.Errorf("message %q, want the proof", thread.Body.Kind)
		}
		w.Promises(t)
	})
}

// G-32: the refused person reads the reason and the next step.
func TestARefusalTellsReasonAndNextStep(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, w.Unknown(t))
		w.Settle(t)
		s := session(t, w, "niemand@example.org", "+31612345699")
		check(t, w.Mailbox.Reply(t.Context(), s, ident.NewPrivate("Hier is het."), "reply-1"))
		w.Settle(t)
		w.Decide(t, false, "Uw prik staat niet in ons systeem.", "Ga naar uw huisarts.")
		w.Pass(t, time.Minute)
		thread := open(t, w, "niemand@example.org", "+31612345699")
		if thread.Body.Kind != request.MessageRefused || thread.Body.Fields["reason"] == "" || thread.Body.Fields["next_step"] == "" || thread.Body.Fields["object"] == "" {
			t.Errorf("message %q with %d fields", thread.Body.Kind, len(thread.Body.Fields))
		}
		w.Promises(t)
	})
}

// A registry that is down delays and never loses.
func TestARegistryThatIsDownDelays(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		down := &switchable{Registry: w.Requests.Registry, err: fault.New(fault.Unavailable, "", "registry is down")}
		w.Requests.Registry = down
		receipt := w.Submit(t, w.Known(t))
		if err := w.Requests.Match(t.Context()); !errors.Is(err, down.err) {
			t.Errorf("match: %v", err)
		}
		if got := step(t, w, receipt); got != request.StepReceived {
			t.Errorf("while it is down: %s", got)
		}
		down.err = nil
		w.Pass(t, time.Hour)
		if got := step(t, w, receipt); got != request.StepMessage {
			t.Errorf("when it is up again: %s", got)
		}
		w.Promises(t)
	})
}
