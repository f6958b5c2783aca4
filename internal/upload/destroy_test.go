package upload_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/request"
	"loket/internal/upload"
)

// G-36, G-37: each way to end destroys, with one receipt and one entry that names it.
func TestEachEndingDestroys(t *testing.T) { // G-36
	endings := map[string]func(t *testing.T, w *apptest.World, a asked){
		upload.Decision: func(t *testing.T, w *apptest.World, a asked) { end(t, w, a.caseID, upload.Decision) },
		upload.Refusal:  func(t *testing.T, w *apptest.World, a asked) { end(t, w, a.caseID, upload.Refusal) },
		upload.Withdrawn: func(t *testing.T, w *apptest.World, a asked) {
			check(t, w.Requests.Withdraw(t.Context(), a.receipt.number, a.receipt.code))
		},
		upload.Deadline: func(t *testing.T, w *apptest.World, a asked) {
			check(t, w.Mailbox.Reply(t.Context(), a.session, none(), "key-1"))
			w.Pass(t, 7*24*time.Hour)
		},
		upload.Left: func(t *testing.T, w *apptest.World, a asked) {
			_, err := w.Uploads.Begin(t.Context(), a.caseID, upload.Card, 10)
			check(t, err)
			update(t, w, func(tx *db.Tx) error { // its session is over, and nothing can be sent for it
				return w.Mailbox.RecallCase(t.Context(), tx, a.caseID)
			})
			w.Pass(t, 24*time.Hour)
		},
		upload.Removed: func(t *testing.T, w *apptest.World, a asked) {
			check(t, w.Uploads.Remove(t.Context(), a.caseID, list(t, w, a.caseID)[0].ID))
		},
	}
	for rule, ends := range endings {
		t.Run(rule, func(t *testing.T) {
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				a := ask(t, w)
				p := add(t, w, a.caseID)
				ends(t, w, a)
				w.Settle(t)
				keys, err := w.PhotoKeys(t).List()
				check(t, err)
				if len(keys) != 0 {
					t.Errorf("keys are left: %v", keys)
				}
				entry, err := db.Get[string](t.Context(), w.DB, `SELECT result FROM audit_entry WHERE act = 'photo.destroy' AND object = $1`, p.ID)
				check(t, err)
				said, receipt, _ := strings.Cut(entry, " ")
				if said != rule || !strings.HasPrefix(receipt, "R-") {
					t.Errorf("the entry says %q, want %s", entry, rule)
				}
				for _, one := range list(t, w, a.caseID) { // gone with the case once it is withdrawn
					if one.State != upload.Destroyed || one.Rule != rule || one.Receipt != receipt {
						t.Errorf("the receipt says %+v", one)
					}
				}
				w.Promises(t)
			})
		})
	}
}

// G-36: a request that expires takes its photos with it, also those nobody sent.
func TestAnExpiredRequestEndsItsPhotos(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := ask(t, w)
		w.Pass(t, 21*24*time.Hour-time.Minute)
		add(t, w, a.caseID)
		w.Pass(t, 2*time.Minute)
		if one := list(t, w, a.caseID)[0]; state(t, w, a.caseID) != string(request.Expired) || one.State != upload.Destroyed || one.Rule != upload.Left {
			t.Errorf("the request is %s, the photo %+v", state(t, w, a.caseID), one)
		}
		w.Promises(t)
	})
}

// T22: a server that was down past day 7 destroys before it does anything else. The person
// is asked again, with an apology, and has time to answer.
func TestTheFirstActIsDestruction(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			w := apptest.New(t, engine, nil)
			a := ask(t, w)
			w.Pass(t, 13*24*time.Hour)
			again := open(t, w, "niemand@example.org", "+31612345699")
			p := add(t, w, a.caseID)
			check(t, w.Mailbox.Reply(t.Context(), again, none(), "key-1"))
			w.Settle(t)
			if s := state(t, w, a.caseID); s != string(request.Answered) {
				t.Fatalf("the request is %s", s)
			}
			check(t, w.Close())
			w.Clock.Advance(8 * 24 * time.Hour)

			later := apptest.Open(t, w.Config, w.Clock, nil)
			if one := list(t, later, a.caseID)[0]; one.ID != p.ID || one.State != upload.Destroyed || one.Rule != upload.Deadline {
				t.Errorf("before anything listens: %+v", one)
			}
			if _, err := later.PhotoKeys(t).Open(p.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("its key: %v", err)
			}
			later.Pass(t, 2*time.Minute)
			if s := state(t, later, a.caseID); s != string(request.Asked) {
				t.Errorf("the request is %s, want asked again", s)
			}
			session := open(t, later, "niemand@example.org", "+31612345699")
			if thread, err := later.Mailbox.Read(t.Context(), session); err != nil || thread.Body.Kind != request.MessageAsked || thread.Body.Fields[request.FieldAgain] != upload.Deadline {
				t.Errorf("the message is %q, %v", thread.Body.Kind, err)
			}
			later.Pass(t, 20*24*time.Hour)
			if s := state(t, later, a.caseID); s != string(request.Asked) {
				t.Errorf("the request is %s after 20 more days", s)
			}
			later.Promises(t)
		})
	}
}

// On day 5 whoever runs the installation is told, once for each photo.
func TestAPhotoThatGrowsOldIsTold(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	add(t, w, caseID)
	var told []string
	store := upload.NewStore(partsOf(w, func(work string) { told = append(told, work) }))
	update(t, w, func(tx *db.Tx) error { return w.Uploads.Keep(t.Context(), tx, caseID) })
	for _, hours := range []int{5*24 - 1, 1, 1} {
		w.Clock.Advance(time.Duration(hours) * time.Hour)
		check(t, store.Sweep(t.Context()))
	}
	old, err := store.Old(t.Context())
	if err != nil || old != 1 || len(told) != 1 || told[0] != "photos_old" {
		t.Errorf("told %v; %d old, %v", told, old, err)
	}
}

// none is a reply without words.
func none() ident.Private { return ident.Private{} }

// partsOf is what another store on the same world is made with.
func partsOf(w *apptest.World, told func(work string)) upload.Parts {
	parts := w.Uploads.Parts
	parts.Jobs = jobs.New(parts.DB, parts.Now, parts.Random, nil)
	parts.Report = func(_ context.Context, work string, _ error) { told(work) }
	return parts
}

// A case can take the row of a photo along between the end of its key and the entry about
// it. Whoever unlinked the key writes the entry, and nobody else.
func TestARowThatWentWithItsCaseIsRecordedOnce(t *testing.T) { // G-36
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := add(t, w, ask(t, w).caseID)
		update(t, w, func(tx *db.Tx) error {
			_, err := db.Exec(t.Context(), tx, `DELETE FROM photo WHERE id = $1`, p.ID)
			return err
		})
		for i, own := range []bool{false, true, true} {
			update(t, w, func(tx *db.Tx) error { return w.Uploads.RecordEnd(t.Context(), tx, p.ID, upload.Withdrawn, own) })
			n, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM audit_entry WHERE act = 'photo.destroy' AND object = $1`, p.ID)
			check(t, err)
			if want := int64(min(i, 1)); n != want {
				t.Errorf("after record %d there are %d entries, want %d", i, n, want)
			}
		}
	})
}
