package staff_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/rules"
	"loket/internal/staff"
)

// simulated is the day that is judged: a Wednesday, on which one of three places is
// closed. Before it lie four weeks.
const simulated = "2021-12-01"

// office is a simulated office: what happens is put together as events, and then done
// in their order on the real store.
type office struct {
	t        testing.TB
	w        *world
	random   *rand.Rand
	events   []event
	ordinary int // reads
	planted  map[string]bool
	besides  map[string]bool
	cases    int
	busy     map[*person]time.Time

	checkers, approvers, counters, helpers []*person
}

type event struct {
	at time.Time
	do func() error
}

func newOffice(t testing.TB, d *db.DB, seed uint64) *office {
	t.Helper()
	w := newWorldAt(t, d, "2021-11-02T08:00:00Z")
	w.parts.Hours = func(_ context.Context, place string, day rules.Day) ([]staff.Span, bool, error) {
		closes := map[string]int{"noord": 17, "oost": 21}[place]
		if place == "zuid" && day.String() == simulated {
			return nil, true, nil
		}
		return []staff.Span{{From: clock(day.String(), 9, 0), Until: clock(day.String(), max(closes, 17), 0)}}, true, nil
	}
	w.restart()
	o := &office{t: t, w: w, random: rand.New(rand.NewPCG(seed, 11)), planted: map[string]bool{}, besides: map[string]bool{},
		busy: map[*person]time.Time{}}
	for range 14 {
		o.checkers = append(o.checkers, w.hire(staff.Checker, staff.Counter))
	}
	for range 9 {
		o.approvers = append(o.approvers, w.hire(staff.Approver))
	}
	for range 6 {
		o.counters = append(o.counters, w.hire(staff.Counter))
	}
	for range 4 {
		o.helpers = append(o.helpers, w.hire(staff.Helper))
	}
	return o
}

// clock is a time of the day in Amsterdam in winter.
func clock(day string, hour, minute int) time.Time {
	t, err := time.Parse(time.RFC3339, fmt.Sprintf("%sT%02d:%02d:00+01:00", day, hour, minute))
	if err != nil {
		panic(err)
	}
	return t
}

func (o *office) at(hour, minute int) time.Time { return clock(simulated, hour, minute) }

func (o *office) add(at time.Time, do func() error) { o.events = append(o.events, event{at, do}) }

// note writes an audit entry that another area would write.
func (o *office) note(at time.Time, actor string, role staff.Role, act, object string) {
	o.add(at, func() error {
		return o.w.db.Update(o.t.Context(), func(tx *db.Tx) error {
			return o.w.log.Add(o.t.Context(), tx, audit.Entry{Actor: actor, Role: string(role), Act: act, Object: object, Result: "ok"})
		})
	})
}

func (o *office) newCase() string {
	o.cases++
	return fmt.Sprintf("req_%d", o.cases)
}

// hold takes a case, reads under it at even distances and ends the lease.
func (o *office) hold(p *person, role staff.Role, queue, object string, at time.Time, length time.Duration, result string, acts ...string) {
	var l staff.Lease
	o.add(at, func() (err error) {
		l, err = o.w.take(p, queue, object)
		return err
	})
	for i, act := range acts {
		of := object
		if act == staff.ActPhoto {
			of = "photo_" + object
		}
		o.add(at.Add(length*time.Duration(i+1)/time.Duration(len(acts)+2)), func() error { return o.w.view(l, role, act, of) })
	}
	if result != "" {
		o.add(at.Add(length*time.Duration(len(acts)+1)/time.Duration(len(acts)+2)), func() error { return o.w.release(l, result) })
	}
}

// usual holds a case as ordinary work does, when the member is free.
func (o *office) usual(p *person, role staff.Role, queue, object string, after time.Time, result string, acts ...string) time.Time {
	begin := o.busy[p]
	if begin.Before(after) {
		begin = after
	}
	if o.random.IntN(100) < 15 { // reads it again
		acts = append(acts, acts[0])
	}
	length := time.Duration(90+o.random.IntN(180)) * time.Second
	o.hold(p, role, queue, object, begin, length, result, acts...)
	o.ordinary += len(acts)
	o.busy[p] = begin.Add(length + time.Duration(2+o.random.IntN(6))*time.Minute)
	return begin.Add(length)
}

