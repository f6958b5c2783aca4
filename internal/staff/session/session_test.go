package session_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/db/schema"
	"loket/internal/seal"
	"loket/internal/staff/session"
	"loket/internal/testclock"
)

// site is a small staff site: /in?id signs in, /out signs out, /begin keeps a
// ceremony, /finish spends it, and every page says who is there.
type site struct {
	t      *testing.T
	db     *db.DB
	clock  *testclock.Clock
	pages  http.Handler
	during func() // called while a page is made
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	tables, err := schema.Load()
	must(t, err)
	s := &site{t: t, db: d, clock: testclock.At("2021-11-03T09:00:00Z")}
	key, err := seal.NewKey(rand.Reader)
	must(t, err)
	box, err := seal.NewBox(key)
	must(t, err)
	sessions := session.New(session.Parts{DB: d, Schema: tables, Box: box, Now: s.clock.Now, Secure: true,
		Failed: func(w http.ResponseWriter, _ *http.Request, err error) {
			t.Errorf("session: %v", err)
			http.Error(w, "failed", http.StatusInternalServerError)
		}})
	s.pages = sessions.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.during != nil {
			s.during()
		}
		var err error
		switch r.URL.Path {
		case "/in":
			err = sessions.SignIn(r.Context(), r.URL.RawQuery)
		case "/out":
			err = sessions.SignOut(r.Context())
		case "/begin":
			sessions.Keep(r.Context(), "sign-in", []byte("state"))
		case "/finish":
			io.WriteString(w, string(sessions.Spend(r.Context(), "sign-in"))+" ")
		}
		must(t, err)
		io.WriteString(w, sessions.Staff(r.Context()))
	}))
	return s
}

const (
	writeSession = `INSERT INTO staff_session (id, staff_id, data, began_at, expires_at) VALUES ($1, $2, $3, $4, $5)`
	copySession  = `UPDATE staff_session SET data = (SELECT data FROM staff_session WHERE staff_id = 'staff_vera') WHERE staff_id = 'staff_eva'`
)

// T16: whoever can write rows signs nobody in, neither with data of their own nor with
// those of another session.
func TestASessionWrittenIntoTheDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newSite(t, d)
		token := "thieves"
		data, err := scs.GobCodec{}.Encode(s.clock.Now().Add(100*time.Hour), map[string]any{"staff": "staff_vera"})
		must(t, err)
		sum := sha256.Sum256([]byte(token))
		_, err = db.Exec(t.Context(), d, writeSession, base64.RawURLEncoding.EncodeToString(sum[:]), "staff_vera", data, s.clock.Now(), s.clock.Now().Add(10*time.Minute))
		must(t, err)
		thief := &browser{site: s, cookie: &http.Cookie{Name: "__Host-loket-staff", Value: token}}
		if got := thief.get("/"); got != "" {
			t.Errorf("signed in as %q by a row", got)
		}
		vera, eva := &browser{site: s}, &browser{site: s}
		vera.get("/in?staff_vera")
		eva.get("/in?staff_eva")
		if got := eva.get("/"); got != "staff_eva" {
			t.Fatalf("signed in as %q", got)
		}
		_, err = db.Exec(t.Context(), d, copySession)
		must(t, err)
		if got := eva.get("/"); got != "" {
			t.Errorf("signed in as %q by the data of another session", got)
		}
	})
}

// browser keeps one cookie.
type browser struct {
	*site
	cookie *http.Cookie
}

func (b *browser) get(path string) string {
	b.t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.pages.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookie = c
	}
	return strings.TrimSpace(w.Body.String())
}

