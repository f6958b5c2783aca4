// Package apptest is Loket as tests use it: everything real, on a database of its
// own, with a mail server and a gateway that keep what they are given, the register of
// invented people, and a clock that stands still until it is moved.
//
//	apptest.Each(t, func(t *testing.T, w *apptest.World) {
//		receipt := w.Submit(t, w.Known())
//		w.Settle(t)
//		link := w.Link(t, "abena@example.org")
//	})
package apptest

import (
	"crypto/rand"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"loket/internal/app"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/draw"
	"loket/internal/ident"
	"loket/internal/outbox/demo"
	"loket/internal/registry/local"
	registrydemo "loket/internal/registry/local/demo"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/internal/testclock"
	"loket/packs"
)

// Start is what the clock of a new world shows: a day on which the packs of 2021
// hold and the invented people's vaccinations count.
const Start = "2021-12-20T10:00:00+01:00"

// gatewayToken is what the demo gateway wants.
const gatewayToken = "apptest"

// World is a running Loket without listeners.
type World struct {
	*app.App
	Clock   *testclock.Clock
	Mail    *demo.MailServer
	Gateway *demo.Gateway
	Senders app.Senders
}

// Each runs test as a subtest on each engine, in a new world; the two run side by side.
func Each(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	on(t, []db.Engine{db.SQLite, db.PostgreSQL}, test)
}

// Door is Each for a test of a door, which runs on dbtest.Engines.
func Door(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	on(t, dbtest.Engines(t), test)
}

func on(t *testing.T, engines []db.Engine, test func(t *testing.T, w *World)) {
	t.Helper()
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, New(t, engine, nil))
		})
	}
}

// New returns a new world on an engine. A nil log goes to the test's output.
func New(t testing.TB, engine db.Engine, log *slog.Logger) *World {
	t.Helper()
	c := config.Default(t.TempDir())
	c.Database.URL = dbtest.URL(t, engine)
	return Open(t, c, testclock.At(Start), log)
}

// Season is when worlds that offer places begin: on the evening before the first can be
// asked for.
const Season = "2022-06-30T20:00:00+02:00"

// Places returns a new world on an engine in which people can ask for a place.
func Places(t testing.TB, engine db.Engine) *World {
	t.Helper()
	c := config.Default(t.TempDir())
	c.Database.URL = dbtest.URL(t, engine)
	c.Places.Pack = "refugeehelp-2022"
	return Open(t, c, testclock.At(Season), nil)
}

