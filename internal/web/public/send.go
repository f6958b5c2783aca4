package public

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/web"
	"loket/internal/web/form"
)

// receiptPage is what a person keeps: number and code, what happens now, and what
// to do where it does not.
//
// It is the answer to the form itself, so that neither the server nor the browser
// stores the code. The check page carries all answers and a key that follows from
// the draft's code: the same form sent again, by a nervous finger, by "load again", or
// because the first answer never arrived, makes nothing new and shows the same number
// and code, though the draft is gone.
type receiptPage struct {
	web.Page
	Number, Code string // as spoken
	Counter      bool   // it goes on at a counter
	Counters     []Counter
	Passage      Passage // what happens now
	KeepCard     Passage
}

// sendKey is the idempotency key of a draft. Whoever has the draft's code can
// compute it, and nobody can go back from it.
func sendKey(code ident.DraftCode) string {
	sum := sha256.Sum256([]byte("loket send " + code.Spoken()))
	return hex.EncodeToString(sum[:16])
}

func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	answers, complete, err := p.sent(r)
	if err != nil {
		return err
	}
	if !complete {
		return p.site.Redirect(w, r, "/proof/check")
	}
	sub := request.Submission{Answers: answers, Lang: string(p.site.Language(r)), Door: request.Web, Key: r.PostForm.Get("key")}
	code, err := ident.ParseDraftCode(p.site.Cookie(r, draftCookie))
	mine := err == nil && sendKey(code) == sub.Key // another form may have been begun in another window
	if mine {
		sub.Draft = code
	}
	receipt, err := p.Requests.Submit(r.Context(), sub)
	if fault.Is(err, fault.Invalid) {
		return fault.New(fault.Invalid, "public.check.refused", "submit a form: %w", err)
	}
	if err != nil {
		return err
	}
	if mine {
		p.site.SetCookie(w, draftCookie, sentMark, sentShown)
	}
	return p.showReceipt(w, r, receipt)
}

// sent reads the answers out of the form of the check page, as each question
// would read them from its own.
func (p *Pages) sent(r *http.Request) (a request.Answers, complete bool, err error) {
	if err := form.Read(r); err != nil {
		return a, false, err
	}
	if r.PostForm.Get("key") == "" {
		return a, false, fault.New(fault.Invalid, "", "form without a key")
	}
	complete = true
	for _, q := range p.questions() {
		f := q.show(request.Answers{})
		if !r.PostForm.Has(f.hidden()[0].Name) {
			continue // not asked
		}
		if err := form.Read(r, f.all()...); err != nil {
			return a, false, err
		}
		q.take(f, &a)
		complete = complete && form.Problems(f.all()...) == nil
	}
	return a, complete, nil
}

func (p *Pages) showReceipt(w http.ResponseWriter, r *http.Request, receipt request.Receipt) error {
	page := &receiptPage{Page: web.Page{Title: "public.receipt.title"}, Number: receipt.Number.Spoken(), Code: spokenCode(receipt.Code)}
	text := "received"
	if receipt.Way == request.WayCounter {
		text, page.Counter, page.Counters = "counter", true, p.counters()
	}
	tag := p.site.Language(r)
	both, err := p.passages(tag, text, "keep-card")
	if err != nil {
		return err
	}
	page.Passage, page.KeepCard = both[0], both[1]
	return p.site.Render(w, r, "receipt", page)
}

// spokenCode returns a code in two groups, as it is said and written down.
func spokenCode(code ident.Code) string {
	digits := code.Reveal()
	if len(digits) != ident.CodeDigits {
		return digits
	}
	return digits[:ident.CodeDigits/2] + " " + digits[ident.CodeDigits/2:]
}
