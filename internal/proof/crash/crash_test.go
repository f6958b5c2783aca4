package crash

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"loket/internal/db"
)

// engines are those to try.
func engines() []db.Engine {
	if long() {
		return []db.Engine{db.SQLite, db.PostgreSQL}
	}
	return []db.Engine{db.SQLite}
}

func long() bool { return os.Getenv("LOKET_LONG") != "" }

// patience is how long people wait for everything to end well.
const patience = 90 * time.Second

// people live side by side until all have what they came for.
type people struct {
	all  []*applicant
	errs []error
	live sync.WaitGroup
}

func begin(ctx context.Context, in *installation, from, to int) *people {
	p := &people{errs: make([]error, to-from)}
	for n := from; n < to; n++ {
		a := newApplicant(in, n)
		p.all = append(p.all, a)
		p.live.Go(func() { p.errs[n-from] = a.live(ctx) })
	}
	return p
}

// end waits for all and compares their truths with that of the database.
func (p *people) end(t *testing.T, in *installation) {
	t.Helper()
	p.live.Wait()
	for i, err := range p.errs {
		if err != nil {
			t.Errorf("person %d: %v", i, err)
		}
	}
	in.settles()
	for _, a := range p.all {
		a.truth(t)
	}
}

const (
	countRequests = `SELECT count(*) AS n FROM request`
	countDoubles  = `SELECT count(*) AS n FROM request WHERE
		(SELECT count(*) FROM message WHERE message.case_id = request.id AND direction = 'out') <> 1`
	countReplies = `SELECT count(*) AS n FROM message WHERE direction = 'in'`
	countBusy    = `SELECT (SELECT count(*) FROM request WHERE state IN ('received', 'decided'))
		+ (SELECT count(*) FROM job WHERE unique_key IS NULL AND kind <> 'upload.arrived')
		+ (SELECT count(*) FROM audit_entry WHERE seq IS NULL) AS n`
)

func (in *installation) count(query string) int64 {
	in.t.Helper()
	d := in.open()
	defer d.Close()
	n, err := db.Get[int64](in.t.Context(), d, query)
	in.must(err)
	return n
}

// settles waits until nothing is left to do.
func (in *installation) settles() {
	in.t.Helper()
	for range 200 {
		if in.count(countBusy) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	in.t.Error("work is left that nobody does")
}

// exactly compares counts in the database with what people were told: each request
// once, with one message; each reply once.
func (in *installation) exactly(people []*applicant) {
	in.t.Helper()
	replies := 0
	for _, a := range people {
		if a.replied {
			replies++
		}
	}
	if n := in.count(countRequests); n != int64(len(people)) {
		in.t.Errorf("%d requests, want %d", n, len(people))
	}
	if n := in.count(countDoubles); n != 0 {
		in.t.Errorf("%d requests have no message, or several", n)
	}
	if n := in.count(countReplies); n != int64(replies) {
		in.t.Errorf("%d replies, want %d", n, replies)
	}
}

// promises 1 and 4: people who send, open and reply lose nothing when the program dies
// again and again at any moment.
func TestCrashAtRandom(t *testing.T) {
	deaths, each := 8, 6
	if long() {
		deaths, each = 100, 4
	}
	for _, engine := range engines() {
		t.Run(string(engine), func(t *testing.T) {
			in := install(t, engine)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(deaths)*8*time.Second+patience)
			defer cancel()
			var crowds []*people
			for death := range deaths {
				running := in.start("")
				crowds = append(crowds, begin(ctx, in, death*each, (death+1)*each))
				time.Sleep(time.Duration(100+rand.IntN(900)) * time.Millisecond)
				running.kill()
				in.promises("after a death")
				in.minutesPass()
			}
			running := in.start("")
			var all []*applicant
			for _, p := range crowds {
				p.end(t, in)
				all = append(all, p.all...)
			}
			in.exactly(all)
			in.must(running.stop())
			in.promises("in the end")
			t.Logf("%d deaths, %d people", deaths, len(all))
		})
	}
}
