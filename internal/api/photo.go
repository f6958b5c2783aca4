package api

import (
	"net/http"
	"strconv"

	"loket/internal/fault"
	"loket/internal/request"
	"loket/internal/upload"
)

// Photos come in pieces, at the resource of an open message that asks for a document or
// of a form that was begun, so that a line that breaks costs one piece.

// photo is what may be told of a photo; the picture itself never comes back.
type photo struct {
	ID        string   `json:"id,omitempty"`
	Kind      string   `json:"kind"`
	State     string   `json:"state"`
	Advice    []advice `json:"advice"`
	Received  string   `json:"received"`
	Sent      bool     `json:"sent"`
	Have      int64    `json:"have,omitempty"` // bytes that came of one that arrives
	Destroyed string   `json:"destroyed,omitempty"`
	Rule      string   `json:"rule,omitempty"`
	Receipt   string   `json:"receipt,omitempty"`
}

// advice is what its taker could do better; the photo may be sent all the same.
type advice struct {
	Code     string `json:"code"`
	Detail   string `json:"detail"`
	Language string `json:"language"`
}

func (c *call) photo(p upload.Photo) photo {
	out := photo{ID: p.ID, Kind: string(p.Kind), State: p.State, Advice: []advice{}, Received: p.Received, Sent: p.Sent,
		Destroyed: p.Destroyed, Rule: p.Rule, Receipt: p.Receipt}
	if out.Rule == upload.Refusal {
		out.Rule = upload.Decision // yes and no look alike until the answer is opened
	}
	for _, a := range p.Advice {
		text := c.texts.Get("photo.advice."+string(a), nil)
		out.Advice = append(out.Advice, advice{string(a), text.Text, string(text.Lang)})
	}
	return out
}

// placeOf finds the case whose photos a call is about.
type placeOf func(c *call) (caseID string, err error)

// inMessage is the case of the open message, if that asks for a document.
func (a *api) inMessage(c *call) (string, error) {
	t, err := a.thread(c)
	if err == nil && t.Body.Kind != request.MessageAsked {
		err = fault.New(fault.NotFound, "api.not-found", "the open message asks for no document")
	}
	if err != nil {
		return "", err
	}
	takes, err := a.Requests.TakesPhotos(c.Context(), t.CaseID)
	if err == nil && !takes {
		err = fault.New(fault.NotFound, "api.not-found", "case %s was decided", t.CaseID)
	}
	return t.CaseID, err
}

// inDraft is the case that a form will become, if its answers show that a document will
// be asked.
func (a *api) inDraft(c *call) (string, error) {
	code, err := c.draftCode()
	if err != nil {
		return "", err
	}
	answers, err := a.Requests.LoadDraft(c.Context(), code)
	if err != nil {
		return "", err
	}
	way, err := a.Requests.Route(answers)
	if err != nil {
		return "", err
	}
	if way.Outcome != request.WayDigital || answers.Case == "" || !(answers.NumberAsked && answers.Number.IsZero() ||
		answers.BirthAsked && answers.Birth.IsZero()) {
		return "", fault.New(fault.NotFound, "api.not-found", "the form shows no need of a photo")
	}
	return answers.Case, nil
}

// photoRoutes are the calls about photos below path.
func (a *api) photoRoutes(path string, place placeOf) []route {
	at := func(handle func(*call, string) (answer, error)) func(*call) (answer, error) {
		return func(c *call) (answer, error) {
			caseID, err := place(c)
			if err != nil {
				return answer{}, err
			}
			return handle(c, caseID)
		}
	}
	return []route{
		{"GET", path, at(a.listPhotos), kindJSON},
		{"POST", path, at(a.beginPhoto), kindJSON},
		{"GET", path + "/{id}", at(a.showPhoto), kindJSON},
		{"DELETE", path + "/{id}", at(a.removePhoto), kindJSON},
		{"PUT", path + "/{id}/pieces/{start}", at(a.takePiece), kindJSON},
		{"POST", path + "/{id}/completions", at(a.finishPhoto), kindJSON},
	}
}

type photos struct {
	Photos []photo `json:"photos"`
}

func (a *api) listPhotos(c *call, caseID string) (answer, error) {
	list, err := a.Uploads.List(c.Context(), a.Uploads.DB, caseID)
	if err != nil {
		return answer{}, err
	}
	out := photos{[]photo{}}
	for _, p := range list {
		out.Photos = append(out.Photos, c.photo(p))
	}
	return answer{status: http.StatusOK, body: out}, nil
}

// beginPhoto takes a photo in hand. One begun twice ends by itself.
func (a *api) beginPhoto(c *call, caseID string) (answer, error) {
	kind := c.in.choice("kind", []string{string(upload.Document), string(upload.Card)})
	c.in.need("kind")
	size := c.in.number("size")
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	if err := a.count(c.Request, PhotosBySource, ""); err != nil {
		return answer{}, err
	}
	if err := a.count(c.Request, PhotosOfCase, caseID); err != nil {
		return answer{}, err
	}
	if err := a.Uploads.Ready(c.Context()); err != nil {
		return answer{}, err
	}
	id, err := a.Uploads.Begin(c.Context(), caseID, upload.Kind(kind), size)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, body: photo{ID: id, Kind: kind, State: upload.Arriving, Advice: []advice{},
		Received: a.Requests.Today().String()}}, nil
}

func (a *api) showPhoto(c *call, caseID string) (answer, error) {
	list, err := a.Uploads.List(c.Context(), a.Uploads.DB, caseID)
	if err != nil {
		return answer{}, err
	}
	for _, p := range list {
		if p.ID != c.PathValue("id") {
			continue
		}
		out := c.photo(p)
		if p.State == upload.Arriving {
			if out.Have, err = a.Uploads.Have(c.Context(), caseID, p.ID); err != nil {
				return answer{}, err
			}
		}
		return answer{status: http.StatusOK, body: out}, nil
	}
	return answer{}, fault.New(fault.NotFound, "upload.gone", "no such photo")
}

// removePhoto destroys a photo that its person takes back. A repeat succeeds too.
func (a *api) removePhoto(c *call, caseID string) (answer, error) {
	err := a.Uploads.Remove(c.Context(), caseID, c.PathValue("id"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, nil
}

// dropPhotos destroys what of a case was not sent.
func (a *api) dropPhotos(c *call, caseID string) error {
	list, err := a.Uploads.List(c.Context(), a.Uploads.DB, caseID)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.Sent || p.State != upload.Arriving && p.State != upload.Kept {
			continue
		}
		if err := a.Uploads.Remove(c.Context(), caseID, p.ID); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

type pieceCame struct {
	Have int64 `json:"have"`
}

func (a *api) takePiece(c *call, caseID string) (answer, error) {
	start, err := strconv.ParseInt(c.PathValue("start"), 10, 64)
	if err != nil || start < 0 {
		return answer{}, fault.New(fault.NotFound, "api.not-found", "start of a piece is no number")
	}
	release, err := a.hold(c.Request, photoPieces)
	if err != nil {
		return answer{}, err
	}
	defer release()
	have, err := a.Uploads.Part(c.Context(), caseID, c.PathValue("id"), start, c.Body)
	return answer{status: http.StatusOK, body: pieceCame{have}}, err
}

// finishPhoto makes a photo of its pieces. A repeat gives the same photo.
func (a *api) finishPhoto(c *call, caseID string) (answer, error) {
	p, err := a.Uploads.Finish(c.Context(), caseID, c.PathValue("id"))
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: c.photo(p)}, nil
}
