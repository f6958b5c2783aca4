package request_test

import (
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/staff"
)

const passport = "XN1234567"

func document(t *testing.T) ident.DocumentNumber {
	t.Helper()
	number, err := ident.ParseDocumentNumber(passport)
	check(t, err)
	return number
}

func seenPassport(d request.Desk) request.Ruling {
	r := apptest.First(d)
	r.Seen.Document = "foreign-passport"
	return r
}

// seen has somebody come to the counter with a passport, allow its number to be kept, and
// get the proof.
func seen(t *testing.T, w *apptest.World, carla *apptest.Colleague, a request.Answers) request.Receipt {
	t.Helper()
	receipt, lease := assist(t, w, carla, a)
	check(t, w.Requests.KeepDocument(t.Context(), carla.Member, lease.ID, document(t)))
	check(t, carla.ProposeUnder(t, lease, seenPassport))
	w.Approve(t, w.Hire(t, staff.Approver))
	_, err := w.Requests.Print(t.Context(), carla.Member, lease.ID)
	check(t, err)
	w.Promises(t)
	return receipt
}

func withDocument(t *testing.T, a request.Answers) request.Answers {
	t.Helper()
	yes := true
	a.KeepNumber, a.DocumentNumber = &yes, document(t)
	return a
}

// G-40: a document that was seen in person finds its person faster: at the counter its
// record comes first, though the form alone would not have led to it.
func TestADocumentSeenBeforePutsItsRecordFirst(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla := w.Hire(t, staff.Counter)
		seen(t, w, carla, w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990019", "", ""))
		_, lease := assist(t, w, carla, w.Person(t, "A. Voorbeld", "1984-00-00", "", "", ""))
		desk, err := w.Requests.Desk(t.Context(), carla.Member, lease.ID)
		check(t, err)
		if len(desk.Candidates) != 0 || desk.SeenBefore {
			t.Fatalf("%d candidates without the document", len(desk.Candidates))
		}
		check(t, w.Requests.KeepDocument(t.Context(), carla.Member, lease.ID, document(t)))
		desk, err = w.Requests.Desk(t.Context(), carla.Member, lease.ID)
		check(t, err)
		if len(desk.Candidates) != 1 || !desk.Candidates[0].Earlier || !desk.SeenBefore {
			t.Fatalf("%d candidates with it", len(desk.Candidates))
		}
		check(t, carla.ProposeUnder(t, lease, seenPassport))
		w.Approve(t, w.Hire(t, staff.Approver))
		body, err := w.Requests.Print(t.Context(), carla.Member, lease.ID)
		check(t, err)
		if len(body.Proofs) != 2 {
			t.Errorf("%d proofs", len(body.Proofs))
		}
		w.Promises(t)
	})
}

// G-40: through the web a second case skips the document step where all that was told is
// the same as in the case before, the address too. T4: who only types the number gains
// nothing.
func TestASecondCaseSkipsTheDocumentStep(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla := w.Hire(t, staff.Counter)
		seen(t, w, carla, other(t, w))
		mine := withDocument(t, other(t, w))
		w.Submit(t, mine)
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "other@example.org", "+31612345603"); thread.Body.Kind != request.MessageComparing {
			t.Fatalf("message %q, want that nothing is needed", thread.Body.Kind)
		}
		w.Promises(t)
		w.Propose(t, w.Hire(t, staff.Checker), apptest.First)
		w.Approve(t, w.Hire(t, staff.Approver))
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "other@example.org", "+31612345603"); thread.Body.Kind != request.MessageProof {
			t.Errorf("message %q", thread.Body.Kind)
		}
		w.Promises(t)

		thief := withDocument(t, w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990019", "thief@example.org", "0612345604"))
		w.Submit(t, thief)
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "thief@example.org", "+31612345604"); thread.Body.Kind != request.MessageAsked {
			t.Errorf("the number alone gives %q", thread.Body.Kind)
		}
		w.Promises(t)
	})
}

