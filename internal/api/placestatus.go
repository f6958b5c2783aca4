package api

import (
	"context"
	"net/http"

	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/rules"
)

// askStatus is how an ask stands, as on its page.
type askStatus struct {
	Number       string        `json:"number"`
	Ticket       string        `json:"ticket"`
	Receipt      string        `json:"receipt"` // signed
	State        string        `json:"state"`
	Asked        string        `json:"asked"`
	Draw         int64         `json:"draw"`
	Closes       string        `json:"closes"`
	Drawn        bool          `json:"drawn"`
	Ahead        *int64        `json:"ahead,omitempty"` // of whoever waits in a line that is drawn
	Contested    bool          `json:"contested"`
	Urgent       bool          `json:"urgent,omitempty"`
	Offer        *held         `json:"offer,omitempty"`
	Near         bool          `json:"near,omitempty"`       // its first reminder was due
	PaperShort   bool          `json:"paperShort,omitempty"` // somebody's paper will not be valid long enough
	Appointments []appointment `json:"appointments"`
	Moving       *moving       `json:"moving,omitempty"`     // of whoever has a place and looks for another
	MovesLeft    *int          `json:"movesLeft,omitempty"`  // of whoever has a place
	Disruption   *disrupted    `json:"disruption,omitempty"` // of the day of that place
	Documents    []document    `json:"documents"`
	Pauses       []pause       `json:"pauses"` // of what it waits for
}

// held is a time that is held for somebody.
type held struct {
	ID         string `json:"id"`
	Location   spot   `json:"location"`
	Starts     string `json:"starts"`
	People     int    `json:"people"`
	Until      string `json:"until"`
	LatersLeft int    `json:"latersLeft"`
}

// appointment is a time that somebody has.
type appointment struct {
	Member   int    `json:"member"` // from one, as they stand in the form
	Product  string `json:"product"`
	Location spot   `json:"location"`
	Starts   string `json:"starts"`
	State    string `json:"state"`
	Short    string `json:"short,omitempty"`  // its code, as spoken, while it is to come
	Signed   string `json:"signed,omitempty"` // the same for a QR symbol
}

func (a *api) showAsk(c *call) (answer, error) {
	number, code, err := a.numberAndCode(c)
	if err != nil {
		return answer{}, err
	}
	s, err := a.Planner.Status(c.Context(), number, code)
	if err != nil {
		return answer{}, err
	}
	out := askStatus{Number: s.Number.Spoken(), Ticket: s.Ticket, Receipt: s.Receipt, State: string(s.State), Asked: instant(s.Asked), Draw: s.Draw,
		Closes: instant(s.Closes), Drawn: s.Drawn, Contested: s.Contested, Urgent: s.Urgent, Near: s.Near, PaperShort: s.PaperShort, Appointments: []appointment{},
		Documents: a.documents(c, s.Documents), Pauses: []pause{}}
	if s.Drawn && s.State == planner.Waiting {
		out.Ahead = &s.Ahead
	}
	if o := s.Offer; o != nil {
		out.Offer = &held{o.ID, a.spot(c, o.Location, rules.DayOf(o.Starts)), instant(o.Starts), o.People, instant(o.Until), o.Laters}
	}
	for _, at := range s.Appointments {
		out.Appointments = append(out.Appointments, appointment{at.Member, at.Product, a.spot(c, at.Location, rules.DayOf(at.Starts)),
			instant(at.Starts), at.State, at.Short.Spoken(), at.Slip})
	}
	out.addMove(c, a.Planner.Pack, s)
	for _, p := range s.Pauses {
		out.Pauses = append(out.Pauses, a.pause(c, p))
	}
	return answer{status: http.StatusOK, body: out}, nil
}

// answerOffer says what a person wants with a time that is held for them.
func (a *api) answerOffer(c *call) (answer, error) {
	said := c.in.choice("answer", []string{string(planner.Accept), string(planner.Other), string(planner.Later), string(planner.Decline), string(planner.Keep)})
	c.in.need("answer")
	offer := c.in.need("offer")
	return a.doWithAsk(c, func(ctx context.Context, number ident.CaseNumber, code ident.Code) error {
		return a.Planner.Answer(ctx, number, code, offer, planner.Answer(said))
	})
}

// cancelAsk gives the appointments of an ask back.
func (a *api) cancelAsk(c *call) (answer, error) { return a.doWithAsk(c, a.Planner.Cancel) }

// withdrawAsk ends an ask.
func (a *api) withdrawAsk(c *call) (answer, error) { return a.doWithAsk(c, a.Planner.Withdraw) }

// wakeAsk puts an ask that rests on the list that is open.
func (a *api) wakeAsk(c *call) (answer, error) { return a.doWithAsk(c, a.Planner.Wake) }

// doWithAsk does something with the ask whose number and code are in the body.
func (a *api) doWithAsk(c *call, do func(context.Context, ident.CaseNumber, ident.Code) error) (answer, error) {
	number, code, err := a.numberAndCode(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, do(c.Context(), number, code)
}
