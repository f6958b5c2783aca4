package cli_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"loket/internal/cli"
	"loket/internal/hcert"
	"loket/internal/keys"
	"loket/internal/qr"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"loket": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			os.Exit(cli.Run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
		},
		"await": await,
	})
}

// Each file in testdata is a story of the command line.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"certificate": certificate,
		},
	})
}

// await URL waits until something answers there.
func await() {
	for range 200 {
		if answer, err := http.Get(os.Args[1]); err == nil {
			answer.Body.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	fmt.Fprintln(os.Stderr, "nothing answers at", os.Args[1])
	os.Exit(1)
}

// certificate TEXT PICTURE TRUST writes a fresh certificate as text and as a
// picture, and who signed it.
func certificate(ts *testscript.TestScript, _ bool, args []string) {
	now := time.Now()
	authority, err := keys.NewAuthority(rand.Reader, "NL", "Test authority", now.Add(-time.Hour), now.AddDate(1, 0, 0))
	ts.Check(err)
	key, cert, err := authority.NewSigner(rand.Reader, "Test signer", now.Add(-time.Hour), now.AddDate(1, 0, 0))
	ts.Check(err)
	signer, err := hcert.NewSigner(key, cert)
	ts.Check(err)
	text, err := hcert.Issue(signer, hcert.Claims{Issuer: "NL", IssuedAt: now.Truncate(time.Second), Expires: now.Add(time.Hour).Truncate(time.Second)}, payload())
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
	symbol, err := qr.Encode(text, qr.Q)
	ts.Check(err)
	picture, err := os.Create(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Check(symbol.WritePNG(picture, 4))
	ts.Check(picture.Close())
	trust := keys.TrustPEM([]keys.Published{{Certificate: cert}})
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), trust, 0o600))
}

func payload() *hcert.Payload {
	return &hcert.Payload{Version: hcert.SchemaVersion, BirthDate: "1984-03-09",
		Name: hcert.Name{Family: "Voorbeeld", FamilyStandardised: "VOORBEELD", Given: "Abena", GivenStandardised: "ABENA"},
		Vaccinations: []hcert.Vaccination{{Target: hcert.CodeCOVID19, Prophylaxis: "1119349007", Product: "EU/1/20/1528",
			Manufacturer: "ORG-100030215", Dose: 2, SeriesDoses: 2, Date: "2021-07-06", Country: "NL", Issuer: "Test", ID: hcert.NewUVCI("NL", [16]byte{7})}}}
}
