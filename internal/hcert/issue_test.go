package hcert

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"

	"loket/internal/fault"
)

// A certificate of each kind, with each kind of key, verifies without a warning
// and says what was ordered.
func TestIssueAndVerify(t *testing.T) { // G-54
	for name, key := range map[string]crypto.Signer{"P-256": newP256(t), "RSA": newRSA(t)} {
		s := newSigner(t, key)
		for kind, p := range payloads() {
			text, err := Issue(s, testClaims, p)
			if err != nil {
				t.Fatalf("%s %s: %v", name, kind, err)
			}
			res := Verify(text, &s.trust, now.AddDate(0, 1, 0))
			if !res.Valid || len(res.Warnings) != 0 || res.Kind != kind || res.Issuer != "NL" {
				t.Errorf("%s %s: %v %v", name, kind, res.Problems, res.Warnings)
			}
			got, err := res.Payload()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p, got); diff != "" {
				t.Errorf("%s %s differs (-want +got):\n%s", name, kind, diff)
			}
		}
	}
}

// The message is what a strict reader asks for: tag 18, alg and kid protected,
// whole numbers, keys in order.
func TestIssueWritesTheStrictForm(t *testing.T) {
	s := newSigner(t, newP256(t))
	text, err := Issue(s, testClaims, vaccination())
	if err != nil {
		t.Fatal(err)
	}
	data, err := unpackText(text)
	if err != nil {
		t.Fatal(err)
	}
	m, err := parseMessage(data)
	if err != nil {
		t.Fatal(err)
	}
	if m.oddTag || m.algOutside || m.kidOutside || m.alg != algES256 || !bytes.Equal(m.kid, s.KID()) {
		t.Errorf("envelope: %+v", m)
	}
	var v any
	if err := cbor.Unmarshal(m.payload, &v); err != nil {
		t.Fatal(err)
	}
	again, err := encMode().Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, m.payload) {
		t.Error("the claims are not in deterministic encoding")
	}
}

// order is what Issue is asked for.
type order struct {
	signer *Signer
	claims Claims
	p      *Payload
}

// spoiled holds what an issuer must not do, one at a time.
var spoiled = map[string]func(o *order){
	"no event":                func(o *order) { o.p.Vaccinations = nil },
	"two events":              func(o *order) { o.p.Vaccinations = append(o.p.Vaccinations, o.p.Vaccinations[0]) },
	"two kinds":               func(o *order) { o.p.Tests = test().Tests },
	"other schema version":    func(o *order) { o.p.Version = "1.3.0" },
	"no transliterated name":  func(o *order) { o.p.Name.FamilyStandardised, o.p.Name.GivenStandardised = "", "" },
	"fillers for a name":      func(o *order) { o.p.Name = Name{FamilyStandardised: "<<"} },
	"small letters in fnt":    func(o *order) { o.p.Name.FamilyStandardised = "Ali" },
	"digit in gnt":            func(o *order) { o.p.Name.GivenStandardised = "N0R" },
	"name too long":           func(o *order) { o.p.Name.Family = strings.Repeat("é", 81) },
	"name not NFC":            func(o *order) { o.p.Name.Family = "Cafe\u0301" },
	"name with blanks":        func(o *order) { o.p.Name.Given = " Nor" },
	"birth year 1815":         func(o *order) { o.p.BirthDate = "1815" },
	"birth day of no month":   func(o *order) { o.p.BirthDate = "1976-02-30" },
	"unknown birth month":     func(o *order) { o.p.BirthDate = "1976-00" },
	"birth with a time":       func(o *order) { o.p.BirthDate = "1976-02-03T00:00:00" },
	"other disease":           func(o *order) { o.p.Vaccinations[0].Target = "840539007" },
	"unknown vaccine":         func(o *order) { o.p.Vaccinations[0].Product = "Comirnaty" },
	"unknown maker":           func(o *order) { o.p.Vaccinations[0].Manufacturer = "" },
	"unknown country":         func(o *order) { o.p.Vaccinations[0].Country = "XX" },
	"no country":              func(o *order) { o.p.Vaccinations[0].Country = "" },
	"dose zero":               func(o *order) { o.p.Vaccinations[0].Dose = 0 },
	"no doses":                func(o *order) { o.p.Vaccinations[0].SeriesDoses = 0 },
	"date in Dutch order":     func(o *order) { o.p.Vaccinations[0].Date = "01-07-2021" },
	"date with a time":        func(o *order) { o.p.Vaccinations[0].Date = "2021-07-01T00:00:00Z" },
	"no such day":             func(o *order) { o.p.Vaccinations[0].Date = "2021-06-31" },
	"dose the day after next": func(o *order) { o.p.Vaccinations[0].Date = "2021-12-09" },
	"no issuer of the event":  func(o *order) { o.p.Vaccinations[0].Issuer = "" },
	"no identifier":           func(o *order) { o.p.Vaccinations[0].ID = "" },
	"wrong check character":   func(o *order) { o.p.Vaccinations[0].ID = "URN:UVCI:01:NL:ABC#D" },
	"rapid test, no device":   func(o *order) { o.p = test(); o.p.Tests[0].Device = "" },
	"unknown device":          func(o *order) { o.p = test(); o.p.Tests[0].Device = "0" },
	"test without offset":     func(o *order) { o.p = test(); o.p.Tests[0].Collected = "2021-12-07T09:15:00" },
	"test in the future":      func(o *order) { o.p = test(); o.p.Tests[0].Collected = "2021-12-07T11:00:01+01:00" },
	"unknown result":          func(o *order) { o.p = test(); o.p.Tests[0].Result = "positive" },
	"recovery dates reversed": func(o *order) { o.p = recovery(); o.p.Recoveries[0].ValidUntil = "2021-10-11" },
	"valid before positive":   func(o *order) { o.p = recovery(); o.p.Recoveries[0].ValidFrom = "2021-09-30" },
	"issuer not a country":    func(o *order) { o.claims.Issuer = "Nederland" },
	"no issuer":               func(o *order) { o.claims.Issuer = "" },
	"fraction of a second":    func(o *order) { o.claims.IssuedAt = now.Add(time.Millisecond) },
	"expires at once":         func(o *order) { o.claims.Expires = o.claims.IssuedAt },
	"before the signer":       func(o *order) { o.claims.IssuedAt = now.AddDate(-1, 0, 0) },
	"outlives the signer":     func(o *order) { o.claims.Expires = now.AddDate(2, 0, 0) },
	"kind not allowed":        func(o *order) { o.signer = nil },
}