// V7.2.3, V7.2.4, V3.3.3: a random token, a new one at sign-in, of which only the hash is kept.
func TestTheTokenIsKeptAsAHash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &browser{site: newSite(t, d)}
		b.get("/begin")
		before := b.cookie.Value
		b.keepsNo(before)
		if got := b.get("/finish"); got != "state" {
			t.Errorf("kept of the ceremony: %q", got)
		}
		if got := b.get("/finish"); got != "" {
			t.Errorf("kept a second time: %q", got)
		}
		if got := b.get("/in?staff_vera"); got != "staff_vera" {
			t.Errorf("signed in as %q", got)
		}
		c := b.cookie
		token, err := base64.RawURLEncoding.DecodeString(c.Value)
		if err != nil || len(token) < 32 || c.Value == before {
			t.Errorf("the token has %d bytes, and was %q before", len(token), before)
		}
		if c.Name != "__Host-loket-staff" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" ||
			c.Domain != "" || c.MaxAge != 0 {
			t.Errorf("the cookie is %+v", c)
		}
		if got := b.get("/"); got != "staff_vera" {
			t.Errorf("after the sign-in %q", got)
		}
		kept := b.keepsNo(c.Value)
		old := &browser{site: b.site, cookie: &http.Cookie{Name: c.Name, Value: before}}
		if got := old.get("/"); got != "" {
			t.Errorf("the token from before the sign-in is %q", got)
		}
		made := &browser{site: b.site, cookie: &http.Cookie{Name: c.Name, Value: kept}}
		if got := made.get("/"); got != "" {
			t.Errorf("the hash of a token is %q", got)
		}
	})
}

// keepsNo returns the one id that is kept, which must not hold the token.
func (s *site) keepsNo(token string) string {
	s.t.Helper()
	rows, err := db.Select[string](s.t.Context(), s.db, `SELECT id FROM staff_session`)
	must(s.t, err)
	if len(rows) != 1 || strings.Contains(rows[0], token) {
		s.t.Fatalf("kept %v", rows)
	}
	return rows[0]
}

// V7.3.1: 15 minutes without a request. V7.3.2: 8 hours whatever happens.
func TestASessionEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := &browser{site: newSite(t, d)}
		b.get("/in?staff_vera")
		b.clock.Advance(15*time.Minute - time.Second)
		if got := b.get("/"); got != "staff_vera" {
			t.Errorf("after 15 minutes less a second %q", got)
		}
		b.clock.Advance(15 * time.Minute)
		if got := b.get("/"); got != "" {
			t.Errorf("after 15 idle minutes %q", got)
		}
		b.get("/in?staff_vera")
		for range 8*60/10 - 1 {
			b.clock.Advance(10 * time.Minute)
			if got := b.get("/"); got != "staff_vera" {
				t.Fatalf("in use, and %q", got)
			}
		}
		b.clock.Advance(10 * time.Minute)
		if got := b.get("/"); got != "" {
			t.Errorf("after 8 hours %q", got)
		}
		b.get("/in?staff_vera")
		b.get("/out")
		if got := b.get("/"); got != "" {
			t.Errorf("signed out, and %q", got)
		}
	})
}

// V7.4.2: one member, one device, and a request under way brings nothing back.
func TestOneDevice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		desk, phone := &browser{site: newSite(t, d)}, &browser{}
		phone.site = desk.site
		desk.get("/in?staff_vera")
		phone.get("/in?staff_vera")
		if got := desk.get("/"); got != "" {
			t.Errorf("signed in elsewhere, and %q here", got)
		}
		if got := phone.get("/"); got != "staff_vera" {
			t.Errorf("the later device is %q", got)
		}
		other := &browser{site: desk.site}
		other.get("/in?staff_anton")
		if got := phone.get("/"); got != "staff_vera" {
			t.Errorf("somebody else signed in, and %q here", got)
		}
		phone.during = func() { // as Disable does, while a page is made
			_, err := db.Exec(t.Context(), d, `DELETE FROM staff_session WHERE staff_id = 'staff_vera'`)
			must(t, err)
		}
		phone.get("/begin")
		phone.during = nil
		if got := phone.get("/"); got != "" {
			t.Errorf("an ended session came back as %q", got)
		}
		if got := other.get("/"); got != "staff_anton" {
			t.Errorf("the other member is %q", got)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
