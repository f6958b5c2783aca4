package outbox_test

import (
	"context"
	"crypto/rand"
	"errors"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/outbox"
	"loket/internal/outbox/demo"
	"loket/internal/seal"
)

// world is a box with a real gateway behind it and a clock that tests move.
type world struct {
	t       testing.TB
	db      *db.DB
	box     *outbox.Box
	clock   time.Time
	gateway place
	senders map[outbox.Channel]outbox.Sender
	before  func() // runs when a line has been composed, before it leaves
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, db: d, clock: time.Date(2021, 11, 3, 9, 0, 0, 0, time.UTC), gateway: gatewayPlace(t), before: func() {}}
	now := func() time.Time { return w.clock }
	dir := t.TempDir()
	if err := seal.InitKeys(dir, rand.Reader); err != nil {
		t.Fatal(err)
	}
	keys, err := seal.OpenKeys(dir, now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.box = outbox.New(d, keys, now, rand.Reader, nil)
	compose := func(_ context.Context, line outbox.Line) (outbox.Envelope, error) {
		defer w.before()
		return outbox.Envelope{To: ident.NewPrivate(phone), Text: line.Object}, nil
	}
	w.box.Compose("news", compose)
	w.box.ComposeOnce("code", compose)
	w.box.Compose("unwanted", func(context.Context, outbox.Line) (outbox.Envelope, error) {
		return outbox.Envelope{}, fault.New(fault.TooLate, "", "recalled")
	})
	w.box.Compose("broken", func(context.Context, outbox.Line) (outbox.Envelope, error) { panic(phone) })
	w.senders = map[outbox.Channel]outbox.Sender{outbox.SMS: w.gateway.sender}
	return w
}

func (w *world) add(kind, object string) {
	w.t.Helper()
	w.update(func(tx *db.Tx) error {
		return w.box.Add(w.t.Context(), tx, outbox.Line{ID: "out_" + object, CaseID: "case", Channel: outbox.SMS, Kind: kind,
			Object: object, Due: w.clock, Expires: w.clock.Add(24 * time.Hour)})
	})
}

func (w *world) update(fn func(*db.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// run sends what is due, and checks all invariants.
func (w *world) run() {
	w.t.Helper()
	if err := w.box.RunDue(w.t.Context(), w.senders); err != nil {
		w.t.Error(err)
	}
	w.check()
}

func (w *world) check() {
	w.t.Helper()
	broken, err := outbox.Check(w.t.Context(), w.db, w.clock, 3*time.Minute)
	if err != nil {
		w.t.Error(err)
	}
	for _, line := range broken { // promise 4
		w.t.Error(line)
	}
}

// die runs the worker in a goroutine that ends where kill is called, as a
// process does that is killed between two steps.
func (w *world) die(run func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		run()
	}()
	<-done
}

type ended struct{ State, Failure, Reference, Delivery string }

func (w *world) line(object string) ended {
	w.t.Helper()
	got, err := db.Get[ended](w.t.Context(), w.db, `
		SELECT state, coalesce(failure, '') AS failure, coalesce(reference, '') AS reference, coalesce(delivery, '') AS delivery
		FROM outbox WHERE object = $1`, object)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func (w *world) want(object, state, failure string) {
	w.t.Helper()
	if got := w.line(object); got.State != state || got.Failure != failure {
		w.t.Errorf("line %s is %s (%s), want %s (%s)", object, got.State, got.Failure, state, failure)
	}
}

// stopping is a sender that ends its goroutine after sending: a worker killed
// between sending and recording.
type stopping struct{ outbox.Sender }

func (s stopping) Send(ctx context.Context, e outbox.Envelope) (string, error) {
	if _, err := s.Sender.Send(ctx, e); err != nil {
		return "", err
	}
	runtime.Goexit()
	return "", errors.New("unreachable")
}

func TestLineEndsInOneState(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.add("news", "sent")
		w.add("unwanted", "unwanted")
		w.add("news", "recalled")
		w.update(func(tx *db.Tx) error { return w.box.Recall(t.Context(), tx, "recalled", "news") })
		w.run()
		w.want("sent", "sent", "")
		w.want("unwanted", "recalled", "")
		w.want("recalled", "recalled", "")
		if got := w.gateway.arrived(); len(got) != 1 || got[0] != "sent" {
			t.Errorf("arrived %q, want the one line that is wanted", got)
		}

		w.gateway.misbehave(demo.Refuse)
		w.add("news", "refused")
		w.add("broken", "broken")
		w.run()
		w.want("refused", "dead", "denied")
		w.want("broken", "waiting", "internal")
		w.clock = w.clock.Add(25 * time.Hour)
		w.run()
		w.want("broken", "dead", "expired")

		w.clock = w.clock.Add(96 * time.Hour)
		if err := w.box.Sweep(t.Context(), 72*time.Hour); err != nil {
			t.Fatal(err)
		}
		if n, err := db.Get[int64](t.Context(), d, `SELECT count(*) AS n FROM outbox`); err != nil || n != 0 {
			t.Errorf("%d lines after the sweep, %v, want 0", n, err)
		}
	})
}

