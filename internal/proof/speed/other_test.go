package speed

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"testing"
	"time"

	"loket/internal/hcert"
	"loket/internal/qr"
)

// other is what the npm libraries do a second: dcc-utils and what it is made of
// (cose-js, cbor, base45, zlib) for certificates, qrcode for symbols.
type other struct {
	Issue, Verify, Symbol float64
	Error                 string
}

// BenchmarkOther runs ours and the npm libraries by turns, on the same certificate. Their
// loop runs in one warmed-up process of Node, so that its start does not count.
// LOKET_JUDGE and LOKET_OTHER name the folders node_modules that hold them.
func BenchmarkOther(b *testing.B) {
	now := time.Now().Truncate(time.Second)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	cert := selfSigned(b, key, now)
	signer, err := hcert.NewSigner(key, cert)
	if err != nil {
		b.Fatal(err)
	}
	var trust hcert.Trust
	trust.Add(cert)
	claims := hcert.Claims{Issuer: "NL", IssuedAt: now, Expires: now.AddDate(0, 6, 0)}
	payload := vaccination()
	text, err := hcert.Issue(signer, claims, payload)
	if err != nil {
		b.Fatal(err)
	}
	perSecond := func(do func()) float64 {
		began, n := time.Now(), 0
		for ; time.Since(began) < time.Second; n++ {
			do()
		}
		return float64(n) / time.Since(began).Seconds()
	}
	for b.Loop() {
		theirs := runOther(b, key, cert, text)
		issue := perSecond(func() {
			if _, err := hcert.Issue(signer, claims, payload); err != nil {
				b.Fatal(err)
			}
		})
		verify := perSecond(func() {
			if !hcert.Verify(text, &trust, now).Valid {
				b.Fatal("our own certificate does not verify")
			}
		})
		symbol := perSecond(func() {
			if _, err := qr.Encode(text, qr.Q); err != nil {
				b.Fatal(err)
			}
		})
		b.ReportMetric(issue/theirs.Issue, "issue-ratio")
		b.ReportMetric(verify/theirs.Verify, "verify-ratio")
		b.ReportMetric(issue, "issue/s")
		b.ReportMetric(verify, "verify/s")
		b.ReportMetric(symbol, "symbols/s")
		if theirs.Symbol > 0 {
			b.ReportMetric(symbol/theirs.Symbol, "symbol-ratio")
		}
	}
}

func runOther(b *testing.B, key *ecdsa.PrivateKey, cert *x509.Certificate, text string) other {
	b.Helper()
	secret, err := key.Bytes()
	if err != nil {
		b.Fatal(err)
	}
	input, err := json.Marshal(map[string]string{
		"text": text, "key": base64.StdEncoding.EncodeToString(secret),
		"certificate": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})),
	})
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.CommandContext(b.Context(), "node", "testdata/other.js")
	cmd.Env = append(os.Environ(), "NODE_PATH="+os.Getenv("LOKET_JUDGE")+":"+os.Getenv("LOKET_OTHER"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("node: %v; LOKET_JUDGE must name the folder with dcc-utils", err)
	}
	var theirs other
	if err := json.Unmarshal(out, &theirs); err != nil || theirs.Error != "" {
		b.Fatalf("%v %s", err, theirs.Error)
	}
	return theirs
}

func selfSigned(b *testing.B, key *ecdsa.PrivateKey, now time.Time) *x509.Certificate {
	b.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Country: []string{"NL"}, CommonName: "Invented"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		b.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		b.Fatal(err)
	}
	return cert
}

func vaccination() *hcert.Payload {
	return &hcert.Payload{
		Version: hcert.SchemaVersion, Name: hcert.Name{Family: "Voorbeeld van der Voort", FamilyStandardised: "VOORBEELD<VAN<DER<VOORT",
			Given: "Abena", GivenStandardised: "ABENA"}, BirthDate: "1984-03-09",
		Vaccinations: []hcert.Vaccination{{Target: "840539006", Prophylaxis: "1119349007", Product: "EU/1/20/1528", Manufacturer: "ORG-100030215",
			Dose: 2, SeriesDoses: 2, Date: "2021-07-06", Country: "NL", Issuer: "Invented authority", ID: hcert.NewUVCI("NL", [16]byte{7})}},
	}
}
