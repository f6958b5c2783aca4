package public

import (
	"context"
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/upload"
	"loket/internal/web/form"
)

// What the status page shows besides the step is the person's own doing: photos that they
// sent, helpers whom they let act, a number that they let us keep. Nothing of it is
// there before they did something, and the receipts say of a decision only that there
// was one, so that the page tells no more than its steps do.

// receiptView is the receipt of a photo that was destroyed (G-37).
type receiptView struct {
	Title  string // message key: what was on it
	Day    string
	Why    string // message key: the rule
	Number string // of the receipt, as in the audit log
}

// helperView is a mandate that lives (G-54).
type helperView struct {
	ID    string
	Acts  []string // message keys
	Until string   // the last day
}

// fillStatus adds what is the person's own.
func (p *Pages) fillStatus(ctx context.Context, page *statusPage, number ident.CaseNumber, code ident.Code) error {
	photos, err := p.Requests.Photos(ctx, number, code)
	if err != nil {
		return shut(err)
	}
	for _, photo := range photos {
		if photo.Living() {
			page.Living++
		}
		if photo.State == upload.Destroyed {
			page.Receipts = append(page.Receipts, receiptView{Title: "public.photos." + string(photo.Kind), Day: photo.Destroyed,
				Why: "public.status.rule." + shownRule(photo.Rule), Number: photo.Receipt})
		}
	}
	mandates, err := p.Requests.Mandates(ctx, number, code)
	if err != nil {
		return shut(err)
	}
	for _, m := range mandates {
		if m.Revoked || m.Until.Before(p.Requests.Today()) {
			continue
		}
		helper := helperView{ID: m.ID, Until: m.Until.String()}
		for _, act := range m.Scope {
			helper.Acts = append(helper.Acts, "public.status.act."+string(act))
		}
		page.Helpers = append(page.Helpers, helper)
	}
	if page.Kept, err = p.Requests.KeepsDocument(ctx, number, code); err != nil {
		return shut(err)
	}
	if page.Status.Step == request.StepCounter {
		page.Counters, err = p.counters(ctx)
	}
	return err
}

// shownRule is the rule as it is told: yes and no look alike until the message with the
// answer is opened.
func shownRule(rule string) string {
	if rule == upload.Refusal {
		return upload.Decision
	}
	return rule
}

// revoke ends the mandate of a helper, at once.
func (p *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(_ *statusPage, number ident.CaseNumber, code ident.Code) error {
		mandate := form.Text{Name: "mandate"}
		if err := form.Read(r, &mandate); err != nil {
			return err
		}
		if mandate.Value == "" { // an empty one would end all
			return p.site.Redirect(w, r, "/status/request")
		}
		err := p.Requests.Revoke(r.Context(), number, code, mandate.Value)
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.TooLate) { // a second press of the button
			return shut(err)
		}
		return p.site.Redirect(w, r, "/status/request?revoked")
	})
}

// forget erases the number of a document that its person had let us keep (G-39).
func (p *Pages) forget(w http.ResponseWriter, r *http.Request) error {
	return p.withStatus(w, r, func(_ *statusPage, number ident.CaseNumber, code ident.Code) error {
		if err := p.Requests.Forget(r.Context(), number, code); err != nil {
			return shut(err)
		}
		return p.site.Redirect(w, r, "/status/request?forgotten")
	})
}
