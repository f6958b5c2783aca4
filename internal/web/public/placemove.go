package public

import (
	"net/http"

	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/rules"
)

// changeView is what somebody with an appointment can do with it, beside giving it back.
type changeView struct {
	Moves   int       // how often they can ask for another time; zero while something else is in question
	Looking bool      // another time is looked for; they can keep theirs
	Gone    bool      // theirs cannot take place, and another time is looked for
	Cause   lang.Text // why they may not be able to come; empty if nothing is known
	Lifted  bool      // that is over
	Choose  bool      // they can choose: keep, move or cancel
	Chosen  string    // message key of what they chose; or empty
}

// change tells what somebody with an appointment can do with it; nil for others.
func (p *Pages) change(tag lang.Tag, s planner.Status) *changeView {
	if s.State != planner.Booked {
		return nil
	}
	c := &changeView{}
	if s.Moving == nil {
		c.Moves = s.Moves
	} else {
		c.Gone = s.Moving.Why == planner.MovePlanned
		c.Looking = !c.Gone
	}
	d := s.Disturbance
	if d == nil || c.Gone {
		return c
	}
	c.Cause, c.Lifted = p.placeWords(tag, d.Cause.Name), d.Lifted
	if d.Choice != "" {
		c.Chosen = "public.place.disrupted.chosen-" + d.Choice
	}
	if !d.Lifted && s.Moving == nil {
		c.Choose, c.Moves = true, 0
	}
	return c
}

// doChange looks for another time for somebody with an appointment, or lets them keep
// theirs.
func (p *Pages) doChange(r *http.Request, act string, who pass) (string, error) {
	ctx := r.Context()
	if act == "keep" {
		return "public.place.done.keep", shut(p.Planner.Keep(ctx, who.Number, who.Code))
	}
	status, err := p.Planner.Status(ctx, who.Number, who.Code)
	if err != nil {
		return "", shut(err)
	}
	var from rules.Day
	if len(status.Appointments) > 0 {
		day := p.dayOf(status.Appointments[0].Starts)
		switch r.PostForm.Get("from") {
		case "later":
			from = day.Add(1)
		case "week":
			from = day.Add(7)
		}
	}
	return "public.place.done.move", shut(p.Planner.Move(ctx, who.Number, who.Code, from))
}

// doneAnswer is the message key of what an answer did. Change is empty where the time was
// no change of another, and tells whether that is gone.
func doneAnswer(answer planner.Answer, change string) string {
	switch {
	case change == "":
		return "public.place.done." + string(answer)
	case answer == planner.Accept:
		return "public.place.done.moved"
	case change == "gone":
		return "public.place.done.passed"
	}
	return "public.place.done.keep"
}
