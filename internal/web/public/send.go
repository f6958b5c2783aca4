package public

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/web"
	"loket/internal/web/form"
)

// sendKey is the idempotency key of a draft. Whoever has the draft's code can
// compute it, and nobody can go back from it.
func sendKey(code ident.DraftCode) string {
	sum := sha256.Sum256([]byte("loket send " + code.Spoken()))
	return hex.EncodeToString(sum[:16])
}

// send takes the form in as the draft has it, and leads to the receipt.
//
// The draft goes when the receipt has been shown, and not before: the form sent
// again, by a nervous finger or because the first answer never arrived, makes
// nothing new and leads to the same receipt.
func (p *Pages) send(w http.ResponseWriter, r *http.Request) error {
	if err := form.Read(r); err != nil {
		return err
	}
	key := r.PostForm.Get("key")
	if raw, err := hex.DecodeString(key); err != nil || len(raw) != sha256.Size/2 {
		return fault.New(fault.Invalid, "once.key", "form with a key of %d bytes", len(key))
	}
	if sent, ok := p.sent(r); ok && sent.key == key {
		return p.site.Redirect(w, r, "/proof/receipt")
	}
	d, err := p.draft(r)
	if err != nil {
		return p.noDraft(w, r, err)
	}
	next, err := p.next(d.answers)
	if err != nil {
		return err
	}
	if next != "/proof/check" || sendKey(d.code) != key { // another form was begun in another window
		return p.site.Redirect(w, r, next)
	}
	receipt, err := p.Requests.Submit(r.Context(), request.Submission{
		Answers: d.answers, Lang: string(p.site.Language(r)), Door: request.Web, Key: key,
		Draft: d.code, KeepDraft: true})
	if fault.Is(err, fault.Invalid) {
		return fault.New(fault.Invalid, "public.check.refused", "submit a form: %w", err)
	}
	if err != nil {
		return err
	}
	p.keep(w, receiptCookie, string(receipt.Number), receipt.Code.Reveal(), receipt.Way, key)
	return p.site.Redirect(w, r, "/proof/receipt")
}

// sent is a receipt as the browser keeps it.
type sent struct {
	request.Receipt
	key string // of the form that was sent
}

// sent returns the receipt that the browser keeps, if it does.
func (p *Pages) sent(r *http.Request) (s sent, ok bool) {
	words := p.kept(r, receiptCookie)
	if len(words) != 4 {
		return s, false
	}
	number, err := ident.ParseCaseNumber(words[0])
	if err != nil {
		return s, false
	}
	code, err := ident.ParseCode(words[1])
	return sent{request.Receipt{Number: number, Code: code, Way: words[2]}, words[3]}, err == nil
}

// receiptPage is what a person keeps: number and code, what happens now, and what
// to do where it does not.
type receiptPage struct {
	web.Page
	Number, Code string // as spoken
	Counter      bool   // it goes on at a counter
	Counters     []Counter
	Passage      *Passage // what happens now; nil where the counters say it
	KeepCard     Passage
}

func (p *Pages) receipt(w http.ResponseWriter, r *http.Request) error {
	receipt, ok := p.sent(r)
	if !ok {
		return p.noReceipt(w, r)
	}
	page := &receiptPage{Page: web.Page{Title: "public.receipt.title"}, Number: receipt.Number.Spoken(), Code: spokenCode(receipt.Code)}
	tag := p.site.Language(r)
	var err error
	if page.KeepCard, err = p.passage(tag, "keep-card", nil); err != nil {
		return err
	}
	text := "received"
	if receipt.Way == request.WayCounter {
		text, page.Counter = "counter", true
		if page.Counters, err = p.counters(r.Context()); err != nil {
			return err
		}
	}
	if !known(page.Counters) {
		passage, err := p.passage(tag, text, nil)
		if err != nil {
			return err
		}
		page.Passage = &passage
	}
	p.endDraft(w, r, receipt.key)
	return p.site.Render(w, r, "receipt", page)
}

// noReceipt answers a browser that keeps none: with the form, if one is open.
func (p *Pages) noReceipt(w http.ResponseWriter, r *http.Request) error {
	d, err := p.draft(r)
	if err != nil {
		return p.noDraft(w, r, err)
	}
	next, err := p.next(d.answers)
	if err != nil {
		return err
	}
	return p.site.Redirect(w, r, next)
}

// endDraft drops the draft of a form that was sent and whose receipt has arrived; a
// form begun since then stays. Where it fails the draft ends by itself, within a day.
func (p *Pages) endDraft(w http.ResponseWriter, r *http.Request, key string) {
	code, err := ident.ParseDraftCode(p.site.Cookie(r, draftCookie))
	if err != nil || sendKey(code) != key {
		return
	}
	if err := p.Requests.DropDraft(r.Context(), code); err != nil {
		p.site.Log.ErrorContext(r.Context(), "drop a draft that was sent", slog.Any("error", err))
		return
	}
	p.site.SetCookie(w, draftCookie, sentMark, sentShown)
}

// spokenCode returns a code in two groups, as it is said and written down.
func spokenCode(code ident.Code) string {
	digits := code.Reveal()
	if len(digits) != ident.CodeDigits {
		return digits
	}
	return digits[:ident.CodeDigits/2] + " " + digits[ident.CodeDigits/2:]
}
