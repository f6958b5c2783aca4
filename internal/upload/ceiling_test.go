package upload_test

import (
	"bytes"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/photo"
	"loket/internal/upload"
)

// T12: what strangers announce and do not send has a ceiling; what was sent does not count.
func TestUnsentPhotosHaveACeiling(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		sent := add(t, w, caseID)
		update(t, w, func(tx *db.Tx) error { return w.Uploads.Keep(t.Context(), tx, caseID) })
		parts := partsOf(w, func(string) {})
		parts.Ceiling = 30 << 20
		store := upload.NewStore(parts)
		of := func(n int) string { return caseID[:len(caseID)-1] + string(rune('b'+n)) }
		for n := range 2 {
			_, err := store.Begin(t.Context(), of(n), upload.Document, photo.MaxBytes)
			check(t, err)
		}
		if _, err := store.Begin(t.Context(), of(2), upload.Document, photo.MaxBytes); fault.Key(err) != photo.KeyBusy || !fault.Is(err, fault.Unavailable) {
			t.Errorf("above the ceiling: %v", err)
		}
		small, err := store.Begin(t.Context(), of(2), upload.Document, 5<<20)
		check(t, err)
		unread := &endless{}
		if _, err := store.Begin(t.Context(), of(3), upload.Document, 1<<20); err != nil { // 30 MB are full to the byte
			t.Error(err)
		}
		if _, err := store.Add(t.Context(), of(4), upload.Card, unread); fault.Key(err) != photo.KeyBusy || unread.read != 0 {
			t.Errorf("%d bytes read although nothing fits: %v", unread.read, err)
		}
		if _, err := store.Begin(t.Context(), of(4), upload.Document, 1); fault.Key(err) != photo.KeyBusy {
			t.Errorf("one byte costs a row and a key: %v", err)
		}
		check(t, store.Remove(t.Context(), of(2), small))
		if _, err := store.Add(t.Context(), of(4), upload.Card, bytes.NewReader(w.Photo(t, 1))); err != nil {
			t.Errorf("when there is room again: %v", err)
		}
		if p := list(t, w, caseID)[0]; p.ID != sent.ID || !p.Living() {
			t.Errorf("the sent photo: %+v", p)
		}
		w.Promises(t)
	})
}

// T12: of a photo that is not arriving not a byte is read.
func TestAPieceOfNothingIsNotRead(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		piece := &endless{}
		if _, err := w.Uploads.Part(t.Context(), caseID, "pht_nothing", 0, piece); !fault.Is(err, fault.NotFound) || piece.read != 0 {
			t.Errorf("%d bytes read of a piece of nothing: %v", piece.read, err)
		}
	})
}
