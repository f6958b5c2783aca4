package request_test

import (
	"bytes"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/request"
	"loket/internal/staff"
	"loket/internal/upload"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// G-30: photos that came with the form are compared at once, and nobody is asked for what
// they sent. Their mail leaves as everybody's, and says that nothing is needed. They end
// with the decision (G-36).
func TestPhotosOfAFormAreCompared(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		code, err := w.Requests.StartDraft(t.Context())
		check(t, err)
		draft, err := w.Requests.LoadDraft(t.Context(), code)
		check(t, err)
		for i, kind := range []upload.Kind{upload.Document, upload.Card} {
			_, err = w.Uploads.Add(t.Context(), draft.Case, kind, bytes.NewReader(w.Photo(t, i)))
			check(t, err)
		}
		a := unnumbered(t, w)
		receipt, err := w.Requests.Submit(t.Context(), request.Submission{Answers: a, Lang: "nl", Door: request.Web, Key: "photos-1", Draft: code})
		check(t, err)
		w.Pass(t, 10*time.Minute)
		w.Promises(t)
		if thread := open(t, w, "other@example.org", "+31612345603"); thread.Body.Kind != request.MessageComparing {
			t.Errorf("message %q", thread.Body.Kind)
		}
		if got := step(t, w, receipt); got != request.StepMessage {
			t.Errorf("step %s", got)
		}
		vera := w.Hire(t, staff.Checker)
		lease := next(t, w, vera, staff.QueueCheck)
		desk, err := w.Requests.Desk(t.Context(), vera.Member, lease.ID)
		check(t, err)
		if len(desk.Photos) != 2 {
			t.Fatalf("%d photos", len(desk.Photos))
		}
		jpeg, err := w.Requests.Photo(t.Context(), vera.Member, lease.ID, desk.Photos[0].ID)
		if err != nil || len(jpeg) == 0 {
			t.Errorf("photo: %v", err)
		}
		// Promise 7: one entry for one look, also for the look that was one too many.
		look := `SELECT count(*) FROM audit_entry WHERE act = $1 AND object = $2 AND actor = $3 AND lease = $4`
		if n, err := db.Get[int](t.Context(), w.DB, look, "view.photo", desk.Photos[0].ID, vera.ID, lease.ID); err != nil || n != 1 {
			t.Errorf("%d entries of one look, %v", n, err)
		}
		limits := w.Staff.Settings
		w.Staff.Settings.PerDay = 1
		if _, err := w.Requests.Photo(t.Context(), vera.Member, lease.ID, desk.Photos[0].ID); !fault.Is(err, fault.Throttled) {
			t.Errorf("beyond the budget: %v", err)
		}
		if n, err := db.Get[int](t.Context(), w.DB, look, "staff.refused", desk.Photos[0].ID, vera.ID, lease.ID); err != nil || n != 1 {
			t.Errorf("%d entries of a look that was refused, %v", n, err)
		}
		w.Staff.Settings = limits
		check(t, vera.ProposeUnder(t, lease, apptest.First))
		w.Approve(t, w.Hire(t, staff.Approver))
		w.Pass(t, 10*time.Minute)
		w.Promises(t)
		photos, err := w.Requests.Photos(t.Context(), receipt.Number, receipt.Code)
		check(t, err)
		for _, p := range photos {
			if p.State != upload.Destroyed || p.Rule != upload.Decision || p.Receipt == "" {
				t.Errorf("a photo is %s by %s", p.State, p.Rule)
			}
		}
		if _, err := w.Requests.Photo(t.Context(), vera.Member, lease.ID, desk.Photos[0].ID); !fault.Is(err, fault.Denied) {
			t.Errorf("after the decision: %v", err)
		}
		if f := figures(t, w); f["document-asked"] != 1 || f["approved"] != 1 {
			t.Errorf("figures %v", f)
		}
	})
}

// A helper whose mandate says so sends photos, and the case waits for staff; one without
// sends none.
func TestAHelperSendsPhotos(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		hana := w.Hire(t, staff.Helper)
		all := helped(t, w, hana, unnumbered(t, w), request.Agreed{Scope: request.Acts(), Days: 7})
		w.Pass(t, 10*time.Minute)
		if err := w.Requests.PhotosFor(t.Context(), hana.Member, all.Mandate.ID); !fault.Is(err, fault.Invalid) {
			t.Errorf("without photos: %v", err)
		}
		mandate, err := w.Requests.Acting(t.Context(), hana.Member, all.Mandate.ID, request.Send)
		check(t, err)
		_, err = w.Uploads.Add(t.Context(), mandate.CaseID, upload.Document, bytes.NewReader(w.Photo(t, 1)))
		check(t, err)
		check(t, w.Requests.PhotosFor(t.Context(), hana.Member, all.Mandate.ID))
		w.Settle(t)
		w.Promises(t)
		if _, err := w.Requests.Next(t.Context(), w.Hire(t, staff.Checker).Member, staff.QueueCheck); err != nil {
			t.Error(err)
		}
		follows := helped(t, w, hana, w.Unknown(t), request.Agreed{Scope: []request.Act{request.Follow}, Days: 7})
		if err := w.Requests.PhotosFor(t.Context(), hana.Member, follows.Mandate.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("beyond the scope: %v", err)
		}
	})
}