func (o *office) pick(from []*person) *person { return from[o.random.IntN(len(from))] }

// before is four weeks in which people work from nine to five.
func (o *office) before() {
	for d := 15; d <= 30; d++ {
		morning := clock(fmt.Sprintf("2021-11-%02d", d), 9, 0)
		if morning.Weekday() == time.Saturday || morning.Weekday() == time.Sunday {
			continue
		}
		for hour := range 8 {
			at := morning.Add(time.Duration(hour)*time.Hour + 10*time.Minute)
			object := o.newCase()
			checker, approver := o.pick(o.checkers[:10]), o.pick(o.approvers[:7])
			o.note(at, checker.ID, staff.Checker, "view.desk", object)
			o.note(at, checker.ID, staff.Checker, "staff.confirm", object)
			o.note(at.Add(time.Minute), approver.ID, staff.Approver, "view.desk", object)
			o.note(at.Add(time.Minute), approver.ID, staff.Approver, "staff.confirm", object)
			o.note(at.Add(time.Minute), o.pick(o.counters).ID, staff.Counter, "view.desk", o.newCase())
			if hour%2 == 0 {
				o.note(at.Add(-time.Minute), o.pick(o.helpers[:3]).ID, staff.Helper, "request.submit", object)
			}
		}
	}
}

// ordinaryDay is nearly three hundred cases, with what goes wrong on an ordinary day.
func (o *office) ordinaryDay() {
	for _, people := range [][]*person{o.checkers, o.approvers, o.counters} {
		for _, p := range people {
			o.busy[p] = o.at(9, o.random.IntN(20))
		}
	}
	desk := []string{staff.ActDesk, staff.ActPhoto, staff.ActPhoto}
	for i := range 285 {
		object, checker, waiting := o.newCase(), o.checkers[i%10], o.at(9, 0)
		if o.random.IntN(100) < 5 { // cannot decide, and puts it back
			waiting = o.usual(checker, staff.Checker, staff.QueueCheck, object, waiting, staff.Left, desk...)
			checker = o.checkers[(i+3)%10]
		}
		done := o.usual(checker, staff.Checker, staff.QueueCheck, object, waiting, "proposed", desk...)
		approver := o.approvers[i%7]
		if o.random.IntN(100) < 4 { // a second round, with two others
			done = o.usual(approver, staff.Approver, staff.QueueApprove, object, done, "returned", desk...)
			done = o.usual(o.checkers[(i+5)%10], staff.Checker, staff.QueueCheck, object, done, "proposed", desk...)
			approver = o.approvers[(i+2)%7]
		}
		o.usual(approver, staff.Approver, staff.QueueApprove, object, done, "decided", desk...)
	}
	for i := range 80 {
		p := o.counters[i%5]
		o.usual(p, staff.Counter, staff.QueueCounter, o.newCase(), o.at(9, 0), []string{staff.Left, "decided"}[i%2], staff.ActDesk, staff.ActPrint)
		if i%9 == 0 {
			o.mistype(p, o.busy[p])
		}
	}
	for i := range 3 { // an old page
		o.refuse(o.checkers[i], o.at(10+i, 3))
	}
}

// mistype types a code that opens nothing.
func (o *office) mistype(p *person, at time.Time) {
	o.add(at, func() error {
		return o.w.store.Refused(o.t.Context(), p.Member, staff.Counter, "case", staff.WrongCode)
	})
}

// refuse tries a lease that is not theirs.
func (o *office) refuse(p *person, at time.Time) {
	o.add(at, func() error {
		_, err := o.w.store.Lease(o.t.Context(), o.w.db, p.Member, "lease_of_somebody")
		if err == nil {
			return fmt.Errorf("the lease of somebody else was found")
		}
		return nil
	})
}

// run does everything in its order.
func (o *office) run() {
	o.t.Helper()
	slices.SortStableFunc(o.events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range o.events {
		if wait := e.at.Sub(o.w.clock.Now()); wait > 0 {
			o.w.clock.Advance(wait)
		}
		must(o.t, e.do())
	}
	if wait := clock(simulated, 23, 30).Sub(o.w.clock.Now()); wait > 0 {
		o.w.clock.Advance(wait)
	}
}
