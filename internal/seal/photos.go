package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
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
// holds the name of a week and KeySize random bytes. What seals the photo is derived
// from these and from the key of that week (see Keys), so that neither this directory
// nor a copy of it opens anything without the key directory, and an old copy of it
// opens nothing once the week's key is destroyed. It lies in no backup and in no escrow,
// best on a volume of its own: who loses it asks people for their photos again.
//
// A marker in the directory says to which installation it belongs. Each call looks at it
// first, in the very directory that it then works on, and is a fault.Unavailable without
// it or with that of another: an empty mount point in place of the volume is not a
// directory in which all keys were destroyed, and the keys of a neighbour are not orphans.
//
// To destroy a key is to destroy what it sealed, in every copy of the database there is.
// The file is overwritten first, but nothing rests on that: a disk may keep old blocks,
// which is why no copy of this directory may be made. It is safe for concurrent use, and
// several processes may have the same directory open.
type Photos struct {
	dir    string
	keys   *Keys
	random io.Reader
}

// marker is the file that says whose a directory of photo keys is.
const marker = "belongs-to"

// photosOwner is what stands in the marker: it follows from a secret of the
// installation, and tells nothing of it.
func photosOwner(secret []byte) ([]byte, error) {
	id, err := hkdf.Key(sha256.New, secret, nil, "directory of photo keys", 16)
	if err != nil {
		return nil, fmt.Errorf("derive the marker of the photo key directory: %w", err)
	}
	return []byte(hex.EncodeToString(id) + "\n"), nil
}

// InitPhotos makes the directory of photo keys if it is not there, and marks it as that
// of the installation whose key directory keysDir is. One that is marked as another's
// stays as it is, with an error.
func InitPhotos(dir, keysDir string) error {
	secrets, err := readVersions(filepath.Join(keysDir, "secret"), photosSecret)
	if err != nil {
		return err
	}
	owner, err := photosOwner(secrets[0].key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make photo key directory: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("make photo key directory: %w", err)
	}
	path := filepath.Join(dir, marker)
	if err := writeOnce(path, owner); err != nil {
		return err
	}
	if found, err := os.ReadFile(path); err != nil || !bytes.Equal(found, owner) {
		return fmt.Errorf("the photo key directory %s belongs to another installation: %w", dir, errors.Join(errStrange, err))
	}
	return nil
}

var errStrange = errors.New("its marker is not ours")

// OpenPhotos opens the directory of photo keys of the installation that has keys. It
// fails when there is none, or one without our marker: an empty one in place of a volume
// that was not mounted would end every photo.
func OpenPhotos(dir string, keys *Keys, random io.Reader) (*Photos, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("open photo key directory: %w; run keys init if there never was one, or it is lost", err)
	}
	if !info.IsDir() || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the photo key directory %s is none, or others than its owner can enter it (mode %v)", dir, info.Mode())
	}
	p := &Photos{dir, keys, random}
	root, err := p.enter()
	if err != nil {
		return nil, fmt.Errorf("%w; is its volume mounted? Run keys init if it is new, or lost for good", err)
	}
	return p, root.Close()
}

// enter opens the directory and makes sure that it is ours. What is done through the
// root is done in the directory that was looked at, whatever is mounted meanwhile.
func (p *Photos) enter() (*os.Root, error) {
	owner, err := photosOwner(p.keys.mustNamed("secret/" + photosSecret)[0].key)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return nil, unavailable(err)
	}
	found, err := root.ReadFile(marker)
	if err == nil && !bytes.Equal(found, owner) {
		err = errStrange
	}
	if err != nil {
		return nil, unavailable(errors.Join(err, root.Close()))
	}
	return root, nil
}

func unavailable(err error) error {
	return fault.New(fault.Unavailable, "photo.unavailable", "enter the photo key directory: %w", err)
}

