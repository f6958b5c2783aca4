package public

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/request"
	"loket/internal/upload"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/throttle"
)

// place is where photos belong: to the case of an open message that asks for them, or
// to a form that was begun and shows that they will be asked.
type place struct {
	caseID  string
	base    string // path of its pages
	session mailbox.Session
	message bool // it is an open message
}

// inMessage finds the place of photos in an open message.
func (p *Pages) inMessage(r *http.Request) (place, error) {
	session, thread, err := p.thread(r)
	if err == nil && thread.Body.Kind != request.MessageAsked {
		err = fault.New(fault.NotFound, "", "the open message asks for no photo")
	}
	if err == nil {
		var takes bool
		if takes, err = p.Requests.TakesPhotos(r.Context(), thread.CaseID); err == nil && !takes {
			err = errDecided
		}
	}
	return place{thread.CaseID, "/message", session, true}, err
}

// inDraft finds the place of photos in a form that was begun.
func (p *Pages) inDraft(r *http.Request) (place, error) {
	d, err := p.draft(r)
	if err == nil && !p.photosWanted(d.answers) {
		err = errNotWanted
	}
	return place{caseID: d.answers.Case, base: "/proof"}, err
}

var errDecided = fault.New(fault.TooLate, "request.photos.decided", "the case was decided")

var errNotWanted = fault.New(fault.Denied, "", "the form shows no need of a photo")

// noPlace answers a page of photos in a form that is not there or needs none.
func (p *Pages) noPlace(w http.ResponseWriter, r *http.Request, err error) error {
	if errors.Is(err, errNotWanted) { // an answer was changed
		return p.site.Redirect(w, r, "/proof/check")
	}
	return p.noDraft(w, r, err)
}

// photosWanted reports whether the answers themselves show that a document will be
// asked, which nobody has to be looked up for: without a number or a date of birth
// nothing is proved automatically. At a counter the document itself is seen.
func (p *Pages) photosWanted(a request.Answers) bool {
	way, err := p.form.Way(a)
	return err == nil && way.Outcome == request.WayDigital && a.Case != "" &&
		(a.NumberAsked && a.Number.IsZero() || a.BirthAsked && a.Birth.IsZero())
}

// registerPhotos adds the pages that take photos, in a message and in the form.
func (p *Pages) registerPhotos(site *web.Site) {
	doors := []struct {
		base string
		find func(*http.Request) (place, error)
		over func(http.ResponseWriter, *http.Request, error) error
	}{{"/message", p.inMessage, p.over}, {"/proof", p.inDraft, p.noPlace}}
	for _, door := range doors {
		at := func(handle func(http.ResponseWriter, *http.Request, place) error) web.Handler {
			return func(w http.ResponseWriter, r *http.Request) error {
				at, err := door.find(r)
				if err != nil {
					form.Drop(r)
					return door.over(w, r, err)
				}
				if err := p.Uploads.Ready(r.Context()); err != nil {
					form.Drop(r)
					return err
				}
				return handle(w, r, at)
			}
		}
		site.Page("GET "+door.base+"/photos", at(p.photos))
		site.Page("GET "+door.base+"/photos/{kind}", at(p.askPhoto))
		site.UncountedPage("POST "+door.base+"/photos/{kind}", at(p.takePhoto))
		site.Page("POST "+door.base+"/photos/remove", at(p.removePhoto))
		site.UncountedPage("POST "+door.base+"/photos/parts", p.forScript(door.find, p.beginParts))
		site.UncountedPage("GET "+door.base+"/photos/parts/{id}", p.forScript(door.find, p.countParts))
		site.UncountedPage("POST "+door.base+"/photos/parts/{id}", p.forScript(door.find, p.takePart))
		site.UncountedPage("POST "+door.base+"/photos/parts/{id}/finish", p.forScript(door.find, p.finishParts))
	}
	site.Page("POST /message/photos/send", p.sendPhotos)
}

// Photos cost a decoder, and a line that somebody holds for minutes.
var (
	photosOfCase = throttle.Limit{Name: "photos", By: throttle.Identifier, Burst: 20, Every: 2 * time.Minute,
		Why: "A person sends two photos and takes some again; each is decoded."}
	photosOfSource = throttle.Limit{Name: "photos-by-source", By: throttle.Source, Burst: 200, Every: 5 * time.Second,
		Why: "A shelter sends the photos of all its people on one evening; a machine cannot go on."}
)

// wholePhotos bounds photos of at most 12 MB that arrive whole and lie in memory, over
// lines that may be as slow as somebody likes.
var wholePhotos = throttle.Places{Name: "photos-whole", All: 32, Each: 4}

// countPhoto counts a photo that somebody begins to send.
func (p *Pages) countPhoto(r *http.Request, at place) error {
	if err := p.site.Count(r, photosOfSource, ""); err != nil {
		return err
	}
	return p.site.Count(r, photosOfCase, at.caseID)
}

// photoPage asks for one photo. It is the one page for people with a script, which
// sends the photo in pieces; without it the photo is the form.
type photoPage struct {
	web.Page
	Kind      string
	Base      string
	File      form.File
	Script    string   // path; empty where none was built
	Piece     int      // bytes of a piece
	Documents []string // message keys of what is accepted, where it is the document
}

// piece is how many bytes the script sends at a time: what a break of the line costs.
const piece = 256 << 10

