package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/hcert"
)

var start = time.Date(2021, 11, 1, 0, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func newAuthority(t *testing.T) *Authority {
	t.Helper()
	a, err := NewAuthority(rand.Reader, "NL", "Test authority", start, start.Add(4*365*day))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func options(t *testing.T) Options {
	t.Helper()
	return Options{Dir: filepath.Join(t.TempDir(), "keys"), Passphrase: "only for the test", WorkFactor: 2, Notice: 2 * day}
}

func open(t *testing.T, o Options) *Store {
	t.Helper()
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newSigner(t *testing.T, a *Authority, kinds ...hcert.Kind) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, cert, err := a.NewSigner(rand.Reader, "Test signer", start, start.Add(2*365*day), kinds...)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}

// A key is added, signs, is followed by a second one that was published before,
// and is retired; its certificates stay trusted throughout, over restarts.
func TestRotation(t *testing.T) {
	o, a := options(t), newAuthority(t)
	s := open(t, o)
	if _, _, err := s.Signer(start); !fault.Is(err, fault.Unavailable) {
		t.Errorf("an empty store signs: %v", err)
	}
	key1, cert1 := newSigner(t, a)
	key2, cert2 := newSigner(t, a)
	if err := s.Add(start, key1, cert1, start); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(start, key2, cert2, start.Add(day)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a key without notice: %v", err)
	}
	change := start.Add(3 * day)
	if err := s.Add(start, key2, cert2, change); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(start, key2, cert2, change); !fault.Is(err, fault.Taken) {
		t.Errorf("the same key again: %v", err)
	}
	s = open(t, o)
	texts := make(map[string]string)
	for at, want := range map[time.Time]*x509.Certificate{
		start: cert1, change.Add(-time.Second): cert1, change: cert2, start.Add(365 * day): cert2,
	} {
		key, cert, err := s.Signer(at)
		if err != nil || !cert.Equal(want) {
			t.Errorf("at %v: %v", at, err)
			continue
		}
		texts[at.String()] = issue(t, key, cert, at)
	}
	for _, at := range []time.Time{start.Add(-time.Second), start.Add(2*365*day + time.Second)} {
		if _, _, err := s.Signer(at); !fault.Is(err, fault.Unavailable) {
			t.Errorf("signs at %v", at)
		}
	}
	if err := s.Retire(change, idOf(cert2)); !fault.Is(err, fault.Invalid) {
		t.Errorf("the key in use: %v", err)
	}
	if err := s.Retire(change, idOf(cert1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Retire(change, idOf(cert1)); !fault.Is(err, fault.NotFound) {
		t.Errorf("retired twice: %v", err)
	}
	s = open(t, o)
	if _, _, err := s.Signer(start); err == nil {
		t.Error("a retired key signs")
	}
	trust, err := hcert.ParseTrust(TrustPEM(s.Published()))
	if err != nil || trust.Len() != 2 {
		t.Fatalf("%v, %v", trust, err)
	}
	for at, text := range texts {
		if res := hcert.Inspect(text); res.IssuedAt == nil || !hcert.Verify(text, trust, *res.IssuedAt).Valid {
			t.Errorf("what was signed at %s is no longer valid", at)
		}
	}
}

func issue(t *testing.T, key crypto.Signer, cert *x509.Certificate, at time.Time) string {
	t.Helper()
	signer, err := hcert.NewSigner(key, cert)
	if err != nil {
		t.Fatal(err)
	}
	text, err := hcert.Issue(signer, hcert.Claims{Issuer: "NL", IssuedAt: at, Expires: at.Add(180 * day)}, &hcert.Payload{
		Version: hcert.SchemaVersion, Name: hcert.Name{FamilyStandardised: "VOORBEELD"},
		Recoveries: []hcert.Recovery{{Target: hcert.CodeCOVID19, FirstPositive: "2021-10-01", Country: "NL", Issuer: "Test",
			ValidFrom: "2021-10-12", ValidUntil: "2022-03-30", ID: hcert.NewUVCI("NL", [16]byte{1})}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestOpenRefuses(t *testing.T) {
	a := newAuthority(t)
	key, cert := newSigner(t, a)
	_, other := newSigner(t, a)
	cases := map[string]func(t *testing.T, o *Options, dir string){
		"no passphrase":    func(_ *testing.T, o *Options, _ string) { o.Passphrase = "" },
		"other passphrase": func(_ *testing.T, o *Options, _ string) { o.Passphrase = "another" },
		"no instant":       func(t *testing.T, _ *Options, dir string) { overwrite(t, dir, activeFile, []byte("soon")) },
		"no certificate":   func(t *testing.T, _ *Options, dir string) { overwrite(t, dir, certificateFile, nil) },
		"damaged key": func(t *testing.T, _ *Options, dir string) {
			overwrite(t, dir, sealedFile, []byte("age-encryption.org/v1\n"))
		},
		"another's certificate": func(t *testing.T, _ *Options, dir string) {
			overwrite(t, dir, certificateFile, certificatePEM(other))
			if err := os.Rename(dir, filepath.Join(filepath.Dir(dir), idOf(other))); err != nil {
				t.Fatal(err)
			}
		},
		"wrong name": func(t *testing.T, _ *Options, dir string) {
			if err := os.Rename(dir, filepath.Join(filepath.Dir(dir), "0000000000000000")); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			if err := open(t, o).Add(start, key, cert, start); err != nil {
				t.Fatal(err)
			}
			spoil(t, &o, filepath.Join(o.Dir, idOf(cert)))
			if _, err := Open(o); !fault.Is(err, fault.Unavailable) {
				t.Errorf("opened: %v", err)
			}
		})
	}
}

func overwrite(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAddRefuses(t *testing.T) {
	s, a := open(t, options(t)), newAuthority(t)
	key, cert := newSigner(t, a)
	other, _ := newSigner(t, a)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(start, other, cert, start); !fault.Is(err, fault.Unavailable) {
		t.Errorf("another's certificate: %v", err)
	}
	if err := s.Add(start, p384, cert, start); !fault.Is(err, fault.Unavailable) {
		t.Errorf("P-384: %v", err)
	}
	for _, at := range []time.Time{start.Add(-day), start.Add(3 * 365 * day)} {
		if err := s.Add(start, key, cert, at); !fault.Is(err, fault.Invalid) {
			t.Errorf("active from %v: %v", at, err)
		}
	}
	if got := s.Published(); len(got) != 0 {
		t.Errorf("%d keys are there after refusals", len(got))
	}
}

// A crash before the rename leaves a draft, which neither counts nor is in the
// way of the next try.
func TestDraftOfACrashIsIgnored(t *testing.T) {
	o, a := options(t), newAuthority(t)
	s := open(t, o)
	key, cert := newSigner(t, a)
	draft := filepath.Join(o.Dir, draftPrefix+idOf(cert))
	if err := os.Mkdir(draft, 0o700); err != nil {
		t.Fatal(err)
	}
	overwrite(t, draft, sealedFile, []byte("half"))
	if got := open(t, o).Published(); len(got) != 0 {
		t.Errorf("the draft counts: %v", got)
	}
	if err := s.Add(start, key, cert, start); err != nil {
		t.Fatal(err)
	}
	if _, _, err := open(t, o).Signer(start); err != nil {
		t.Error(err)
	}
}

// Nothing of the private key or the passphrase is on disk in the clear, printed or
// readable by others.
func TestKeysAreSealed(t *testing.T) {
	o, a := options(t), newAuthority(t)
	key, cert := newSigner(t, a)
	if err := open(t, o).Add(start, key, cert, start); err != nil {
		t.Fatal(err)
	}
	secret, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(o.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", d.Name(), info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, secret) || bytes.Contains(data, []byte(o.Passphrase)) {
			t.Errorf("%s holds a secret", d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "keys", o)
	for _, text := range []string{log.String(), fmt.Sprintf("%v %+v %#v", o, o, o)} {
		if strings.Contains(text, o.Passphrase) {
			t.Errorf("the passphrase is printed: %s", text)
		}
	}
}

func TestAuthority(t *testing.T) {
	a := newAuthority(t)
	_, cert := newSigner(t, a, hcert.KindTest, hcert.KindRecovery)
	if err := cert.CheckSignatureFrom(a.Certificate); err != nil {
		t.Error(err)
	}
	if cert.IsCA || !a.Certificate.IsCA || len(cert.UnknownExtKeyUsage) != 2 {
		t.Errorf("CA %v and %v, usages %v", cert.IsCA, a.Certificate.IsCA, cert.UnknownExtKeyUsage)
	}
	for _, name := range []string{cert.Subject.String(), cert.Issuer.String()} {
		if !strings.Contains(name, "C=NL") {
			t.Errorf("no country in %s", name)
		}
	}
}

func FuzzParseCertificate(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		if cert, err := ParseCertificate(text); (err == nil) != (cert != nil) {
			t.Errorf("certificate %v, error %v", cert, err)
		}
	})
}
