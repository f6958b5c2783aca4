package staff

import (
	"bytes"
	"net/http"

	"loket/internal/fault"
	"loket/internal/request"
	people "loket/internal/staff"
	"loket/internal/upload"
	"loket/internal/web"
	"loket/internal/web/form"
)

func (p *Pages) helperPersonRoutes() []route {
	const one = "/helper/for/{mandate}"
	return []route{
		{pattern: "GET " + one, roles: helpers, fields: []string{"case number", "steps"}, handle: p.person},
		{pattern: "POST " + one + "/withdraw", roles: helpers, handle: p.personAct(request.Leave, p.withdrawFor)},
		{pattern: "POST " + one + "/reopen", roles: helpers, handle: p.personAct(request.Apply, p.reopenFor)},
		{pattern: "POST " + one + "/end", roles: helpers, handle: p.personAct("", p.endFor)},
		{pattern: "POST " + one + "/leave", roles: helpers, handle: p.personAct("", p.leavePerson)},
		{pattern: "POST " + one + "/photo/{kind}", roles: helpers, handle: p.photoFor},
		{pattern: "POST " + one + "/photos-done", roles: helpers, handle: p.personAct(request.Send, p.photosDone)},
	}
}

// mandateField is the hidden field of every form on a person's page.
const mandateField = "mandate"

// personPage is one person whom a helper helps: how far it is, and what may be done.
type personPage struct {
	web.Page
	Path, Mandate string // the id stands in every form too
	Number        string
	Until         string
	Acts          []string // message keys
	Step          string   // message key; empty where the helper may not follow it
	Received      string
	Withdraw      *form.Tick
	Reopen        bool
	Photos        []personPhoto // forms to send one, and what came
	Arrived       int
	Done          string // message key of what was just done
}

// personPhoto is a form that takes a photo.
type personPhoto struct {
	Action string
	File   form.File
}

// person shows one person. The mandate is asked anew: one that its person took back is
// nothing any more.
func (p *Pages) person(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newPersonPage(r, m)
	if err != nil {
		return err
	}
	if r.URL.Query().Has("sent") {
		page.Done = "staff.helper.photos-sent"
	}
	return p.render(w, r, "helper-person", page)
}

// living returns the mandate of an address, if it is the member's and lives.
func (p *Pages) living(r *http.Request, m people.Member) (request.Mandate, error) {
	list, err := p.Requests.MandatesOf(r.Context(), m)
	if err != nil {
		return request.Mandate{}, err
	}
	for _, mandate := range list {
		if mandate.ID == r.PathValue("mandate") {
			return mandate, nil
		}
	}
	// Asking for an act that it may not have writes down that somebody tried.
	return p.Requests.Acting(r.Context(), m, r.PathValue("mandate"), request.Follow)
}

func (p *Pages) newPersonPage(r *http.Request, m people.Member) (*personPage, error) {
	mandate, err := p.living(r, m)
	if err != nil {
		return nil, err
	}
	page := &personPage{Page: web.Page{Title: "staff.helper.person", Back: pathHelper}, Path: helpedPath(mandate.ID), Mandate: mandate.ID,
		Number: mandate.Number.Spoken(), Until: mandate.Until.String()}
	for _, act := range mandate.Scope {
		page.Acts = append(page.Acts, "counter.act."+string(act))
	}
	open := true
	if mandate.May(request.Follow) {
		status, err := p.Requests.FollowFor(r.Context(), m, mandate.ID)
		if err != nil {
			return nil, err
		}
		open = status.Step != request.StepClosed && status.Step != request.StepWithdrawn
		page.Step, page.Received = "public.status."+string(status.Step), status.Received.String()
		if status.Step == request.StepWithdrawn {
			page.Step = "public.withdraw.done"
		}
		page.Reopen = mandate.May(request.Apply) && status.Reopenable
	}
	if mandate.May(request.Leave) && open {
		page.Withdraw = &form.Tick{Name: "stop", Label: "staff.helper.stop-sure"}
	}
	if mandate.May(request.Send) && open {
		if err := p.addPhotos(r, page, m); err != nil {
			return nil, err
		}
	}
	return page, nil
}

// addPhotos adds the forms that send photos, where this host takes any and the case does.
func (p *Pages) addPhotos(r *http.Request, page *personPage, m people.Member) error {
	if p.Requests.Uploads.Ready(r.Context()) != nil {
		return nil
	}
	photos, wanted, err := p.Requests.PhotosWith(r.Context(), m, page.Mandate)
	if err != nil || !wanted {
		return err
	}
	for _, photo := range photos {
		if photo.Living() {
			page.Arrived++
		}
	}
	for _, kind := range []upload.Kind{upload.Document, upload.Card} {
		page.Photos = append(page.Photos, personPhoto{page.Path + "/photo/" + string(kind),
			form.File{Name: "photo-" + string(kind), Label: "staff.helper.photo-" + string(kind)}})
	}
	return nil
}

