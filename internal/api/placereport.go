package api

import (
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/report"
)

// Members of a report.
const (
	memberKind    = "kind"
	memberSaid    = "text"
	memberContact = "contact"
)

// reported is the receipt of a report.
type reported struct {
	Number string `json:"number"`
}

// report takes a report of fraud in. Nobody says who they are.
func (a *api) report(c *call) (answer, error) {
	b := c.in
	sending := report.Sending{Kind: b.choice(memberKind, itemIDs(a.Planner.Pack, report.ListKinds)), Text: ident.NewPrivate(b.need(memberSaid))}
	b.need(memberKind)
	contact, _ := b.text(memberContact)
	sending.Contact = ident.NewPrivate(contact)
	key, keyErr := c.idempotencyKey()
	if err := b.err(); err != nil {
		return answer{}, err
	}
	if keyErr != nil {
		return answer{}, keyErr
	}
	sending.Key = key
	number, err := a.Reports.Send(c.Context(), sending)
	switch fault.Key(err) {
	case "report.text-long":
		b.bad(memberSaid, fault.Key(err))
		return answer{}, b.err()
	case "report.contact-long":
		b.bad(memberContact, fault.Key(err))
		return answer{}, b.err()
	}
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, body: reported{number.Spoken()}}, nil
}
