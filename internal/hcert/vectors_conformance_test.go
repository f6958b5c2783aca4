package hcert

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestConformanceTexts reads the texts of pictures that issuing states handed in:
// each opens, and the ones not flagged as special fit the schema.
func TestConformanceTexts(t *testing.T) {
	root := conformance(t)
	var file struct {
		Cases []struct {
			File    string
			Text    string
			Special bool `json:"special_case"`
		}
	}
	readJSON(t, filepath.Join(root, "qr-texts.json"), &file)
	trust := allCertificates(t, root)
	normal, special, fits, signed := 0, 0, 0, 0
	for _, c := range file.Cases {
		r, m := read(c.Text)
		if m == nil {
			t.Errorf("%s: %v", c.File, r.Problems)
			continue
		}
		ok := fitsSchema(r.payload)
		if c.Special {
			special++
			if ok {
				fits++
			}
		} else {
			normal++
			if !ok {
				t.Errorf("%s: %v %v", c.File, r.Problems, r.Warnings)
			}
		}
		if len(trust.lookup(m.kid)) > 0 && r.IssuedAt != nil {
			signed++
			if got := Verify(c.Text, trust, *r.IssuedAt); got.has("signature") || got.SignedBy == "" {
				t.Errorf("%s: %v", c.File, got.Problems)
			}
		}
	}
	t.Logf("%d normal texts, %d special ones of which %d fit the schema, %d with a known signer", normal, special, fits, signed)
	atLeast(t, "texts", normal+special, 206)
	atLeast(t, "texts with a known signer", signed, 50)
}

// allCertificates trusts every certificate of dgc-testdata, also those that
// share a key id.
func allCertificates(t *testing.T, root string) *Trust {
	t.Helper()
	trust := new(Trust)
	cases, _ := dgcCases(t, root)
	for _, c := range cases {
		if c.TESTCTX.CERTIFICATE != "" {
			trust.Add(c.certificate(t))
		}
	}
	return trust
}

// TestConformanceSchema compares the own schema check with the published files.
func TestConformanceSchema(t *testing.T) {
	root := filepath.Join(conformance(t), "schema")
	n := 0
	for pattern, want := range map[string]bool{"test/valid/*.json": true, "examples/*/*.json": true, "test/invalid/*.json": false} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			var tree map[string]any
			readJSON(t, f, &tree)
			if got := fitsSchema(tree); got != want {
				_, defects := checkPayload(tree)
				t.Errorf("%s: fits = %v, want %v: %v", filepath.Base(f), got, want, defects)
			}
			n++
		}
	}
	t.Logf("%d files", n)
	atLeast(t, "files", n, 46)
}

// jwk is a public key in JSON, as the COSE suites write it.
type jwk struct {
	Kty, Crv, X, Y, N, E string
	XHex                 string `json:"x_hex"`
	YHex                 string `json:"y_hex"`
	NHex                 string `json:"n_hex"`
	EHex                 string `json:"e_hex"`
}

func number(t *testing.T, b64, hexed string) *big.Int {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(b64)
	if b64 == "" {
		data, err = hex.DecodeString(hexed)
	}
	if err != nil {
		t.Fatal(err)
	}
	return new(big.Int).SetBytes(data)
}

// public returns nil for a kind of key that Go cannot hold as ECDSA or RSA.
func (k jwk) public(t *testing.T) crypto.PublicKey {
	t.Helper()
	curves := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}
	switch {
	case k.Kty == "RSA":
		return &rsa.PublicKey{N: number(t, k.N, k.NHex), E: int(number(t, k.E, k.EHex).Int64())}
	case curves[k.Crv] != nil:
		return &ecdsa.PublicKey{Curve: curves[k.Crv], X: number(t, k.X, k.XHex), Y: number(t, k.Y, k.YHex)}
	}
	return nil
}

// coseVerdict opens and verifies a message. Only P-256 with ES256 and RSA with
// PS256 belong to health certificates: all else must be refused.
func coseVerdict(data, external []byte, key crypto.PublicKey) error {
	m, err := parseMessage(data)
	if err != nil {
		return err
	}
	return m.verify(key, external)
}

func TestConformanceGluecose(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(conformance(t), "vectors/gluecose/*.json"))
	if err != nil {
		t.Fatal(err)
	}
	accepted, refused := 0, 0
	for _, f := range files {
		var c struct {
			Key    jwk
			Alg    string
			Verify struct {
				Tagged   struct{ CborHex string } `json:"taggedCOSESign1"`
				External string
				Should   bool `json:"shouldVerify"`
			} `json:"sign1::verify"`
			Sign struct {
				External string
				TBS      struct{ CborHex string } `json:"tbsHex"`
				Output   struct{ CborHex string } `json:"expectedOutput"`
			} `json:"sign1::sign"`
		}
		readJSON(t, f, &c)
		text, external, want := c.Verify.Tagged.CborHex, c.Verify.External, c.Verify.Should
		if text == "" {
			text, external, want = c.Sign.Output.CborHex, c.Sign.External, true
		}
		want = want && (c.Alg == "ES256" || c.Alg == "PS256")
		data, err1 := hex.DecodeString(text)
		ext, err2 := hex.DecodeString(external)
		if err1 != nil || err2 != nil {
			t.Fatal(f, err1, err2)
		}
		if err := coseVerdict(data, ext, c.Key.public(t)); (err == nil) != want {
			t.Errorf("%s (%s): %v, want acceptance %v", filepath.Base(f), c.Alg, err, want)
		}
		if want {
			accepted++
		} else {
			refused++
		}
	}
	t.Logf("%d accepted, %d of other algorithms refused", accepted, refused)
	atLeast(t, "messages", accepted+refused, 14)
}

