package seal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The keys that every installation has. Index keys make HMACs, box keys seal,
// the audit secret signs checkpoints, the slip secret codes on appointments, and the pepper is
// mixed into every key that a link derives.
var (
	indexNames  = []string{"audit", "certificate", "mailbox", "outbox", "person", "planner", "registry", "request", "staff", "throttle"}
	boxNames    = []string{"form", "queue", "registry", "staff"}
	secretNames = []string{"audit", "pepper", photosSecret, "slip"}
)

// photosSecret is what the marker of the directory of photo keys follows from. Its oldest
// version counts: the directory outlives what is changed here.
const photosSecret = "photos"

// Keys is an open key directory. It is safe for concurrent use, and several
// processes may have the same directory open.
//
//	index/NAME.N    index keys, version N        escrowed, never with the database
//	box/NAME.N      sealing keys, version N      escrowed, never with the database
//	secret/NAME.N   other secrets, version N     escrowed, never with the database
//	epoch/2026-W47  the weekly key of case keys  in no backup; destroyed after 35 days
//	tombstones      ids of ended cases
type Keys struct {
	dir    string
	now    func() time.Time
	random io.Reader

	mu     sync.Mutex
	named  map[string][]versioned // "index/person", oldest version first
	epochs map[string][]byte
}

type versioned struct {
	version int64
	key     []byte
}

// InitKeys makes the key directory dir, or adds what is missing in it. It never
// changes a key that is there.
func InitKeys(dir string, random io.Reader) error {
	for group, names := range keyGroups() {
		sub := filepath.Join(dir, group)
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return fmt.Errorf("make key directory: %w", err)
		}
		for _, name := range names {
			existing, err := filepath.Glob(filepath.Join(sub, name+".*"))
			if err != nil || len(existing) > 0 {
				continue
			}
			if err := writeKey(filepath.Join(sub, name+".1"), random); err != nil {
				return err
			}
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "epoch"), 0o700); err != nil {
		return fmt.Errorf("make key directory: %w", err)
	}
	return os.Chmod(dir, 0o700)
}

func keyGroups() map[string][]string {
	return map[string][]string{"index": indexNames, "box": boxNames, "secret": secretNames}
}

// OpenKeys opens the key directory dir. It fails when a key is missing: a new
// key in place of a lost one would silently make all that exists unfindable.
func OpenKeys(dir string, now func() time.Time, random io.Reader) (*Keys, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("open key directory: %w; run keys init for a new installation", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("others than its owner can enter the key directory %s (mode %v)", dir, info.Mode().Perm())
	}
	k := &Keys{dir: dir, now: now, random: random, named: map[string][]versioned{}, epochs: map[string][]byte{}}
	for group, names := range keyGroups() {
		for _, name := range names {
			versions, err := readVersions(filepath.Join(dir, group), name)
			if err != nil {
				return nil, err
			}
			k.named[group+"/"+name] = versions
		}
	}
	return k, nil
}

// Index returns the index keys of an area. It panics for a name that no
// installation has, which only a mistake in the code can ask for.
func (k *Keys) Index(name string) *Index { return &Index{k.mustNamed("index/" + name)} }

// Box returns the box under the newest key of that name, which opens under the
// older ones too. It panics as Index does.
func (k *Keys) Box(name string) Box {
	versions := k.mustNamed("box/" + name)
	newest := len(versions) - 1
	older := make([][]byte, 0, newest)
	for _, v := range versions[:newest] {
		older = append(older, v.key)
	}
	box, err := NewBox(versions[newest].key, older...)
	if err != nil {
		panic(err)
	}
	return box
}

// Secret returns the newest secret of that name. It panics as Index does.
func (k *Keys) Secret(name string) []byte {
	versions := k.mustNamed("secret/" + name)
	return slices.Clone(versions[len(versions)-1].key)
}

// Secrets returns all versions of the secret of that name, the newest first. It panics as
// Index does.
func (k *Keys) Secrets(name string) (all [][]byte) {
	for _, v := range slices.Backward(k.mustNamed("secret/" + name)) {
		all = append(all, slices.Clone(v.key))
	}
	return all
}

func (k *Keys) mustNamed(path string) []versioned {
	versions, ok := k.named[path]
	if !ok {
		panic("seal: no key is called " + path)
	}
	return versions
}

func readVersions(dir, name string) ([]versioned, error) {
	paths, err := filepath.Glob(filepath.Join(dir, name+".*"))
	if err != nil {
		return nil, fmt.Errorf("look for key %s: %w", name, err)
	}
	var found []versioned
	for _, path := range paths {
		version, err := strconv.ParseInt(strings.TrimPrefix(filepath.Ext(path), "."), 10, 64)
		if err != nil {
			continue // a temporary file of a writer that died
		}
		key, err := readKey(path)
		if err != nil {
			return nil, err
		}
		found = append(found, versioned{version, key})
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("key %s is missing in %s; restore the escrowed keys, or run keys init for a new installation", name, dir)
	}
	slices.SortFunc(found, func(a, b versioned) int { return int(a.version - b.version) })
	return found, nil
}

func readKey(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != KeySize {
		return nil, fmt.Errorf("key file %s does not hold a key", filepath.Base(path))
	}
	return key, nil
}

// writeKey makes a new key file that is whole or absent after a crash. When two
// processes race for the same name the first wins and the other leaves it be.
func writeKey(path string, random io.Reader) error {
	key, err := NewKey(random)
	if err != nil {
		return err
	}
	return writeOnce(path, []byte(base64.StdEncoding.EncodeToString(key)+"\n"))
}

func writeOnce(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(content)
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("write key: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync key directory: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync key directory: %w", err)
	}
	return nil
}
