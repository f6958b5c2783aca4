package sheet

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/lang"
	"loket/locales"
)

func today() time.Time { return time.Date(2021, 12, 7, 10, 0, 0, 0, time.UTC) }

func testSigner(t testing.TB) *hcert.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test signer"},
		NotBefore: today().AddDate(0, -1, 0), NotAfter: today().AddDate(2, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := hcert.NewSigner(key, cert)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func issue(t testing.TB, name hcert.Name, events hcert.Payload) string {
	t.Helper()
	events.Version, events.BirthDate, events.Name = hcert.SchemaVersion, "1976-02-29", name
	text, err := hcert.Issue(testSigner(t), hcert.Claims{Issuer: "NL", IssuedAt: today(), Expires: today().AddDate(1, 0, 0)}, &events)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func vaccination() hcert.Payload {
	return hcert.Payload{Vaccinations: []hcert.Vaccination{{
		Target: hcert.CodeCOVID19, Prophylaxis: "1119349007", Product: "EU/1/20/1528", Manufacturer: "ORG-100030215",
		Dose: 2, SeriesDoses: 2, Date: "2021-07-13", Country: "NL", Issuer: "Ministry of Health Welfare and Sport", ID: hcert.NewUVCI("NL", [16]byte{7}),
	}}}
}

func recovery() hcert.Payload {
	return hcert.Payload{Recoveries: []hcert.Recovery{{
		Target: hcert.CodeCOVID19, FirstPositive: "2021-10-01", Country: "NL", Issuer: strings.TrimSpace(strings.Repeat("Ministry ", 8)),
		ValidFrom: "2021-10-12", ValidUntil: "2022-03-30", ID: hcert.NewUVCI("NL", [16]byte{1}),
	}}}
}

// newProof reads a proof with the labels of the real catalogues.
func newProof(t testing.TB, text, kind string) Proof {
	t.Helper()
	c, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	both := func(key string) [2]string {
		return [2]string{c.In(lang.Dutch).Get(key, nil).Text, c.In(lang.English).Get(key, nil).Text}
	}
	proof, err := NewProof(text, both("public.certificate."+kind), both("public.print.show"), func(label string) [2]string { return both("public.certificate." + label) })
	if err != nil {
		t.Fatal(err)
	}
	return proof
}

func sheetOf(proofs ...Proof) Sheet {
	return Sheet{Proofs: proofs, Lang: "nl", Made: today(),
		Notes: [][2]string{{"Bewaar uw kaartje van de prik goed.", "Keep your vaccination card in a safe place."}}}
}

func written(t testing.TB, s Sheet) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// run hands a PDF to a program of poppler.
func run(t *testing.T, pdf []byte, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s (is poppler-utils installed?): %v\n%s", program, err, out)
	}
	return string(out)
}

// symbols renders a PDF and returns what ZBar reads on each page.
func symbols(t *testing.T, pdf []byte) []string {
	t.Helper()
	dir := t.TempDir()
	if shots := os.Getenv("LOKET_SHOTS"); shots != "" {
		dir = filepath.Join(shots, t.Name())
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	run(t, pdf, "pdftoppm", "-r", "150", "-png", "-", filepath.Join(dir, "sheet"))
	pages, err := filepath.Glob(filepath.Join(dir, "sheet*.png"))
	if err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, page := range pages {
		out, err := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", page).Output()
		if err != nil {
			t.Errorf("zbarimg (is zbar-tools installed?): %v", err)
		}
		read = append(read, strings.TrimSpace(string(out)))
	}
	return read
}

// TestSheet prints two proofs and reads them as their holder's phone would.
func TestSheet(t *testing.T) {
	name := hcert.Name{Family: "Öztürk-Voorbeeld", FamilyStandardised: "OEZTUERK<VOORBEELD", Given: "Željka Niemand", GivenStandardised: "ZELJKA<NIEMAND"}
	first, second := issue(t, name, vaccination()), issue(t, name, recovery())
	pdf := written(t, sheetOf(newProof(t, first, "vaccination"), newProof(t, second, "recovery")))
	if got := symbols(t, pdf); !slices.Equal(got, []string{first, second}) { // G-45
		t.Errorf("ZBar reads %q", got)
	}
	text := strings.Join(strings.Fields(run(t, pdf, "pdftotext", "-layout", "-", "-")), " ")
	for _, want := range []string{
		"Željka Niemand Öztürk-Voorbeeld", "1976-02-29", "Date of birth", "Geboortedatum", "Vaccine", "2/2", "2021-07-13",
		"Proof of recovery", "2022-03-30", "Bewaar uw kaartje", "Keep your vaccination card", "COVID-19",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the sheet does not say %q", want)
		}
	}
	info := run(t, pdf, "pdfinfo", "-")
	for _, no := range []string{"Voorbeeld", "Niemand", "1976", "Author", "10:00"} {
		if strings.Contains(info, no) {
			t.Errorf("its properties hold %q:\n%s", no, info)
		}
	}
	if !strings.Contains(info, "Pages:           2") {
		t.Errorf("two proofs are not two pages:\n%s", info)
	}
}

// TestSameBytes: what somebody downloads twice is the same file.
func TestSameBytes(t *testing.T) {
	proof := newProof(t, issue(t, hcert.Name{Family: "Voorbeeld", FamilyStandardised: "VOORBEELD"}, vaccination()), "vaccination")
	first := written(t, sheetOf(proof))
	for range 10 {
		if again := written(t, sheetOf(proof)); !bytes.Equal(first, again) {
			t.Fatal("the same sheet is another file")
		}
	}
	later := sheetOf(proof)
	later.Made = later.Made.Add(13 * time.Hour)
	if !bytes.Equal(first, written(t, later)) {
		t.Error("the time of day is in the file")
	}
	if len(first) > 200<<10 {
		t.Errorf("%d bytes", len(first))
	}
}

// TestOtherScripts: what the fonts lack is printed as the certificate has it beside.
func TestOtherScripts(t *testing.T) {
	for name, want := range map[hcert.Name]string{
		{Family: "نموذج", FamilyStandardised: "NMWDHJ", Given: "أحمد", GivenStandardised: "AHMD"}: "AHMD NMWDHJ",
		{Family: "Приклад", FamilyStandardised: "PRYKLAD", Given: "Ніхто"}:                        "Ніхто Приклад",
		{FamilyStandardised: "NIEMAND<VOORBEELD"}:                                                 "",
	} {
		proof := newProof(t, issue(t, name, recovery()), "recovery")
		text := run(t, written(t, sheetOf(proof)), "pdftotext", "-layout", "-", "-")
		if !strings.Contains(text, want) {
			t.Errorf("%v: %s", name, text)
		}
	}
	odd := Proof{QR: "HC1:", Rows: []Line{{Value: "aنb"}}}
	if text := run(t, written(t, sheetOf(odd)), "pdftotext", "-", "-"); !strings.Contains(text, "a?b") {
		t.Error(text)
	}
}

// TestLongNamesFit: the longest name and issuer that a certificate may hold still fit one page.
func TestLongNamesFit(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("Voorbeelden ", 6))
	name := hcert.Name{Family: long, FamilyStandardised: "V", Given: long, GivenStandardised: "V"}
	events := vaccination()
	events.Vaccinations[0].Issuer = strings.Repeat("W", 80)
	text := issue(t, name, events)
	pdf := written(t, sheetOf(newProof(t, text, "vaccination")))
	if info := run(t, pdf, "pdfinfo", "-"); !strings.Contains(info, "Pages:           1") {
		t.Error(info)
	}
	if got := symbols(t, pdf); !slices.Equal(got, []string{text}) {
		t.Errorf("ZBar reads %q", got)
	}
}

func TestWhatCannotBePrinted(t *testing.T) {
	for name, s := range map[string]Sheet{
		"nothing":  {Made: today()},
		"no day":   {Proofs: []Proof{{QR: "HC1:"}}},
		"too long": sheetOf(Proof{QR: strings.Repeat("a", 5000)}),
	} {
		if err := Write(&bytes.Buffer{}, s); err == nil {
			t.Errorf("%s was printed", name)
		}
	}
	if _, err := NewProof("no certificate", [2]string{}, [2]string{}, func(string) [2]string { return [2]string{} }); err != nil && !fault.Is(err, fault.Internal) {
		t.Error(err)
	}
}

func BenchmarkWrite(b *testing.B) {
	s := sheetOf(newProof(b, issue(b, hcert.Name{Family: "Voorbeeld", FamilyStandardised: "VOORBEELD"}, vaccination()), "vaccination"))
	for b.Loop() {
		if err := Write(&bytes.Buffer{}, s); err != nil {
			b.Fatal(fmt.Errorf("write: %w", err))
		}
	}
}