func (p *Pages) newPhotoPage(r *http.Request, at place) (*photoPage, error) {
	kind := r.PathValue("kind")
	if kind != string(upload.Document) && kind != string(upload.Card) {
		return nil, fault.New(fault.NotFound, "", "no such kind of photo")
	}
	page := &photoPage{Page: web.Page{Title: "public.photo." + kind + ".title", Back: at.base + "/photos"}, Kind: kind, Base: at.base,
		File:   form.File{Name: "photo", Label: "public.photo.camera", Hint: "public.photo.hint", Who: "public.reply.who"},
		Script: p.site.Assets.Script("upload.js"), Piece: piece}
	if kind == string(upload.Document) {
		page.Documents = p.acceptedDocuments()
	}
	return page, nil
}

func (p *Pages) renderPhoto(w http.ResponseWriter, r *http.Request, page *photoPage) error {
	if page.Script != "" {
		web.AllowScript(w)
	}
	return p.site.Render(w, r, "photo", page)
}

func (p *Pages) askPhoto(w http.ResponseWriter, r *http.Request, at place) error {
	page, err := p.newPhotoPage(r, at)
	if err != nil {
		return err
	}
	return p.renderPhoto(w, r, page)
}

// takePhoto takes a photo that comes whole, in a form of its own.
func (p *Pages) takePhoto(w http.ResponseWriter, r *http.Request, at place) error {
	page, err := p.newPhotoPage(r, at)
	if err == nil {
		err = p.countPhoto(r, at)
	}
	if err != nil {
		form.Drop(r)
		return err
	}
	release, err := p.site.Hold(r, wholePhotos, "photo.busy")
	if err != nil {
		form.Drop(r)
		return err
	}
	defer release()
	content, err := form.ReadFile(w, r, &page.File)
	if err != nil {
		return err
	}
	if content != nil {
		_, err := p.Uploads.Add(r.Context(), at.caseID, upload.Kind(page.Kind), bytes.NewReader(content))
		if err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
		if err != nil {
			page.File.Error = fault.Key(err)
		}
	}
	if page.Problems = form.Problems(&page.File); page.Problems != nil {
		return p.renderPhoto(w, r, page)
	}
	return p.site.Redirect(w, r, at.base+"/photos")
}

// photosPage shows which photos came and how clear they look, and sends them.
type photosPage struct {
	web.Page
	Base     string
	Photos   []photoView
	Document bool   // a photo of a document is among them
	Card     bool   // and one of the card
	More     bool   // another may come
	Whole    bool   // there is one to send
	Message  bool   // they are sent from here; else with the form
	Key      string // so that they are sent once
	Owner    string // who asks
	Days     int    // they live at most
}

// photoView is a photo as its person sees it: what is on it is not shown back.
type photoView struct {
	ID       string
	Kind     string
	Arriving bool     // it has not come whole
	Sent     bool     // somebody may be looking at it
	Advice   []string // message keys; none where it looks clear
}

func (p *Pages) photos(w http.ResponseWriter, r *http.Request, at place) error {
	page, err := p.newPhotosPage(r, at)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, "photos", page)
}

func (p *Pages) newPhotosPage(r *http.Request, at place) (*photosPage, error) {
	all, err := p.Uploads.List(r.Context(), p.Uploads.DB, at.caseID)
	if err != nil {
		return nil, err
	}
	page := &photosPage{Page: web.Page{Title: "public.photos.title", Back: at.base}, Base: at.base, Message: at.message,
		Key: ident.NewID(p.Random, "key"), Owner: p.pack.Owner, Days: p.Requests.Schema.Lifetimes["photo"].Days}
	if !at.message {
		page.Back = "/proof/check"
	}
	for _, one := range all {
		if one.State != upload.Arriving && one.State != upload.Kept {
			continue
		}
		view := photoView{ID: one.ID, Kind: string(one.Kind), Arriving: one.State == upload.Arriving, Sent: one.Sent}
		for _, advice := range one.Advice {
			view.Advice = append(view.Advice, "photo.advice."+string(advice))
		}
		page.Photos = append(page.Photos, view)
		page.Whole = page.Whole || !view.Arriving && !view.Sent
		page.Document = page.Document || one.Kind == upload.Document && !view.Arriving
		page.Card = page.Card || one.Kind == upload.Card && !view.Arriving
	}
	// Those of the document first, whatever came first.
	slices.SortStableFunc(page.Photos, func(a, b photoView) int { return strings.Compare(b.Kind, a.Kind) })
	page.More = len(page.Photos) < upload.MaxLiving
	return page, nil
}

// removePhoto destroys a photo that its person takes back.
func (p *Pages) removePhoto(w http.ResponseWriter, r *http.Request, at place) error {
	id := form.Text{Name: "photo"}
	if err := form.Read(r, &id); err != nil {
		return err
	}
	// A second press of the button finds it gone.
	if err := p.Uploads.Remove(r.Context(), at.caseID, id.Value); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return p.site.Redirect(w, r, at.base+"/photos")
}

// sendPhotos sends the photos that came as the answer to the message. What its person
// forgets to send is sent for them, by the mailbox.
func (p *Pages) sendPhotos(w http.ResponseWriter, r *http.Request) error {
	at, err := p.inMessage(r)
	if err != nil {
		return p.over(w, r, err)
	}
	key := form.Text{Name: "key"}
	if err := form.Read(r, &key); err != nil {
		return err
	}
	page, err := p.newPhotosPage(r, at)
	if err != nil {
		return err
	}
	if !page.Whole { // sent already, or taken back
		return p.site.Redirect(w, r, "/message/photos")
	}
	if err := p.Mailbox.Reply(r.Context(), at.session, ident.Private{}, key.Value); err != nil {
		return p.over(w, r, err)
	}
	return p.site.Redirect(w, r, "/message?photos")
}
