package keys

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"math/big"
	"time"

	"loket/internal/hcert"
)

// Authority is a country signing authority (CSCA) made on the spot. Nobody trusts
// it but those who were told to.
type Authority struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	country     string
}

// NewAuthority makes an authority with a certificate signed by itself.
func NewAuthority(random io.Reader, country, name string, from, until time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, fmt.Errorf("make an authority: %w", err)
	}
	template, err := newTemplate(random, country, name, from, until)
	if err != nil {
		return nil, fmt.Errorf("make an authority: %w", err)
	}
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	cert, err := newCertificate(random, template, template, key, key)
	if err != nil {
		return nil, fmt.Errorf("make an authority: %w", err)
	}
	return &Authority{cert, key, country}, nil
}

// NewSigner makes a key and its document signer certificate. Without kinds it may
// sign certificates of all kinds.
func (a *Authority) NewSigner(random io.Reader, name string, from, until time.Time, kinds ...hcert.Kind) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), random)
	if err != nil {
		return nil, nil, fmt.Errorf("make a signer: %w", err)
	}
	template, err := newTemplate(random, a.country, name, from, until)
	if err != nil {
		return nil, nil, fmt.Errorf("make a signer: %w", err)
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	for _, k := range kinds {
		template.UnknownExtKeyUsage = append(template.UnknownExtKeyUsage, asn1.ObjectIdentifier(hcert.UsageOID(k)))
	}
	cert, err := newCertificate(random, template, a.Certificate, key, a.key)
	if err != nil {
		return nil, nil, fmt.Errorf("make a signer: %w", err)
	}
	return key, cert, nil
}

func newTemplate(random io.Reader, country, name string, from, until time.Time) (*x509.Certificate, error) {
	serial := make([]byte, 16)
	if _, err := io.ReadFull(random, serial); err != nil {
		return nil, err
	}
	serial[0] &= 0x7f // positive, in at most 20 bytes (RFC 5280 §4.1.2.2)
	return &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject:      pkix.Name{CommonName: name, Country: []string{country}},
		NotBefore:    from, NotAfter: until,
	}, nil
}

func newCertificate(random io.Reader, template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(random, template, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