func TestConformanceCOSEWorkingGroup(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(conformance(t), "vectors/cose-wg/*/*.json"))
	if err != nil {
		t.Fatal(err)
	}
	accepted, refused := 0, 0
	for _, f := range files {
		var c struct {
			Fail  bool
			Input struct {
				Sign0 *struct {
					Key      jwk
					Alg      string
					External string
				}
			}
			Output struct{ Cbor string }
		}
		readJSON(t, f, &c)
		data, err := hex.DecodeString(c.Output.Cbor)
		if err != nil {
			t.Fatal(f, err)
		}
		var key crypto.PublicKey
		var external []byte
		want := false
		if s := c.Input.Sign0; s != nil {
			if key = s.Key.public(t); key == nil {
				continue // EdDSA
			}
			if external, err = hex.DecodeString(s.External); err != nil {
				t.Fatal(f, err)
			}
			want = !c.Fail && s.Alg == "ES256" && s.Key.Crv == "P-256"
		}
		if err := coseVerdict(data, external, key); (err == nil) != want {
			t.Errorf("%s: %v, want acceptance %v", filepath.Base(f), err, want)
		}
		if want {
			accepted++
		} else {
			refused++
		}
	}
	t.Logf("%d accepted, %d refused", accepted, refused)
	atLeast(t, "messages to accept", accepted, 6)
	atLeast(t, "messages to refuse", refused, 43)
}

func TestConformanceWycheproof(t *testing.T) {
	dir := filepath.Join(conformance(t), "vectors/wycheproof")
	for name, want := range map[string]int{
		"ecdsa_secp256r1_sha256_p1363_test.json": 262, "ecdsa_secp256r1_sha256_test.json": 484,
		"rsa_pss_2048_sha256_mgf1_32_test.json": 108, "rsa_pss_3072_sha256_mgf1_32_test.json": 108,
	} {
		var file struct {
			TestGroups []struct {
				PublicKeyDer string
				Tests        []struct {
					TcID             int
					Msg, Sig, Result string
				}
			}
		}
		readJSON(t, filepath.Join(dir, name), &file)
		n := 0
		for _, g := range file.TestGroups {
			der, err := hex.DecodeString(g.PublicKeyDer)
			if err != nil {
				t.Fatal(err)
			}
			key, err := x509.ParsePKIXPublicKey(der)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range g.Tests {
				msg, err1 := hex.DecodeString(c.Msg)
				sig, err2 := hex.DecodeString(c.Sig)
				if err1 != nil || err2 != nil {
					t.Fatal(name, c.TcID)
				}
				if got := wycheproofVerdict(key, strings.Contains(name, "p1363"), msg, sig); got != (c.Result == "valid") {
					t.Errorf("%s %d: %v, want %s", name, c.TcID, got, c.Result)
				}
				n++
			}
		}
		t.Logf("%-42s %d", name, n)
		atLeast(t, name, n, want)
	}
}

func wycheproofVerdict(key crypto.PublicKey, raw bool, msg, sig []byte) bool {
	sum := sha256.Sum256(msg)
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if !raw {
			var err error
			if sig, err = rawSignature(sig); err != nil {
				return false
			}
		}
		return verifyES256(k, sum[:], sig)
	case *rsa.PublicKey:
		return verifyPS256(k, sum[:], sig)
	}
	return false
}

// TestConformanceGDHCN opens the samples of WHO's validator and compares the EU
// ones with their unpacked form.
func TestConformanceGDHCN(t *testing.T) {
	dir := filepath.Join(conformance(t), "gdhcn/validator-test-resources")
	var texts map[string]string
	readJSON(t, filepath.Join(dir, "qr-texts.json"), &texts)
	opened, compared := 0, 0
	for name, text := range texts {
		if !strings.HasPrefix(name, "EU") {
			continue
		}
		r, m := read(text)
		if m == nil {
			t.Errorf("%s: %v", name, r.Problems)
			continue
		}
		opened++
		data, err := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(name, "Contents.txt")+"Unpacked.json"))
		if err != nil {
			continue // not every sample has one
		}
		var want struct {
			Contents struct {
				HCERT map[string]map[string]any `json:"-260"`
			} `json:"contents"`
		}
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(floats(want.Contents.HCERT["1"]), floats(r.payload)); diff != "" {
			t.Errorf("%s: payload differs (-want +got):\n%s", name, diff)
		}
		compared++
	}
	t.Logf("%d EU samples opened, %d compared", opened, compared)
	atLeast(t, "EU samples", opened, 3)
	atLeast(t, "unpacked EU samples", compared, 1)
}
