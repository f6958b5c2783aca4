package staff_test

import (
	"fmt"
	"time"

	"loket/internal/audit"
	"loket/internal/staff"
)

// plant says that a signal about a member must be found, and which others may come
// with it.
func (o *office) plant(signal string, p *person, besides ...string) {
	o.planted[signal+" "+p.ID] = true
	for _, s := range besides {
		o.besides[s+" "+p.ID] = true
	}
}

// evening is when a member has done the ordinary work of the day.
func (o *office) evening(p *person) time.Time {
	if at := o.busy[p]; at.After(o.at(9, 0)) {
		return at.Add(5 * time.Minute)
	}
	return o.at(11, 0)
}

// look takes a case of the check queue, reads it and puts it back.
func (o *office) look(p *person, object string, at time.Time, acts ...string) {
	o.hold(p, staff.Checker, staff.QueueCheck, object, at, time.Minute, staff.Left, acts...)
}

// snoop hides twenty patterns, one a member.
func (o *office) snoop() {
	o.snoopAtCases()
	o.snoopInBulk()
	o.snoopByTheClock()
	o.snoopTogether()
}

// snoopAtCases are patterns of one case.
func (o *office) snoopAtCases() {
	p := o.checkers[0] // reads without a lease, as by a mistake of ours
	for i := range 3 {
		o.note(o.evening(p).Add(time.Duration(i)*time.Minute), p.ID, staff.Checker, "view.desk", o.newCase())
	}
	o.plant("no-lease", p)

	p = o.checkers[1] // one case over and over
	acts := make([]string, 15)
	for i := range acts {
		acts[i] = staff.ActDesk
	}
	o.hold(p, staff.Checker, staff.QueueCheck, o.newCase(), o.evening(p), 20*time.Minute, "proposed", acts...)
	o.plant("one-case", p)

	famous := o.newCase() // a case that goes round
	for i := 2; i < 7; i++ {
		o.look(o.checkers[i], famous, o.at(16, 42+2*i), staff.ActDesk)
	}
	p = o.checkers[7]
	o.look(p, famous, o.at(16, 58), staff.ActDesk)
	o.plant("many-members", p)

	p = o.checkers[2] // a case that is closed
	closed := o.newCase()
	o.note(o.at(9, 1), audit.System, "worker", "request.close", closed)
	o.look(p, closed, o.evening(p), staff.ActDesk)
	o.plant("after-close", p)

	p = o.checkers[3] // the case of last week
	old := o.newCase()
	o.hold(p, staff.Checker, staff.QueueCheck, old, clock("2021-11-25", 10, 0), time.Minute, "proposed", staff.ActDesk)
	o.look(p, old, o.evening(p), staff.ActDesk)
	o.plant("back-again", p)

	p = o.checkers[4] // takes a case, and again, and again
	wanted := o.newCase()
	for i := range 4 {
		o.look(p, wanted, o.evening(p).Add(time.Duration(i)*2*time.Minute), staff.ActDesk)
	}
	o.plant("taken-and-left", p)

	p = o.counters[0] // one proof, many prints
	o.hold(p, staff.Counter, staff.QueueCounter, o.newCase(), o.evening(p), 9*time.Minute, "decided",
		staff.ActDesk, staff.ActPrint, staff.ActPrint, staff.ActPrint, staff.ActPrint)
	o.plant("printed-again", p)
}

