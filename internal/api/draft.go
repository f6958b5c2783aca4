package api

import (
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
)

// draftHeader carries the code of a draft, which opens it.
const draftHeader = "Draft-Code"

type draftBegun struct {
	DraftCode string `json:"draftCode"`
}

// startDraft begins a form with the answers so far, which may be none.
func (a *api) startDraft(c *call) (answer, error) {
	answers := a.answers(c.in)
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	code, err := a.Requests.StartDraft(c.Context())
	if err != nil {
		return answer{}, err
	}
	if err := a.Requests.SaveDraft(c.Context(), code, answers); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, body: draftBegun{code.Spoken()}}, nil
}

// loadDraft gives a form back to its person.
func (a *api) loadDraft(c *call) (answer, error) {
	code, err := c.draftCode()
	if err != nil {
		return answer{}, err
	}
	answers, err := a.Requests.LoadDraft(c.Context(), code)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: tell(answers)}, nil
}

// saveDraft keeps other answers in a form. A form that is not there is not made: its
// code would be one that the caller thought of.
func (a *api) saveDraft(c *call) (answer, error) {
	answers := a.answers(c.in)
	code, err := c.draftCode()
	if err != nil {
		return answer{}, err
	}
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	if _, err := a.Requests.LoadDraft(c.Context(), code); err != nil {
		return answer{}, err
	}
	if err := a.Requests.SaveDraft(c.Context(), code, answers); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, nil
}

// dropDraft deletes a form, whether it is there or not, with the photos that were not sent.
func (a *api) dropDraft(c *call) (answer, error) {
	code, err := c.draftCode()
	if err != nil {
		return answer{}, err
	}
	if answers, err := a.Requests.LoadDraft(c.Context(), code); err == nil {
		if err := a.dropPhotos(c, answers.Case); err != nil {
			return answer{}, err
		}
	}
	return answer{status: http.StatusNoContent}, a.Requests.DropDraft(c.Context(), code)
}

func (c *call) draftCode() (ident.DraftCode, error) {
	code, err := ident.ParseDraftCode(c.Header.Get(draftHeader))
	if err != nil {
		return code, fault.New(fault.Invalid, "api.draft-code", "header %s: %w", draftHeader, err)
	}
	return code, nil
}
