package staff_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/descope/virtualwebauthn"

	"loket/internal/app/apptest"
	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
)

// world is a Loket with its staff site on a listener.
//
//	w := open(t, db.SQLite)
//	vera := w.signIn(t, people.Checker)
//	vera.send("/check/next").sees("…")
//	vera.confirm("/check/propose", "choice", "approve")
type world struct {
	*apptest.World
	site   *web.Site
	base   string
	origin string // that passkeys are bound to
	named  map[people.Role]int
}

// open returns a world. An error in its log fails the test: a text that is missing,
// a template that breaks.
func open(t *testing.T, engine db.Engine) *world {
	t.Helper()
	w := &world{World: apptest.New(t, engine, slog.New(failing{slog.DiscardHandler, t})), named: map[people.Role]int{}}
	var err error
	if w.site, err = w.StaffSite(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.site)
	t.Cleanup(server.Close)
	w.base, w.origin = server.URL, w.Config.Staff.URL
	return w
}

// failing fails a test for each error that is logged.
type failing struct {
	slog.Handler
	t testing.TB
}

func (f failing) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (f failing) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool { f.t.Errorf("logged: %s: %v", r.Message, a); return true })
	return nil
}

// far is a day until when training and screening of the tests' people hold.
const far = "2031-12-31"

// invite makes an account with roles and returns the token of its link.
func (w *world) invite(t testing.TB, name string, roles ...people.Role) string {
	t.Helper()
	day, err := rules.ParseDay(far)
	if err != nil {
		t.Fatal(err)
	}
	return w.inviteUntil(t, name, day, roles...)
}

// inviteUntil is invite for somebody whose training holds until a day.
func (w *world) inviteUntil(t testing.TB, name string, trained rules.Day, roles ...people.Role) string {
	t.Helper()
	token, err := w.Staff.Invite(t.Context(), audit.System, people.New{Name: ident.NewPrivate(name), Roles: roles, Lang: "nl", Trained: trained, Screened: trained})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// signIn returns the browser of a new member with roles, who has two passkeys and is
// signed in. The member is named after the first role: "Proef checker", and the next of
// that role "Proef checker b".
func (w *world) signIn(t testing.TB, roles ...people.Role) *visitor {
	t.Helper()
	name := "Proef " + string(roles[0])
	if n := w.named[roles[0]]; n > 0 {
		name += " " + "-bcdfghjklm"[n:n+1]
	}
	w.named[roles[0]]++
	v := w.visit(t)
	v.get("/enrol/" + w.invite(t, name, roles...))
	v.confirm(v.path, "label", "een")
	v.get("/keys")
	v.confirm("/keys", "label", "twee")
	return v.at("/keys")
}

// passkeys is an authenticator without a device.
type passkeys struct {
	party virtualwebauthn.RelyingParty
	auth  virtualwebauthn.Authenticator
}

func newPasskeys(origin, host string) *passkeys {
	return &passkeys{party: virtualwebauthn.RelyingParty{Name: host, ID: host, Origin: origin}, auth: virtualwebauthn.NewAuthenticator()}
}

// create answers options by making a passkey, for the user they name.
func (k *passkeys) create(t testing.TB, options string) string {
	t.Helper()
	parsed, err := virtualwebauthn.ParseAttestationOptions(options)
	if err != nil {
		t.Fatalf("options of a new passkey: %v", err)
	}
	credential := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(credential.Key.AttestationData()) != 77 { // this authenticator cuts leading zeros from its keys, as no real one does
		credential = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	k.auth.Options.UserHandle = []byte(parsed.UserID)
	answer := virtualwebauthn.CreateAttestationResponse(k.party, k.auth, credential, *parsed)
	k.auth.AddCredential(credential)
	return answer
}

// use answers options with the newest passkey that they allow.
func (k *passkeys) use(t testing.TB, options string) string {
	t.Helper()
	parsed, err := virtualwebauthn.ParseAssertionOptions(options)
	if err != nil {
		t.Fatalf("options of a passkey: %v", err)
	}
	if len(k.auth.Credentials) == 0 {
		t.Fatal("no passkey was made")
	}
	credential := &k.auth.Credentials[len(k.auth.Credentials)-1]
	if len(parsed.AllowCredentials) > 0 {
		if credential = k.auth.FindAllowedCredential(*parsed); credential == nil {
			t.Fatal("none of our passkeys is allowed")
		}
	}
	credential.Counter++
	return virtualwebauthn.CreateAssertionResponse(k.party, k.auth, *credential, *parsed)
}
