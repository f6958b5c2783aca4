package api

import (
	"net/http"
	"slices"

	"loket/internal/request"
	"loket/internal/rules"
)

// decision is which way is for a person, and why.
type decision struct {
	Outcome    string   `json:"outcome"`
	Pack       string   `json:"pack"`
	Hash       string   `json:"hash"`
	On         string   `json:"on"`
	Reasons    []reason `json:"reasons"`
	Missing    []string `json:"missing"` // members to ask, the next one first
	Text       *text    `json:"text,omitempty"`
	OtherRoute *item    `json:"otherRoute,omitempty"` // who helps instead
	Document   string   `json:"documentOutcome,omitempty"`
	Warnings   []field  `json:"warnings,omitempty"`
}

// reason is one step of the way to an outcome.
type reason struct {
	Kind   string  `json:"kind"`
	ID     string  `json:"id"`
	Text   words   `json:"text"`
	From   string  `json:"from,omitempty"`
	To     string  `json:"to,omitempty"`
	Owner  string  `json:"owner,omitempty"`
	Source *source `json:"source,omitempty"`
}

// decideRoute tells which way is for somebody with the answers so far, or what to ask
// next. Nothing is kept.
func (a *api) decideRoute(c *call) (answer, error) {
	answers := a.answers(c.in)
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	d, err := a.Requests.Route(answers)
	if err != nil {
		return answer{}, err
	}
	out := decision{Outcome: d.Outcome, Pack: d.Pack, Hash: d.Hash, On: d.On.String(), Reasons: c.reasons(a.Requests.Pack, d),
		Missing: missing(d), OtherRoute: a.otherRoute(c, d, answers), Warnings: c.explained(warnings(answers))}
	if out.Text, err = a.text(c, d.Outcome, nil); err != nil {
		return answer{}, err
	}
	if answers.Document != "" {
		way, err := a.Requests.DocumentWay(answers)
		if err != nil {
			return answer{}, err
		}
		out.Document = way.Outcome
		out.Reasons = append(out.Reasons, c.reasons(a.Requests.Pack, way)...)
	}
	return answer{status: http.StatusOK, body: out}, nil
}

func (c *call) reasons(pack *rules.Pack, d rules.Decision) []reason {
	reasons := []reason{}
	for _, r := range d.Reasons {
		out := reason{Kind: string(r.Kind), ID: r.ID, Text: c.words(pack, r.Text), From: r.Dates.From.String(), To: r.Dates.To.String(), Owner: r.Owner}
		if s, ok := pack.Source(r.Source); ok {
			out.Source = &source{s.Title, s.Where, s.On.String()}
		}
		reasons = append(reasons, out)
	}
	return reasons
}

// otherRoute returns the route that the pack names beside what somebody chose, where this
// one is not theirs.
func (a *api) otherRoute(c *call, d rules.Decision, answers request.Answers) *item {
	if slices.Contains([]string{request.WayDigital, request.WayCounter, request.WayNotKnown}, d.Outcome) {
		return nil
	}
	for _, choice := range [][2]string{{listElsewhere, answers.Municipality}, {listVaccinators, answers.VaccinatedBy}} {
		from, _ := a.Requests.Pack.Item(choice[0], choice[1])
		if to, ok := a.Requests.Pack.Item(listRoutes, from.Fields["route"]); ok {
			out := c.item(a.Requests.Pack, to)
			return &out
		}
	}
	return nil
}