// same says that a form belongs to the person whose page it is on: a form of another
// window, or one that was put together, is refused.
func same(r *http.Request, sent string) error {
	if sent != r.PathValue("mandate") {
		return fault.New(fault.Denied, "staff.helper.mixed", "a form of one mandate was sent to another")
	}
	return nil
}

type personAct func(w http.ResponseWriter, r *http.Request, m people.Member, mandateID string) error

// personAct runs an act for the person of an address, if the form is theirs and they
// allowed it. An empty act is the helper's own.
func (p *Pages) personAct(act request.Act, do personAct) handler {
	return func(w http.ResponseWriter, r *http.Request, m people.Member) error {
		sent, err := formField(r, mandateField)
		if err != nil {
			return err
		}
		if err := same(r, sent); err != nil {
			return err
		}
		if act != "" {
			if _, err := p.Requests.Acting(r.Context(), m, sent, act); err != nil {
				return err
			}
		}
		return do(w, r, m, sent)
	}
}

func (p *Pages) withdrawFor(w http.ResponseWriter, r *http.Request, m people.Member, id string) error {
	page, err := p.newPersonPage(r, m)
	if err != nil {
		return err
	}
	if page.Withdraw == nil {
		return fault.New(fault.TooLate, "request.state", "the request has ended")
	}
	if err := form.Read(r, page.Withdraw); err != nil {
		return err
	}
	if !page.Withdraw.Require("staff.counter.stop-missing") {
		page.Problems = form.Problems(page.Withdraw)
		return p.render(w, r, "helper-person", page)
	}
	if err := p.Requests.WithdrawFor(r.Context(), m, id); err != nil {
		return err
	}
	return p.gone(w, r, "staff.counter.stopped", "staff.counter.stopped-text")
}

func (p *Pages) reopenFor(w http.ResponseWriter, r *http.Request, m people.Member, id string) error {
	if err := p.Requests.ReopenFor(r.Context(), m, id); err != nil {
		return err
	}
	return p.site.Redirect(w, r, helpedPath(id))
}

// endFor ends what the helper may do for a person.
func (p *Pages) endFor(w http.ResponseWriter, r *http.Request, m people.Member, id string) error {
	if err := p.Requests.EndMandate(r.Context(), m, id); err != nil {
		return err
	}
	return p.gone(w, r, "staff.helper.ended", "staff.helper.ended-text")
}

// leavePerson leaves nothing of a person in the browser and goes back to the list.
func (p *Pages) leavePerson(w http.ResponseWriter, r *http.Request, _ people.Member, _ string) error {
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return p.site.Redirect(w, r, pathHelper)
}

func (p *Pages) gone(w http.ResponseWriter, r *http.Request, title, text string) error {
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return p.render(w, r, "counter-done", &donePage{web.Page{Title: title, Back: pathHelper}, text})
}

// photoFor takes a photo that the helper makes of a document or a card with its person.
func (p *Pages) photoFor(w http.ResponseWriter, r *http.Request, m people.Member) error {
	kind := upload.Kind(r.PathValue("kind"))
	if kind != upload.Document && kind != upload.Card {
		return fault.New(fault.NotFound, "", "no such kind of photo")
	}
	file, sent := form.File{Name: "photo-" + string(kind)}, form.Text{Name: mandateField}
	content, err := form.ReadFile(w, r, &file, &sent)
	if err != nil {
		return err
	}
	if err := same(r, sent.Value); err != nil {
		return err
	}
	mandate, err := p.Requests.Acting(r.Context(), m, sent.Value, request.Send)
	if err != nil {
		return err
	}
	_, wanted, err := p.Requests.PhotosWith(r.Context(), m, mandate.ID)
	if err != nil {
		return err
	}
	if !wanted {
		return fault.New(fault.TooLate, "request.photos.not-yet", "nobody opened the message of %s", mandate.CaseID)
	}
	if file.Error == "" {
		_, err = p.Requests.Uploads.Add(r.Context(), mandate.CaseID, kind, bytes.NewReader(content))
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLate) {
			file.Error = fault.Key(err)
		} else if err != nil {
			return err
		}
	}
	page, err := p.newPersonPage(r, m)
	if err != nil {
		return err
	}
	if file.Error == "" {
		page.Done = "staff.helper.photo-there"
		return p.render(w, r, "helper-person", page)
	}
	for i := range page.Photos {
		if page.Photos[i].File.Name == file.Name {
			page.Photos[i].File.Error = file.Error
		}
	}
	page.Problems = form.Problems(&file)
	return p.render(w, r, "helper-person", page)
}

// photosDone sends the photos.
func (p *Pages) photosDone(w http.ResponseWriter, r *http.Request, m people.Member, id string) error {
	if err := p.Requests.PhotosFor(r.Context(), m, id); err != nil {
		return err
	}
	return p.site.Redirect(w, r, helpedPath(id)+"?sent")
}