// Create makes the key of a photo. File and directory are on disk before it returns. An
// id that has a key already is an error.
func (p *Photos) Create(id string) (Box, error) {
	if err := checkPhotoID(id); err != nil {
		return Box{}, err
	}
	key, err := NewKey(p.random)
	if err != nil {
		return Box{}, err
	}
	epoch, _, err := p.keys.currentEpoch()
	if err != nil {
		return Box{}, err
	}
	root, err := p.enter()
	if err != nil {
		return Box{}, err
	}
	defer root.Close()
	// No temporary name: after a crash a copy of the key would be left under it. Half a
	// file is no key, and is destroyed like one.
	f, err := root.OpenFile(id, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Box{}, fmt.Errorf("make photo key: %w", err)
	}
	_, err = f.Write(append([]byte(epoch+"\n"), key...))
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return Box{}, fmt.Errorf("write photo key: %w", errors.Join(err, drop(root, id)))
	}
	if err := syncRoot(root); err != nil {
		return Box{}, errors.Join(err, drop(root, id))
	}
	return p.box(id, epoch, key)
}

// Open returns the box of a photo. It is a fault.NotFound once its key, or that of its
// week, is destroyed. The key is read anew each time: nothing outlives its file in memory.
func (p *Photos) Open(id string) (Box, error) {
	if err := checkPhotoID(id); err != nil {
		return Box{}, err
	}
	root, err := p.enter()
	if err != nil {
		return Box{}, err
	}
	defer root.Close()
	content, err := root.ReadFile(id)
	if errors.Is(err, fs.ErrNotExist) {
		return Box{}, fault.New(fault.NotFound, "", "photo %s has no key", id)
	}
	if err != nil {
		return Box{}, fmt.Errorf("read photo key: %w", err)
	}
	epoch, key, ok := bytes.Cut(content, []byte("\n"))
	if !ok || len(key) != KeySize {
		return Box{}, fault.New(fault.Internal, "", "the key of photo %s is not whole", id)
	}
	return p.box(id, string(epoch), key)
}

// box derives what seals a photo, of its own key and that of its week.
func (p *Photos) box(id, epoch string, key []byte) (Box, error) {
	if _, err := epochStart(epoch); err != nil {
		return Box{}, fault.New(fault.Internal, "", "the key of photo %s names no week", id)
	}
	week, err := p.keys.epochKey(epoch)
	if errors.Is(err, fs.ErrNotExist) {
		return Box{}, fault.New(fault.NotFound, "", "photo %s is of week %s, whose key is destroyed", id, epoch)
	}
	if err != nil {
		return Box{}, err
	}
	derived, err := hkdf.Key(sha256.New, key, week, "photo "+id, KeySize)
	if err != nil {
		return Box{}, fmt.Errorf("derive the key of a photo: %w", err)
	}
	return NewBox(derived)
}

// Destroy overwrites a key, unlinks it and returns when the directory is on disk. One
// that is gone is made sure to be gone. It reports whether it was this call that unlinked
// the key, which is so for one call alone.
func (p *Photos) Destroy(id string) (unlinked bool, err error) {
	if err := checkPhotoID(id); err != nil {
		return false, err
	}
	root, err := p.enter()
	if err != nil {
		return false, err
	}
	defer root.Close()
	return destroy(root, id)
}

func destroy(root *os.Root, id string) (unlinked bool, err error) {
	if err := overwrite(root, id); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("overwrite photo key: %w", err)
	}
	point.Reach("seal.photo-overwritten")
	err = root.Remove(id)
	if unlinked = err == nil; err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("unlink photo key: %w", err)
	}
	return unlinked, syncRoot(root)
}

// drop destroys a key that was not written whole.
func drop(root *os.Root, id string) error {
	_, err := destroy(root, id)
	return err
}

// overwrite puts zeros in place of a key and the name of its week, on disk.
func overwrite(root *os.Root, id string) error {
	f, err := root.OpenFile(id, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, len("2006-W01\n")+KeySize))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func syncRoot(root *os.Root) error {
	d, err := root.Open(".")
	if err != nil {
		return fmt.Errorf("sync photo key directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync photo key directory: %w", err)
	}
	return nil
}

// List returns the ids of all photos that have a key, or a part of one, in order.
func (p *Photos) List() ([]string, error) {
	root, err := p.enter()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
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

func checkPhotoID(id string) error {
	if !strings.HasPrefix(id, photoPrefix) || filepath.Base(id) != id {
		return fault.New(fault.NotFound, "", "%q is not the id of a photo", id)
	}
	return nil
}
