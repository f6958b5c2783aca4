//go:build pkcs11

package pkcs11

import (
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/hcert"
)

// library is where Debian's softhsm2 puts it; another system names its own.
func library() string {
	if path := os.Getenv("SOFTHSM2_LIBRARY"); path != "" {
		return path
	}
	return "/usr/lib/softhsm/libsofthsm2.so"
}

// newToken makes a token in a folder of the test.
func newToken(t *testing.T) Config {
	t.Helper()
	dir := t.TempDir()
	conf := filepath.Join(dir, "softhsm2.conf")
	text := "directories.tokendir = " + dir + "\nobjectstore.backend = file\nlog.level = ERROR\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOFTHSM2_CONF", conf)
	out, err := exec.Command("softhsm2-util", "--init-token", "--free", "--label", "test", "--pin", "1234", "--so-pin", "5678").CombinedOutput()
	if err != nil {
		t.Fatalf("softhsm2-util (Debian package softhsm2): %v: %s", err, out)
	}
	return Config{Library: library(), Token: "test", PIN: "1234"}
}

// A key made in the module signs certificates, from many goroutines at once, that
// verify by its certificate.
func TestTokenSignsCertificates(t *testing.T) {
	c := newToken(t)
	token, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := token.Close(); err != nil {
			t.Error(err)
		}
	}()
	now := time.Date(2021, 12, 7, 10, 0, 0, 0, time.UTC)
	certs := make(map[string]*x509.Certificate)
	for i, label := range []string{"first", "second"} {
		key, err := token.context.GenerateECDSAKeyPairWithLabel([]byte{byte(i + 1)}, []byte(label), elliptic.P256())
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: label},
			NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(2, 0, 0)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		if certs[label], err = x509.ParseCertificate(der); err != nil {
			t.Fatal(err)
		}
	}
	key, err := token.Key("first", certs["first"])
	if err != nil {
		t.Fatal(err)
	}
	signer, err := hcert.NewSigner(key, certs["first"])
	if err != nil {
		t.Fatal(err)
	}
	trust := new(hcert.Trust)
	trust.Add(certs["first"])
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			text, err := hcert.Issue(signer, hcert.Claims{Issuer: "NL", IssuedAt: now, Expires: now.AddDate(0, 6, 0)}, payload())
			if err != nil {
				t.Error(err)
			} else if res := hcert.Verify(text, trust, now); !res.Valid {
				t.Error(res.Problems)
			}
		})
	}
	wg.Wait()
	if _, err := token.Key("second", certs["first"]); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a key with another's certificate: %v", err)
	}
	if _, err := token.Key("third", certs["first"]); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a key that is not there: %v", err)
	}
}

func payload() *hcert.Payload {
	return &hcert.Payload{
		Version: hcert.SchemaVersion, Name: hcert.Name{FamilyStandardised: "VOORBEELD"},
		Recoveries: []hcert.Recovery{{Target: hcert.CodeCOVID19, FirstPositive: "2021-10-01", Country: "NL", Issuer: "Test",
			ValidFrom: "2021-10-12", ValidUntil: "2022-03-30", ID: hcert.NewUVCI("NL", [16]byte{1})}},
	}
}

func TestOpenRefuses(t *testing.T) {
	good := newToken(t)
	for name, spoil := range map[string]func(c *Config){
		"wrong PIN":   func(c *Config) { c.PIN = "0000" },
		"wrong token": func(c *Config) { c.Token = "other" },
		"no library":  func(c *Config) { c.Library = filepath.Join(t.TempDir(), "none.so") },
	} {
		c := good
		spoil(&c)
		if _, err := Open(c); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), c.PIN) {
			t.Errorf("%s: the error tells the PIN", name)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", c, c, c), c.PIN) {
			t.Error("the PIN is printed")
		}
	}
}
