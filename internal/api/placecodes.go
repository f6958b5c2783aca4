package api

import (
	"net/http"
	"strings"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/rules"
)

// codeKeys are the keys under which codes on appointments can be believed.
type codeKeys struct {
	Keys []string `json:"keys"` // the one in use first
}

func (a *api) showCodeKeys(*call) (answer, error) {
	return answer{status: http.StatusOK, body: codeKeys{a.Planner.SlipKeys()}}, nil
}

// showRevoked gives the list of codes that are no longer good exactly as it is signed.
func (a *api) showRevoked(c *call) (answer, error) {
	file, err := a.Planner.Revoked(c.Context())
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, raw: file}, nil
}

// codeVerdict is all that is told of a code. Location and start are there only for whoever
// knows the birth date of its person.
type codeVerdict struct {
	Verdict  string `json:"verdict"`
	Location *spot  `json:"location,omitempty"`
	Starts   string `json:"starts,omitempty"`
}

// checkCode says whether the code of an appointment is genuine and live.
func (a *api) checkCode(c *call) (answer, error) {
	typed, today := c.in.need("code"), a.Planner.Today().String()
	birth, _ := parse(c.in, memberBirthDate, func(text string) (ident.BirthDate, error) { return ident.ParseBirthDate(text, today) })
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	if err := a.count(c.Request, ByNumber, strings.Join(strings.Fields(typed), "")); err != nil {
		return answer{}, err
	}
	checked, err := a.Planner.CheckCode(c.Context(), typed, birth)
	if fault.Is(err, fault.Invalid) {
		c.in.bad("code", fault.Key(err))
		return answer{}, c.in.err()
	}
	if err != nil {
		return answer{}, err
	}
	out := codeVerdict{Verdict: string(checked.Verdict)}
	if checked.Location != nil {
		place := a.spot(c, *checked.Location, rules.DayOf(checked.Starts))
		out.Location, out.Starts = &place, instant(checked.Starts)
	}
	return answer{status: http.StatusOK, body: out}, nil
}
