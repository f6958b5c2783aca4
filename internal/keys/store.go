package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"

	"loket/internal/fault"
)

// Options says where the keys are and how they are sealed.
type Options struct {
	Dir        string
	Passphrase string

	// WorkFactor is the logarithm of the work that scrypt puts on each try of a
	// passphrase; 0 means age's own, about a second. Tests use less.
	WorkFactor int

	// Notice is how long a certificate must have been published before its key
	// signs. The first key of a store needs none.
	Notice time.Duration
}

// LogValue keeps the passphrase out of logs.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }

// String returns the folder only.
func (o Options) String() string { return "signing keys in " + o.Dir }

// GoString returns the folder only.
func (o Options) GoString() string { return o.String() }

// Store holds the unsealed keys of a folder. One goroutine at a time may change
// it; signers that it gave out may be used by many.
type Store struct {
	options Options
	all     []Published
	private map[string]*ecdsa.PrivateKey // by ID; without the retired
}

// maxWorkFactor bounds what a manipulated file can make Open spend.
const maxWorkFactor = 22

// Open makes the folder if it is not there, and unseals its keys. Errors are
// fault.Unavailable.
func Open(o Options) (*Store, error) {
	if o.Passphrase == "" {
		return nil, unavailable("open the signing keys: the passphrase is empty")
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, unavailable("open the signing keys: %w", err)
	}
	all, err := List(o.Dir)
	if err != nil {
		return nil, err
	}
	s := &Store{options: o, all: all, private: make(map[string]*ecdsa.PrivateKey)}
	for _, p := range all {
		sealed, err := os.ReadFile(filepath.Join(o.Dir, p.ID, sealedFile))
		if errors.Is(err, fs.ErrNotExist) {
			continue // retired
		}
		if err != nil {
			return nil, unavailable("open signing key %s: %w", p.ID, err)
		}
		key, err := o.unseal(sealed)
		if err != nil {
			return nil, unavailable("unseal signing key %s: %w", p.ID, err)
		}
		if err := Match(key.Public(), p.Certificate); err != nil {
			return nil, fmt.Errorf("open signing key %s: %w", p.ID, err)
		}
		s.private[p.ID] = key
	}
	return s, nil
}

func unavailable(text string, args ...any) error {
	return fault.New(fault.Unavailable, KeyUnavailable, text, args...)
}

// Published returns the public side of all keys, the first active first.
func (s *Store) Published() []Published { return slices.Clone(s.all) }

// Signer returns the key that signs at an instant, and its certificate: of the
// active keys the one that became active last. None is fault.Unavailable.
func (s *Store) Signer(at time.Time) (crypto.Signer, *x509.Certificate, error) {
	for _, p := range slices.Backward(s.all) {
		if key := s.private[p.ID]; key != nil && p.activeAt(at) {
			return key, p.Certificate, nil
		}
	}
	return nil, nil, unavailable("find the signing key: none of %d is active", len(s.all))
}

// Add seals a key and publishes its certificate. It refuses, as fault.Invalid, a
// key that would be active without the notice of the store, or outside the life
// of its certificate; as fault.Taken, one that is there already; and whatever
// Match refuses.
func (s *Store) Add(now time.Time, key *ecdsa.PrivateKey, cert *x509.Certificate, activeFrom time.Time) error {
	p := Published{ID: idOf(cert), Certificate: cert, ActiveFrom: activeFrom.UTC().Truncate(time.Second)}
	if err := Match(key.Public(), cert); err != nil {
		return fmt.Errorf("add signing key %s: %w", p.ID, err)
	}
	switch {
	case !p.activeAt(p.ActiveFrom):
		return fault.New(fault.Invalid, "keys.life", "add signing key %s: it would be active outside the life of its certificate", p.ID)
	case len(s.all) > 0 && p.ActiveFrom.Before(now.Add(s.options.Notice)):
		return fault.New(fault.Invalid, "keys.notice", "add signing key %s: its certificate must be known for %v before it is used", p.ID, s.options.Notice)
	}
	if slices.ContainsFunc(s.all, func(q Published) bool { return q.ID == p.ID }) {
		return fault.New(fault.Taken, "keys.taken", "add signing key %s: it is there already", p.ID)
	}
	if err := s.write(p, key); err != nil {
		return unavailable("add signing key %s: %w", p.ID, err)
	}
	all, err := List(s.options.Dir)
	if err != nil {
		return err
	}
	s.all, s.private[p.ID] = all, key
	return nil
}

// Retire destroys a private key; its certificate stays. The key that signs at now
// cannot be retired: that is fault.Invalid.
func (s *Store) Retire(now time.Time, id string) error {
	if s.private[id] == nil {
		return fault.New(fault.NotFound, "keys.unknown", "retire a signing key: there is none with this id")
	}
	if _, cert, err := s.Signer(now); err == nil && idOf(cert) == id {
		return fault.New(fault.Invalid, "keys.in-use", "retire signing key %s: it signs now", id)
	}
	if err := os.Remove(filepath.Join(s.options.Dir, id, sealedFile)); err != nil {
		return unavailable("retire signing key %s: %w", id, err)
	}
	delete(s.private, id)
	return syncDir(filepath.Join(s.options.Dir, id))
}

// write makes the folder of a key under another name, and renames it when all of
// it is on disk.
func (s *Store) write(p Published, key *ecdsa.PrivateKey) error {
	sealed, err := s.options.seal(key)
	if err != nil {
		return err
	}
	draft := filepath.Join(s.options.Dir, draftPrefix+p.ID)
	if err := os.RemoveAll(draft); err != nil {
		return err
	}
	if err := os.Mkdir(draft, 0o700); err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		certificateFile: certificatePEM(p.Certificate),
		activeFile:      []byte(p.ActiveFrom.Format(time.RFC3339) + "\n"),
		sealedFile:      sealed,
	} {
		if err := writeFile(filepath.Join(draft, name), data); err != nil {
			return err
		}
	}
	if err := syncDir(draft); err != nil {
		return err
	}
	if err := os.Rename(draft, filepath.Join(s.options.Dir, p.ID)); err != nil {
		return err
	}
	return syncDir(s.options.Dir)
}

func writeFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// seal encrypts a key with the passphrase, as age does with -p.
func (o Options) seal(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	recipient, err := age.NewScryptRecipient(o.Passphrase)
	if err != nil {
		return nil, err
	}
	if o.WorkFactor != 0 {
		recipient.SetWorkFactor(o.WorkFactor)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(der); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (o Options) unseal(sealed []byte) (*ecdsa.PrivateKey, error) {
	identity, err := age.NewScryptIdentity(o.Passphrase)
	if err != nil {
		return nil, err
	}
	identity.SetMaxWorkFactor(maxWorkFactor)
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return nil, err
	}
	der, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("it holds no PKCS #8 key") // the parser's text might quote the key
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is not an ECDSA key")
	}
	return key, nil
}
