package planner_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/rules"
)

// resident is somebody who asks for themselves and their household, and what they do.
type resident struct {
	comes   time.Time
	region  string
	adults  int
	young   int
	soon    bool
	desk    string
	paper   string
	claims  bool // asks with a number of somebody who asked before
	form    planner.Asking
	receipt planner.Receipt
	laters  int
}

// errand is something that somebody does at its hour.
type errand struct {
	who  *resident
	what string // ask, cancel, withdraw, come, wake; or an answer
	on   string // id of an offer, if it is an answer
}

// dice is a table of shares, which add up to a hundred.
type dice []struct {
	share int
	what  string
}

func (r *replay) throws(d dice) string {
	n := r.random.IntN(100)
	for _, side := range d {
		if n -= side.share; n < 0 {
			return side.what
		}
	}
	return d[len(d)-1].what
}

// The shares, in percent. They are ours: no source tells them.
func regionShares() dice {
	return dice{{17, "south"}, {24, "south-west"}, {22, "north-west"}, {13, "central"}, {14, "east"}, {10, "north"}}
}
func sizeShares() dice {
	return dice{{58, "1"}, {22, "2"}, {10, "3"}, {6, "4"}, {3, "5"}, {1, "6"}}
}
func deskShares() dice  { return dice{{70, ""}, {25, "uk"}, {5, "nl"}} }
func paperShares() dice { return dice{{84, "passport"}, {8, "id-card"}, {8, "none"}} }
func answerShares() dice {
	return dice{{86, "accept"}, {5, "other"}, {4, "later"}, {1, "decline"}, {4, ""}}
}
func visitShares() dice { return dice{{93, "come"}, {4, "cancel"}, {3, ""}} }

// weight is how many people ask on a day of the season, beside other days. The first four
// are apart: 30,000 of 76,000 come on them.
func weight(day string) int {
	switch {
	case day >= "2022-10-06" && day <= "2022-10-08": // it can be booked again
		return 4
	case day >= "2022-10-21" && day <= "2022-10-31": // before one has to have it to work
		return 3
	case day >= "2022-12-01" && day <= "2022-12-05": // the new planner
		return 2
	}
	return 1
}

// invent makes the people of the season, each with their hour.
func (r *replay) invent(t testing.TB, people int) {
	t.Helper()
	first := people * 30 / 76
	var days []time.Time // from the fifth on, as often as they weigh
	end, err := time.Parse(time.RFC3339, seasonEnds)
	must(t, err)
	for day := r.clock.Now().AddDate(0, 0, 4); day.Before(end); day = day.AddDate(0, 0, 1) {
		for range weight(day.In(r.Zone).Format(time.DateOnly)) {
			days = append(days, day)
		}
	}
	for n := 0; n < people; {
		a := &resident{region: r.throws(regionShares()), adults: int(r.throws(sizeShares())[0] - '0'), soon: r.random.IntN(5) == 0,
			desk: r.throws(deskShares()), paper: r.throws(paperShares()), claims: r.random.IntN(100) == 0}
		a.young = r.random.IntN(planner.MostMembers-a.adults+1) / 3
		a.adults = min(a.adults, people-n)
		day := r.clock.Now()
		if n < first {
			day = day.AddDate(0, 0, []int{0, 0, 0, 0, 1, 1, 1, 2, 3, 3}[r.random.IntN(10)])
		} else {
			day = days[r.random.IntN(len(days))]
		}
		a.comes = day.Add(time.Duration(7+r.random.IntN(16)) * time.Hour)
		n += a.adults
		r.comes = append(r.comes, a)
	}
	slices.SortStableFunc(r.comes, func(a, b *resident) int { return a.comes.Compare(b.comes) })
}

// due puts something on the agenda, at the hour after some time.
func (r *replay) due(at time.Time, e errand) {
	hour := at.Truncate(time.Hour).Unix()
	r.agenda[hour] = append(r.agenda[hour], e)
}

// act lets everybody do what they do in this hour.
func (r *replay) act(t testing.TB) {
	t.Helper()
	now := r.clock.Now()
	for len(r.comes) > 0 && !r.comes[0].comes.After(now) {
		r.fillIn(t, r.comes[0])
		r.asks(t, r.comes[0])
		r.comes = r.comes[1:]
	}
	hour := now.Truncate(time.Hour).Unix()
	for len(r.agenda[hour]) > 0 {
		e := r.agenda[hour][0]
		r.agenda[hour] = r.agenda[hour][1:]
		r.does(t, e)
	}
	delete(r.agenda, hour)
}

// fillIn fills a form in.
func (r *replay) fillIn(t testing.TB, a *resident) {
	t.Helper()
	a.form = r.person(t)
	a.form.Region, a.form.Soon, a.form.DeskLang = a.region, a.soon, a.desk
	for range a.adults - 1 {
		r.people++
		a.form.Members = append(a.form.Members, r.member(t, r.people, 1960+r.people%40))
	}
	for i := range a.form.Members {
		if a.form.Members[i].Document = a.paper; a.paper != "passport" {
			a.form.Members[i].Expires = rules.Day{}
		}
	}
	people := r.people
	for range a.young { // too young for a document all season
		r.people++
		m := r.member(t, r.people, 2015)
		m.Number = ident.Number{}
		a.form.Members = append(a.form.Members, m)
	}
	r.tally["children come along"] += r.people - people
	if a.claims && len(r.asked) > 0 {
		a.form.Members[0].Number = r.asked[r.random.IntN(len(r.asked))].form.Members[0].Number
		r.tally["asks claim a number of somebody else"]++
	}
}