func TestIssueRefuses(t *testing.T) {
	s := newSigner(t, newP256(t))
	onlyTests := newSigner(t, newP256(t), KindTest)
	for name, spoil := range spoiled {
		o := order{s, testClaims, vaccination()}
		spoil(&o)
		if o.signer == nil {
			o.signer = onlyTests
		}
		text, err := Issue(o.signer, o.claims, o.p)
		if err == nil || text != "" {
			t.Errorf("%s: issued", name)
			continue
		}
		if !fault.Is(err, fault.Invalid) || fault.Key(err) != KeyRefused {
			t.Errorf("%s: kind %v, key %q, %v", name, fault.Of(err), fault.Key(err), err)
		}
		for _, private := range []string{"ALAKHTBAR", "Comirnaty", "1976", "1815", "URN:UVCI:01:NL", "CELIK"} {
			if strings.Contains(err.Error(), private) {
				t.Errorf("%s: the error tells %q: %v", name, private, err)
			}
		}
	}
}

func TestIssueTakesTodayEastOfGreenwich(t *testing.T) {
	s := newSigner(t, newP256(t))
	c := testClaims
	c.IssuedAt = time.Date(2021, 7, 1, 23, 30, 0, 0, time.UTC) // 2 July in Amsterdam
	p := vaccination()
	p.Vaccinations[0].Date = "2021-07-02"
	if _, err := Issue(s, c, p); err != nil {
		t.Error(err)
	}
}

func TestNewSignerRefuses(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := newP256(t)
	if _, err := NewSigner(p384, newCertificate(t, p384)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("P-384: %v", err)
	}
	if _, err := NewSigner(newP256(t), newCertificate(t, key)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("another's certificate: %v", err)
	}
}

// brokenKey is a key whose signatures went wrong, as after a fault in an HSM.
type brokenKey struct {
	*ecdsa.PrivateKey
	err error
}

func (k brokenKey) Sign(random io.Reader, sum []byte, opts crypto.SignerOpts) ([]byte, error) {
	if k.err != nil {
		return nil, k.err
	}
	other := bytes.Clone(sum)
	other[0] ^= 1
	return k.PrivateKey.Sign(random, other, opts)
}

func TestIssueHandsOutNothingItCannotVerify(t *testing.T) {
	key := newP256(t)
	cert := newCertificate(t, key)
	s, err := NewSigner(brokenKey{PrivateKey: key}, cert)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := Issue(s, testClaims, vaccination()); err == nil || text != "" {
		t.Errorf("a wrong signature went out: %q, %v", text, err)
	}
	if s, err = NewSigner(brokenKey{key, errors.New("token removed")}, cert); err != nil {
		t.Fatal(err)
	}
	if _, err := Issue(s, testClaims, vaccination()); !fault.Is(err, fault.Unavailable) || fault.Key(err) != KeySigner {
		t.Errorf("a missing token: %v", err)
	}
}

// Signatures are written in their low form: whoever flips one changes the text,
// but not its SignatureID.
func TestSignatureIDIsCanonical(t *testing.T) {
	s := newSigner(t, newP256(t))
	text, err := Issue(s, testClaims, vaccination())
	if err != nil {
		t.Fatal(err)
	}
	data, err := unpackText(text)
	if err != nil {
		t.Fatal(err)
	}
	sig := data[len(data)-32:]
	before := bytes.Clone(sig)
	lowS(sig)
	if !bytes.Equal(sig, before) {
		t.Error("the signature is not in its low form")
	}
	n := p256Order.Bytes()
	borrow := 0
	for i := 31; i >= 0; i-- { // order minus s
		d := int(n[i]) - int(sig[i]) - borrow
		borrow = 0
		if d < 0 {
			d, borrow = d+256, 1
		}
		sig[i] = byte(d)
	}
	flipped, err := packText(data)
	if err != nil {
		t.Fatal(err)
	}
	if flipped == text || !Verify(flipped, &s.trust, now).Valid {
		t.Fatal("the flipped signature should verify: ECDSA is malleable")
	}
	if a, b := SignatureID(text), SignatureID(flipped); len(a) != 64 || !bytes.Equal(a, b) {
		t.Errorf("ids %x and %x differ", a, b)
	}
	if SignatureID("HC1:") != nil {
		t.Error("no message has an id")
	}
}