// snoopInBulk are patterns of many cases.
func (o *office) snoopInBulk() {
	p := o.checkers[10] // works a little, looks a lot
	for i := range 16 {
		at := o.at(9, 30).Add(time.Duration(i) * 13 * time.Minute)
		if i%3 == 0 {
			o.hold(p, staff.Checker, staff.QueueCheck, o.newCase(), at, 4*time.Minute, "proposed", staff.ActDesk)
			continue
		}
		o.look(p, o.newCase(), at, staff.ActDesk, staff.ActPhoto)
	}
	o.plant("no-result", p)

	p = o.approvers[0] // decides without looking
	o.hold(p, staff.Approver, staff.QueueApprove, o.newCase(), o.evening(p), time.Minute, "decided")
	o.plant("unseen", p)

	p = o.checkers[5] // photos, and nothing of the case
	for i := range 3 {
		o.look(p, o.newCase(), o.evening(p).Add(time.Duration(i)*3*time.Minute), staff.ActPhoto, staff.ActPhoto)
	}
	o.plant("photos-only", p)

	p = o.checkers[6] // twelve cases in four minutes
	for i := range 12 {
		o.hold(p, staff.Checker, staff.QueueCheck, o.newCase(), o.evening(p).Add(time.Duration(i)*20*time.Second), 15*time.Second,
			staff.Left, staff.ActDesk)
	}
	o.plant("fast", p)

	p = o.approvers[8] // reads as much as anybody may, with work to show for it
	for i := range 8 {
		o.hold(p, staff.Approver, staff.QueueApprove, o.newCase(), o.at(13, 1).Add(time.Duration(i)*7*time.Minute), 5*time.Minute, "decided",
			staff.ActDesk, staff.ActPhoto, staff.ActPhoto, staff.ActDesk, staff.ActPhoto, staff.ActPhoto, staff.ActDesk)
	}
	o.plant("budget", p)

	p = o.approvers[1] // tries what is not theirs
	for i := range 4 {
		o.refuse(p, o.evening(p).Add(time.Duration(i)*time.Minute))
	}
	o.plant("refused", p)

	p = o.counters[1] // guesses codes
	for i := range 7 {
		o.mistype(p, o.evening(p).Add(time.Duration(i)*time.Minute))
	}
	o.plant("codes", p)

	p = o.checkers[8] // reads as counter what is in hand as checker
	o.hold(p, staff.Counter, staff.QueueCheck, o.newCase(), o.evening(p), 3*time.Minute, "proposed", staff.ActDesk, staff.ActPhoto)
	o.plant("role", p)
}

// at a place other than noord, which the accounts of the office have.
func (o *office) hireAt(place string, role staff.Role) *person {
	n := o.w.anAccount(role)
	n.Place = place
	token, err := o.w.store.Invite(o.t.Context(), audit.System, n)
	must(o.t, err)
	p := o.w.enrol(token)
	o.w.addKey(p)
	return p
}

// snoopByTheClock are patterns of the hour.
func (o *office) snoopByTheClock() {
	p := o.approvers[2] // long after the doors closed
	o.hold(p, staff.Approver, staff.QueueApprove, o.newCase(), o.at(19, 40), 3*time.Minute, "decided", staff.ActDesk, staff.ActPhoto)
	o.plant("closed-hours", p)

	p = o.hireAt("zuid", staff.Counter) // on a day on which the place is closed
	o.hold(p, staff.Counter, staff.QueueCounter, o.newCase(), o.at(11, 0), 3*time.Minute, staff.Left, staff.ActDesk)
	o.plant("closed-day", p)

	p = o.hireAt("oost", staff.Checker) // open until nine, and nobody ever works after five
	for d := 22; d <= 26; d++ {
		for i := range 24 {
			o.note(clock(fmt.Sprintf("2021-11-%d", d), 9+i/3, 5), p.ID, staff.Checker, "view.desk", o.newCase())
		}
	}
	o.hold(p, staff.Checker, staff.QueueCheck, o.newCase(), o.at(20, 10), 3*time.Minute, "proposed", staff.ActDesk)
	o.plant("unusual-hour", p)
}

// snoopTogether are patterns of two.
func (o *office) snoopTogether() {
	checker, approver := o.checkers[11], o.approvers[7] // a draw that is none
	for i := range 9 {
		object, at := o.newCase(), clock(fmt.Sprintf("2021-11-%d", 15+i), 12, 0)
		if i == 8 {
			at = o.at(12, 0)
		}
		second := approver
		if i == 4 {
			second = o.approvers[3]
		}
		o.note(at, checker.ID, staff.Checker, "staff.confirm", object)
		o.note(at.Add(time.Minute), second.ID, staff.Approver, "staff.confirm", object)
	}
	o.plant("pair", approver)

	helper, checker := o.helpers[3], o.checkers[12] // one helper, one checker
	for i := range 7 {
		object, at := o.newCase(), clock(fmt.Sprintf("2021-11-%d", 15+i), 14, 0)
		if i == 6 {
			at = o.at(14, 0)
		}
		o.note(at, helper.ID, staff.Helper, "request.submit", object)
		if i < 6 {
			o.note(at.Add(time.Hour), checker.ID, staff.Checker, "view.desk", object)
			continue
		}
		o.hold(checker, staff.Checker, staff.QueueCheck, object, at.Add(time.Hour), 3*time.Minute, "proposed", staff.ActDesk, staff.ActPhoto)
	}
	o.plant("helper", checker)
}
