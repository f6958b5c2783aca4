package upload_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"io"
	"sync"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/photo"
	"loket/internal/upload"
)

// show looks at a photo as a checker, in a transaction that does nothing else.
func show(t *testing.T, w *apptest.World, caseID, id string) ([]byte, error) {
	return w.Uploads.Show(t.Context(), checker("lse_1"), caseID, id, func(find func(*db.Tx) error) error { return w.DB.Update(t.Context(), find) })
}

// G-33, promise 7: whoever decides sees the photo, after it was looked at.
func TestAPhotoIsShownToWhoeverDecides(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		check(t, w.Uploads.Ready(t.Context()))
		p := add(t, w, caseID)
		if p.State != upload.Kept || p.Received != "2021-12-20" || len(p.Advice) != 0 {
			t.Errorf("kept as %+v", p)
		}
		shown, err := show(t, w, caseID, p.ID)
		check(t, err)
		if _, err := jpeg.Decode(bytes.NewReader(shown)); err != nil {
			t.Errorf("shown %d bytes, %v", len(shown), err)
		}
		if shown, err := w.Uploads.Show(t.Context(), checker("lse_1"), caseID, p.ID, func(func(*db.Tx) error) error { return nil }); err == nil {
			t.Errorf("%d bytes without a look at it in a transaction", len(shown))
		}
		if sealed, err := db.Get[[]byte](t.Context(), w.DB, `SELECT sealed FROM photo`); err != nil || bytes.Contains(sealed, shown[:100]) {
			t.Errorf("the photo lies readable in the database, %v", err)
		}
		w.Promises(t)
	})
}

// G-33: a photo has one purpose. G-34: no other role gets one.
func TestAPhotoHasOnePurpose(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := add(t, w, caseID)
		for _, role := range []string{"intake", "helper", "lead", "editor", "privacy", "operator", "worker", ""} {
			got, err := w.Uploads.Show(t.Context(), upload.Viewer{Actor: "stf_x", Role: role}, caseID, p.ID, nil)
			if got != nil || !fault.Is(err, fault.Denied) {
				t.Errorf("role %q got %d bytes, %v", role, len(got), err)
			}
		}
		if n := count(t, w, countEntries, "photo.refuse", p.ID); n != 8 {
			t.Errorf("%d entries of 8 refusals", n)
		}
		over := errors.New("the budget is used up")
		got, err := w.Uploads.Show(t.Context(), checker("lse_1"), caseID, p.ID, func(find func(*db.Tx) error) error {
			return w.DB.Update(t.Context(), func(tx *db.Tx) error { return errors.Join(find(tx), over) })
		})
		if got != nil || !errors.Is(err, over) {
			t.Errorf("without a budget: %d bytes, %v", len(got), err)
		}
		if _, err := show(t, w, "req_other", p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("by the case of somebody else: %v", err)
		}
	})
}

// endless counts what is read of it.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read += int64(len(p))
	return len(p), nil
}

func TestWhatIsNoPhotoLeavesNothing(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	large := &endless{}
	if _, err := w.Uploads.Add(t.Context(), caseID, upload.Card, large); fault.Key(err) != "photo.large" || large.read > photo.MaxBytes+1 {
		t.Errorf("%v after %d bytes", err, large.read)
	}
	broken := io.MultiReader(bytes.NewReader(w.Photo(t, 1)[:1000]), iotestErr{})
	for name, r := range map[string]io.Reader{"upload.broken-off": broken, "photo.empty": bytes.NewReader(nil), "photo.type": bytes.NewReader([]byte("text"))} {
		if _, err := w.Uploads.Add(t.Context(), caseID, upload.Card, r); fault.Key(err) != name {
			t.Errorf("%v, want %s", err, name)
		}
	}
	if _, err := w.Uploads.Add(t.Context(), caseID, "selfie", bytes.NewReader(w.Photo(t, 1))); fault.Key(err) != "upload.kind" {
		t.Errorf("another kind: %v", err)
	}
	if n := len(list(t, w, caseID)); n != 0 {
		t.Errorf("%d photos", n)
	}
	w.Promises(t)
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, errors.New("the line broke") }

// At most four at once, also when many come at the same moment.
func TestFourPhotosACase(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var coming sync.WaitGroup
		errs := make([]error, 12)
		for i := range errs {
			coming.Go(func() { _, errs[i] = w.Uploads.Begin(t.Context(), caseID, upload.Document, 1000) })
		}
		coming.Wait()
		began := 0
		for _, err := range errs {
			if err == nil {
				began++
			} else if fault.Key(err) != "upload.many" {
				t.Error(err)
			}
		}
		if began != upload.MaxLiving {
			t.Errorf("%d began", began)
		}
		if _, err := w.Uploads.Add(t.Context(), caseID, upload.Document, bytes.NewReader(w.Photo(t, 1))); fault.Key(err) != "upload.many" || !fault.Is(err, fault.Invalid) {
			t.Errorf("a fifth: %v", err)
		}
		add(t, w, "req_0000000000000000000000000b") // of somebody else
		photos := list(t, w, caseID)
		check(t, w.Uploads.Remove(t.Context(), caseID, photos[0].ID))
		add(t, w, caseID)
		w.Promises(t)
	})
}

// A photo that was sent lives seven days from when it came, one that was not a day.
func TestWhoSendsKeeps(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		sent, left := add(t, w, caseID), add(t, w, "req_0000000000000000000000000b")
		w.Clock.Advance(20 * time.Hour)
		update(t, w, func(tx *db.Tx) error { return w.Uploads.Keep(t.Context(), tx, caseID) })
		w.Pass(t, 5*time.Hour)
		if p := list(t, w, "req_0000000000000000000000000b")[0]; p.ID != left.ID || p.State != upload.Destroyed || p.Rule != upload.Left {
			t.Errorf("not sent, after 25 hours: %+v", p)
		}
		w.Pass(t, 7*24*time.Hour-26*time.Hour)
		if p := list(t, w, caseID)[0]; p.State != upload.Kept || !p.Sent || p.ID != sent.ID {
			t.Errorf("an hour before day 7: %+v", p)
		}
		w.Pass(t, time.Hour)
		if p := list(t, w, caseID)[0]; p.State != upload.Destroyed || p.Rule != upload.Deadline || p.Destroyed != "2021-12-27" {
			t.Errorf("on day 7: %+v", p)
		}
		w.Promises(t)
	})
}
