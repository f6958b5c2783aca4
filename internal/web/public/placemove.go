package public

import (
	"net/http"

	"loket/internal/lang"
	"loket/internal/planner"
)

// changeView is what somebody with an appointment can do with it, beside giving it back.
type changeView struct {
	planner.Change
	Cause  lang.Text // why they may not be able to come; empty if nothing is known
	Lifted bool      // that is over
	Chosen string    // message key of what they chose; or empty
}

// change tells what somebody with an appointment can do with it; nil for others.
func (p *Pages) change(tag lang.Tag, s planner.Status) *changeView {
	can := s.Change()
	if can == nil {
		return nil
	}
	c := &changeView{Change: *can}
	d := s.Disturbance
	if d == nil || c.Gone {
		return c
	}
	c.Cause, c.Lifted = p.placeWords(tag, d.Cause.Name), d.Lifted
	if d.Choice != "" {
		c.Chosen = "public.place.disrupted.chosen-" + d.Choice
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
	from := status.MoveFrom(r.PostForm.Get("from"))
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
