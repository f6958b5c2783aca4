package public

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/qr"
	"loket/internal/web"
)

// pictureScale is how many pixels a module has in the picture to keep: enough for
// a phone to show it large, and few enough to send in a chat.
const pictureScale = 8

// proofOf returns the proof with a number of the open message.
func (p *Pages) proofOf(r *http.Request, number string) (mailbox.Proof, error) {
	_, thread, err := p.thread(r)
	if err != nil {
		return mailbox.Proof{}, err
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(thread.Body.Proofs) {
		return mailbox.Proof{}, fault.New(fault.NotFound, "", "the message has no such proof")
	}
	return thread.Body.Proofs[n-1], nil
}

// picture serves the QR symbol of a proof: 1.svg to be shown, 1.png to be kept; and 1.pdf,
// the whole proof on a sheet.
func (p *Pages) picture(w http.ResponseWriter, r *http.Request) error {
	number, form, _ := strings.Cut(r.PathValue("picture"), ".")
	if form != "svg" && form != "png" && form != "pdf" {
		return fault.New(fault.NotFound, "", "no such picture")
	}
	proof, err := p.proofOf(r, number)
	if err != nil && form == "pdf" { // it is a link, and not a part of a page
		return p.over(w, r, err)
	}
	if err != nil {
		return err
	}
	if form == "pdf" {
		return p.sheet(w, r, number, proof)
	}
	symbol, err := qr.Encode(proof.QR, qr.Q)
	if err != nil {
		return err
	}
	if form == "png" {
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Content-Disposition", `attachment; filename="qr-`+number+`.png"`)
		return symbol.WritePNG(w, pictureScale)
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	return symbol.WriteSVG(w, qr.SVG{Role: "presentation"}) // the page says what it is
}

// printPage is a proof on one A4, with each label in the person's language and
// in English, or in English and Dutch.
type printPage struct {
	web.Page
	Number   string
	Second   lang.Text        // the title in the second language
	Person   []certificateRow // who: name and date of birth
	Rows     []certificateRow // and the rest
	KeepCard Passage
}

type certificateRow struct {
	Label  string    // message key
	Second lang.Text // the same in the second language
	Value  string
}

func (p *Pages) print(w http.ResponseWriter, r *http.Request) error {
	proof, err := p.proofOf(r, r.PathValue("number"))
	if err != nil {
		return p.over(w, r, err)
	}
	content, err := hcert.Says(proof.QR)
	if err != nil {
		return err
	}
	tag := p.site.Language(r)
	second := p.Catalogue.In(lang.English)
	if tag == lang.English {
		second = p.Catalogue.In(lang.Dutch)
	}
	title := "public.certificate." + proof.Kind
	page := &printPage{Page: web.Page{Title: title, Back: "/message"}, Number: r.PathValue("number"), Second: second.Get(title, nil)}
	for _, line := range content.Lines() {
		key := "public.certificate." + line.Label
		row := certificateRow{key, second.Get(key, nil), line.Value}
		switch {
		case line.Value == "":
		case line.Label == "name" || line.Label == "born":
			page.Person = append(page.Person, row)
		default:
			page.Rows = append(page.Rows, row)
		}
	}
	if page.KeepCard, err = p.passage(tag, "keep-card", nil); err != nil {
		return err
	}
	return p.site.Render(w, r, "print", page)
}

// addProofs adds the proofs to a page, newest first, each with what tells it from the
// others. The first is the one to show: of several doses the last one counts.
func (p *Pages) addProofs(page *messagePage, tag lang.Tag, proofs []mailbox.Proof) error {
	const prominent, folded = 280, 260 // the whole width, and the width within a fold, at 320 pixels
	texts := p.Catalogue.In(tag)
	doses := 0
	for i, proof := range proofs {
		c, err := hcert.Says(proof.QR)
		if err != nil {
			return err
		}
		view, words := proofView{Number: i + 1, Side: folded}, map[string]any{}
		switch {
		case len(c.Vaccinations) > 0:
			v := c.Vaccinations[0]
			view.day, view.dose, words = v.Date, true, map[string]any{"Dose": v.Dose, "Of": v.SeriesDoses}
			doses++
		case len(c.Recoveries) > 0:
			view.day = c.Recoveries[0].FirstPositive
		case len(c.Tests) > 0:
			view.day, _, _ = strings.Cut(c.Tests[0].Collected, "T")
		}
		words["Day"] = texts.Date(view.day).Text
		view.Title = texts.Get("public.message.proof."+proof.Kind, words)
		page.Proofs = append(page.Proofs, view)
	}
	slices.SortStableFunc(page.Proofs, func(a, b proofView) int { return cmp.Compare(b.day, a.day) })
	if len(page.Proofs) > 0 {
		page.Proofs[0].Side, page.LastDose = prominent, doses > 1 && page.Proofs[0].dose
	}
	return nil
}
