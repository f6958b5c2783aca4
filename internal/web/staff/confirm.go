package staff

import (
	"net/http"

	"loket/internal/fault"
	people "loket/internal/staff"
	"loket/internal/web/form"
)

// confirmation is a button that asks a passkey, for the template "confirm".
type confirmation struct {
	Action  string // path without language
	Act     string // "get" asks a passkey; "create" makes one
	Options string // for the browser, JSON
	Hidden  []hidden
	Label   *form.Text // what the member calls the passkey; nil where none is made
	Button  string     // message key
}

// hidden is a field that the person does not see.
type hidden struct{ Name, Value string }

// ask returns the button with which m confirms exactly content, about object, by the
// form that goes to action. Until the answer comes its challenge is kept in the
// session, one for each object.
func (p *Pages) ask(r *http.Request, m people.Member, object string, content []byte, action, button string, fields ...hidden) (confirmation, error) {
	c, err := p.Staff.BeginConfirm(r.Context(), m, object, content)
	if err != nil {
		return confirmation{}, err
	}
	return p.pending(r, "confirm "+object, c, confirmation{Action: action, Act: "get", Button: button, Hidden: fields}), nil
}

// answered returns what ask began about object, and what the passkey answered. It can
// be answered once.
func (p *Pages) answered(r *http.Request, object string) (people.Ceremony, []byte, error) {
	return p.taken(r, "confirm "+object)
}

// pending keeps a ceremony in the session under a name, and completes its button.
func (p *Pages) pending(r *http.Request, name string, c people.Ceremony, button confirmation) confirmation {
	p.Sessions.Keep(r.Context(), name, c.State)
	button.Options = string(c.Options)
	return button
}

// taken returns the ceremony of a name, which is spent then, and the passkey's answer.
func (p *Pages) taken(r *http.Request, name string) (c people.Ceremony, response []byte, err error) {
	answer, err := formField(r, "response")
	if err == nil && answer == "" {
		err = fault.New(fault.Invalid, "staff.passkey.script", "a form came without the answer of a passkey")
	}
	if err != nil {
		return c, nil, err
	}
	if c.State = p.Sessions.Spend(r.Context(), name); c.State == nil {
		return c, nil, fault.New(fault.TooLate, "staff.passkey.again", "no ceremony is begun")
	}
	return c, []byte(answer), nil
}
