package planner_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/staff"
)

const (
	fell      = "26351442616532415263"
	fellOther = "26351442616532415264"
)

// drawsBy makes the planner draw by another source.
func (w *world) drawsBy(t testing.TB, source string, parties ...string) {
	t.Helper()
	w.Source, w.Parties = source, parties
}

// signed is a passkey that confirms.
func signed(*db.Tx) error { return nil }

// throws types in how dice fell.
func (w *world) throws(t testing.TB, m staff.Member, n int64, digits string) (bool, error) {
	t.Helper()
	throw, err := w.NewThrow(t.Context(), n, digits)
	if err != nil {
		return false, err
	}
	return w.Throw(t.Context(), m, throw, signed)
}

// quiet hears of draws that wait.
func quiet(context.Context, string, error) {}

// believed is a published draw, verified by who believes officials and parties.
func (w *world) believed(t testing.TB, n int64) draw.Draw {
	t.Helper()
	data, err := w.Published(t.Context(), n)
	must(t, err)
	d, err := draw.Verify(data, draw.Trust{Beacons: []draw.Trusted{w.Beacon.(*draw.Signer).Trusted()}, Dice: true, Parties: true})
	must(t, err)
	return d
}

// Dice that were named before are typed in by two officials, neither of whom sees what the
// other typed; only when both say the same is it drawn.
func TestDiceAreTypedByTwo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsBy(t, draw.FromDice)
		one, two, three := w.hire(t, staff.Lead), w.hire(t, staff.Lead), w.hire(t, staff.Lead)
		w.work(t)
		w.ask(t, w.person(t))
		w.ask(t, w.person(t))
		if _, err := w.throws(t, one, 1, fell); !fault.Is(err, fault.TooLate) {
			t.Errorf("a throw for an open list: %v", err)
		}
		w.pass(t, w.untilClosing(t)+draw.Delay)
		if list := w.believed(t, 1); list.Drawn() || list.Source.Kind != draw.FromDice {
			t.Errorf("the list says %+v", list.Source)
		}
		for _, bad := range []string{"", "1234", strings.Repeat("7", 20), strings.Repeat("1", 300)} {
			if _, err := w.throws(t, one, 1, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if agrees, err := w.throws(t, one, 1, fell); err != nil || agrees {
			t.Errorf("the first: %t, %v", agrees, err)
		}
		if _, err := w.throws(t, one, 1, fell); !fault.Is(err, fault.Denied) {
			t.Errorf("one official for both: %v", err)
		}
		w.work(t)
		if w.believed(t, 1).Drawn() {
			t.Error("one official drew")
		}
		refused := fault.New(fault.Denied, "staff.passkey.wrong", "another passkey")
		throw, err := w.NewThrow(t.Context(), 1, fell)
		must(t, err)
		if _, err := w.Throw(t.Context(), two, throw, func(*db.Tx) error { return refused }); !fault.Is(err, fault.Denied) {
			t.Errorf("without a passkey: %v", err)
		}
		if agrees, err := w.throws(t, two, 1, fellOther); err != nil || agrees {
			t.Errorf("the second, differing: %t, %v", agrees, err)
		}
		w.work(t)
		waits, err := w.Awaiting(t.Context())
		must(t, err)
		if w.believed(t, 1).Drawn() || len(waits) != 1 || len(waits[0].Differ) != 1 || waits[0].Differ[0] != (planner.Pair{First: fell, Second: fellOther}) || waits[0].Typed {
			t.Errorf("after a difference: %+v", waits)
		}
		w.promises(t)
		for i, m := range []staff.Member{three, one} {
			if agrees, err := w.throws(t, m, 1, fellOther); err != nil || agrees != (i == 1) {
				t.Errorf("again: %t, %v", agrees, err)
			}
		}
		if _, err := w.throws(t, two, 1, fell); !fault.Is(err, fault.TooLate) {
			t.Errorf("after two agreed: %v", err)
		}
		w.work(t)
		list := w.believed(t, 1)
		if len(list.Order) != 2 || list.Source.Dice != fellOther || fmt.Sprint(list.Source.Officials) != fmt.Sprint([]string{three.ID, one.ID}) {
			t.Errorf("drawn: %+v", list)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM audit_entry WHERE act = 'draw.throw'`); n != 4 {
			t.Errorf("%d audit entries of throws", n)
		}
		w.promises(t)
	})
}

// A beacon that stays silent gives way to dice after the hours that stand in the list, and
// not before; one that speaks after all draws its list itself.
func TestDiceStandInForABeacon(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two := w.hire(t, staff.Lead), w.hire(t, staff.Lead)
		w.Report = quiet
		beacon := w.Beacon
		w.Beacon = silentBeacon{beacon}
		w.work(t)
		w.ask(t, w.person(t))
		w.clock.Advance(w.untilClosing(t))
		w.work(t)
		w.clock.Advance(6*time.Hour - time.Second)
		if _, err := w.throws(t, one, 1, fell); !fault.Is(err, fault.TooLate) {
			t.Errorf("before its time: %v", err)
		}
		w.clock.Advance(time.Second)
		_, err := w.throws(t, one, 1, fell)
		must(t, err)
		w.work(t)
		_, err = w.throws(t, two, 1, fell)
		must(t, err)
		second := w.ask(t, w.person(t))
		w.work(t)
		w.Beacon = beacon
		if list := w.believed(t, 1); list.Source.Dice != fell || list.Source.Kind != draw.FromBeacon || list.Source.Fallback != 6 {
			t.Errorf("drawn by %+v", list.Source)
		}
		w.Beacon = silentBeacon{beacon}
		w.pass(t, second.Closes.Sub(w.clock.Now())+7*time.Hour)
		for _, m := range []staff.Member{one, two} {
			_, err = w.throws(t, m, 2, fell)
			must(t, err)
		}
		w.Beacon = beacon
		w.work(t)
		if list := w.believed(t, 2); list.Source.Signature == "" || list.Source.Dice != "" {
			t.Errorf("the beacon speaks again, and it is drawn by %+v", list.Source)
		}
		w.promises(t)
	})
}

// chosen is the value of a party, and its hash.
func chosen(t testing.TB, n int) (value, hash string) {
	t.Helper()
	sum := sha256.Sum256([]byte{byte(n)})
	value = hex.EncodeToString(sum[:])
	hash, err := draw.Commit(value)
	must(t, err)
	return value, hash
}

// conclave is a world whose draws are by three parties, with two leads who type in what they
// say.
type conclave struct {
	*world
	one, two       staff.Member
	values, hashes [3]string
}

func newConclave(t *testing.T, w *world) *conclave {
	t.Helper()
	w.drawsBy(t, draw.FromReveal, "counters", "helpers", "city")
	w.Report = quiet
	c := &conclave{world: w, one: w.hire(t, staff.Lead), two: w.hire(t, staff.Lead)}
	for i := range c.values {
		c.values[i], c.hashes[i] = chosen(t, i)
	}
	w.work(t)
	return c
}

func (c *conclave) commits(t *testing.T, n int64) {
	t.Helper()
	for i, party := range c.Parties {
		must(t, c.Commit(t.Context(), c.one, n, party, c.hashes[i]))
	}
}

// refused fails the test for what was not.
func refused(t *testing.T, tries map[string]error) {
	t.Helper()
	for name, err := range tries {
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLate) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Parties say hashes while a list is open, which are public at once.
func TestPartiesSayHashes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := newConclave(t, w)
		must(t, w.Commit(t.Context(), c.one, 1, "city", c.hashes[0])) // typed wrong, and again
		must(t, w.Commit(t.Context(), c.one, 1, "city", c.hashes[2]))
		c.commits(t, 1)
		refused(t, map[string]error{
			"of nobody":      w.Commit(t.Context(), c.one, 1, "operator", c.hashes[0]),
			"no hash":        w.Commit(t.Context(), c.one, 1, "city", "00"),
			"of two":         w.Commit(t.Context(), c.one, 1, "city", c.hashes[0]),
			"a value before": w.Disclose(t.Context(), c.one, 1, "city", c.values[2]),
			"for no draw":    w.Commit(t.Context(), c.one, 2, "city", c.hashes[2]),
			"of no draw":     w.Disclose(t.Context(), c.one, 9, "city", c.values[2]),
		})
		pledges, err := w.Pledges(t.Context(), 1)
		must(t, err)
		if len(pledges) != 3 || pledges[0].Hash != c.hashes[0] || pledges[2].Hash != c.hashes[2] {
			t.Errorf("published before closing: %+v", pledges)
		}
		w.clock.Advance(w.untilClosing(t))
		w.work(t)
		refused(t, map[string]error{"once it is closed": w.Commit(t.Context(), c.one, 1, "city", c.hashes[0])})
		must(t, w.Commit(t.Context(), c.one, 2, "city", c.hashes[2])) // one hash is none
		w.clock.Advance(w.untilClosing(t))
		w.work(t)
		if list := w.believed(t, 2); list.Source.Kind != draw.FromDice {
			t.Errorf("one hash: %+v", list.Source)
		}
	})
}

// Three parties say values once the list is closed. Nobody sees one before all are in; for
// who withholds stand dice.
func TestPartiesReveal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := newConclave(t, w)
		c.commits(t, 1)
		w.ask(t, w.person(t))
		w.ask(t, w.person(t))
		w.clock.Advance(w.untilClosing(t))
		w.work(t)
		c.commits(t, 2)
		must(t, w.Disclose(t.Context(), c.two, 1, "city", c.values[2])) // in any order
		must(t, w.Disclose(t.Context(), c.two, 1, "counters", c.values[0]))
		refused(t, map[string]error{
			"another's value": w.Disclose(t.Context(), c.two, 1, "helpers", c.values[0]),
			"a second time":   w.Disclose(t.Context(), c.two, 1, "city", c.values[2]),
		})
		w.work(t)
		if list := w.believed(t, 1); list.Drawn() || list.Source.Parties[0].Value != "" {
			t.Errorf("drawn before all are in: %+v", list.Source)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM draw_party WHERE sealed = $1`, []byte(c.values[0])); n != 0 {
			t.Error("a value lies open")
		}
		must(t, w.Disclose(t.Context(), c.two, 1, "helpers", c.values[1]))
		w.work(t)
		if list := w.believed(t, 1); len(list.Order) != 2 || list.Source.Parties[1].Value != c.values[1] {
			t.Errorf("drawn: %+v", list)
		}
		w.promises(t)
		c.withhold(t)
	})
}

// withhold has the helpers withhold what they said the hash of for draw 2.
func (c *conclave) withhold(t *testing.T) {
	t.Helper()
	c.ask(t, c.person(t))
	c.clock.Advance(c.untilClosing(t))
	c.work(t)
	must(t, c.Disclose(t.Context(), c.two, 2, "city", c.values[2]))
	must(t, c.Disclose(t.Context(), c.two, 2, "counters", c.values[0]))
	_, err := c.throws(t, c.one, 2, fell)
	refused(t, map[string]error{"dice before the time to reveal has passed": err})
	c.clock.Advance(6 * time.Hour)
	c.work(t)
	refused(t, map[string]error{"when dice may be thrown": c.Disclose(t.Context(), c.two, 2, "helpers", c.values[1])})
	for _, m := range []staff.Member{c.one, c.two} {
		_, err := c.throws(t, m, 2, fell)
		must(t, err)
	}
	c.work(t)
	if list := c.believed(t, 2); len(list.Order) != 1 || list.Source.Parties[1].Value != "" || list.Source.Dice != fell {
		t.Errorf("drawn without the helpers: %+v", list)
	}
	c.promises(t)
}
