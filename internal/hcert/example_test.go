package hcert_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"log"
	"math/big"
	"time"

	"loket/internal/hcert"
)

func Example() {
	now := time.Date(2021, 12, 7, 10, 0, 0, 0, time.UTC)

	// A signer needs a key and a certificate; package keys keeps real ones.
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example signer"},
		NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(2, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		log.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		log.Fatal(err)
	}
	signer, err := hcert.NewSigner(key, cert)
	if err != nil {
		log.Fatal(err)
	}

	text, err := hcert.Issue(signer,
		hcert.Claims{Issuer: "NL", IssuedAt: now, Expires: now.AddDate(1, 0, 0)},
		&hcert.Payload{
			Version: hcert.SchemaVersion, BirthDate: "1976-02",
			Name: hcert.Name{Family: "Voorbeeld", FamilyStandardised: "VOORBEELD"},
			Recoveries: []hcert.Recovery{{
				Target: hcert.CodeCOVID19, FirstPositive: "2021-10-01", Country: "NL", Issuer: "Ministry of Health",
				ValidFrom: "2021-10-12", ValidUntil: "2022-03-30", ID: hcert.NewUVCI("NL", [16]byte{1}),
			}},
		})
	if err != nil {
		log.Fatal(err)
	}

	trust := new(hcert.Trust)
	trust.Add(cert)
	fmt.Println(text[:4], hcert.Verify(text, trust, now))
	fmt.Println(hcert.Verify(text, trust, now.AddDate(1, 0, 1)).Problems)
	// Output:
	// HC1: EU certificate, valid (0 problems, 0 warnings)
	// [the certificate has expired]
}
