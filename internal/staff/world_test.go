package staff_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
	"loket/internal/seal"
	"loket/internal/staff"
	"loket/internal/testclock"
)

// world is a staff store with people around it who have real passkeys.
type world struct {
	t      testing.TB
	db     *db.DB
	clock  *testclock.Clock
	keys   *seal.Keys
	log    *audit.Log
	parts  staff.Parts
	store  *staff.Store
	site   virtualwebauthn.RelyingParty
	people int
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	return newWorldAt(t, d, "2021-11-03T09:00:00Z")
}

func newWorldAt(t testing.TB, d *db.DB, begin string) *world {
	t.Helper()
	w := &world{t: t, db: d, clock: testclock.At(begin),
		site: virtualwebauthn.RelyingParty{ID: "staff.loket.example", Name: "Loket", Origin: "https://staff.loket.example"}}
	dir := t.TempDir()
	must(t, seal.InitKeys(dir, rand.Reader))
	var err error
	w.keys, err = seal.OpenKeys(dir, w.clock.Now, rand.Reader)
	must(t, err)
	tables, err := schema.Load()
	must(t, err)
	zone, err := time.LoadLocation("Europe/Amsterdam")
	must(t, err)
	w.log = audit.NewLog(w.clock.Now, rand.Reader)
	w.parts = staff.Parts{DB: d, Keys: w.keys, Audit: w.log, Schema: tables, Settings: staff.Settings{PerHour: 60, PerDay: 300},
		Name: w.site.Name, URL: w.site.Origin, Zone: zone, Now: w.clock.Now, Random: rand.Reader}
	w.restart()
	return w
}

func (w *world) restart() {
	w.t.Helper()
	var err error
	w.store, err = staff.NewStore(w.parts)
	must(w.t, err)
}

// person is a member with the authenticators they carry.
type person struct {
	staff.Member
	device virtualwebauthn.Authenticator
	keys   []virtualwebauthn.Credential
}

// anAccount is what a lead fills in.
func (w *world) anAccount(roles ...staff.Role) staff.New {
	w.people++
	name := "Invented Person "
	for _, digit := range fmt.Sprintf("%03d", w.people) { // syllables that no folding makes alike
		name += string("bdfglmnprt"[digit-'0']) + "a"
	}
	return staff.New{Name: ident.NewPrivate(name), Roles: roles, Lang: "nl", Place: "noord",
		Trained: day(w.t, "2022-06-30"), Screened: day(w.t, "2022-12-31")}
}

// hire makes a member with two passkeys.
func (w *world) hire(roles ...staff.Role) *person {
	w.t.Helper()
	token, err := w.store.Invite(w.t.Context(), audit.System, w.anAccount(roles...))
	must(w.t, err)
	p := w.enrol(token)
	w.addKey(p)
	return p
}

// enrol follows a one-time link.
func (w *world) enrol(token string) *person {
	w.t.Helper()
	c, _, err := w.store.BeginEnrol(w.t.Context(), token)
	must(w.t, err)
	p := &person{device: virtualwebauthn.NewAuthenticator()}
	response := p.make(w, w.site, c)
	p.Member, err = w.store.FinishEnrol(w.t.Context(), token, c, response, " first  key ")
	must(w.t, err)
	return p
}

func (w *world) addKey(p *person) {
	w.t.Helper()
	c, err := w.store.BeginAddKey(w.t.Context(), p.Member)
	must(w.t, err)
	response := p.make(w, w.site, c)
	p.Member, err = w.store.FinishAddKey(w.t.Context(), p.Member, c, response, "second")
	must(w.t, err)
}

// proved asks a passkey that p has, for what begin begins.
func (w *world) proved(p *person, c staff.Ceremony, err error) staff.Answer {
	w.t.Helper()
	must(w.t, err)
	return staff.Answer{Ceremony: c, Response: p.use(w, 0, c)}
}

