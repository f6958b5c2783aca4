package staff

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/rules"
)

// Report is what the privacy officer reads about a day. It is made of audit entries and
// leases, and holds no content: pseudonyms, ids and counts.
type Report struct {
	Day      rules.Day
	Views    int // reads of personal data
	Cases    int // different cases that were read
	Members  int // who read them
	Findings []Finding
}

// Finding is something out of the ordinary. It is a reason to ask, never a verdict.
type Finding struct {
	Signal  string // one of Signals; its text has the key staff.signal. and this
	StaffID string
	Other   string // another member, where it is about two
	Object  string // the case, where it is about one
	Count   int64  // how often
	Of      int64  // of how many; 0 where that says nothing
}

// record is what a day is judged by.
type record struct {
	from, until time.Time
	now         time.Time
	settings    Settings
	members     map[string]Member
	views       []view
	refused     []entry
	changes     []entry // of passkeys and settings
	leases      map[string]*held
	history
}

// history is what went before, as far as a signal needs it.
type history struct {
	open    map[string][]Span        // place → hours of the day
	usual   map[string]map[int]int64 // place → hour of the day → reads in four weeks
	closed  map[string]time.Time     // case → when it was closed last, and not reopened since
	earlier map[[2]string]bool       // member and object worked on before this day
	pairs   []together               // proposed by one, confirmed by the other
	helped  []together               // brought by one, looked at by the other
	begun   []begun
	callers []string // who called a ticket of the day
}

// begun is how many forms a member filled in at the counter, and of how many no ruling came.
type begun struct {
	StaffID string
	N, Idle int64
}

// entry is an audit entry of a member.
type entry struct {
	At     time.Time
	Actor  string
	Role   Role
	Act    string
	Object string
	Lease  string
	Result string
}

// view is a read, with its lease (nil if there is none) and its case.
type view struct {
	entry
	lease *held
	of    string
}

func (v view) photo() bool { return v.Act == viewPrefix+ActPhoto }

// held is a lease, and how much was read under it.
type held struct {
	leaseRow
	EndedAt *time.Time
	Result  string

	looked, photos int
}

// compared reports whether the lease is of work that somebody draws, without the person
// and their code in front of them.
func (h *held) compared() bool { return h.Queue == QueueCheck || h.Queue == QueueApprove }

// over reports whether the lease has ended, one way or the other.
func (h *held) over(now time.Time) bool { return h.EndedAt != nil || !now.Before(h.Until) }

// worked reports whether something came of the lease.
func (h *held) worked() bool {
	return h.EndedAt != nil && h.Result != Left && h.Result != Expired && h.Result != Ended
}

// together is how many cases two members share.
type together struct {
	First, Second string
	N             int64
	Latest        time.Time
}

// weeks is how far back what is usual is looked for.
const weeks = 4 * 7 * 24 * time.Hour

// Daily returns the report of a day that is over, or of today until now.
func (s *Store) Daily(ctx context.Context, day rules.Day) (Report, error) {
	r, err := s.record(ctx, day)
	if err != nil {
		return Report{}, fmt.Errorf("report of %v: %w", day, err)
	}
	report := Report{Day: day, Views: len(r.views)}
	cases, members := map[string]bool{}, map[string]bool{}
	for _, v := range r.views {
		cases[v.of], members[v.Actor] = true, true
	}
	report.Cases, report.Members = len(cases), len(members)
	for _, signal := range signals() {
		found := signal.find(r)
		slices.SortFunc(found, func(a, b Finding) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.StaffID, b.StaffID), strings.Compare(a.Object, b.Object))
		})
		for _, f := range found {
			f.Signal = signal.name
			report.Findings = append(report.Findings, f)
		}
	}
	return report, nil
}

const (
	selectDay = `
		SELECT at, actor, role, act, object, lease, result FROM audit_entry
		WHERE actor NOT IN ('system', 'applicant') AND at >= $1 AND at < $2 AND (act LIKE 'view.%' OR act IN ('staff.refused', 'staff.key', 'staff.unkey', 'editing.setting'))
		ORDER BY at, id`
	selectDayLeases = `
		SELECT id, staff_id, queue, object, taken_at, until, ended_at, result FROM lease
		WHERE until > $1 AND taken_at < $2 ORDER BY taken_at, id`
)

// record reads a day.
func (s *Store) record(ctx context.Context, day rules.Day) (*record, error) {
	midnight, err := time.ParseInLocation(time.DateOnly, day.String(), s.Zone)
	if err != nil {
		return nil, err
	}
	r := &record{from: midnight, until: midnight.AddDate(0, 0, 1), now: s.now(), settings: s.Settings,
		members: map[string]Member{}, leases: map[string]*held{}}
	members, err := s.Members(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		r.members[m.ID] = m
	}
	leases, err := db.Select[heldRow](ctx, s.DB, selectDayLeases, r.from, r.until)
	if err != nil {
		return nil, err
	}
	for _, l := range leases {
		r.leases[l.ID] = &held{leaseRow: l.leaseRow, EndedAt: l.EndedAt, Result: l.Result}
	}
	entries, err := db.Select[entry](ctx, s.DB, selectDay, r.from, r.until)
	if err != nil {
		return nil, err
	}
	r.sort(entries)
	return r, s.readHistory(ctx, r, day)
}

type heldRow struct {
	leaseRow
	EndedAt *time.Time
	Result  string
}

// sort puts entries where they belong and finds the case of each read: what else was
// read under its lease names it, where the read itself names a photo.
func (r *record) sort(entries []entry) {
	cases := map[string]string{}
	for _, e := range entries {
		if e.Act == actRefused {
			r.refused = append(r.refused, e)
			continue
		}
		if slices.Contains([]string{actKey, actUnkey, ActSetting}, e.Act) {
			r.changes = append(r.changes, e)
			continue
		}
		v := view{entry: e, lease: r.leases[e.Lease], of: e.Object}
		if v.lease != nil {
			if v.photo() {
				v.lease.photos++
			} else {
				v.lease.looked++
				cases[e.Lease] = e.Object
			}
		}
		r.views = append(r.views, v)
	}
	for i, v := range r.views {
		if !v.photo() || v.lease == nil {
			continue
		}
		r.views[i].of = cmp.Or(cases[v.Lease], v.lease.Object)
	}
}
