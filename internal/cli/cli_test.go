package cli_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/tlog"

	"loket/internal/cli"
	"loket/internal/db"
	"loket/internal/hcert"
	"loket/internal/keys"
	"loket/internal/photo"
	"loket/internal/qr"
)

func TestMain(m *testing.M) {
	if photo.IsChild(os.Args[1:]) {
		os.Exit(photo.Child(os.Args[1:], os.Stdin, os.Stdout))
	}
	testscript.Main(m, map[string]func(){
		"loket": func() {
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			os.Exit(cli.Run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
		},
		"await":   await,
		"ask":     ask,
		"witness": witness,
		"forget":  forget,
		"fetch":   fetch,
	})
}

// Each file in testdata is a story of the command line.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"certificate": certificate,
			"officer":     officer,
			"member":      member,
		},
	})
}

// member keeps the pseudonym that was printed last as MEMBER.
func member(ts *testscript.TestScript, _ bool, _ []string) {
	for word := range strings.FieldsSeq(ts.ReadFile("stdout")) {
		if strings.HasPrefix(word, "staff_") {
			ts.Setenv("MEMBER", word)
		}
	}
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

// ask URL NAME sends a request for a proof by the API and waits until its audit entry
// is under a checkpoint.
func ask() {
	url, name := os.Args[1], os.Args[2]
	body := fmt.Sprintf(`{"municipality": "amsterdam", "digid": "no-bsn", "vaccinatedBy": "ggd-amsterdam", "testedPositive": false,
		"document": "foreign-passport", "documentExpired": false, "name": "%s Voorbeeld", "birthDate": "1990-01-02", "number": null,
		"email": "%s@example.org", "phone": "0612345678", "language": "nl"}`, name, name)
	r, err := http.NewRequest("POST", url+"/api/v1/requests", strings.NewReader(body))
	must(err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", "the-key-of-the-form-of-"+name)
	before := checkpoint(url)
	answer, err := http.DefaultClient.Do(r)
	must(err)
	text, err := io.ReadAll(answer.Body)
	must(err)
	if answer.StatusCode != http.StatusCreated {
		must(fmt.Errorf("%s: %s", answer.Status, text))
	}
	for range 100 {
		if checkpoint(url) != before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	must(errors.New("no new checkpoint came"))
}

func checkpoint(url string) string {
	answer, err := http.Get(url + "/audit/checkpoint")
	must(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(err)
	return string(text)
}

// fetch URL prints what is there; anything but 200 is a failure.
func fetch() {
	answer, err := http.Get(os.Args[1])
	must(err)
	defer answer.Body.Close()
	_, err = io.Copy(os.Stdout, answer.Body)
	must(err)
	if answer.StatusCode != http.StatusOK {
		must(errors.New(answer.Status))
	}
}

// witness URL KEYFILE FILE is loket audit witness with the key from a file.
func witness() {
	key, err := os.ReadFile(os.Args[2])
	must(err)
	os.Exit(cli.Run(context.Background(), []string{"audit", "witness", os.Args[1], "--file", os.Args[3], "--key", strings.TrimSpace(string(key))},
		os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// forget DATABASE takes the newest checkpoint and its entries out of a log, as somebody
// would who has the database.
func forget() {
	d, err := db.Open(context.Background(), "sqlite:"+os.Args[1])
	must(err)
	defer d.Close()
	for _, query := range []string{
		`DELETE FROM audit_entry WHERE seq >= (SELECT min(size) FROM audit_checkpoint)`,
		`DELETE FROM audit_checkpoint WHERE size > (SELECT min(size) FROM audit_checkpoint)`,
	} {
		_, err := db.Exec(context.Background(), d, query)
		must(err)
	}
	size, err := db.Get[int64](context.Background(), d, `SELECT min(size) AS size FROM audit_checkpoint`)
	must(err)
	_, err = db.Exec(context.Background(), d, `DELETE FROM audit_hash WHERE position >= $1`, tlog.StoredHashCount(size))
	must(err)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// officer IDENTITY CONFIG writes a fresh age identity, sets RECIPIENT to its public
// side and puts that into a configuration.
func officer(ts *testscript.TestScript, _ bool, args []string) {
	identity, err := age.GenerateX25519Identity()
	ts.Check(err)
	public := identity.Recipient().String()
	ts.Setenv("RECIPIENT", public)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(identity.String()+"\n"), 0o600))
	text := strings.ReplaceAll(ts.ReadFile(args[1]), "RECIPIENT", public)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
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