// setRoles has a lead confirm some roles and send others.
func (w *world) setRoles(lead *person, id string, asked, sent []staff.Role) error {
	w.t.Helper()
	c, err := w.store.BeginSetRoles(w.t.Context(), lead.Member, id, asked)
	return w.store.SetRoles(w.t.Context(), lead.ID, id, sent, w.proved(lead, c, err))
}

// wholeKey is the length of a P-256 key in COSE.
const wholeKey = 77

// make answers a registration.
func (p *person) make(w *world, site virtualwebauthn.RelyingParty, c staff.Ceremony) []byte {
	w.t.Helper()
	options, err := virtualwebauthn.ParseAttestationOptions(string(c.Options))
	must(w.t, err)
	p.device.Options.UserHandle = []byte(options.UserID)
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(key.Key.AttestationData()) != wholeKey { // virtualwebauthn drops zeros before a coordinate
		key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	p.keys = append(p.keys, key)
	return []byte(virtualwebauthn.CreateAttestationResponse(site, p.device, key, *options))
}

// use answers with a passkey: the counter of a real one rises each time.
func (p *person) use(w *world, key int, c staff.Ceremony) []byte {
	w.t.Helper()
	p.keys[key].Counter++
	return p.sign(w, w.site, key, c)
}

func (p *person) sign(w *world, site virtualwebauthn.RelyingParty, key int, c staff.Ceremony) []byte {
	w.t.Helper()
	options, err := virtualwebauthn.ParseAssertionOptions(string(c.Options))
	must(w.t, err)
	return []byte(virtualwebauthn.CreateAssertionResponse(site, p.device, p.keys[key], *options))
}

func (w *world) update(fn func(tx *db.Tx) error) error { return w.store.Update(w.t.Context(), fn) }

// take takes a lease of its own transaction.
func (w *world) take(p *person, queue, object string) (l staff.Lease, err error) {
	err = w.update(func(tx *db.Tx) error {
		l, err = w.store.Take(w.t.Context(), tx, p.Member, queue, object)
		return err
	})
	return l, err
}

func (w *world) view(l staff.Lease, role staff.Role, act, object string) error {
	return w.update(func(tx *db.Tx) error {
		return w.store.View(w.t.Context(), tx, staff.View{Lease: l, Role: role, Act: act, Object: object})
	})
}

func (w *world) release(l staff.Lease, result string) error {
	return w.update(func(tx *db.Tx) error { return w.store.Release(w.t.Context(), tx, l, result) })
}

type entry struct{ Actor, Role, Act, Object, Result string }

const selectEntries = `SELECT actor, role, act, object, result FROM audit_entry WHERE act = $1 ORDER BY at, id`

func (w *world) entries(act string) []entry {
	w.t.Helper()
	list, err := db.Select[entry](w.t.Context(), w.db, selectEntries, act)
	must(w.t, err)
	return list
}

// checked fails the test where a rule of the area is broken.
func (w *world) checked() {
	w.t.Helper()
	lines, err := w.store.Check(w.t.Context())
	must(w.t, err)
	for _, line := range lines {
		w.t.Error(line)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused fails the test unless err is a fault of that kind and key.
func refused(t testing.TB, err error, kind fault.Kind, key string) {
	t.Helper()
	if err == nil {
		t.Fatalf("nothing was refused, want %v %s", kind, key)
	}
	if fault.Of(err) != kind || fault.Key(err) != key {
		t.Fatalf("refused with %v %s (%v), want %v %s", fault.Of(err), fault.Key(err), err, kind, key)
	}
}

func day(t testing.TB, text string) rules.Day {
	t.Helper()
	d, err := rules.ParseDay(text)
	must(t, err)
	return d
}

func object(n byte) string { return "req_" + string(rune('a'+n)) }

func decode[T any](t testing.TB, text []byte) (v T) {
	t.Helper()
	must(t, json.Unmarshal(text, &v))
	return v
}
