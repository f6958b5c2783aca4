package seal_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"loket/internal/fault"
	"loket/internal/seal"
)

func newPhotos(t *testing.T) (*seal.Photos, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "photo-keys")
	check(t, seal.InitPhotos(dir))
	photos, err := seal.OpenPhotos(dir, rand.Reader)
	check(t, err)
	return photos, dir
}

// G-35: a destroyed key opens nothing, and the bytes of its file are not what they were,
// also for whoever still has the file open.
func TestADestroyedPhotoKeyIsGone(t *testing.T) {
	photos, dir := newPhotos(t)
	box, err := photos.Create("pht_a")
	check(t, err)
	sealed := box.Seal([]byte("picture"), "here")
	opened, err := photos.Open("pht_a")
	check(t, err)
	if plain, err := opened.Open(sealed, "here"); err != nil || string(plain) != "picture" {
		t.Fatalf("opened %q, %v", plain, err)
	}
	key, err := os.ReadFile(filepath.Join(dir, "pht_a"))
	check(t, err)
	held, err := os.Open(filepath.Join(dir, "pht_a"))
	check(t, err)
	defer held.Close()
	check(t, photos.Destroy("pht_a"))
	check(t, photos.Destroy("pht_a"))
	if _, err := photos.Open("pht_a"); !fault.Is(err, fault.NotFound) {
		t.Errorf("after its destruction: %v", err)
	}
	left := make([]byte, 2*seal.KeySize)
	n, err := held.Read(left)
	check(t, err)
	if n != seal.KeySize || bytes.Contains(left, key[:8]) || !bytes.Equal(left[:n], make([]byte, n)) {
		t.Errorf("%d bytes are left in the file, not all zero", n)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left in the directory: %v, %v", entries, err)
	}
}

func TestPhotoKeysAreListed(t *testing.T) {
	photos, dir := newPhotos(t)
	for _, id := range []string{"pht_b", "pht_a"} {
		_, err := photos.Create(id)
		check(t, err)
	}
	// Half a key, as a crash leaves it, is listed so that it is destroyed; what is not ours is not.
	check(t, os.WriteFile(filepath.Join(dir, "pht_c"), []byte("half"), 0o600))
	check(t, os.Mkdir(filepath.Join(dir, "lost+found"), 0o700))
	ids, err := photos.List()
	if err != nil || len(ids) != 3 || ids[0] != "pht_a" || ids[2] != "pht_c" {
		t.Errorf("listed %v, %v", ids, err)
	}
	if _, err := photos.Open("pht_c"); err == nil {
		t.Error("half a key opens")
	}
	if _, err := photos.Create("pht_a"); err == nil {
		t.Error("a second key in place of the first")
	}
	check(t, photos.Destroy("pht_c"))
}

func TestPhotoKeysStayInTheirDirectory(t *testing.T) {
	photos, dir := newPhotos(t)
	outside := filepath.Join(dir, "..", "pht_x")
	check(t, os.WriteFile(outside, make([]byte, seal.KeySize), 0o600))
	for _, id := range []string{"../pht_x", "pht_a/../../pht_x", "", ".", "pht_\x00", "case_x", "/pht_x"} {
		if _, err := photos.Open(id); err == nil {
			t.Errorf("opened %q", id)
		}
		if _, err := photos.Create(id); err == nil {
			t.Errorf("made %q", id)
		}
		if err := photos.Destroy(id); err == nil {
			t.Errorf("destroyed %q", id)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}

func TestPhotoKeysAreForTheirOwner(t *testing.T) {
	if _, err := seal.OpenPhotos(filepath.Join(t.TempDir(), "absent"), rand.Reader); err == nil {
		t.Error("opened a directory that is not there")
	}
	_, dir := newPhotos(t)
	check(t, os.Chmod(dir, 0o750))
	if _, err := seal.OpenPhotos(dir, rand.Reader); err == nil {
		t.Error("opened a directory that others can enter")
	}
	check(t, seal.InitPhotos(dir))
	if _, err := seal.OpenPhotos(dir, rand.Reader); err != nil {
		t.Error(err)
	}
}
