package hcert

import (
	"bytes"
	"encoding/json"
	"io"
	"math/big"
	"testing"
	"time"
)

// FuzzText holds that no QR text, however odd, is valid without a trusted
// signature, nor stops the reader or the printer.
func FuzzText(f *testing.F) {
	s := newSigner(f, newP256(f))
	for _, p := range payloads() {
		text, err := Issue(s, testClaims, p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, seed := range []string{"", "HC1:", "HC1:BB8", "HC1:6BFOXN", "HC1:NCFOXN%TS"} {
		f.Add(seed)
	}
	trust := new(Trust)
	trust.Add(newCertificate(f, newP256(f)))
	f.Fuzz(func(t *testing.T, text string) {
		res := Verify(text, trust, now)
		if res.Valid || len(res.Problems) == 0 {
			t.Error("valid without a trusted signature")
		}
		exercise(t, res)
		SignatureID(text)
	})
}

// FuzzPayload feeds CBOR into the claims and the checks behind them.
func FuzzPayload(f *testing.F) {
	for _, p := range payloads() {
		content, err := encodeClaims(testClaims, p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte{0xa1, 0x39, 1, 3, 0xa1, 1, 0xa1, 0x61, 'v', 0xf6})
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := parseClaims(content)
		if err != nil {
			return
		}
		r := new(Result)
		r.take(c)
		exercise(t, r)
		if _, defects := checkPayload(c.tree); len(defects) == 0 {
			if _, err := r.Payload(); err != nil {
				t.Errorf("without a defect, yet %v", err)
			}
		}
	})
}

func exercise(t *testing.T, r *Result) {
	t.Helper()
	if err := r.WriteText(io.Discard); err != nil {
		t.Error(err)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
	if _, err := r.Payload(); err != nil {
		return
	}
}

// FuzzCOSE holds that a message whose bytes changed does not verify, unless the
// change touched nothing signed.
func FuzzCOSE(f *testing.F) {
	s := newSigner(f, newP256(f))
	text, err := Issue(s, testClaims, vaccination())
	if err != nil {
		f.Fatal(err)
	}
	good, err := unpackText(text)
	if err != nil {
		f.Fatal(err)
	}
	original, err := parseMessage(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte{0xd2, 0x84, 0x40, 0xa0, 0x40, 0x41, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseMessage(data)
		if err != nil || m.verify(s.cert.PublicKey, nil) != nil {
			return
		}
		if !bytes.Equal(m.payload, original.payload) || !bytes.Equal(m.protected, original.protected) {
			t.Errorf("forged: %x", data)
		}
	})
}

// FuzzTrust feeds trust lists.
func FuzzTrust(f *testing.F) {
	f.Add([]byte(`{"certificates": [{"kid": "AAAA", "rawData": "AAAA"}]}`))
	f.Add([]byte(`{"AAAA": ["AAAA"], "BBBB": "AAAA"}`))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if trust, err := ParseTrust(data); (err == nil) != (trust != nil && trust.Len() > 0) {
			t.Errorf("trust %v, error %v", trust, err)
		}
	})
}

// FuzzDERSignature holds that what reads as a signature writes as the same one.
func FuzzDERSignature(f *testing.F) {
	f.Add([]byte{0x30, 6, 2, 1, 1, 2, 1, 2})
	f.Fuzz(func(t *testing.T, der []byte) {
		raw, err := rawSignature(der)
		if err != nil {
			return
		}
		// Only the high half of s is written differently.
		if s := new(big.Int).SetBytes(raw[32:]); s.Cmp(halfOrder) > 0 && s.Cmp(p256Order) < 0 {
			t.Errorf("%x became high", der)
		}
		if again := derSignature(raw); len(again) > 72 {
			t.Errorf("%x became %x", der, again)
		}
	})
}

func TestParseTrust(t *testing.T) {
	cert := newCertificate(t, newP256(t))
	b64 := jsonText(t, cert.Raw)
	kid := jsonText(t, KID(cert))
	for name, list := range map[string]string{
		"PEM":         pemText(cert.Raw) + "\n" + pemText(cert.Raw),
		"list":        `{"certificates": [{"kid": ` + kid + `, "rawData": ` + b64 + `}, {"rawData": ` + b64 + `}]}`,
		"by key id":   `{` + kid + `: [` + b64 + `, ` + b64 + `]}`,
		"one each id": `{` + kid + `: ` + b64 + `, "AAECAwQFBgc=": ` + b64 + `}`,
	} {
		trust, err := ParseTrust([]byte(list))
		if err != nil || trust.Len() != 2 || len(trust.lookup(KID(cert))) == 0 {
			t.Errorf("%s: %v, %v", name, trust, err)
		}
	}
	for name, list := range map[string]string{
		"empty": "", "not PEM": "hello", "no certificate": "{}", "bad base64": `{"AAAA": "?"}`,
		"after PEM": pemText(cert.Raw) + "rest", "bad PEM": pemText([]byte{1}), "number": `{"AAAA": 1}`,
	} {
		if _, err := ParseTrust([]byte(list)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestTimesBeyondTheCalendar(t *testing.T) {
	for v, want := range map[any]time.Time{
		int64(-1): {}, int64(latest + 1): {}, 1e300: {}, "2021": {}, int64(0): time.Unix(0, 0).UTC(), 1.5: time.Unix(1, 0).UTC(),
	} {
		if got := new(claims).time(v); !got.Equal(want) {
			t.Errorf("%v = %v, want %v", v, got, want)
		}
	}
}
