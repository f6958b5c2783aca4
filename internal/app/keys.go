package app

import (
	"archive/tar"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"loket/internal/config"
	"loket/internal/fault"
	"loket/internal/keys"
	"loket/internal/seal"
)

// InitKeys makes the key directories of an installation, with a passphrase for the
// signing keys, or adds what is missing.
func InitKeys(c config.Config, random io.Reader) error {
	if err := seal.InitKeys(c.Keys.Dir, random); err != nil {
		return err
	}
	if err := seal.InitPhotos(c.Photos.Dir, c.Keys.Dir); err != nil {
		return err
	}
	if _, err := os.Stat(c.Keys.PassphraseFile); err == nil {
		return nil
	}
	secret, err := seal.NewKey(random)
	if err != nil {
		return err
	}
	text := base64.RawURLEncoding.EncodeToString(secret) + "\n"
	if err := os.WriteFile(c.Keys.PassphraseFile, []byte(text), 0o600); err != nil {
		return fmt.Errorf("write passphrase: %w", err)
	}
	return nil
}

// AddKey adds a signing key. from is an instant in RFC 3339; empty is as soon as the
// certificate has been published long enough.
func AddKey(c config.Config, now time.Time, key *ecdsa.PrivateKey, cert *x509.Certificate, from string) error {
	store, err := openSigning(c)
	if err != nil {
		return err
	}
	active := now.Add(keyNotice)
	if len(store.Published()) == 0 {
		active = now
	}
	if from != "" {
		if active, err = time.Parse(time.RFC3339, from); err != nil {
			return fault.New(fault.Invalid, "", "--from is not an instant such as 2021-12-24T10:00:00Z")
		}
	}
	return store.Add(now, key, cert, active)
}

// AddDemoKey makes an authority that nobody trusts and a signing key under it.
func AddDemoKey(c config.Config, now time.Time, random io.Reader) error {
	store, err := openSigning(c)
	if err != nil {
		return err
	}
	from, until := now.Add(-time.Hour), now.AddDate(2, 0, 0)
	authority, err := keys.NewAuthority(random, c.Route.Country, "Demo authority, trusted by nobody", from, until)
	if err != nil {
		return err
	}
	key, cert, err := authority.NewSigner(random, "Demo signer", from, until)
	if err != nil {
		return err
	}
	return store.Add(now, key, cert, now)
}

// The passphrase of the signing keys is random and long, so stretching it adds
// nothing but time to each start: a short one is refused instead.
const (
	minPassphrase  = 32 // characters
	passphraseWork = 10 // logarithm of scrypt's work
)

func openSigning(c config.Config) (*keys.Store, error) {
	text, err := os.ReadFile(c.Keys.PassphraseFile)
	if err != nil {
		return nil, fmt.Errorf("read passphrase of the signing keys: %w", err)
	}
	passphrase := strings.TrimSpace(string(text))
	if len(passphrase) < minPassphrase {
		return nil, fault.New(fault.Invalid, "", "the passphrase of the signing keys has fewer than %d characters", minPassphrase)
	}
	return keys.Open(keys.Options{Dir: SigningDir(c), Passphrase: passphrase, WorkFactor: passphraseWork, Notice: keyNotice})
}

// Escrow writes all keys but those of the weeks, which no copy may hold, encrypted to
// the officers who keep them.
func Escrow(c config.Config, to []string, w io.Writer) error {
	recipients, err := parseRecipients(to)
	if err != nil {
		return err
	}
	sealed, err := age.Encrypt(w, recipients...)
	if err != nil {
		return fmt.Errorf("encrypt escrow: %w", err)
	}
	files := tar.NewWriter(sealed)
	err = filepath.WalkDir(c.Keys.Dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(c.Keys.Dir, path)
		if err != nil {
			return err
		}
		if entry.IsDir() && name == "epoch" {
			return filepath.SkipDir
		}
		if !entry.Type().IsRegular() || name == "tombstones" {
			return nil
		}
		return addFile(files, path, name)
	})
	if err != nil {
		return fmt.Errorf("read key directory: %w", err)
	}
	return errors.Join(files.Close(), sealed.Close())
}

func addFile(files *tar.Writer, path, name string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := files.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content))}); err != nil {
		return err
	}
	_, err = files.Write(content)
	return err
}

func parseRecipients(texts []string) ([]age.Recipient, error) {
	if len(texts) == 0 {
		return nil, fault.New(fault.Invalid, "", "nobody is named who could open it")
	}
	recipients := make([]age.Recipient, 0, len(texts))
	for _, text := range texts {
		r, err := age.ParseX25519Recipient(text)
		if err != nil {
			return nil, fault.New(fault.Invalid, "", "%q is not an age public key", text)
		}
		recipients = append(recipients, r)
	}
	return recipients, nil
}
