package upload_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/upload"
)

// promise 6, G-37: Check sees each way in which a destruction would not be proved.
func TestCheckIsNotBlind(t *testing.T) { // G-37
	stray := "pht_0000000000000000000000stray"
	breaks := map[string]struct {
		how  func(t *testing.T, w *apptest.World, living, destroyed upload.Photo)
		want string
	}{
		"a key without a photo": {func(t *testing.T, w *apptest.World, _, _ upload.Photo) {
			check(t, os.WriteFile(filepath.Join(w.Config.Photos.Dir, stray), make([]byte, 32), 0o600))
		}, "keys have no living photo"},
		"a key that came back": {func(t *testing.T, w *apptest.World, _, destroyed upload.Photo) {
			check(t, os.WriteFile(filepath.Join(w.Config.Photos.Dir, destroyed.ID), make([]byte, 32), 0o600))
		}, "keys have no living photo"},
		"a photo without a key": {func(t *testing.T, w *apptest.World, living, _ upload.Photo) {
			_, err := w.PhotoKeys(t).Destroy(living.ID)
			check(t, err)
		}, "living photos have no key"},
		"bytes that stayed": {change(`UPDATE photo SET sealed = $2 WHERE id = $1`, []byte("sealed")), "and then has no bytes"},
		"no entry":          {change(`DELETE FROM audit_entry WHERE object = $1 AND act = 'photo.destroy' AND $2 <> ''`, "x"), "one entry in the audit log"},
		"another receipt":   {change(`UPDATE photo SET receipt = $2 WHERE id = $1`, "R-0000-0000-000"), "one entry in the audit log"},
		"another rule":      {change(`UPDATE photo SET rule = $2 WHERE id = $1`, upload.Refusal), "one entry in the audit log"},
		"alive again":       {change(`UPDATE photo SET state = 'arriving', slot = 4 WHERE id = $1 AND $2 <> ''`, "x"), "calls destroyed"},
		"no receipt":        {change(`UPDATE photo SET receipt = NULL WHERE id = $1 AND $2 <> ''`, "x"), "a destroyed photo has a receipt"},
	}
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for name, b := range breaks {
			of := ident.NewID(w.Random(), "req")
			add(t, w, of)
			end(t, w, of, upload.Decision)
			w.Settle(t)
			destroyed := list(t, w, of)[0]
			living := add(t, w, of)
			before, err := w.Uploads.Check(t.Context())
			check(t, err)
			b.how(t, w, living, destroyed)
			after, err := w.Uploads.Check(t.Context())
			check(t, err)
			if !slices.ContainsFunc(after, func(line string) bool { return strings.Contains(line, b.want) && !slices.Contains(before, line) }) {
				t.Errorf("%s: found %q, want %q", name, after, b.want)
			}
		}
	})
}

// change breaks the row of the destroyed photo.
func change(query string, value any) func(*testing.T, *apptest.World, upload.Photo, upload.Photo) {
	return func(t *testing.T, w *apptest.World, _, destroyed upload.Photo) {
		t.Helper()
		update(t, w, func(tx *db.Tx) error {
			_, err := db.Exec(t.Context(), tx, query, destroyed.ID, value)
			return err
		})
	}
}

// What a copy of the whole state brings back is found by the next sweep, and ends.
func TestSweepEndsWhatNobodyKnows(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		keys := w.PhotoKeys(t)
		_, err := keys.Create("pht_0000000000000000000000stray")
		check(t, err)
		living := add(t, w, caseID)
		check(t, w.Uploads.Sweep(t.Context()))
		left, err := keys.List()
		if err != nil || len(left) != 1 || left[0] != living.ID {
			t.Errorf("left %v, %v", left, err)
		}
		if n := count(t, w, countEntries, "photo.destroy", "pht_0000000000000000000000stray"); n != 1 {
			t.Errorf("%d entries of the destruction", n)
		}
		w.Promises(t)
	})
}
