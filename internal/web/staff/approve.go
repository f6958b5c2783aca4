package staff

import (
	"loket/internal/fault"
	"net/http"

	people "loket/internal/staff"
)

// listReturns is the list of the pack with the reasons to give a proposal back.
const listReturns = "return_reasons"

var errNothingProposed = fault.New(fault.TooLate, "request.state", "nothing is proposed")

// approveRoutes are those of the second person: the same screen with what the first one
// chose. Who that was is not shown.
func (p *Pages) approveRoutes() []route {
	approver := []people.Role{people.Approver}
	scripts := []string{passkeyScript, checkScript}
	return []route{
		{pattern: "GET /approve", roles: approver, scripts: []string{checkScript}, handle: p.showQueue(approving)},
		{pattern: "POST /approve/next", roles: approver, handle: p.nextCase(approving)},
		{pattern: "GET /approve/{lease}", roles: approver, fields: caseFields, scripts: scripts, handle: p.showCase(approving)},
		{pattern: "POST /approve/{lease}", roles: approver, fields: caseFields, scripts: scripts, handle: p.askApproval},
		{pattern: "POST /approve/{lease}/decide", roles: approver, fields: caseFields, scripts: scripts, handle: p.approve},
		{pattern: "POST /approve/{lease}/compare", roles: approver, fields: caseFields, scripts: scripts, handle: p.compareZone(approving)},
		{pattern: "POST /approve/{lease}/alike", roles: approver, fields: caseFields, scripts: scripts, handle: p.judgeAlike(approving)},
		{pattern: "POST /approve/{lease}/known", roles: approver, handle: p.giveKnown(approving)},
	}
}

// askApproval asks the passkey over exactly what was proposed, or gives the proposal back.
func (p *Pages) askApproval(w http.ResponseWriter, r *http.Request, m people.Member) error {
	typed, err := p.readCase(r, approving)
	if err != nil {
		return err
	}
	switch typed.Choice {
	case choiceApprove:
	case choiceReturn:
		return p.giveBack(w, r, m, typed)
	default:
		typed.ChoiceError = "staff.approve.choice-missing"
		return p.again(w, r, m, approving, typed, nil)
	}
	d, err := p.Requests.Desk(r.Context(), m, r.PathValue("lease"))
	if err != nil {
		return p.again(w, r, m, approving, typed, err)
	}
	if d.Proposal == nil {
		return errNothingProposed
	}
	return p.askToSign(w, r, m, approving, typed, *d.Proposal)
}

// giveBack gives a proposal back for a fixed reason. A script is told nothing: the
// browser sends the form.
func (p *Pages) giveBack(w http.ResponseWriter, r *http.Request, m people.Member, typed *caseForm) error {
	if wantsData(r) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if !typed.Reason.Require("staff.approve.reason-missing") {
		return p.again(w, r, m, approving, typed, nil)
	}
	if err := p.Requests.Return(r.Context(), m, r.PathValue("lease"), typed.Reason.Value); err != nil {
		return p.again(w, r, m, approving, typed, err)
	}
	return p.site.Redirect(w, r, "/approve?done=returned")
}

// approve decides as proposed.
func (p *Pages) approve(w http.ResponseWriter, r *http.Request, m people.Member) error {
	typed, err := p.readCase(r, approving)
	if err != nil {
		return err
	}
	c, response, err := p.answered(r, r.PostForm.Get("proposed"))
	if err == nil {
		err = p.Requests.Approve(r.Context(), m, r.PathValue("lease"), c, response)
	}
	if err != nil {
		return p.again(w, r, m, approving, typed, err)
	}
	return p.site.Redirect(w, r, "/approve?done=approved")
}
