package hcert

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
)

// KIDSize is how many bytes of a certificate's SHA-256 sum make its key id.
const KIDSize = 8

// KID returns the key id of a document signer certificate: the first eight bytes
// of the SHA-256 sum of its DER form.
func KID(cert *x509.Certificate) []byte {
	sum := sha256.Sum256(cert.Raw)
	return sum[:KIDSize]
}

// Trust is a list of document signer certificates by key id. Key ids are short
// and may collide: several certificates can share one. The zero value trusts
// nobody. A Trust may be read by many goroutines once it is filled.
type Trust struct {
	byKID map[string][]trusted
	count int
}

type trusted struct {
	cert    *x509.Certificate
	subject string
	uses    usage
}

// Add trusts a certificate under its own key id.
func (t *Trust) Add(cert *x509.Certificate) { t.AddAs(KID(cert), cert) }

// AddAs trusts a certificate under the key id that a trust list gives it.
func (t *Trust) AddAs(kid []byte, cert *x509.Certificate) {
	if t.byKID == nil {
		t.byKID = make(map[string][]trusted)
	}
	t.byKID[string(kid)] = append(t.byKID[string(kid)], trusted{cert, cert.Subject.String(), usageOf(cert)})
	t.count++
}

// Len returns the number of certificates.
func (t *Trust) Len() int { return t.count }

func (t *Trust) lookup(kid []byte) []trusted {
	if t == nil {
		return nil
	}
	return t.byKID[string(kid)]
}

// ParseTrust reads a trust list: certificates in PEM, one after another, or JSON
// in one of two shapes, with certificates as base64 of their DER form and key ids
// as base64:
//
//	{"certificates": [{"kid": "…", "rawData": "…"}, …]}
//	{"KID": "certificate", "KID": ["certificate", …], …}
//
// Where a key id is missing, it is computed.
func ParseTrust(data []byte) (*Trust, error) {
	t := new(Trust)
	var err error
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '{' {
		err = t.parseJSON(trimmed)
	} else {
		err = t.parsePEM(data)
	}
	if err != nil {
		return nil, fmt.Errorf("read the trust list: %w", err)
	}
	if t.count == 0 {
		return nil, errors.New("read the trust list: it holds no certificate")
	}
	return t, nil
}

func (t *Trust) parsePEM(data []byte) error {
	for n := 1; ; n++ {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			if len(bytes.TrimSpace(data)) > 0 {
				return fmt.Errorf("text after certificate %d is not PEM", n-1)
			}
			return nil
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("certificate %d: %w", n, err)
		}
		t.Add(cert)
	}
}

func (t *Trust) parseJSON(data []byte) error {
	var file map[string]json.RawMessage
	if err := json.Unmarshal(data, &file); err != nil {
		return err
	}
	if raw, ok := file["certificates"]; ok {
		var list []struct {
			KID     string `json:"kid"`
			RawData string `json:"rawData"`
		}
		if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
		for i, c := range list {
			if err := t.addBase64(c.KID, c.RawData); err != nil {
				return fmt.Errorf("certificate %d: %w", i+1, err)
			}
		}
		return nil
	}
	for kid, raw := range file {
		var list []string
		if len(raw) > 0 && raw[0] == '"' {
			list = make([]string, 1)
			if err := json.Unmarshal(raw, &list[0]); err != nil {
				return err
			}
		} else if err := json.Unmarshal(raw, &list); err != nil {
			return err
		}
		for _, c := range list {
			if err := t.addBase64(kid, c); err != nil {
				return fmt.Errorf("certificate of key id %s: %w", kid, err)
			}
		}
	}
	return nil
}

func (t *Trust) addBase64(kid, text string) error {
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	id := KID(cert)
	if kid != "" {
		if id, err = base64.StdEncoding.DecodeString(kid); err != nil {
			return fmt.Errorf("key id: %w", err)
		}
	}
	t.AddAs(id, cert)
	return nil
}

// usage is the set of kinds a certificate may sign; nil means all of them.
type usage map[Kind]bool

func (u usage) allows(k Kind) bool { return u == nil || u[k] }

// UsageOID returns the extended key usage that allows a document signer
// certificate to sign a kind of certificate (governance of the EU gateway). A
// certificate without any of the three may sign all kinds.
func UsageOID(k Kind) asn1.ObjectIdentifier {
	last := map[Kind]int{KindTest: 1, KindVaccination: 2, KindRecovery: 3}[k]
	return asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 1847, 2021, 1, last}
}

// usageOf reads the usages. Early certificates have the same three under an arc
// with a zero in it.
func usageOf(cert *x509.Certificate) usage {
	var u usage
	for _, oid := range cert.UnknownExtKeyUsage {
		for _, k := range []Kind{KindTest, KindVaccination, KindRecovery} {
			now := UsageOID(k)
			early := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, now[len(now)-1]}
			if oid.Equal(now) || oid.Equal(early) {
				if u == nil {
					u = make(usage)
				}
				u[k] = true
			}
		}
	}
	return u
}
