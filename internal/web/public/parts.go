package public

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"loket/internal/fault"
	"loket/internal/upload"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/throttle"
)

// The script of the photo page sends a photo in pieces and goes on after a break where
// the line left off. What it is told is JSON, and texts are in the person's language.

// partOfCase bounds pieces: 48 make the largest photo.
var partOfCase = throttle.Limit{Name: "photo-pieces", By: throttle.Identifier, Burst: 400, Every: 500 * time.Millisecond,
	Why: "The pieces of four photos, and again those that a bad line lost."}

// photoPieces bounds pieces of photos that arrive at once.
var photoPieces = throttle.Places{Name: "photo-pieces", All: 64, Each: 8}

// told is what the script is told.
type told struct {
	ID   string `json:"id,omitempty"`   // of the photo, to send its pieces to
	Have int64  `json:"have"`           // bytes that came
	Next string `json:"next,omitempty"` // address of the page to go to
	Text string `json:"text,omitempty"` // what is wrong, for the person
}

// forScript returns a handler that answers the script, errors too.
func (p *Pages) forScript(find func(*http.Request) (place, error), handle func(*http.Request, place) (told, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		answer, err := p.answerScript(w, r, find, handle)
		status := http.StatusOK
		if err != nil {
			status = web.Status(err)
			if fault.Key(err) == "photo.busy" {
				status = http.StatusInsufficientStorage // the script tries again, as after a break of the line
			}
			answer.Text = p.Catalogue.In(p.site.Language(r)).Get(fault.Key(err), nil).Text
			if status == http.StatusInternalServerError {
				p.site.Log.ErrorContext(r.Context(), "take a piece of a photo", slog.Any("error", err))
			}
			form.Drop(r)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		return json.NewEncoder(w).Encode(answer)
	}
}

func (p *Pages) answerScript(w http.ResponseWriter, r *http.Request, find func(*http.Request) (place, error),
	handle func(*http.Request, place) (told, error)) (told, error) {
	at, err := find(r)
	if err != nil {
		return told{}, err
	}
	if err := p.site.Count(r, partOfCase, at.caseID); err != nil {
		return told{}, err
	}
	release, err := p.site.Hold(r, photoPieces, "photo.busy")
	if err != nil {
		return told{}, err
	}
	defer release()
	r.Body = form.Patient(w, r)
	return handle(r, at)
}

// beginParts takes a photo in hand that will come in pieces.
func (p *Pages) beginParts(r *http.Request, at place) (told, error) {
	if err := p.Uploads.Ready(r.Context()); err != nil {
		return told{}, err
	}
	kind, size := form.Text{Name: "kind"}, form.Text{Name: "size"}
	if err := form.Read(r, &kind, &size); err != nil {
		return told{}, err
	}
	if err := p.countPhoto(r, at); err != nil {
		return told{}, err
	}
	bytes, err := strconv.ParseInt(size.Value, 10, 64)
	if err != nil {
		return told{}, fault.New(fault.Invalid, "form.unreadable", "size of a photo is no number")
	}
	id, err := p.Uploads.Begin(r.Context(), at.caseID, upload.Kind(kind.Value), bytes)
	return told{ID: id}, err
}

// countParts tells how much of a photo came.
func (p *Pages) countParts(r *http.Request, at place) (told, error) {
	have, err := p.Uploads.Have(r.Context(), at.caseID, r.PathValue("id"))
	return told{Have: have}, err
}

// takePart takes the piece that begins at "start". One that begins elsewhere than the
// last one ended is a fault.Taken, with how much came.
func (p *Pages) takePart(r *http.Request, at place) (told, error) {
	start, err := strconv.ParseInt(r.URL.Query().Get("start"), 10, 64)
	if err != nil {
		return told{}, fault.New(fault.Invalid, "form.unreadable", "start of a piece is no number")
	}
	have, err := p.Uploads.Part(r.Context(), at.caseID, r.PathValue("id"), start, r.Body)
	return told{Have: have}, err
}

// finishParts makes a photo of its pieces.
func (p *Pages) finishParts(r *http.Request, at place) (told, error) {
	_, err := p.Uploads.Finish(r.Context(), at.caseID, r.PathValue("id"))
	return told{Next: web.Path(p.site.Language(r), at.base+"/photos")}, err
}
