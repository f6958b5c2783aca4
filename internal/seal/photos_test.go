package seal_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"loket/internal/fault"
	"loket/internal/seal"
	"loket/internal/testclock"
)

func newPhotos(t *testing.T) (*seal.Photos, string) {
	t.Helper()
	photos, dir, _ := photosOf(t, newInstallation(t))
	return photos, dir
}

// newInstallation makes a key directory.
func newInstallation(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	check(t, seal.InitKeys(dir, rand.Reader))
	return dir
}

// photosOf makes a directory of photo keys.
func photosOf(t *testing.T, keysDir string) (*seal.Photos, string, *seal.Keys) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "photo-keys")
	keys, err := seal.OpenKeys(keysDir, testclock.At("2021-12-20T10:00:00+01:00").Now, rand.Reader)
	check(t, err)
	check(t, seal.InitPhotos(dir, keysDir))
	photos, err := seal.OpenPhotos(dir, keys, rand.Reader)
	check(t, err)
	return photos, dir, keys
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
	for i, once := range []bool{true, false} {
		if unlinked, err := photos.Destroy("pht_a"); err != nil || unlinked != once {
			t.Errorf("destroyed %d times: %t, %v", i+1, unlinked, err)
		}
	}
	if _, err := photos.Open("pht_a"); !fault.Is(err, fault.NotFound) {
		t.Errorf("after its destruction: %v", err)
	}
	left := make([]byte, 1+len(key))
	n, err := held.Read(left)
	check(t, err)
	if n != len(key) || bytes.Contains(left, key[:8]) || !bytes.Equal(left[:n], make([]byte, n)) {
		t.Errorf("%d bytes are left in the file, not all zero", n)
	}
	if entries, err := filepath.Glob(filepath.Join(dir, "pht_*")); err != nil || len(entries) != 0 {
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
	_, err = photos.Destroy("pht_c")
	check(t, err)
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
		if _, err := photos.Destroy(id); err == nil {
			t.Errorf("destroyed %q", id)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
}

func TestPhotoKeysAreForTheirOwner(t *testing.T) {
	mine := newInstallation(t)
	_, dir, keys := photosOf(t, mine)
	if _, err := seal.OpenPhotos(filepath.Join(t.TempDir(), "absent"), keys, rand.Reader); err == nil {
		t.Error("opened a directory that is not there")
	}
	check(t, os.Chmod(dir, 0o750))
	if _, err := seal.OpenPhotos(dir, keys, rand.Reader); err == nil {
		t.Error("opened a directory that others can enter")
	}
	check(t, seal.InitPhotos(dir, mine))
	if _, err := seal.OpenPhotos(dir, keys, rand.Reader); err != nil {
		t.Error(err)
	}
}

// G-37: in a directory that is not ours, or not the one that it was, nothing is listed as
// gone and nothing is destroyed.
func TestPhotoKeysOfAnotherInstallation(t *testing.T) {
	photos, dir, _ := photosOf(t, newInstallation(t))
	_, err := photos.Create("pht_a")
	check(t, err)
	other := newInstallation(t)
	_, _, others := photosOf(t, other)
	if err := seal.InitPhotos(dir, other); err == nil {
		t.Error("another installation took the directory")
	}
	if _, err := seal.OpenPhotos(dir, others, rand.Reader); !fault.Is(err, fault.Unavailable) {
		t.Errorf("opened by another installation: %v", err)
	}
	check(t, os.Rename(dir, dir+".volume")) // umount
	check(t, os.Mkdir(dir, 0o700))
	if ids, err := photos.List(); !fault.Is(err, fault.Unavailable) {
		t.Errorf("listed %v, %v", ids, err)
	}
	if _, err := photos.Open("pht_a"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("opened: %v", err)
	}
	if _, err := photos.Create("pht_b"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("made: %v", err)
	}
	if _, err := photos.Destroy("pht_a"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("destroyed: %v", err)
	}
	check(t, os.Remove(dir))
	check(t, os.Rename(dir+".volume", dir))
	if _, err := photos.Open("pht_a"); err != nil {
		t.Errorf("when the volume is back: %v", err)
	}
}

// G-35: a copy of the photo keys opens nothing without the key of the week, and nothing
// for ever once that is destroyed.
func TestAPhotoKeyNeedsItsWeek(t *testing.T) {
	mine := newInstallation(t)
	photos, dir, _ := photosOf(t, mine)
	box, err := photos.Create("pht_a")
	check(t, err)
	sealed := box.Seal([]byte("picture"), "here")
	content, err := os.ReadFile(filepath.Join(dir, "pht_a"))
	check(t, err)
	alone, err := seal.NewBox(content[len(content)-seal.KeySize:])
	check(t, err)
	if _, err := alone.Open(sealed, "here"); err == nil {
		t.Error("the file alone opens the photo")
	}
	weeks, err := filepath.Glob(filepath.Join(mine, "epoch", "*"))
	check(t, err)
	for _, week := range weeks {
		check(t, os.Remove(week))
	}
	again, err := seal.OpenKeys(mine, testclock.At("2022-02-20T10:00:00+01:00").Now, rand.Reader)
	check(t, err)
	later, err := seal.OpenPhotos(dir, again, rand.Reader)
	check(t, err)
	if _, err := later.Open("pht_a"); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the week is destroyed: %v", err)
	}
}
