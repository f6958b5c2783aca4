package hcert

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"
	"time"
)

// now is the instant of the tests.
var now = time.Date(2021, 12, 7, 10, 0, 0, 0, time.UTC)

// newSigner returns a signer with a fresh key whose certificate allows the given
// kinds and holds for a year.
func newSigner(t testing.TB, key crypto.Signer, kinds ...Kind) *Signer {
	t.Helper()
	s, err := NewSigner(key, newCertificate(t, key, kinds...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newCertificate(t testing.TB, key crypto.Signer, kinds ...Kind) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test signer", Country: []string{"NL"}},
		NotBefore: now.AddDate(0, -6, 0), NotAfter: now.AddDate(1, 6, 0),
	}
	for _, k := range kinds {
		template.UnknownExtKeyUsage = append(template.UnknownExtKeyUsage, asn1.ObjectIdentifier(UsageOID(k)))
	}
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

func newP256(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newRSA(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var testClaims = Claims{Issuer: "NL", IssuedAt: now, Expires: now.AddDate(1, 0, 0)}

// The people here are invented; their names show what the fields must carry.
func vaccination() *Payload {
	return &Payload{
		Version: SchemaVersion, BirthDate: "1976-02",
		Name: Name{Family: "علي الاختبار", FamilyStandardised: "ALI<ALAKHTBAR", Given: "نور", GivenStandardised: "NOR"},
		Vaccinations: []Vaccination{{
			Target: CodeCOVID19, Prophylaxis: "1119349007", Product: "EU/1/20/1528", Manufacturer: "ORG-100030215",
			Dose: 2, SeriesDoses: 2, Date: "2021-07-01", Country: "NL", Issuer: "Ministry of Health Welfare and Sport",
			ID: NewUVCI("NL", [16]byte{1, 2, 3}),
		}},
	}
}

func test() *Payload {
	return &Payload{
		Version: SchemaVersion, BirthDate: "1980",
		Name: Name{Family: "Çelik-Örnek", FamilyStandardised: "CELIK<OERNEK", Given: "Deniz", GivenStandardised: "DENIZ"},
		Tests: []Test{{
			Target: CodeCOVID19, Type: TestRAT, Device: "1232", Collected: "2021-12-07T09:15:00+01:00", Result: ResultNotDetect,
			Centre: "Test street 1", Country: "NL", Issuer: "Ministry of Health Welfare and Sport", ID: NewUVCI("NL", [16]byte{4}),
		}},
	}
}

func recovery() *Payload {
	return &Payload{
		Version: SchemaVersion, BirthDate: "",
		Name: Name{Family: "Voorbeeld", FamilyStandardised: "VOORBEELD"},
		Recoveries: []Recovery{{
			Target: CodeCOVID19, FirstPositive: "2021-10-01", Country: "NL", Issuer: "Ministry of Health Welfare and Sport",
			ValidFrom: "2021-10-12", ValidUntil: "2022-03-30", ID: NewUVCI("NL", [16]byte{5}),
		}},
	}
}

func payloads() map[Kind]*Payload {
	return map[Kind]*Payload{KindVaccination: vaccination(), KindTest: test(), KindRecovery: recovery()}
}

func TestPayloadsHideThemselves(t *testing.T) {
	text, err := Issue(newSigner(t, newP256(t)), testClaims, vaccination())
	if err != nil {
		t.Fatal(err)
	}
	res := Inspect(text)
	for _, v := range []any{vaccination(), *vaccination(), vaccination().Name, vaccination().Vaccinations, test().Tests[0],
		recovery().Recoveries[0], res, *res} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "ALAKHTBAR") || strings.Contains(got, "1976") ||
				strings.Contains(got, "URN:UVCI") || strings.Contains(got, "2021-") {
				t.Errorf("%T with %s shows its content: %s", v, verb, got)
			}
		}
	}
	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("made", "payload", vaccination(), "name", vaccination().Name, "result", *res)
	if strings.Contains(log.String(), "ALAKHTBAR") || strings.Contains(log.String(), "1976") {
		t.Errorf("a log line shows the content: %s", log.String())
	}
}

func TestCodeNames(t *testing.T) {
	if got := CodeName("mp", "EU/1/20/1528"); got != "Comirnaty" {
		t.Errorf("name of a vaccine = %q", got)
	}
	if got := CodeName("mp", "other"); got != "other" {
		t.Errorf("name of an unknown code = %q", got)
	}
	if got, want := len(Codes("co")), 250; got != want {
		t.Errorf("%d countries, want %d", got, want)
	}
}

func jsonText(t *testing.T, data []byte) string {
	t.Helper()
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func pemText(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
