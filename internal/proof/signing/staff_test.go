package signing

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
	"loket/internal/staff"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// exec changes the database behind the program's back.
func exec(t *testing.T, w *apptest.World, query string, args ...any) {
	t.Helper()
	n, err := db.Exec(t.Context(), w.DB, query, args...)
	check(t, err)
	if n == 0 {
		t.Fatalf("nothing changed by %s", query)
	}
}

func count(t *testing.T, w *apptest.World, query string, args ...any) int64 {
	t.Helper()
	n, err := db.Get[int64](t.Context(), w.DB, query, args...)
	check(t, err)
	return n
}

// waiting brings a case to where staff decide, and returns its id. The registry knows its
// person, at another address.
func waiting(t *testing.T, w *apptest.World, email, phone string) string {
	t.Helper()
	receipt := w.Submit(t, w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990019", email, phone))
	w.Pass(t, 10*time.Minute)
	link, err := mailbox.ParseLink(w.Link(t, email))
	check(t, err)
	_, err = w.Mailbox.Ask(t.Context(), link, "browser", "sms")
	check(t, err)
	w.Settle(t)
	s, err := w.Mailbox.Open(t.Context(), link, "browser", w.Code(t, "+31"+phone[1:]).Reveal())
	check(t, err)
	check(t, w.Mailbox.Reply(t.Context(), s, ident.NewPrivate("Hier."), ident.NewID(w.Random(), "key")))
	w.Settle(t)
	id, err := db.Get[string](t.Context(), w.DB, `SELECT id FROM request WHERE number = $1`, string(receipt.Number))
	check(t, err)
	return id
}

// down takes the signing key away: what was decided waits until up.
func down(w *apptest.World) (up func()) {
	signer := w.Requests.Certificates.Signer
	w.Requests.Certificates.Signer = func(time.Time) (*hcert.Signer, error) {
		return nil, fault.New(fault.Unavailable, "", "the key is away")
	}
	return func() { w.Requests.Certificates.Signer = signer }
}

const issued = `SELECT count(*) AS n FROM certificate WHERE state = 'issued' OR digest IS NOT NULL`

// promise 2, T17: what two people confirmed is signed; and nothing is when a confirmation is
// taken away, moved from another case or another person, when the decision names
// somebody else, or when another event is put under it, though the database alone says that
// all is well.
func TestAnApprovalWithoutItsConfirmationsSignsNothing(t *testing.T) {
	forgeries := map[string]func(t *testing.T, w *apptest.World, caseID string){
		"one confirmation": func(t *testing.T, w *apptest.World, caseID string) {
			exec(t, w, `DELETE FROM confirmation WHERE role = 'approver' AND object IN (SELECT id FROM proposal WHERE request_id = $1)`, caseID)
		},
		"the second person alone": func(t *testing.T, w *apptest.World, caseID string) {
			exec(t, w, `DELETE FROM confirmation WHERE role = 'checker' AND object IN (SELECT id FROM proposal WHERE request_id = $1)`, caseID)
		},
		"no confirmation": func(t *testing.T, w *apptest.World, caseID string) {
			exec(t, w, `DELETE FROM confirmation WHERE object IN (SELECT id FROM proposal WHERE request_id = $1)`, caseID)
		},
		"the same person twice": func(t *testing.T, w *apptest.World, caseID string) {
			exec(t, w, `DELETE FROM confirmation WHERE role = 'approver' AND object IN (SELECT id FROM proposal WHERE request_id = $1)`, caseID)
			exec(t, w, `INSERT INTO confirmation (id, object, staff_id, role, digest, nonce, credential, assertion, at)
				SELECT 'conf_forged', object, (SELECT actor FROM decision WHERE request_id = $1 AND question = 'manual'), 'approver', digest, nonce, credential, assertion, at
				FROM confirmation WHERE object IN (SELECT id FROM proposal WHERE request_id = $1)`, caseID)
		},
		"of another case": func(t *testing.T, w *apptest.World, caseID string) {
			exec(t, w, `DELETE FROM confirmation WHERE object IN (SELECT id FROM proposal WHERE request_id = $1)`, caseID)
			exec(t, w, `UPDATE confirmation SET object = (SELECT id FROM proposal WHERE request_id = $1)`, caseID)
		},
		"no proposal": func(t *testing.T, w *apptest.World, caseID string) {
			exec(t, w, `DELETE FROM proposal WHERE request_id = $1`, caseID)
		},
		"another actor": func(t *testing.T, w *apptest.World, caseID string) {
			exec(t, w, `UPDATE decision SET actor = 'staff_somebody' WHERE request_id = $1 AND question = 'manual'`, caseID)
		},
		"another event": func(t *testing.T, w *apptest.World, caseID string) {
			exec(t, w, `DELETE FROM certificate WHERE event = 0 AND decision_id IN (SELECT id FROM decision WHERE request_id = $1)`, caseID)
		},
	}
	for name, forge := range forgeries {
		t.Run(name, func(t *testing.T) {
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				before := waiting(t, w, "first@example.org", "0612345603")
				checker, approver := w.Hire(t, staff.Checker), w.Hire(t, staff.Approver)
				w.Propose(t, checker, apptest.First)
				w.Approve(t, approver)
				w.Pass(t, 10*time.Minute)
				good := count(t, w, issued)
				if before == "" || good != 2 {
					t.Fatalf("%d certificates from a good decision", good)
				}
				up := down(w)
				caseID := waiting(t, w, "second@example.org", "0612345604")
				w.Propose(t, checker, apptest.First)
				w.Approve(t, approver)
				w.Promises(t)
				forge(t, w, caseID)
				findings, err := w.Check(t.Context(), nil)
				check(t, err)
				told := false
				for _, f := range findings {
					told = told || f.Broken && strings.Contains(f.Text, "lack a confirmation")
				}
				if !told {
					t.Error("check says nothing of it")
				}
				up()
				w.Pass(t, 10*time.Minute)
				w.Pass(t, 10*time.Minute)
				if n := count(t, w, issued); n != good {
					t.Errorf("%d certificates were signed", n-good)
				}
			})
		})
	}
}

