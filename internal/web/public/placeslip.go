package public

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"slices"

	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/qr"
	"loket/internal/web"
	"loket/internal/web/form"
)

// codeView is the code on an appointment.
type codeView struct {
	ID      string // of the appointment
	Short   string // as spoken
	Picture string // of the signed one: PNG in base64, a quarter of what it would be as SVG; or empty
}

// newCodeView returns the code of an appointment that is still to come.
func newCodeView(a planner.Appointment, picture bool) (*codeView, error) {
	if a.Slip == "" {
		return nil, nil
	}
	view := &codeView{ID: a.ID, Short: a.Short.Spoken()}
	if !picture {
		return view, nil
	}
	symbol, err := qr.Encode(a.Slip, qr.M)
	if err != nil {
		return nil, err
	}
	var png bytes.Buffer
	if err := symbol.WritePNG(&png, pictureScale); err != nil {
		return nil, err
	}
	view.Picture = base64.StdEncoding.EncodeToString(png.Bytes())
	return view, nil
}

// placeSlipPage is one appointment on paper: for the counter, and for whoever has no
// phone to show.
type placeSlipPage struct {
	web.Page
	Appointment appointmentView
	Pass        string
}

// takeSlip shows one appointment with its code, to be shown or printed.
func (p *Pages) takeSlip(w http.ResponseWriter, r *http.Request) error {
	return p.withAppointment(w, r, func(a planner.Appointment, several bool, who pass) error {
		page := &placeSlipPage{Page: web.Page{Title: "public.place.slip.title", Back: "/place/status"}}
		var err error
		if page.Pass, err = sealed(p.passEnvelope(), who); err != nil {
			return err
		}
		page.Appointment = p.appointmentOf(p.site.Language(r), a)
		page.Appointment.Several = several
		if page.Appointment.Code, err = newCodeView(a, true); err != nil {
			return err
		}
		return p.site.Render(w, r, "place-slip", page)
	})
}

// withAppointment does something with an appointment that is still to come, for whoever
// has number and code. What is no more is shown as it stands.
func (p *Pages) withAppointment(w http.ResponseWriter, r *http.Request, do func(a planner.Appointment, several bool, who pass) error) error {
	if err := form.Read(r); err != nil {
		return err
	}
	who, err := opened[pass](p.passEnvelope(), r.PostForm.Get("pass"))
	if err != nil {
		page := newPlaceStatusPage()
		page.Done = "public.place.status.over"
		return p.site.Render(w, r, "place-status", page)
	}
	status, err := p.Planner.Status(r.Context(), who.Number, who.Code)
	if fault.Is(err, fault.NotFound) { // destroyed meanwhile
		return p.site.Redirect(w, r, "/place/status")
	}
	if err != nil {
		return shut(err)
	}
	i := slices.IndexFunc(status.Appointments, func(a planner.Appointment) bool {
		return a.Slip != "" && a.ID == r.PostForm.Get("appointment")
	})
	if i < 0 {
		return p.showPlaceStatus(w, r, who, "planner.state")
	}
	return do(status.Appointments[i], len(status.Appointments) > 1, who)
}