func TestLineWaitsForBusyGateway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for i, b := range []demo.Behaviour{demo.Busy, demo.Down} {
			object := []string{"busy", "down"}[i]
			w.gateway.misbehave(b)
			w.add("news", object)
			for range 5 {
				w.run()
				if got := w.line(object); got.State != "waiting" || got.Failure == "" {
					t.Fatalf("line is %+v while the gateway is %s, want waiting", got, b)
				}
				w.clock = w.clock.Add(time.Hour)
			}
			w.gateway.misbehave(demo.Well)
			w.clock = w.clock.Add(2 * time.Hour)
			w.run()
			w.want(object, "sent", "")
		}
	})
}

func TestExpiredLineIsNotSent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.add("news", "late")
		w.clock = w.clock.Add(24 * time.Hour)
		w.run()
		w.want("late", "dead", "expired")
		if got := w.gateway.arrived(); len(got) != 0 {
			t.Errorf("arrived %q, want nothing", got)
		}
	})
}

func TestKilledWorkerLosesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.add("news", "between compose and send")
		w.before = runtime.Goexit
		w.die(w.run)
		w.before = func() {}
		w.run() // the lease of the dead worker still holds
		if got := w.gateway.arrived(); len(got) != 0 {
			t.Fatalf("arrived %q before the lease ended", got)
		}
		w.clock = w.clock.Add(3 * time.Minute)
		w.run()
		w.want("between compose and send", "sent", "")

		w.add("news", "between send and record")
		plain := w.senders[outbox.SMS]
		w.senders[outbox.SMS] = stopping{plain}
		w.die(w.run)
		w.senders[outbox.SMS] = plain
		w.clock = w.clock.Add(3 * time.Minute)
		w.run()
		w.want("between send and record", "sent", "")
		// The gateway knows the reference of the second try from the first.
		if got := w.gateway.arrived(); len(got) != 2 {
			t.Errorf("arrived %q, want each line once", got)
		}
	})
}

func TestCodeIsBegunOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.gateway.misbehave(demo.Busy)
		w.add("code", "busy")
		w.run()
		w.want("busy", "dead", "unavailable")
		w.gateway.misbehave(demo.Well)
		w.add("code", "killed")
		w.before = runtime.Goexit
		w.die(w.run)
		w.before = func() {}
		w.clock = w.clock.Add(3 * time.Minute)
		w.run()
		w.want("killed", "dead", "lost")
		if got := w.gateway.arrived(); len(got) != 0 {
			t.Errorf("arrived %q, want nothing", got)
		}
	})
}

func TestRecallWhileInHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.add("news", "object")
		w.before = func() {
			w.update(func(tx *db.Tx) error { return w.box.Recall(t.Context(), tx, "object") })
		}
		w.run()
		w.want("object", "recalled", "")
	})
}

func TestGatewayThatRepeatsReferences(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.gateway.misbehave(demo.Repeat)
		w.add("news", "a")
		w.add("news", "b")
		w.run()
		w.want("a", "sent", "")
		w.want("b", "sent", "")
	})
}

// Delivery reports in any order and number leave the highest status there was.
func TestDeliver(t *testing.T) { // G-53
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		err := w.box.Deliver(t.Context(), outbox.SMS, "demo-1", outbox.Delivered)
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("report before the line was sent: %v, want not found", err)
		}
		w.add("news", "object")
		w.run()
		reference := w.line("object").Reference
		statuses := []outbox.Status{outbox.Accepted, outbox.Failed, outbox.Delivered}
		rapid.Check(t, func(r *rapid.T) {
			if _, err := db.Exec(t.Context(), d, `UPDATE outbox SET delivery = NULL`); err != nil {
				r.Fatal(err)
			}
			want := -1
			for _, i := range rapid.SliceOfN(rapid.IntRange(0, 2), 1, 6).Draw(r, "reports") {
				if err := w.box.Deliver(t.Context(), outbox.SMS, reference, statuses[i]); err != nil {
					r.Fatal(err)
				}
				want = max(want, i)
			}
			if got := w.line("object").Delivery; got != string(statuses[want]) {
				r.Fatalf("delivery is %q, want %q", got, statuses[want])
			}
		})
		if err := w.box.Deliver(t.Context(), outbox.SMS, reference, "read"); !fault.Is(err, fault.Invalid) {
			t.Errorf("unknown status: %v, want invalid", err)
		}
	})
}

// Run sends with many workers, each line once, and ends when it is told to.
func TestRun(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		const lines = 40
		for i := range lines {
			w.add("news", ident.NewID(rand.Reader, "msg")+string(rune('a'+i%26)))
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.box.Run(ctx, w.senders)
		}()
		for len(w.gateway.arrived()) < lines {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
		<-done
		w.check()
		n, err := db.Get[int64](t.Context(), d, `SELECT count(*) AS n FROM outbox WHERE state = 'sent' AND tries = 1`)
		if err != nil || n != lines {
			t.Errorf("%d lines sent at the first try, %v, want %d", n, err, lines)
		}
	})
}
