package staff

import (
	"net/http"

	"loket/internal/fault"
	people "loket/internal/staff"
	"loket/internal/web/form"
)

// codeRoutes are for the code on an appointment, scanned or typed.
func (p *Pages) codeRoutes() []route {
	return []route{
		{pattern: "POST /place/at/{place}/code", roles: atCounter, fields: []string{"case: number"}, handle: p.openCode},
	}
}

// codeField takes the text of a QR symbol, as a scanner types it, or a short code.
func codeField() form.Text {
	return form.Text{Name: "appointment", Label: "staff.codes.label", Hint: "staff.codes.hint", Latin: true, Autocomplete: "off"}
}

// openCode opens the appointment of today whose code its person shows. The document is
// compared with the name on it then, as with number and code.
func (p *Pages) openCode(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newTurnsPage(r, m)
	if err != nil {
		return err
	}
	if err := form.Read(r, &page.Appointment); err != nil {
		return err
	}
	page.Appointment.Require("staff.codes.missing")
	if page.Problems = form.Problems(&page.Appointment); page.Problems != nil {
		return p.render(w, r, "place-turns", page)
	}
	lease, used, err := p.Planner.OpenCode(r.Context(), m, page.Appointment.Value)
	switch {
	case err == nil:
		return p.site.Redirect(w, r, guestPath(lease.ID))
	case !fault.Is(err, fault.TooLate) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid):
		return err
	}
	page.Appointment.Error = fault.Key(err)
	page.Problems = form.Problems(&page.Appointment)
	if !used.IsZero() {
		page.UsedDay, page.UsedTime = used.Format("2006-01-02"), used.Format(wallClock)
	}
	return p.render(w, r, "place-turns", page)
}
