package upload_test

import (
	"os"
	"path/filepath"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/fault"
	"loket/internal/upload"
)

// T22, G-37: while the volume of the photo keys is away nothing is called destroyed, and when
// it is back all goes on.
func TestNoReceiptOfAKeyThatIsThere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		living := add(t, w, caseID)
		gone := add(t, w, "req_0000000000000000000000000b")
		dir := w.Config.Photos.Dir
		check(t, os.Rename(dir, dir+".volume")) // umount
		check(t, os.Mkdir(dir, 0o700))
		end(t, w, "req_0000000000000000000000000b", upload.Decision)
		if err := w.Uploads.Sweep(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("swept: %v", err)
		}
		for _, p := range append(list(t, w, caseID), list(t, w, "req_0000000000000000000000000b")...) {
			if p.State == upload.Destroyed || p.Receipt != "" {
				t.Errorf("a receipt while the keys are away: %+v", p)
			}
		}
		check(t, os.Remove(dir))
		check(t, os.Rename(dir+".volume", dir))
		check(t, w.Uploads.Sweep(t.Context()))
		if p := list(t, w, caseID)[0]; p.State != upload.Kept {
			t.Errorf("the volume is back: %+v", p)
		}
		if p := list(t, w, "req_0000000000000000000000000b")[0]; p.Rule != upload.Decision || p.Receipt == "" {
			t.Errorf("the volume is back: %+v", p)
		}
		if _, err := os.Stat(filepath.Join(dir, gone.ID)); !os.IsNotExist(err) {
			t.Errorf("a receipt, and the key: %v", err)
		}
		_, err := show(t, w, caseID, living.ID)
		check(t, err)
		w.Promises(t)
	})
}
