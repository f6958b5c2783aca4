package hcert_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/hcert"
	"loket/internal/qr"
)

// verdict is what the judge says about one certificate.
type verdict struct {
	Verified bool
	KID      string
	Payload  *hcert.Payload
	Error    string
}

// TestJudgeAcceptsOurs lets dcc-utils, in a process of Node, open and verify what
// Issue makes, from the text and from the picture, and refuse a forgery.
func TestJudgeAcceptsOurs(t *testing.T) { // G-54
	modules := os.Getenv("LOKET_JUDGE")
	if modules == "" {
		t.Fatal("LOKET_JUDGE does not name the node_modules folder of testdata/judge: copy that folder elsewhere, run npm ci there")
	}
	now := time.Date(2021, 12, 7, 10, 0, 0, 0, time.UTC)
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	big2048, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"P-256": p256, "RSA": big2048} {
		cert := selfSigned(t, key, now)
		signer, err := hcert.NewSigner(key, cert)
		if err != nil {
			t.Fatal(err)
		}
		var texts, pictures []string
		for _, p := range judged() {
			text, err := hcert.Issue(signer, hcert.Claims{Issuer: "NL", IssuedAt: now, Expires: now.AddDate(0, 6, 0)}, p)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
			pictures = append(pictures, draw(t, text))
		}
		verdicts := ask(t, modules, cert, texts, pictures)
		for i, v := range verdicts {
			if v.Error != "" || !v.Verified {
				t.Errorf("%s, certificate %d: verified %v, %s", name, i, v.Verified, v.Error)
			}
			if want := base64.StdEncoding.EncodeToString(hcert.KID(cert)); v.KID != want {
				t.Errorf("%s, certificate %d: key id %s, want %s", name, i, v.KID, want)
			}
			if diff := cmp.Diff(judged()[i%len(texts)], v.Payload); diff != "" {
				t.Errorf("%s, certificate %d (-want +got):\n%s", name, i, diff)
			}
		}
		other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range ask(t, modules, selfSigned(t, other, now), texts, nil) {
			if v.Verified {
				t.Errorf("%s: the judge accepts every key", name)
			}
		}
	}
}

func judged() []*hcert.Payload {
	name := hcert.Name{Family: "Өрнек-Örnek", FamilyStandardised: "OERNEK", Given: "نور", GivenStandardised: "NOR"}
	const issuer = "Ministry of Health Welfare and Sport"
	return []*hcert.Payload{
		{Version: hcert.SchemaVersion, Name: name, BirthDate: "1976-02-03", Vaccinations: []hcert.Vaccination{{
			Target: hcert.CodeCOVID19, Prophylaxis: "1119349007", Product: "EU/1/20/1528", Manufacturer: "ORG-100030215",
			Dose: 2, SeriesDoses: 2, Date: "2021-07-01", Country: "NL", Issuer: issuer, ID: hcert.NewUVCI("NL", [16]byte{1})}}},
		{Version: hcert.SchemaVersion, Name: name, BirthDate: "1976", Tests: []hcert.Test{{
			Target: hcert.CodeCOVID19, Type: hcert.TestNAAT, Name: "PCR", Collected: "2021-12-07T09:15:00+01:00", Result: hcert.ResultNotDetect,
			Centre: "Test street 1", Country: "NL", Issuer: issuer, ID: hcert.NewUVCI("NL", [16]byte{2})}}},
		{Version: hcert.SchemaVersion, Name: name, BirthDate: "", Recoveries: []hcert.Recovery{{
			Target: hcert.CodeCOVID19, FirstPositive: "2021-10-01", Country: "NL", Issuer: issuer,
			ValidFrom: "2021-10-12", ValidUntil: "2022-03-30", ID: hcert.NewUVCI("NL", [16]byte{3})}}},
	}
}

func selfSigned(t *testing.T, key crypto.Signer, now time.Time) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Judged signer"},
		NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(2, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func draw(t *testing.T, text string) string {
	t.Helper()
	symbol, err := qr.Encode(text, qr.Q)
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := symbol.WritePNG(&picture, 4); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "certificate.png")
	if err := os.WriteFile(file, picture.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func ask(t *testing.T, modules string, cert *x509.Certificate, texts, pictures []string) []verdict {
	t.Helper()
	if pictures == nil {
		pictures = []string{}
	}
	question, err := json.Marshal(map[string]any{
		"certificate": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})),
		"texts":       texts, "pictures": pictures,
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join("testdata", "judge", "judge.js"))
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	cmd.Stdin = bytes.NewReader(question)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("run the judge: %v: %s", err, stderr.String())
	}
	var verdicts []verdict
	if err := json.Unmarshal(answer, &verdicts); err != nil {
		t.Fatalf("read the judge: %v: %.200s", err, answer)
	}
	if len(verdicts) != len(texts)+len(pictures) {
		t.Fatalf("%d verdicts for %d certificates", len(verdicts), len(texts)+len(pictures))
	}
	return verdicts
}
