package staff

import (
	"slices"
	"time"
)

// fastSuccession finds reading through many cases faster than anybody compares.
func fastSuccession(r *record) []Finding {
	byActor := map[string][]view{}
	for _, v := range r.views {
		byActor[v.Actor] = append(byActor[v.Actor], v)
	}
	var found []Finding
	for actor, views := range byActor {
		if n := mostWithin(views, fastTime); n >= fastCases {
			found = append(found, Finding{StaffID: actor, Count: int64(n)})
		}
	}
	return found
}

// mostWithin returns the most different cases in any stretch of that length. The views
// are in order.
func mostWithin(views []view, length time.Duration) int {
	most, first, inside := 0, 0, map[string]int{}
	for _, v := range views {
		inside[v.of]++
		for v.At.Sub(views[first].At) >= length {
			if inside[views[first].of]--; inside[views[first].of] == 0 {
				delete(inside, views[first].of)
			}
			first++
		}
		most = max(most, len(inside))
	}
	return most
}

// nearBudget finds who read nearly as much as anybody may, in an hour or on the day.
func nearBudget(r *record) []Finding {
	days := count(r.views, func(v view) (Finding, bool) { return Finding{StaffID: v.Actor, Of: r.settings.PerDay}, true },
		(r.settings.PerDay*nearShare+99)/100)
	type slot struct {
		actor string
		hour  int64
	}
	hours := map[slot]int64{}
	for _, v := range r.views {
		hours[slot{v.Actor, v.At.Unix() / 3600}]++
	}
	most := map[string]int64{}
	for s, n := range hours {
		most[s.actor] = max(most[s.actor], n)
	}
	for actor, n := range most {
		known := slices.ContainsFunc(days, func(f Finding) bool { return f.StaffID == actor })
		if n*100 >= r.settings.PerHour*nearShare && !known {
			days = append(days, Finding{StaffID: actor, Count: n, Of: r.settings.PerHour})
		}
	}
	return days
}

// hours returns when the place of the reader was open on the day; known is false for
// members without a place, and without hours to go by.
func (r *record) hours(v view) (spans []Span, known bool) {
	spans, known = r.open[r.members[v.Actor].Place]
	return spans, known
}

// onClosedDays finds reads on a day on which the place is closed: a weekend, a holiday.
func onClosedDays(r *record) []Finding {
	return byMember(r, func(v view) bool {
		spans, known := r.hours(v)
		return known && len(spans) == 0
	})
}

// outsideHours finds reads well before the doors open and well after they close.
func outsideHours(r *record) []Finding {
	return byMember(r, func(v view) bool {
		spans, known := r.hours(v)
		return known && len(spans) > 0 && !within(spans, v.At)
	})
}

func within(spans []Span, at time.Time) bool {
	first, last := spans[0].From, spans[len(spans)-1].Until // a lunch break is no odd hour
	return !at.Before(first.Add(-margin)) && at.Before(last.Add(margin))
}

// unusualHours finds reads at an hour of the day at which nobody of that place read in
// four weeks, where the hours of the place say nothing against it.
func unusualHours(r *record) []Finding {
	return byMember(r, func(v view) bool {
		if spans, known := r.hours(v); known && (len(spans) == 0 || !within(spans, v.At)) {
			return false
		}
		usual := r.usual[r.members[v.Actor].Place]
		total := int64(0)
		for _, n := range usual {
			total += n
		}
		return total >= enoughUsual && usual[v.At.In(r.from.Location()).Hour()] == 0
	})
}

// otherRole finds reads in a role that the work in hand does not need.
func otherRole(r *record) []Finding {
	return byMember(r, func(v view) bool {
		return v.lease != nil && !slices.Contains(queueRoles(v.lease.Queue), v.Role)
	})
}

// refusedOften finds attempts at what is not theirs. An old page, a full budget and a
// wrong code are no such attempts by themselves.
func refusedOften(r *record) []Finding {
	return count(r.refused, func(e entry) (Finding, bool) {
		return Finding{StaffID: e.Actor}, !slices.Contains([]string{whyOver, whyBudget, WrongCode}, e.Result)
	}, oftenRefused)
}

func wrongCodes(r *record) []Finding {
	return count(r.refused, func(e entry) (Finding, bool) { return Finding{StaffID: e.Actor}, e.Result == WrongCode }, oftenCodes)
}

// samePair finds a checker and an approver who meet more often than a draw brings them
// together.
func samePair(r *record) []Finding {
	return r.close(r.pairs, fewPairs, pairShare)
}

// sameHelper finds a checker who looks at nearly all that one helper brings.
func sameHelper(r *record) []Finding {
	return r.close(r.helped, fewHelped, helpedShare)
}

// keysChanged finds who added a passkey or removed one, after the two of the enrolment.
func keysChanged(r *record) []Finding {
	return count(r.changes, func(e entry) (Finding, bool) {
		return Finding{StaffID: e.Actor}, e.Act == actKey || e.Act == actUnkey
	}, 1)
}

// settingChanged finds every setting that was put live: one that turns off what protects
// people is as short as any other.
func settingChanged(r *record) []Finding {
	return count(r.changes, func(e entry) (Finding, bool) {
		return Finding{StaffID: e.Actor, Object: e.Object}, e.Act == ActSetting
	}, 1)
}

// searches finds who fills in forms at the counter of which mostly nothing comes: the
// candidates that they bring up are a look into the register.
func searches(r *record) []Finding {
	var found []Finding
	for _, b := range r.begun {
		if b.Idle >= fewBegun && 2*b.Idle > b.N {
			found = append(found, Finding{StaffID: b.StaffID, Count: b.Idle, Of: b.N})
		}
	}
	return found
}

// withoutTicket finds who reads cases at a desk and called nobody to it, on a day on which
// people were called by tickets.
func withoutTicket(r *record) []Finding {
	if len(r.callers) == 0 {
		return nil
	}
	return byMember(r, func(v view) bool {
		return v.lease != nil && v.lease.Queue == QueueCounter && !slices.Contains(r.callers, v.Actor)
	})
}

// close finds who share a large part of what the first has, if there are enough others
// for that to mean something, and if they did so on this day too.
func (r *record) close(all []together, few, share int64) []Finding {
	seconds, total := map[string]bool{}, map[string]int64{}
	for _, t := range all {
		seconds[t.Second] = true
		total[t.First] += t.N
	}
	if len(seconds) < enoughToDraw {
		return nil
	}
	var found []Finding
	for _, t := range all {
		if t.N >= few && t.N*100 >= total[t.First]*share && !t.Latest.Before(r.from) {
			found = append(found, Finding{StaffID: t.Second, Other: t.First, Count: t.N, Of: total[t.First]})
		}
	}
	return found
}