// A document number that was only typed finds nobody, for nobody.
func TestATypedDocumentNumberFindsNobody(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Submit(t, withDocument(t, other(t, w)))
		w.Pass(t, 10*time.Minute)
		w.Submit(t, withDocument(t, other(t, w)))
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "other@example.org", "+31612345603"); thread.Body.Kind != request.MessageAsked {
			t.Errorf("message %q", thread.Body.Kind)
		}
	})
}

// G-39: withdrawing the permission erases the number, and it finds nobody any more.
func TestWithdrawingThePermissionErasesTheNumber(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carla := w.Hire(t, staff.Counter)
		receipt := seen(t, w, carla, other(t, w))
		kept, err := w.Requests.KeepsDocument(t.Context(), receipt.Number, receipt.Code)
		if err != nil || !kept {
			t.Fatalf("kept %v, %v", kept, err)
		}
		check(t, w.Requests.Forget(t.Context(), receipt.Number, receipt.Code))
		w.Promises(t)
		if n := count(t, w, `SELECT count(*) AS n FROM person_identifier WHERE kind = 'document'`); n != 0 {
			t.Errorf("%d sums are left", n)
		}
		kept, err = w.Requests.KeepsDocument(t.Context(), receipt.Number, receipt.Code)
		if err != nil || kept {
			t.Errorf("kept %v, %v", kept, err)
		}
		w.Submit(t, withDocument(t, other(t, w)))
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "other@example.org", "+31612345603"); thread.Body.Kind != request.MessageAsked {
			t.Errorf("message %q", thread.Body.Kind)
		}
		wrong, err := ident.ParseCode("00000000")
		check(t, err)
		if err := w.Requests.Forget(t.Context(), receipt.Number, wrong); !fault.Is(err, fault.NotFound) {
			t.Errorf("with a wrong code: %v", err)
		}
	})
}

// The case of a draft is the one of its request, and nobody else can take it.
func TestADraftKnowsItsCase(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		code, err := w.Requests.StartDraft(t.Context())
		check(t, err)
		begun, err := w.Requests.LoadDraft(t.Context(), code)
		check(t, err)
		forged := w.Known(t)
		forged.Case = "req_of_somebody_else"
		check(t, w.Requests.SaveDraft(t.Context(), code, forged))
		saved, err := w.Requests.LoadDraft(t.Context(), code)
		check(t, err)
		if begun.Case == "" || saved.Case != begun.Case {
			t.Fatalf("the case became %s", saved.Case)
		}
		thief := w.Unknown(t)
		thief.Case = begun.Case
		w.Submit(t, thief)
		if n := count(t, w, `SELECT count(*) AS n FROM request WHERE id = $1`, begun.Case); n != 0 {
			t.Error("an id alone took the case")
		}
		sub := request.Submission{Answers: saved, Lang: "nl", Door: request.Web, Key: "draft-1", Draft: code}
		first, err := w.Requests.Submit(t.Context(), sub)
		check(t, err)
		again, err := w.Requests.Submit(t.Context(), sub)
		check(t, err)
		if again.Number != first.Number || !again.Code.Equal(first.Code) {
			t.Error("a repeat has another receipt")
		}
		if n := count(t, w, `SELECT count(*) AS n FROM request WHERE id = $1 AND number = $2`, begun.Case, string(first.Number)); n != 1 {
			t.Error("the request has another case than its draft")
		}
		w.Promises(t)
	})
}

// A draft that is kept for a lost answer makes its request once; sent as another form, it
// makes another case.
func TestAKeptDraftGivesItsCaseOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		code, err := w.Requests.StartDraft(t.Context())
		check(t, err)
		sub := request.Submission{Answers: w.Known(t), Lang: "nl", Door: request.Web, Key: "kept-1", Draft: code, KeepDraft: true}
		first, err := w.Requests.Submit(t.Context(), sub)
		check(t, err)
		again, err := w.Requests.Submit(t.Context(), sub)
		check(t, err)
		sub.Key = "kept-2"
		second, err := w.Requests.Submit(t.Context(), sub)
		check(t, err)
		if again.Number != first.Number || second.Number == first.Number {
			t.Error("a repeat is not told from another form")
		}
		w.Promises(t)
	})
}
