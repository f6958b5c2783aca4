package upload_test

import (
	"bytes"
	"crypto/rand"
	"image/jpeg"
	"io"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/photo"
	"loket/internal/upload"
)

// G-28: over a line that breaks a photo goes on where it was, and ends as one that came
// whole.
func TestAPhotoComesInPieces(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		raw := w.Photo(t, 3)
		id, err := w.Uploads.Begin(t.Context(), caseID, upload.Document, int64(len(raw)))
		check(t, err)
		at := func(start, end int, r io.Reader) (int64, error) {
			if r == nil {
				r = bytes.NewReader(raw[start:end])
			}
			return w.Uploads.Part(t.Context(), caseID, id, int64(start), r)
		}
		half := len(raw) / 2
		if have, err := at(0, half, nil); err != nil || have != int64(half) {
			t.Fatalf("have %d, %v", have, err)
		}
		for name, start := range map[string]int{"again": 0, "over": half - 1, "ahead": half + 1} {
			if have, err := at(start, len(raw), nil); !fault.Is(err, fault.Taken) || have != int64(half) {
				t.Errorf("%s: have %d, %v", name, have, err)
			}
		}
		if _, err := at(half, 0, io.MultiReader(bytes.NewReader(raw[half:half+10]), iotestErr{})); fault.Key(err) != "upload.broken-off" {
			t.Errorf("broken off: %v", err)
		}
		if _, err := w.Uploads.Finish(t.Context(), caseID, id); fault.Key(err) != "upload.incomplete" {
			t.Errorf("half a photo: %v", err)
		}
		if have, err := w.Uploads.Have(t.Context(), caseID, id); err != nil || have != int64(half) {
			t.Errorf("have %d, %v", have, err)
		}
		if _, err := at(half, 0, bytes.NewReader(append(bytes.Clone(raw[half:]), 0))); fault.Key(err) != "upload.size" {
			t.Errorf("more than announced: %v", err)
		}
		if _, err := w.Uploads.Have(t.Context(), "req_other", id); !fault.Is(err, fault.NotFound) {
			t.Errorf("by the case of somebody else: %v", err)
		}
		_, err = at(half, len(raw), nil)
		check(t, err)
		first, err := w.Uploads.Finish(t.Context(), caseID, id)
		check(t, err)
		if again, err := w.Uploads.Finish(t.Context(), caseID, id); err != nil || again.ID != first.ID || again.State != upload.Kept {
			t.Errorf("finished twice: %+v, %v", again, err)
		}
		shown, err := show(t, w, caseID, id)
		check(t, err)
		if _, err := jpeg.Decode(bytes.NewReader(shown)); err != nil {
			t.Error(err)
		}
		w.Promises(t)
	})
}

// What comes is what lies there, whatever is sent in whatever order.
func TestPiecesFollowEachOther(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	rapid.Check(t, func(r *rapid.T) {
		size := rapid.Int64Range(1, 4000).Draw(r, "size")
		id, err := w.Uploads.Begin(t.Context(), caseID, upload.Card, size)
		check(t, err)
		have := int64(0)
		for range rapid.IntRange(1, 12).Draw(r, "pieces") {
			start, length := rapid.Int64Range(0, size).Draw(r, "start"), rapid.Int64Range(0, 1500).Draw(r, "length")
			if rapid.Bool().Draw(r, "right") {
				start = have
			}
			got, err := w.Uploads.Part(t.Context(), caseID, id, start, io.LimitReader(rand.Reader, length))
			good := start == have && have+length <= size
			if good {
				have += length
			}
			if (err == nil) != good || got != have {
				r.Fatalf("%d bytes from %d: have %d, %v, want %d", length, start, got, err, have)
			}
		}
		if _, err := w.Uploads.Finish(t.Context(), caseID, id); !fault.Is(err, fault.Invalid) && have == size || err == nil {
			r.Fatalf("noise became a photo: %v", err)
		}
		if have < size {
			check(t, w.Uploads.Remove(t.Context(), caseID, id))
		}
		w.Promises(t)
	})
}

func TestOnePieceComesOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		id, err := w.Uploads.Begin(t.Context(), caseID, upload.Card, 8000)
		check(t, err)
		var sending sync.WaitGroup
		for range 8 {
			sending.Go(func() {
				_, err := w.Uploads.Part(t.Context(), caseID, id, 0, io.LimitReader(rand.Reader, 1000))
				if err != nil && !fault.Is(err, fault.Taken) {
					t.Error(err)
				}
			})
		}
		sending.Wait()
		if have, err := w.Uploads.Have(t.Context(), caseID, id); err != nil || have != 1000 {
			t.Errorf("have %d, %v", have, err)
		}
	})
}

func TestSizesThatAreRefused(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	for size, key := range map[int64]string{0: "photo.empty", -1: "photo.empty", photo.MaxBytes + 1: "photo.large"} {
		if _, err := w.Uploads.Begin(t.Context(), caseID, upload.Card, size); fault.Key(err) != key {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	id, err := w.Uploads.Begin(t.Context(), caseID, upload.Card, photo.MaxBytes)
	check(t, err)
	piece := &endless{}
	if _, err := w.Uploads.Part(t.Context(), caseID, id, 0, piece); fault.Key(err) != "photo.large" || piece.read > upload.MaxPart+1 {
		t.Errorf("an endless piece: %v after %d bytes", err, piece.read)
	}
}

// Pieces that nobody finishes end after a day, with a receipt: they were a photo, sealed. Of
// what never came there is nothing to tell.
func TestWhatIsLeftEnds(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		begun, err := w.Uploads.Begin(t.Context(), caseID, upload.Card, 2000)
		check(t, err)
		empty, err := w.Uploads.Begin(t.Context(), caseID, upload.Card, 2000)
		check(t, err)
		_, err = w.Uploads.Part(t.Context(), caseID, begun, 0, io.LimitReader(rand.Reader, 1000))
		check(t, err)
		w.Promises(t)
		w.Pass(t, 23*time.Hour)
		if n := len(list(t, w, caseID)); n != 2 {
			t.Errorf("%d photos after 23 hours", n)
		}
		w.Pass(t, time.Hour)
		photos := list(t, w, caseID)
		if len(photos) != 1 || photos[0].ID != begun || photos[0].Rule != upload.Left || photos[0].Receipt == "" {
			t.Errorf("after a day: %+v", photos)
		}
		keys, err := w.PhotoKeys(t).List()
		check(t, err)
		if len(keys) != 0 {
			t.Errorf("keys are left of %s or %s: %v", begun, empty, keys)
		}
		if n := count(t, w, `SELECT count(*) AS n FROM photo_part`); n != 0 {
			t.Errorf("%d pieces are left", n)
		}
		w.Promises(t)
	})
}
