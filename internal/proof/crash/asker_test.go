package crash

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/proof/program"
)

// way is what somebody does with what they are offered.
type way int

// The ways, which people take by turns.
const (
	accepts way = iota
	cancels     // a household: accepts, gives it back, accepts the next
	declines
	putsOff // later, and then accepts
	isClaimed
	isSilent
	ways
)

// asker is one person who wants a place, with a memory of their own.
type asker struct {
	in      *installation
	program *program.Program
	db      *db.DB // where they see that there is news, which would come by mail
	n       int
	way     way
	size    int
	key     string
	claimer *asker // who asks with their number

	// What was acknowledged.
	number, code, ticket string
	starts               string // of the appointment, once it was accepted
	ended                bool
}

func newAsker(in *installation, d *db.DB, n int) *asker {
	a := &asker{in: in, db: d, n: n, way: way(n % int(ways)), size: 1, key: ident.NewID(rand.Reader, "key"), program: &program.Program{
		URL: in.loaded.Public.URL, From: fmt.Sprintf("10.%d.%d.2", n/200, n%200),
		Client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}}}}
	if a.way == cancels {
		a.size = 2
	}
	if a.way == isClaimed {
		claimer := *a
		claimer.key, claimer.program, claimer.way = ident.NewID(rand.Reader, "key"), &program.Program{URL: a.program.URL, From: "10.9" + a.program.From[2:],
			Client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}}}, accepts
		a.claimer = &claimer
	}
	return a
}

// asks is how many asks there are of this person.
func (a *asker) asks() int {
	if a.claimer != nil {
		return 2
	}
	return 1
}

func (a *asker) form() map[string]any {
	var members []map[string]any
	for i := range a.size {
		members = append(members, map[string]any{"name": name(a.n), "birthDate": fmt.Sprintf("%d-01-01", 1980+i),
			"number": fmt.Sprintf("%010d", 2_800_000_000+a.n*10+i), "document": "passport", "documentExpires": "2040-01-01"})
	}
	return map[string]any{"hasProof": false, "registered": true, "region": "north-west", "soon": false, "members": members, "language": "nl",
		"email": fmt.Sprintf("vraagt%d-%d@example.org", a.n, a.way)}
}

// call calls again and again until there is an answer that is no excuse.
func (a *asker) call(ctx context.Context, path string, body map[string]any, header ...string) (program.Reply, error) {
	for {
		got, err := a.program.Call(ctx, "POST", "/places"+path, body, header...)
		if err == nil && got.Status < 500 && got.Status != http.StatusTooManyRequests {
			return got, nil
		}
		if !pause(ctx, 100*time.Millisecond) {
			return got, fmt.Errorf("no answer to %s: %d, %w", path, got.Status, errors.Join(err, ctx.Err()))
		}
	}
}

// act does something with the ask. One whose answer was lost is told that it is done.
func (a *asker) act(ctx context.Context, path string, more ...any) error {
	body := map[string]any{"number": a.number, "code": a.code}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	got, err := a.call(ctx, path, body)
	if err == nil && got.Status != http.StatusNoContent && got.Status != http.StatusGone {
		err = fmt.Errorf("%s of person %d was answered %d: %s", path, a.n, got.Status, got.Body)
	}
	return err
}

func (a *asker) ask(ctx context.Context) error {
	got, err := a.call(ctx, "/asks", a.form(), "Idempotency-Key", a.key)
	if err != nil {
		return err
	}
	if got.Status != http.StatusCreated {
		return fmt.Errorf("ask of person %d was answered %d: %s", a.n, got.Status, got.Body)
	}
	a.number, a.code, a.ticket = got.Text("number"), got.Text("code"), got.Text("ticket")
	return nil
}

// standing is what a status tells of an ask.
type standing struct {
	State        string
	Offer        *struct{ ID, Starts string }
	Appointments []struct{ Starts, State string }
}

func (a *asker) status(ctx context.Context) (s standing, err error) {
	got, err := a.call(ctx, "/ask-status", map[string]any{"number": a.number, "code": a.code})
	if err == nil {
		err = json.Unmarshal(got.Body, &s)
	}
	return s, err
}

const selectStateOf = `SELECT state FROM ask WHERE ticket = $1`

// offered waits until there is an offer.
func (a *asker) offered(ctx context.Context) (standing, error) {
	for {
		state, err := db.Get[string](ctx, a.db, selectStateOf, a.ticket)
		if err == nil && state == "offered" {
			s, err := a.status(ctx)
			if err != nil || s.Offer != nil {
				return s, err
			}
		}
		if !pause(ctx, 50*time.Millisecond) {
			return standing{}, fmt.Errorf("person %d waits for an offer, and is %s: %w", a.n, state, err)
		}
	}
}

const countLapsed = `SELECT count(*) AS n FROM offer WHERE id = $1 AND state = 'lapsed'`

