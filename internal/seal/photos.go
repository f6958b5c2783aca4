package seal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"loket/internal/fault"
	"loket/internal/point"
)

// Photos is an open directory of photo keys: one file a photo, named by its id, that
// holds KeySize random bytes and nothing else. It lies in no backup and in no escrow,
// best on a volume of its own: who loses it asks people for their photos again.
//
// To destroy a key is to destroy what it sealed, in every copy of the database there is.
// The file is overwritten first, but nothing rests on that: a disk may keep old blocks,
// which is why no copy of this directory may be made. It is safe for concurrent use, and
// several processes may have the same directory open.
type Photos struct {
	dir    string
	random io.Reader
}

// InitPhotos makes the directory of photo keys if it is not there.
func InitPhotos(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make photo key directory: %w", err)
	}
	return os.Chmod(dir, 0o700)
}

// OpenPhotos opens the directory of photo keys. It fails when there is none: an empty
// one in place of a volume that was not mounted would end every photo.
func OpenPhotos(dir string, random io.Reader) (*Photos, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("open photo key directory: %w; run keys init if there never was one, or it is lost", err)
	}
	if !info.IsDir() || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the photo key directory %s is none, or others than its owner can enter it (mode %v)", dir, info.Mode())
	}
	return &Photos{dir, random}, nil
}

// Create makes the key of a photo. File and directory are on disk before it returns. An
// id that has a key already is an error.
func (p *Photos) Create(id string) (Box, error) {
	path, err := p.path(id)
	if err != nil {
		return Box{}, err
	}
	key, err := NewKey(p.random)
	if err != nil {
		return Box{}, err
	}
	// No temporary name: after a crash a copy of the key would be left under it. Half a
	// file is no key, and is destroyed like one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Box{}, fmt.Errorf("make photo key: %w", err)
	}
	_, err = f.Write(key)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return Box{}, fmt.Errorf("write photo key: %w", errors.Join(err, p.Destroy(id)))
	}
	if err := syncDir(p.dir); err != nil {
		return Box{}, errors.Join(err, p.Destroy(id))
	}
	return NewBox(key)
}

// Open returns the box of a photo. It is a fault.NotFound once its key is destroyed. The
// key is read anew each time: nothing outlives its file in memory.
func (p *Photos) Open(id string) (Box, error) {
	path, err := p.path(id)
	if err != nil {
		return Box{}, err
	}
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Box{}, fault.New(fault.NotFound, "", "photo %s has no key", id)
	}
	if err != nil {
		return Box{}, fmt.Errorf("read photo key: %w", err)
	}
	return NewBox(key)
}

// Destroy overwrites a key, unlinks it and returns when the directory is on disk. One
// that is gone is made sure to be gone.
func (p *Photos) Destroy(id string) error {
	path, err := p.path(id)
	if err != nil {
		return err
	}
	if err := overwrite(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("overwrite photo key: %w", err)
	}
	point.Reach("seal.photo-overwritten")
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("unlink photo key: %w", err)
	}
	return syncDir(p.dir)
}

// overwrite puts zeros in place of a key, on disk.
func overwrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, KeySize))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// List returns the ids of all photos that have a key, or a part of one.
func (p *Photos) List() ([]string, error) {
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return nil, fmt.Errorf("list photo keys: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), photoPrefix) {
			ids = append(ids, e.Name())
		}
	}
	return ids, nil
}

// photoPrefix begins the id of every photo. Other files, such as those that the file
// system keeps for itself, are not ours.
const photoPrefix = "pht_"

func (p *Photos) path(id string) (string, error) {
	if !strings.HasPrefix(id, photoPrefix) || filepath.Base(id) != id {
		return "", fault.New(fault.NotFound, "", "%q is not the id of a photo", id)
	}
	return filepath.Join(p.dir, id), nil
}