// asks sends the form. Where nobody serves the region yet, or any more, its person tries again.
func (r *replay) asks(t testing.TB, a *resident) {
	t.Helper()
	receipt, err := r.Ask(t.Context(), a.form)
	if fault.Key(err) == "planner.region-closed" {
		r.tally["tries where no place was known"]++
		r.due(r.clock.Now().Add(72*time.Hour), errand{who: a, what: "ask"})
		return
	}
	must(t, err)
	a.receipt = receipt
	if _, twice := r.byNumber[string(receipt.Number)]; twice {
		t.Fatalf("two asks have the number %s", receipt.Number)
	}
	r.asked, r.byNumber[string(receipt.Number)] = append(r.asked, a), a
	if r.random.IntN(100) == 0 {
		r.due(r.clock.Now().Add(time.Duration(24+r.random.IntN(1200))*time.Hour), errand{who: a, what: "withdraw"})
	}
}

// madeNow is an offer as it was just made.
type madeNow struct {
	ID         string
	AskID      string
	Number     string
	Line       int64
	LocationID string
	StartsAt   time.Time
	MadeAt     time.Time
	Until      time.Time
}

const selectMade = `
	SELECT offer.id, ask_id, number, offer.line, location_id, starts_at, made_at, until FROM offer JOIN ask ON ask.id = ask_id
	WHERE offer.state = 'open' AND made_at = $1 ORDER BY offer.line`

// newOffers are those of this moment.
func (r *replay) newOffers(t testing.TB) []madeNow {
	t.Helper()
	made, err := db.Select[madeNow](t.Context(), r.DB, selectMade, r.clock.Now())
	must(t, err)
	r.tally["offers"] += len(made)
	return made
}

// decides settles what somebody will say to an offer, and when.
func (r *replay) decides(o madeNow) {
	a := r.byNumber[o.Number]
	answer := r.throws(answerShares())
	if answer == "later" && a.laters == 2 {
		answer = "accept"
	}
	if answer == "" {
		r.tally["offers had no answer"]++
		return
	}
	if answer == "later" {
		a.laters++
	}
	left := max(1, min(40, int(o.Until.Sub(o.MadeAt)/time.Hour)-1))
	r.due(o.MadeAt.Add(time.Duration(1+r.random.IntN(left))*time.Hour), errand{a, answer, o.ID})
}

// does does what somebody settled to do. What moved on meanwhile is left alone: who
// withdrew answers nothing any more.
func (r *replay) does(t testing.TB, e errand) {
	t.Helper()
	ctx, number, code := t.Context(), e.who.receipt.Number, e.who.receipt.Code
	var err error
	switch e.what {
	case "ask":
		r.asks(t, e.who)
		return
	case "come":
		err = r.arrives(t, e.who)
	case "cancel":
		err = r.Cancel(ctx, number, code)
	case "withdraw":
		err = r.Withdraw(ctx, number, code)
	case "wake":
		err = r.Wake(ctx, number, code)
		e.who.laters = 0
	default:
		err = r.Answer(ctx, number, code, e.on, planner.Answer(e.what))
		if err == nil && e.what == "accept" {
			r.plans(t, e.who)
		}
	}
	if fault.Is(err, fault.TooLate) {
		r.tally["too late to "+e.what]++
		return
	}
	must(t, err)
	r.tally["did "+e.what]++
}

const selectStarts = `SELECT starts_at FROM slot JOIN appointment ON slot_id = slot.id JOIN ask ON ask.id = ask_id
	WHERE number = $1 AND appointment.state = 'booked' ORDER BY starts_at`

// plans settles what somebody will do about their appointment.
func (r *replay) plans(t testing.TB, a *resident) {
	t.Helper()
	starts, err := db.Select[time.Time](t.Context(), r.DB, selectStarts, string(a.receipt.Number))
	must(t, err)
	at := starts[0]
	switch what := r.throws(visitShares()); what {
	case "come":
		r.due(at, errand{who: a, what: what})
	case "cancel":
		left := max(1, int(at.Sub(r.clock.Now())/time.Hour)-1)
		r.due(r.clock.Now().Add(time.Duration(1+r.random.IntN(left))*time.Hour), errand{who: a, what: what})
	}
}

// arrives is a household at the counter: all of them get what they came for.
func (r *replay) arrives(t testing.TB, a *resident) error {
	t.Helper()
	status := r.status(t, a.receipt)
	came := 0
	for _, at := range status.Appointments {
		day := at.Starts.Format(time.DateOnly)
		if at.State != "booked" || day != r.Today().String() {
			continue
		}
		if r.places[at.Location.ID] == nil {
			r.places[at.Location.ID] = placesHeld{}
		}
		r.places[at.Location.ID][day] = at.Location.Address
		if err := r.Serve(t.Context(), atDesk(), at.ID); err != nil {
			return err
		}
		came++
	}
	if came == 0 {
		return fault.New(fault.TooLate, "", "no appointment today")
	}
	return nil
}

// rests settles whether somebody who rests is woken, by a friend or a letter.
func (r *replay) rests(a *resident) {
	if r.random.IntN(10) < 7 {
		r.due(r.clock.Now().Add(time.Duration(24+r.random.IntN(96))*time.Hour), errand{who: a, what: "wake"})
	}
}

// byLine compares offers by their place in the line.
func byLine(a, b madeNow) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.ID, b.ID)) }
