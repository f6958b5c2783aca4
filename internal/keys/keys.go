// Package keys keeps the keys that certificates are signed with.
//
// A Store is a folder with one folder a key, named for the key id of its
// certificate:
//
//	0a1b2c3d4e5f6071/
//	  certificate.pem   the document signer certificate (DSC), public
//	  active-from       the instant from which the key signs, public
//	  key.age           the P-256 key in PKCS #8, sealed with the passphrase
//
// Nothing else decides: there is no index that could contradict the folders. A key
// is written into a folder of another name, flushed to disk and renamed, so that
// after a crash it is there or it is not.
//
// Keys rotate by time. A new key is added, and its certificate published with all
// others, some days before it becomes active, so that verifiers know it by then;
// Add refuses a shorter notice. From its instant on it signs, and the key before it
// does not. Retire destroys a private key. Certificates stay for good, because what
// they signed is in people's hands.
//
// Open unseals all keys, or none: a wrong passphrase, a damaged file, or a key that
// is not that of its certificate stops the start. Keys are used through
// crypto.Signer, so that a hardware module can take the place of the files; see
// package pkcs11 below this one.
//
// Authority makes a country authority (CSCA) and certificates under it for demos
// and tests. A real body gets its certificate from its country's authority.
package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"loket/internal/fault"
	"loket/internal/hcert"
)

// KeyUnavailable is the message key of errors that keep certificates from being
// signed.
const KeyUnavailable = "keys.unavailable"

const (
	certificateFile = "certificate.pem"
	activeFile      = "active-from"
	sealedFile      = "key.age"
	draftPrefix     = ".new-"
)

// Published is the public side of a key.
type Published struct {
	ID          string // the key id of the certificate in hexadecimal
	Certificate *x509.Certificate
	ActiveFrom  time.Time // UTC, whole seconds
}

// activeAt reports whether the key may sign at an instant.
func (p Published) activeAt(at time.Time) bool {
	return !at.Before(p.ActiveFrom) && !at.Before(p.Certificate.NotBefore) && !at.After(p.Certificate.NotAfter)
}

// List reads the public side of the keys in a folder, retired ones included, the
// first active first. It needs no passphrase.
func List(dir string) ([]Published, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fault.New(fault.Unavailable, KeyUnavailable, "list the signing keys: %w", err)
	}
	var all []Published
	for _, e := range entries {
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue // a draft that a crash left behind was never in use
		}
		p, err := readPublished(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fault.New(fault.Unavailable, KeyUnavailable, "read signing key %s: %w", e.Name(), err)
		}
		if p.ID != e.Name() {
			return nil, fault.New(fault.Unavailable, KeyUnavailable, "read signing key %s: its certificate belongs to %s", e.Name(), p.ID)
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Published) int {
		if c := a.ActiveFrom.Compare(b.ActiveFrom); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all, nil
}

func readPublished(dir string) (Published, error) {
	text, err := os.ReadFile(filepath.Join(dir, certificateFile))
	if err != nil {
		return Published{}, err
	}
	cert, err := ParseCertificate(text)
	if err != nil {
		return Published{}, err
	}
	instant, err := os.ReadFile(filepath.Join(dir, activeFile))
	if err != nil {
		return Published{}, err
	}
	from, err := time.Parse(time.RFC3339, strings.TrimSpace(string(instant)))
	if err != nil {
		return Published{}, fmt.Errorf("%s: %w", activeFile, err)
	}
	return Published{ID: idOf(cert), Certificate: cert, ActiveFrom: from.UTC()}, nil
}

func idOf(cert *x509.Certificate) string { return hex.EncodeToString(hcert.KID(cert)) }

// ParseCertificate reads the first certificate of a PEM text.
func ParseCertificate(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("no certificate in PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

// TrustPEM returns the certificates one after another in PEM, as others need them
// to verify; hcert.ParseTrust reads it.
func TrustPEM(all []Published) []byte {
	var out []byte
	for _, p := range all {
		out = append(out, certificatePEM(p.Certificate)...)
	}
	return out
}

func certificatePEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// Match reports, as an error, a public key that is not P-256 or is not that of a
// certificate. Whatever holds the private key, this is asked before it signs.
func Match(key crypto.PublicKey, cert *x509.Certificate) error {
	k, ok := key.(*ecdsa.PublicKey)
	switch {
	case !ok || k.Curve != elliptic.P256():
		return fault.New(fault.Unavailable, KeyUnavailable, "compare key and certificate: the key is not P-256")
	case !k.Equal(cert.PublicKey):
		return fault.New(fault.Unavailable, KeyUnavailable, "compare key and certificate: the key is not that of its certificate")
	}
	return nil
}