// take waits for an offer and gives an answer; to the next, if the time of one was over before
// the answer was there.
func (a *asker) take(ctx context.Context, answer string) (starts string, err error) {
	for {
		s, err := a.offered(ctx)
		if err != nil {
			return "", err
		}
		if err := a.act(ctx, "/ask-answers", "offer", s.Offer.ID, "answer", answer); err != nil {
			return "", err
		}
		if n, err := db.Get[int64](ctx, a.db, countLapsed, s.Offer.ID); err != nil || n == 0 {
			return s.Offer.Starts, err
		}
	}
}

// live goes the whole way.
func (a *asker) live(ctx context.Context) (err error) {
	if err := a.ask(ctx); err != nil {
		return err
	}
	switch a.way {
	case accepts:
		a.starts, err = a.take(ctx, "accept")
	case cancels:
		before, err := a.take(ctx, "accept")
		if err != nil {
			return err
		}
		if err := a.act(ctx, "/ask-cancellations"); err != nil {
			return err
		}
		if a.starts, err = a.take(ctx, "accept"); err == nil && a.starts[:10] <= before[:10] {
			err = fmt.Errorf("person %d gave %s back and was offered %s", a.n, before, a.starts)
		}
		return err
	case declines:
		_, err = a.take(ctx, "decline")
		a.ended = true
	case putsOff:
		if _, err = a.take(ctx, "later"); err == nil {
			a.starts, err = a.take(ctx, "accept")
		}
	case isClaimed:
		return a.isClaimed(ctx)
	case isSilent:
		_, err = a.offered(ctx)
	}
	return err
}

const countTold = `SELECT count(*) AS n FROM ask_skip JOIN ask ON ask.id = ask_id WHERE ticket = $1 AND reason = 'contested'`

// isClaimed has somebody ask with the same number, who gets it when the first lets it go.
func (a *asker) isClaimed(ctx context.Context) error {
	if err := a.claimer.ask(ctx); err != nil {
		return err
	}
	if _, err := a.take(ctx, "accept"); err != nil {
		return err
	}
	return a.letsGo(ctx)
}

// letsGo withdraws once it was told who claims the number, who then gets a place with it.
func (a *asker) letsGo(ctx context.Context) error {
	for {
		if n, err := db.Get[int64](ctx, a.db, countTold, a.claimer.ticket); err == nil && n > 0 {
			break
		}
		if !pause(ctx, 50*time.Millisecond) {
			return fmt.Errorf("nobody tells who claims the number of person %d", a.n)
		}
	}
	a.ended = true
	err := a.act(ctx, "/ask-withdrawals")
	if err == nil {
		a.claimer.starts, err = a.claimer.take(ctx, "accept")
	}
	return err
}

// truth compares what the person was told with what Loket holds now.
func (a *asker) truth(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if a.number == "" {
		t.Errorf("person %d was never acknowledged", a.n)
		return
	}
	again, err := a.call(ctx, "/asks", a.form(), "Idempotency-Key", a.key)
	if err != nil || again.Text("number") != a.number || again.Text("code") != a.code || again.Text("ticket") != a.ticket {
		t.Errorf("person %d sent the same form again and got another receipt: %v %s", a.n, err, again.Body)
	}
	s, err := a.status(ctx)
	if err != nil {
		t.Error(err)
	}
	want := []string{"offered", "waiting", "resting"}
	switch {
	case a.ended:
		want = []string{"withdrawn"}
	case a.starts != "":
		want = []string{"booked"}
	}
	if !slices.Contains(want, s.State) {
		t.Errorf("person %d is %s and not %v", a.n, s.State, want)
	}
	if a.starts != "" && (len(s.Appointments) != a.size || s.Appointments[0].Starts != a.starts) {
		t.Errorf("person %d accepted %s and has %+v", a.n, a.starts, s.Appointments)
	}
	if a.claimer != nil {
		a.claimer.truth(t)
	}
}

// askers live side by side until all have what they came for.
type askers struct {
	all  []*asker
	errs []error
	live sync.WaitGroup
}

// beginPlaces has people come, of the ways that are given or of all.
func beginPlaces(ctx context.Context, in *installation, d *db.DB, from, to int, only ...way) *askers {
	p := &askers{errs: make([]error, to-from)}
	for n := from; n < to; n++ {
		a := newAsker(in, d, n)
		if len(only) > 0 {
			a.way, a.size, a.claimer = only[n%len(only)], 1, nil
		}
		p.all = append(p.all, a)
		p.live.Go(func() { p.errs[n-from] = a.live(ctx) })
	}
	return p
}

// wait waits for all.
func (p *askers) wait(t *testing.T) {
	t.Helper()
	p.live.Wait()
	for i, err := range p.errs {
		if err != nil {
			t.Errorf("person %d: %v", i, err)
		}
	}
}

// end waits for all and compares their truths with that of the database.
func (p *askers) end(t *testing.T) {
	t.Helper()
	p.wait(t)
	for _, a := range p.all {
		a.truth(t)
	}
}
