package staff

import (
	"time"
)

// signal is a way to look at a day.
type signal struct {
	name string
	find func(*record) []Finding
}

// signals are looked for in this order. What each means is in the texts
// staff.signal.NAME.
func signals() []signal {
	return []signal{
		{"no-lease", withoutLease},
		{"one-case", oneCaseOften},
		{"many-members", manyMembers},
		{"after-close", afterClose},
		{"back-again", backAgain},
		{"no-result", withoutResult},
		{"taken-and-left", takenAndLeft},
		{"unseen", decidedUnseen},
		{"photos-only", photosOnly},
		{"printed-again", printedAgain},
		{"fast", fastSuccession},
		{"budget", nearBudget},
		{"closed-day", onClosedDays},
		{"closed-hours", outsideHours},
		{"unusual-hour", unusualHours},
		{"role", otherRole},
		{"refused", refusedOften},
		{"codes", wrongCodes},
		{"pair", samePair},
		{"helper", sameHelper},
		{"keys", keysChanged},
		{"setting", settingChanged},
		{"searches", searches},
		{"no-ticket", withoutTicket},
	}
}

// Signals returns the names of all signals.
func Signals() []string {
	var names []string
	for _, s := range signals() {
		names = append(names, s.name)
	}
	return names
}

// The bounds of the signals. They were tried on a simulated office (report_test.go):
// most are several times what ordinary work comes to.
const (
	oftenOneCase = 12               // reads of one case by one member; work on it takes three or four
	manyReaders  = 6                // members who read one case; one that is put back and goes two rounds is read by five
	fewLeases    = 8                // below so many leases a share says nothing
	oftenLeft    = 3                // times that one case is taken and left
	oftenPhotos  = 2                // leases under which only photos were read
	oftenPrinted = 3                // prints of the proof of one case
	fastCases    = 10               // different cases within fastTime
	fastTime     = 5 * time.Minute  //
	nearShare    = 90               // per cent of a budget
	margin       = 30 * time.Minute // people begin before the doors open, and end after
	enoughUsual  = 100              // below so many reads no hour is unusual
	oftenRefused = 3                // attempts at what a member may not do
	oftenCodes   = 5                // wrong codes at the counter
	fewPairs     = 6                // below so many decisions of a pair a share says nothing
	pairShare    = 60               // per cent of the decisions of one of the two
	fewHelped    = 5                // the same for a helper and a checker
	helpedShare  = 80               //
	fewBegun     = 3                // forms at the counter of which nothing came
	enoughToDraw = 3                // among fewer people the same ones meet often
)

// byMember counts the reads that fit, for each member.
func byMember(r *record, fits func(view) bool) []Finding {
	return count(r.views, func(v view) (Finding, bool) { return Finding{StaffID: v.Actor}, fits(v) }, 1)
}

// count groups things into findings without a count, and returns those of which there
// are enough.
func count[T any](things []T, group func(T) (Finding, bool), enough int64) []Finding {
	counts := map[Finding]int64{}
	for _, thing := range things {
		if f, fits := group(thing); fits {
			counts[f]++
		}
	}
	var found []Finding
	for f, n := range counts {
		if n >= enough {
			f.Count = n
			found = append(found, f)
		}
	}
	return found
}

// leaseList returns the leases of the day.
func (r *record) leaseList() []*held {
	var list []*held
	for _, h := range r.leases {
		list = append(list, h)
	}
	return list
}

func withoutLease(r *record) []Finding {
	return byMember(r, func(v view) bool {
		return v.lease == nil || v.lease.StaffID != v.Actor || v.At.Before(v.lease.TakenAt) || !v.At.Before(v.lease.Until)
	})
}

func oneCaseOften(r *record) []Finding {
	return count(r.views, func(v view) (Finding, bool) { return Finding{StaffID: v.Actor, Object: v.of}, true }, oftenOneCase+1)
}

// manyMembers finds cases that go round. The member is the last who came to look.
func manyMembers(r *record) []Finding {
	readers, last := map[string]map[string]bool{}, map[string]string{}
	for _, v := range r.views {
		if readers[v.of] == nil {
			readers[v.of] = map[string]bool{}
		}
		if !readers[v.of][v.Actor] {
			last[v.of] = v.Actor
		}
		readers[v.of][v.Actor] = true
	}
	var found []Finding
	for of, who := range readers {
		if len(who) >= manyReaders {
			found = append(found, Finding{StaffID: last[of], Object: of, Count: int64(len(who))})
		}
	}
	return found
}

// afterClose leaves out the counter, where the person stands with their own code.
func afterClose(r *record) []Finding {
	return count(r.views, func(v view) (Finding, bool) {
		at, closed := r.closed[v.of]
		return Finding{StaffID: v.Actor, Object: v.of}, closed && v.At.After(at) && (v.lease == nil || v.lease.Queue != QueueCounter)
	}, 1)
}

// backAgain finds a case that a member worked on before, took again and left without a
// result.
func backAgain(r *record) []Finding {
	return count(r.leaseList(), func(h *held) (Finding, bool) {
		return Finding{StaffID: h.StaffID, Object: h.Object},
			h.compared() && r.earlier[[2]string{h.StaffID, h.Object}] && h.over(r.now) && !h.worked()
	}, 1)
}

// withoutResult finds members who look and do not work.
func withoutResult(r *record) []Finding {
	all, idle := map[string]int64{}, map[string]int64{}
	for _, h := range r.leases {
		if !h.compared() || h.looked+h.photos == 0 || !h.over(r.now) {
			continue
		}
		all[h.StaffID]++
		if !h.worked() {
			idle[h.StaffID]++
		}
	}
	var found []Finding
	for id, n := range idle {
		if all[id] >= fewLeases && 2*n > all[id] {
			found = append(found, Finding{StaffID: id, Count: n, Of: all[id]})
		}
	}
	return found
}

func takenAndLeft(r *record) []Finding {
	return count(r.leaseList(), func(h *held) (Finding, bool) {
		return Finding{StaffID: h.StaffID, Object: h.Object}, h.compared() && h.over(r.now) && !h.worked()
	}, oftenLeft)
}

// decidedUnseen finds decisions of somebody who read nothing.
func decidedUnseen(r *record) []Finding {
	return count(r.leaseList(), func(h *held) (Finding, bool) {
		return Finding{StaffID: h.StaffID}, h.compared() && h.worked() && h.looked == 0 && !h.TakenAt.Before(r.from)
	}, 1)
}

func photosOnly(r *record) []Finding {
	return count(r.leaseList(), func(h *held) (Finding, bool) {
		return Finding{StaffID: h.StaffID}, h.photos > 0 && h.looked == 0 && !h.TakenAt.Before(r.from)
	}, oftenPhotos)
}

func printedAgain(r *record) []Finding {
	return count(r.views, func(v view) (Finding, bool) {
		return Finding{StaffID: v.Actor, Object: v.of}, v.Act == viewPrefix+ActPrint
	}, oftenPrinted)
}
