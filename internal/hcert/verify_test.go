package hcert

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// forgery is a message put together freely: what a sloppy issuer or an attacker
// may hand in.
type forgery struct {
	key         crypto.Signer
	protected   map[any]any
	unprotected map[any]any
	content     []byte
	tags        []byte // appended before the array
	resign      func(sig []byte) []byte
}

func newForgery(t *testing.T, key crypto.Signer, kid []byte) *forgery {
	t.Helper()
	content, err := encodeClaims(testClaims, vaccination())
	if err != nil {
		t.Fatal(err)
	}
	return &forgery{key: key, content: content, tags: []byte{0xd2}, unprotected: map[any]any{},
		protected: map[any]any{headerAlg: algES256, headerKID: kid}, resign: func(sig []byte) []byte { return sig }}
}

func (f *forgery) text(t *testing.T) string {
	t.Helper()
	head := mustEncode(t, f.protected)
	if len(f.protected) == 0 {
		head = nil
	}
	m := message{protected: head, payload: f.content}
	sum := m.digest(nil)
	der, err := f.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	sig := der
	if raw, err := rawSignature(der); err == nil {
		sig = raw
	}
	if head == nil {
		head = []byte{}
	}
	body := mustEncode(t, []any{head, f.unprotected, f.content, f.resign(sig)})
	text, err := packText(append(bytes.Clone(f.tags), body...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func mustEncode(t *testing.T, v any) []byte {
	t.Helper()
	data, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// claimsWith returns content whose payload and claims were changed.
func claimsWith(t *testing.T, change func(claims map[any]any, payload map[string]any)) []byte {
	t.Helper()
	content, err := encodeClaims(testClaims, vaccination())
	if err != nil {
		t.Fatal(err)
	}
	c, err := parseClaims(content)
	if err != nil {
		t.Fatal(err)
	}
	m := map[any]any{claimIssuer: "NL", claimExpires: testClaims.Expires.Unix(), claimIssuedAt: testClaims.IssuedAt.Unix()}
	m[claimHCERT] = map[any]any{hcertEU: c.tree}
	change(m, c.tree)
	return mustEncode(t, m)
}

func entry(payload map[string]any) map[string]any {
	return payload["v"].([]any)[0].(map[string]any)
}

// What a verifier must tolerate is valid, and named.
func TestVerifyToleratesAndTells(t *testing.T) {
	key := newP256(t)
	s := newSigner(t, key)
	name := func(p map[string]any) map[string]any { return p["nam"].(map[string]any) }
	type m = map[any]any
	type p = map[string]any
	cases := map[string]struct {
		envelope func(f *forgery)
		content  func(c m, p p)
		warning  string
	}{
		"no tag":             {envelope: func(f *forgery) { f.tags = nil }, warning: "tag"},
		"tag 61 around 18":   {envelope: func(f *forgery) { f.tags = []byte{0xd8, 61, 0xd2} }, warning: "tag"},
		"kid outside":        {envelope: func(f *forgery) { delete(f.protected, headerKID); f.unprotected[headerKID] = s.KID() }, warning: "header"},
		"protected empty":    {envelope: func(f *forgery) { f.unprotected, f.protected = f.protected, nil }, warning: "header"},
		"protected kid wins": {envelope: func(f *forgery) { f.unprotected[headerKID] = []byte("12345678") }},
		"no alg":             {envelope: func(f *forgery) { delete(f.protected, headerAlg) }},
		"float times":        {content: func(c m, _ p) { c[claimExpires] = float64(testClaims.Expires.Unix()) + 0.5 }, warning: "claims"},
		"float doses":        {content: func(_ m, p p) { entry(p)["dn"] = 2.0 }, warning: "schema v.dn"},
		"null groups":        {content: func(_ m, p p) { p["t"], p["r"] = nil, nil }, warning: "schema t"},
		"date-time":          {content: func(_ m, p p) { entry(p)["dt"] = "2021-07-01T00:00:00Z" }, warning: "schema v.dt"},
		"birth date-time":    {content: func(_ m, p p) { p["dob"] = "1976-02-03T00:00:00" }, warning: "schema dob"},
		"odd name":           {content: func(_ m, p p) { name(p)["fnt"] = "Ali" }, warning: "schema nam.fnt"},
		"blanks":             {content: func(_ m, p p) { entry(p)["mp"] = "EU/1/20/1528 " }, warning: "schema v.mp"},
		"unknown code":       {content: func(_ m, p p) { entry(p)["mp"] = "Moderna" }, warning: "schema v.mp"},
		"unknown field":      {content: func(_ m, p p) { entry(p)["zz"] = "x" }, warning: "schema v"},
		"no issuer":          {content: func(c m, _ p) { delete(c, claimIssuer) }, warning: "claims"},
		"outlives signer":    {content: func(c m, _ p) { c[claimExpires] = s.cert.NotAfter.Unix() + 47 }, warning: "time"},
	}
	for label, c := range cases {
		f := newForgery(t, key, s.KID())
		if c.envelope != nil {
			c.envelope(f)
		}
		if c.content != nil {
			f.content = claimsWith(t, c.content)
		}
		res := Verify(f.text(t), &s.trust, now)
		if !res.Valid {
			t.Errorf("%s: %v", label, res.Problems)
		}
		if c.warning != "" && !slices.ContainsFunc(res.Warnings, func(w Finding) bool {
			return strings.TrimSpace(w.Code+" "+w.Where) == c.warning
		}) {
			t.Errorf("%s: no warning %q in %v", label, c.warning, res.Warnings)
		}
	}
}

// Everything else is refused, for the reason that is true.
func TestVerifyRefuses(t *testing.T) {
	key := newP256(t)
	s := newSigner(t, key)
	type m = map[any]any
	type p = map[string]any
	cases := map[string]struct {
		envelope func(f *forgery)
		content  func(c m, p p)
		problem  string
	}{
		"unknown kid":         {envelope: func(f *forgery) { f.protected[headerKID] = []byte("12345678") }, problem: "key"},
		"short kid":           {envelope: func(f *forgery) { f.protected[headerKID] = s.KID()[:4] }, problem: "key"},
		"long kid":            {envelope: func(f *forgery) { f.protected[headerKID] = append(s.KID(), 0) }, problem: "key"},
		"no kid":              {envelope: func(f *forgery) { delete(f.protected, headerKID) }, problem: "key"},
		"wrong protected kid": {envelope: func(f *forgery) { f.protected[headerKID] = []byte("12345678"); f.unprotected[headerKID] = s.KID() }, problem: "key"},
		"alg of RSA":          {envelope: func(f *forgery) { f.protected[headerAlg] = algPS256 }, problem: "signature"},
		"unsupported alg":     {envelope: func(f *forgery) { f.protected[headerAlg] = int64(-8) }, problem: "signature"},
		"no algorithm at all": {envelope: func(f *forgery) { f.protected[headerAlg] = "none" }, problem: "cose"},
		"other key":           {envelope: func(f *forgery) { f.key = newP256(t) }, problem: "signature"},
		"long signature":      {envelope: func(f *forgery) { f.resign = func(sig []byte) []byte { return append(sig, 0) } }, problem: "signature"},
		"DER signature":       {envelope: func(f *forgery) { f.resign = derSignature }, problem: "signature"},
		"zero signature":      {envelope: func(f *forgery) { f.resign = func([]byte) []byte { return make([]byte, 64) } }, problem: "signature"},
		"no signature":        {envelope: func(f *forgery) { f.resign = func([]byte) []byte { return nil } }, problem: "cose"},
		"critical header":     {envelope: func(f *forgery) { f.protected[headerCrit] = []any{int64(99)} }, problem: "cose"},
		"another tag":         {envelope: func(f *forgery) { f.tags = []byte{0xd1} }, problem: "cose"},
		"claims not a map":    {envelope: func(f *forgery) { f.content = mustEncode(t, "claims") }, problem: "claims"},
		"hcert a byte string": {content: func(c m, _ p) { c[claimHCERT] = []byte{1} }, problem: "claims"},
		"not EU":              {content: func(c m, p p) { c[claimHCERT] = m{int64(-6): p} }, problem: "claims"},
		"expired":             {content: func(c m, _ p) { c[claimExpires] = now.Unix() - 1 }, problem: "time"},
		"not yet issued":      {content: func(c m, _ p) { c[claimIssuedAt] = now.Unix() + 1 }, problem: "time"},
		"no expiry":           {content: func(c m, _ p) { delete(c, claimExpires) }, problem: "claims"},
		"expiry a text":       {content: func(c m, _ p) { c[claimExpires] = "never" }, problem: "claims"},
		"two doses":           {content: func(_ m, p p) { p["v"] = append(p["v"].([]any), p["v"].([]any)[0]) }, problem: "schema v"},
		"two kinds":           {content: func(_ m, p p) { p["r"] = []any{p2tree(t, recovery())} }, problem: "schema "},
		"no event":            {content: func(_ m, p p) { delete(p, "v") }, problem: "schema "},
		"half a dose":         {content: func(_ m, p p) { entry(p)["dn"] = 0.5 }, problem: "schema v.dn"},
		"no date":             {content: func(_ m, p p) { delete(entry(p), "dt") }, problem: "schema v.dt"},
	}
	for label, c := range cases {
		f := newForgery(t, key, s.KID())
		if c.envelope != nil {
			c.envelope(f)
		}
		if c.content != nil {
			f.content = claimsWith(t, c.content)
		}
		res := Verify(f.text(t), &s.trust, now)
		if res.Valid || !slices.ContainsFunc(res.Problems, func(p Finding) bool {
			return p.Code == c.problem || p.Code+" "+p.Where == c.problem
		}) {
			t.Errorf("%s: valid %v, want problem %q, got %v", label, res.Valid, c.problem, res.Problems)
		}
	}
}

func p2tree(t *testing.T, p *Payload) any {
	t.Helper()
	tree, err := (&reader{data: mustEncode(t, p)}).value()
	if err != nil {
		t.Fatal(err)
	}
	return tree.(map[string]any)["r"].([]any)[0]
}

func derSignature(sig []byte) []byte {
	der := appendDERInteger(appendDERInteger([]byte{0x30, 0}, sig[:32]), sig[32:])
	der[1] = byte(len(der) - 2)
	return der
}

func TestVerifyRefusesTexts(t *testing.T) {
	s := newSigner(t, newP256(t))
	text, err := Issue(s, testClaims, vaccination())
	if err != nil {
		t.Fatal(err)
	}
	if res := Verify("\r\n"+text+"\n", &s.trust, now); !res.Valid {
		t.Errorf("line ends around it: %v", res.Problems)
	}
	for bad, code := range map[string]string{
		"": "text", text[4:]: "text", "HC2:" + text[4:]: "text", "hc1:" + text[4:]: "text", " " + text: "text",
		text + strings.Repeat("0", maxText): "text", strings.ToLower(text[:4]) + text[4:]: "text",
		text[:50] + "a" + text[51:]: "base45", "HC1:BB8": "zlib", "HC1:": "zlib",
	} {
		if res := Verify(bad, &s.trust, now); res.Valid || res.Problems[0].Code != code {
			t.Errorf("%.20q: valid %v, %v, want %s", bad, res.Valid, res.Problems, code)
		}
	}
	if res := Inspect(text); res.Valid || res.At != nil || res.Kind != KindVaccination || len(res.Problems) != 0 {
		t.Errorf("inspected: %+v", res)
	}
	if res := Verify(text, nil, now); res.Valid {
		t.Error("valid without a trust list")
	}
}

// A key id names eight bytes of a sum, so two signers may share it: every one of
// them is tried.
func TestVerifyTriesEveryCertificate(t *testing.T) {
	right, wrong := newP256(t), newP256(t)
	kid := []byte("collides")
	f := newForgery(t, right, kid)
	text := f.text(t)
	for label, certs := range map[string][]crypto.Signer{"first": {right, wrong}, "last": {wrong, newRSA(t), right}} {
		trust := new(Trust)
		for _, key := range certs {
			trust.AddAs(kid, newCertificate(t, key))
		}
		if res := Verify(text, trust, now); !res.Valid {
			t.Errorf("the right one %s: %v", label, res.Problems)
		}
	}
	// The same key renewed: the certificate that still allows the kind speaks.
	trust := new(Trust)
	trust.AddAs(kid, newCertificate(t, right, KindTest))
	trust.AddAs(kid, newCertificate(t, right, KindVaccination))
	if res := Verify(text, trust, now); !res.Valid {
		t.Errorf("renewed: %v", res.Problems)
	}
}

func TestVerifyKeyUsageAndClock(t *testing.T) {
	key := newP256(t)
	kid := []byte("12345678")
	text := newForgery(t, key, kid).text(t)
	judge := func(at time.Time, kinds ...Kind) *Result {
		trust := new(Trust)
		trust.AddAs(kid, newCertificate(t, key, kinds...))
		return Verify(text, trust, at)
	}
	if res := judge(now, KindTest, KindVaccination); !res.Valid {
		t.Errorf("allowed: %v", res.Problems)
	}
	if res := judge(now, KindTest, KindRecovery); !res.has("usage") || res.SignedBy == "" {
		t.Errorf("not allowed: %v", res.Problems)
	}
	for at, valid := range map[time.Time]bool{
		testClaims.IssuedAt: true, testClaims.Expires: true,
		testClaims.IssuedAt.Add(-time.Second): false, testClaims.Expires.Add(time.Second): false,
		now.AddDate(-1, 0, 0): false, now.AddDate(3, 0, 0): false,
	} {
		if res := judge(at); res.Valid != valid || (!valid && !res.has("time")) {
			t.Errorf("at %v: valid %v, %v", at, res.Valid, res.Problems)
		}
	}
}

// A curve with stronger keys is still outside the specification.
func TestVerifyRefusesP384(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	trust := new(Trust)
	trust.AddAs([]byte("12345678"), newCertificate(t, key))
	res := Verify(newForgery(t, key, []byte("12345678")).text(t), trust, now)
	if res.Valid || !slices.Contains(res.Problems, Finding{"signature", "", errCurve.Error()}) {
		t.Errorf("valid %v, %v", res.Valid, res.Problems)
	}
}

func TestDuplicateKeysAndDeepNesting(t *testing.T) {
	deep := append(bytes.Repeat([]byte{0x81}, 100), 0)
	for name, data := range map[string][]byte{
		"duplicate claim":    {0xa2, 1, 0x61, 'A', 1, 0x61, 'B'},
		"duplicate field":    append([]byte{0xa1, 0x39, 1, 3, 0xa1, 1}, 0xa2, 0x61, 'v', 0, 0x61, 'v', 1),
		"duplicate subclaim": append([]byte{0xa1, 0x39, 1, 3}, 0xa2, 1, 0xa0, 1, 0xa0),
		"deep":               append([]byte{0xa1, 0x39, 1, 3, 0xa1, 1, 0xa1, 0x61, 'v'}, deep...),
		"bad text":           append([]byte{0xa1, 0x39, 1, 3, 0xa1, 1}, 0xa1, 0x61, 'v', 0x61, 0xff),
		"trailing":           append([]byte{0xa1, 0x39, 1, 3, 0xa1, 1}, 0xa0, 0),
		"number as key":      append([]byte{0xa1, 0x39, 1, 3, 0xa1, 1}, 0xa1, 1, 1),
	} {
		if c, err := parseClaims(data); err == nil {
			t.Errorf("%s: read as %v", name, c.tree)
		}
	}
	if _, err := parseClaims([]byte{0xa1, 0x39, 1, 3, 0xa1, 1, 0xa1, 0x61, 'v', 0}); err != nil {
		t.Errorf("the sound form of these: %v", err)
	}
}

func TestResultForPeopleAndPrograms(t *testing.T) {
	s := newSigner(t, newP256(t))
	text, err := Issue(s, testClaims, vaccination())
	if err != nil {
		t.Fatal(err)
	}
	res := Verify(text, &s.trust, now)
	var b strings.Builder
	if err := res.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"EU certificate, valid (0 problems, 0 warnings)", "Comirnaty (EU/1/20/1528)", "ALI<ALAKHTBAR",
		"Biontech Manufacturing GmbH", "2022-12-07T10:00:00Z", "CN=Test signer,C=NL"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in:\n%s", want, b.String())
		}
	}
	var got struct {
		Valid   bool
		Kind    string
		KeyID   string `json:"key_id"`
		Payload struct{ Dob string }
	}
	data, err := json.Marshal(res)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if !got.Valid || got.Kind != "vaccination" || len(got.KeyID) != 16 || got.Payload.Dob != "1976-02" {
		t.Errorf("JSON: %s", data)
	}
}

// Terminals obey control characters; a certificate must not reach them.
func TestWriteTextDefusesControlCharacters(t *testing.T) {
	key := newP256(t)
	s := newSigner(t, key)
	f := newForgery(t, key, s.KID())
	f.content = claimsWith(t, func(_ map[any]any, p map[string]any) {
		p["nam"].(map[string]any)["fn"] = "\x1b[2J\u202eevil"
		p["\x1b]0;x\a"] = "y"
	})
	var b strings.Builder
	if err := Inspect(f.text(t)).WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\a\u202e") || !strings.Contains(b.String(), "evil") {
		t.Errorf("printed: %q", b.String())
	}
}
