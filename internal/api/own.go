package api

import (
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
)

// What belongs to a request besides how far it is: receipts of photos, helpers who may
// act, and the number of a document that may be kept.

// mandate says that a helper may act for a person.
type mandate struct {
	ID    string   `json:"id"`
	Acts  []string `json:"acts"`
	Until string   `json:"until"` // the last day
}

// addOwn adds to a status what is the person's own.
func (a *api) addOwn(c *call, out *status, number ident.CaseNumber, code ident.Code) error {
	list, err := a.Requests.Photos(c.Context(), number, code)
	if err != nil {
		return err
	}
	for _, p := range list {
		shown := c.photo(p)
		shown.ID = "" // nothing can be done with it here
		out.Photos = append(out.Photos, shown)
	}
	mandates, err := a.Requests.Mandates(c.Context(), number, code)
	if err != nil {
		return err
	}
	for _, m := range mandates {
		if m.Revoked || m.Until.Before(a.Requests.Today()) {
			continue
		}
		out.Helpers = append(out.Helpers, mandate{m.ID, actsOf(m), m.Until.String()})
	}
	out.DocumentKept, err = a.Requests.KeepsDocument(c.Context(), number, code)
	return err
}

func actsOf(m request.Mandate) []string {
	var acts []string
	for _, act := range m.Scope {
		acts = append(acts, string(act))
	}
	return acts
}

// revoke ends the mandate of a helper. A repeat succeeds too.
func (a *api) revoke(c *call) (answer, error) {
	id := c.in.need("mandate")
	number, code, err := a.numberAndCode(c)
	if err != nil {
		return answer{}, err
	}
	err = a.Requests.Revoke(c.Context(), number, code, id)
	if fault.Is(err, fault.TooLate) {
		err = nil
	}
	return answer{status: http.StatusNoContent}, err
}

// forget erases the number of a document that its person had let us keep.
func (a *api) forget(c *call) (answer, error) {
	number, code, err := a.numberAndCode(c)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, a.Requests.Forget(c.Context(), number, code)
}

// place is a counter as it stands.
type place struct {
	ID      string `json:"id"`
	Name    words  `json:"name"`
	State   string `json:"state"`
	Address string `json:"address,omitempty"`
	OpensOn string `json:"opensOn,omitempty"`
	Hours   string `json:"hours,omitempty"`
}

type places struct {
	Counters []place `json:"counters"`
}

// showCounters tells where the counters are. One that is only announced has no day or
// address, and none is made up.
func (a *api) showCounters(c *call) (answer, error) {
	list, err := a.Requests.Locations.Of(c.Context())
	if err != nil {
		return answer{}, err
	}
	out := places{[]place{}}
	for _, l := range list {
		out.Counters = append(out.Counters, place{l.ID, c.words(a.Requests.Pack, l.Name), string(l.On(a.Requests.Today())), l.Address,
			l.OpensOn.String(), l.Week.String()})
	}
	return answer{status: http.StatusOK, body: out}, nil
}
