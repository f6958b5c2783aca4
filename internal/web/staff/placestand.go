package staff

import (
	"net/http"
	"strconv"
	"time"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

func (p *Pages) standRoutes() []route {
	return []route{
		{pattern: "GET /place/ask/{lease}", roles: atCounter, fields: []string{"case: number", "steps"}, handle: p.stand},
		{pattern: "POST /place/ask/{lease}/leave", roles: atCounter, handle: p.leaveGuest},
		{pattern: "POST /place/ask/{lease}/{act}", roles: atCounter, fields: []string{"case: number", "steps"}, handle: p.standAct},
	}
}

func standPath(leaseID string) string { return "/place/ask/" + leaseID }

// standView is how an ask stands, for whoever does something for its person: nothing of it
// tells whose it is.
type standView struct {
	Path         string   // of its forms
	Hidden       []hidden // in each of them
	State        string   // message key
	Ticket       string
	Asked        moment
	Closes       moment
	Waiting      bool // in the line or before the draw
	Ahead        int
	Draw         string
	Drawn        bool
	Contested    bool
	Offer        *standOffer
	Appointments []standTime
	Change       *standChange // of whoever has an appointment
	Cards        []standCard  // that are made, or wait to be fetched
	Resting      bool
	Sure         []*sureForm // what cannot be taken back

	from func(wish string) rules.Day // of another time
}

// moment is a time as staff read it.
type moment struct{ Day, Time string }

func (p *Pages) moment(t time.Time) moment {
	here := t.In(p.Planner.Zone)
	return moment{here.Format(time.DateOnly), here.Format(wallClock)}
}

// standOffer is a time that is held.
type standOffer struct {
	ID string
	standTime
	People int
	Until  moment
	Laters int
}

type standTime struct {
	At      moment
	Where   lang.Text
	Address string
	Product lang.Text
	Member  int
	State   string
}

// sureForm does what cannot be taken back, once it is ticked.
type sureForm struct {
	Act  string // the last part of its address
	Tick form.Tick
	Do   string // message key of the button
}

// newStand shows an ask as it stands. may are the acts that whoever looks may do for its
// person.
func (p *Pages) newStand(r *http.Request, s planner.Status, path string, may func(act string) bool) *standView {
	scr := p.placeScreen(r)
	v := &standView{Path: path, State: "staff.turns.ask-" + string(s.State), Ticket: s.Ticket, Asked: p.moment(s.Asked), Closes: p.moment(s.Closes),
		Waiting: s.State == planner.Waiting, Ahead: int(s.Ahead), Draw: strconv.FormatInt(s.Draw, 10), Drawn: s.Drawn, Contested: s.Contested,
		Resting: s.State == planner.Resting && may(actWake), from: s.MoveFrom}
	if o := s.Offer; o != nil && may(actAnswer) {
		v.Offer = &standOffer{ID: o.ID, People: o.People, Until: p.moment(o.Until), Laters: o.Laters,
			standTime: standTime{At: p.moment(o.Starts), Where: scr.words(o.Location.Name), Address: o.Location.Address}}
		if may(actDecline) && s.State == planner.Offered {
			v.sure(actDecline, "staff.asking.decline-sure", "public.place.offer.decline")
		}
	}
	for _, a := range s.Appointments {
		v.Appointments = append(v.Appointments, standTime{p.moment(a.Starts), scr.words(a.Location.Name), a.Location.Address, scr.product(a.Product), a.Member, a.State})
	}
	v.Cards = p.standCards(scr, s)
	if v.Change = standChangeOf(scr, s); v.Change != nil && !may(actMove) {
		v.Change.Change = planner.Change{Gone: v.Change.Gone}
	}
	if s.State == planner.Booked && may(actCancel) {
		v.sure(actCancel, "staff.asking.cancel-sure", "public.place.booked.cancel")
	}
	if open := s.State != planner.Served && s.State != planner.Withdrawn; open && s.State != planner.Offered && may(actWithdraw) {
		v.sure(actWithdraw, "staff.asking.withdraw-sure", "staff.asking.withdraw")
	}
	return v
}

func (v *standView) sure(act, label, button string) {
	v.Sure = append(v.Sure, &sureForm{act, form.Tick{Name: act + "-sure", Label: label}, button})
}

// standChange is what somebody with an appointment can do with it.
type standChange struct {
	planner.Change
	Cause  lang.Text // why they may not be able to come on the day; empty where nothing is known
	Lifted bool      // that is over
	Chosen string    // message key of what they chose; or empty
}

func standChangeOf(scr screen, s planner.Status) *standChange {
	can := s.Change()
	if can == nil {
		return nil
	}
	c := &standChange{Change: *can}
	if d := s.Disturbance; d != nil && !c.Gone {
		c.Cause, c.Lifted = scr.words(d.Cause.Name), d.Lifted
		if d.Choice != "" {
			c.Chosen = "public.place.disrupted.chosen-" + d.Choice
		}
	}
	return c
}

// What is done with an ask, as the last part of an address.
const (
	actAnswer   = "answer"
	actDecline  = "decline"
	actCancel   = "cancel"
	actWithdraw = "withdraw"
	actWake     = "wake"
	actMove     = "move"
	actKeep     = "keep"
)

// sured reads the tick of an act that cannot be taken back; what is missing is said on the
// page. Other acts need none.
func (v *standView) sured(r *http.Request, act string) ([]form.Problem, error) {
	for _, s := range v.Sure {
		if s.Act != act {
			continue
		}
		if err := form.Read(r, &s.Tick); err != nil {
			return nil, err
		}
		s.Tick.Require("staff.asking.sure-missing")
		return form.Problems(&s.Tick), nil
	}
	return nil, form.Read(r)
}

// standPage is the ask of whoever gave number and code.
type standPage struct {
	web.Page
	Stand  *standView
	Number string
	Done   string // message key of what was just done; or empty
	Desk   string // path of the page that compares a document
}

func (p *Pages) newStandPage(r *http.Request, m people.Member) (*standPage, error) {
	lease := r.PathValue("lease")
	status, err := p.Planner.StatusAt(r.Context(), m, lease)
	if err != nil {
		return nil, err
	}
	return &standPage{Page: web.Page{Title: "staff.asking.stand", Back: pathHelp}, Number: status.Number.Spoken(), Desk: guestPath(lease),
		Stand: p.newStand(r, status, standPath(lease), func(string) bool { return true })}, nil
}

func (p *Pages) stand(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newStandPage(r, m)
	if err != nil {
		return err
	}
	page.Done = doneKey(r.URL.Query().Get("done"))
	return p.render(w, r, "place-stand", page)
}

// doneKey is the message key of what was done, from an address that we made.
func doneKey(done string) string {
	switch done {
	case "accept", "other", "later", "decline", actCancel, actWithdraw, actWake, actMove, actKeep:
		return "staff.asking.done-" + done
	case "moved-on":
		return "staff.asking.moved-on"
	}
	return ""
}

// standAct does what the person says.
func (p *Pages) standAct(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newStandPage(r, m)
	if err != nil {
		return err
	}
	act, lease := r.PathValue("act"), r.PathValue("lease")
	if page.Problems, err = page.Stand.sured(r, act); err != nil {
		return err
	}
	if page.Problems != nil {
		return p.render(w, r, "place-stand", page)
	}
	done, err := page.Stand.doStand(r, act, doers{
		answer:   func(offer string, a planner.Answer) error { return p.Planner.AnswerAt(r.Context(), m, lease, offer, a) },
		cancel:   func() error { return p.Planner.CancelAt(r.Context(), m, lease) },
		withdraw: func() error { return p.Planner.WithdrawAt(r.Context(), m, lease) },
		wake:     func() error { return p.Planner.WakeAt(r.Context(), m, lease) },
		move:     func(from rules.Day) error { return p.Planner.MoveAt(r.Context(), m, lease, from) },
		keep:     func() error { return p.Planner.KeepAt(r.Context(), m, lease) },
	})
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, standPath(lease)+"?done="+done)
}

// doers are the acts of the planner for whoever does them.
type doers struct {
	answer                       func(offer string, a planner.Answer) error
	cancel, withdraw, wake, keep func() error
	move                         func(from rules.Day) error
}

// doStand does an act and returns what was done. An ask that moved on meanwhile is shown as
// it stands.
func (v *standView) doStand(r *http.Request, act string, do doers) (done string, err error) {
	switch done = act; act {
	case actAnswer, actDecline:
		answer := planner.Answer(r.PostForm.Get("answer"))
		if act == actDecline {
			answer = planner.Decline
		} else if answer == planner.Decline { // has a form of its own
			return "", fault.New(fault.Invalid, "planner.answer", "no such answer")
		}
		done, err = string(answer), do.answer(r.PostForm.Get("offer"), answer)
	case actCancel:
		err = do.cancel()
	case actWithdraw:
		err = do.withdraw()
	case actWake:
		err = do.wake()
	case actMove:
		err = do.move(v.from(r.PostForm.Get("from")))
	case actKeep:
		err = do.keep()
	default:
		return "", fault.New(fault.NotFound, "", "no such act")
	}
	if fault.Is(err, fault.TooLate) {
		return "moved-on", nil
	}
	return done, err
}