// Open returns a world on a configuration, whose keys are made if they are missing. A
// second world on the same configuration is the same Loket after a restart.
func Open(t testing.TB, c config.Config, clock *testclock.Clock, log *slog.Logger) *World {
	t.Helper()
	if os.Getenv(begun) == "" {
		t.Fatal("this package has no TestMain that calls apptest.Main")
	}
	w := &World{Clock: clock}
	if log == nil {
		log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	fresh := false
	if _, err := os.Stat(app.SigningDir(c)); os.IsNotExist(err) {
		fresh = true
		check(t, app.InitKeys(c, rand.Reader))
		check(t, app.AddDemoKey(c, clock.Now(), rand.Reader))
	}
	rounds := draw.Quicknet().Clock
	rounds.Genesis = rounds.Genesis.AddDate(-5, 0, 0) // before the days on which tests take place
	beacon, err := draw.NewSigner(strings.NewReader(strings.Repeat("b", 32)), rounds, clock.Now)
	check(t, err)
	a, err := app.Open(t.Context(), c, app.Options{Log: log, Now: clock.Now, Beacon: beacon})
	check(t, err)
	w.App = a
	t.Cleanup(func() { check(t, a.Close()) })
	w.listen(t)
	check(t, a.Ready(t.Context()))
	if fresh {
		_, err := a.Registry.Import(t.Context(), local.Import{File: registrydemo.People()})
		check(t, err)
	}
	return w
}

// listen starts the mail server and the gateway.
func (w *World) listen(t testing.TB) {
	t.Helper()
	var err error
	w.Mail, err = demo.ListenMail("localhost:0", w.Clock.Now)
	check(t, err)
	t.Cleanup(func() { w.Mail.Close() })
	w.Gateway, err = demo.ListenGateway("localhost:0", gatewayToken, w.Clock.Now)
	check(t, err)
	t.Cleanup(func() { w.Gateway.Close() })
	w.Senders, err = app.DemoSenders(w.Mail, w.Gateway, gatewayToken, t.TempDir(), w.Clock.Now)
	check(t, err)
}

// Random is where the world takes its randomness from.
func (w *World) Random() io.Reader { return rand.Reader }

// Settle does everything that is due, until nothing is left.
func (w *World) Settle(t testing.TB) {
	t.Helper()
	check(t, w.App.Settle(t.Context(), w.Senders))
}

// Pass lets time pass in steps of at most six hours, or of a day where it is weeks, doing
// what falls due.
func (w *World) Pass(t testing.TB, d time.Duration) {
	t.Helper()
	longest := 6 * time.Hour
	if d > 14*24*time.Hour {
		longest = 24 * time.Hour
	}
	for d > 0 {
		step := min(d, longest)
		w.Clock.Advance(step)
		d -= step
		w.Settle(t)
	}
}

// Promises fails the test when a promise does not hold.
func (w *World) Promises(t testing.TB) {
	t.Helper()
	findings, err := w.Check(t.Context(), nil)
	check(t, err)
	for _, f := range findings {
		if f.Broken {
			t.Errorf("%v", f)
		}
	}
}

// Known returns the answers of somebody whom the registry knows in everything.
func (w *World) Known(t testing.TB) request.Answers {
	t.Helper()
	return w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990019", "abena@example.org", "0612345678")
}

// Unknown returns the answers of somebody whom the registry does not know.
func (w *World) Unknown(t testing.TB) request.Answers {
	t.Helper()
	return w.Person(t, "Niemand Bekend", "1990-02-03", "999990093", "niemand@example.org", "0612345699")
}

// Person returns complete answers of somebody who was vaccinated here.
func (w *World) Person(t testing.TB, name, birth, number, email, phone string) request.Answers {
	t.Helper()
	no := false
	a := request.Answers{
		Municipality: w.Requests.Pack.List("territory")[0].ID, DigiD: request.NoBSN, VaccinatedBy: w.Requests.Pack.List("vaccinators")[0].ID,
		TestedPositive: &no, Document: "foreign-passport", Expired: &no, BirthAsked: true, NumberAsked: true, EmailAsked: true, PhoneAsked: true, KeepNumber: &no,
	}
	var err error
	a.Name, err = ident.NewName(name, "")
	check(t, err)
	a.Birth, err = ident.ParseBirthDate(birth, w.Requests.Today().String())
	check(t, err)
	a.Number, err = ident.ParseNumber(number)
	check(t, err)
	if email != "" {
		a.Email, err = ident.ParseEmail(email)
		check(t, err)
	}
	if phone != "" {
		a.Phone, err = ident.ParsePhone(phone, "NL")
		check(t, err)
	}
	return a
}

// Submit sends a form with answers.
func (w *World) Submit(t testing.TB, a request.Answers) request.Receipt {
	t.Helper()
	receipt, err := w.Requests.Submit(t.Context(), request.Submission{
		Answers: a, Lang: "nl", Door: request.Web, Key: ident.NewID(rand.Reader, "key")})
	check(t, err)
	return receipt
}

// PackWith returns the route's pack with texts in its files replaced: each second one
// stands for the one before it.
func (w *World) PackWith(t testing.TB, changes ...string) *rules.Pack {
	t.Helper()
	files, replacer := fstest.MapFS{}, strings.NewReplacer(changes...)
	pack := packs.FS(w.Config.Route.Pack)
	check(t, fs.WalkDir(pack, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(pack, name)
		files[name] = &fstest.MapFile{Data: []byte(replacer.Replace(string(data)))}
		return err
	}))
	changed, err := rules.Load(files)
	check(t, err)
	return changed
}

// Link returns the link token of the newest mail to an address; it fails the test
// when there is none.
func (w *World) Link(t testing.TB, email string) string {
	t.Helper()
	mails := w.Mail.Messages()
	for i := len(mails) - 1; i >= 0; i-- {
		if !slices.ContainsFunc(mails[i].To, func(to string) bool { return strings.EqualFold(to, email) }) {
			continue
		}
		if found := regexp.MustCompile(`/m/([A-Za-z0-9_-]+)`).FindStringSubmatch(mails[i].Text); found != nil {
			return found[1]
		}
	}
	t.Fatalf("no mail with a link came to %s", email)
	return ""
}

// Code returns the code of the newest text message or call to a phone number in
// E.164 form.
func (w *World) Code(t testing.TB, phone string) ident.Code {
	t.Helper()
	calls := w.Gateway.Calls()
	for i := len(calls) - 1; i >= 0; i-- {
		if calls[i].To != phone {
			continue
		}
		digits := regexp.MustCompile(`\d[\d ]{6,9}\d`).FindString(calls[i].Text)
		code, err := ident.ParseCode(digits)
		check(t, err)
		return code
	}
	t.Fatalf("no code came to %s", phone)
	return ident.Code{}
}

// check fails the test at once when err is not nil.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