// A whole decision that is written into the database alone is believed by nobody.
func TestAnInventedDecisionSignsNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		caseID := waiting(t, w, "first@example.org", "0612345603")
		exec(t, w, `INSERT INTO decision (id, request_id, round, question, outcome, pack, pack_hash, on_day, known_at, reasons, actor, role, at, proof)
			SELECT 'dec_forged', request_id, round, 'manual', 'approve', pack, pack_hash, on_day, known_at, reasons, 'staff_1', 'approver', at, proof
			FROM decision WHERE request_id = $1 AND question = 'automatic'`, caseID)
		exec(t, w, `UPDATE request SET state = 'decided' WHERE id = $1`, caseID)
		w.Pass(t, 10*time.Minute)
		w.Pass(t, 10*time.Minute)
		if n := count(t, w, `SELECT count(*) AS n FROM certificate WHERE state = 'issued'`); n != 0 {
			t.Errorf("%d certificates were signed", n)
		}
	})
}

// T17: no order of steps of one person, whatever their roles, leads to a signature.
func TestOnePersonAloneSignsNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		waiting(t, w, "first@example.org", "0612345603")
		one := w.Hire(t, staff.Checker, staff.Approver, staff.Counter, staff.Helper)
		w.Propose(t, one, apptest.First)
		if _, err := w.Requests.Next(t.Context(), one.Member, staff.QueueApprove); !fault.Is(err, fault.NotFound) {
			t.Errorf("their own proposal is offered: %v", err)
		}
		a := w.Person(t, "Yusuf Namudhaj", "1999-02-28", "2990000033", "", "")
		done, err := w.Requests.Assist(t.Context(), one.Member, request.Submission{Answers: a, Lang: "nl", Door: request.AtCounter, Key: "alone"}, request.Agreed{})
		check(t, err)
		lease, err := w.Requests.OpenAt(t.Context(), one.Member, done.Number, done.Code)
		check(t, err)
		check(t, one.ProposeUnder(t, lease, func(d request.Desk) request.Ruling {
			r := apptest.First(d)
			r.Seen.Instead = "two-witnesses"
			return r
		}))
		for _, queue := range []string{staff.QueueApprove, staff.QueueCheck} {
			if _, err := w.Requests.Next(t.Context(), one.Member, queue); !fault.Is(err, fault.NotFound) {
				t.Errorf("offered from queue %s: %v", queue, err)
			}
		}
		w.Pass(t, time.Hour)
		if n := count(t, w, `SELECT count(*) AS n FROM certificate`); n != 0 {
			t.Errorf("%d certificates", n)
		}
		w.Promises(t)
	})
}
