package staff

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"net/http"

	"loket/internal/hcert"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/qr"
	"loket/internal/request"
	people "loket/internal/staff"
	"loket/internal/web"
)

// proofsPage is the proofs of a case, each on one A4 as people print them at home: the
// labels in their language and in English, or in English and Dutch.
type proofsPage struct {
	web.Page
	Tongue lang.Language
	Sheets []proofSheet
	How    lang.Text // what to do with the paper
	Next   string    // path on which the work goes on
}

// proofSheet is one proof.
type proofSheet struct {
	Picture       string // the QR symbol, base64, inside the page: one print is one read
	Title, Second lang.Text
	Person, Rows  []proofRow
	KeepCard      passage
}

type proofRow struct {
	Label, Second lang.Text
	Value         string
}

// passage is a text of the pack.
type passage struct {
	lang.Language
	Title string
	Body  template.HTML
}

// passage returns a text of the pack in a language; an empty one where the pack has none.
func (p *Pages) passage(tag lang.Tag, name string, values map[string]string) (passage, error) {
	text := p.Requests.Pack.Text(string(tag), name)
	if text == nil {
		return passage{}, nil
	}
	body, err := text.HTML(values)
	if err != nil {
		return passage{}, err
	}
	return passage{p.Papers.In(lang.Tag(text.Lang)).Language, text.Title, body}, nil
}

// printSeated prints what was decided: the proofs, a refusal, or what is still needed.
func (p *Pages) printSeated(w http.ResponseWriter, r *http.Request, m people.Member) error {
	lease := r.PathValue("lease")
	d, err := p.Requests.Desk(r.Context(), m, lease)
	if err != nil {
		return err
	}
	body, err := p.Requests.Print(r.Context(), m, lease)
	if err != nil {
		return err
	}
	tongue := p.tongueOf(d.Lang)
	if len(body.Proofs) == 0 {
		return p.printAnswer(w, r, tongue, body, d.Number.Spoken(), casePath(lease))
	}
	page := &proofsPage{Page: web.Page{Title: "staff.paper.proof", Back: casePath(lease)}, Tongue: tongue, Next: casePath(lease),
		How: p.Papers.In(tongue.Tag).Get("public.print.show", nil)}
	for _, proof := range body.Proofs {
		sheet, err := p.proofSheet(tongue, proof)
		if err != nil {
			return err
		}
		page.Sheets = append(page.Sheets, sheet)
	}
	return p.render(w, r, "counter-proof", page)
}

func (p *Pages) proofSheet(tongue lang.Language, proof mailbox.Proof) (proofSheet, error) {
	content, err := hcert.Says(proof.QR)
	if err != nil {
		return proofSheet{}, err
	}
	first, second := p.Papers.In(tongue.Tag), p.Papers.In(lang.English)
	if tongue.Tag == lang.English {
		second = p.Papers.In(lang.Dutch)
	}
	title := "public.certificate." + proof.Kind
	sheet := proofSheet{Title: first.Get(title, nil), Second: second.Get(title, nil)}
	for _, line := range content.Lines() {
		key := "public.certificate." + line.Label
		row := proofRow{first.Get(key, nil), second.Get(key, nil), line.Value}
		switch {
		case line.Value == "":
		case line.Label == "name" || line.Label == "born":
			sheet.Person = append(sheet.Person, row)
		default:
			sheet.Rows = append(sheet.Rows, row)
		}
	}
	if sheet.KeepCard, err = p.passage(tongue.Tag, "keep-card", nil); err != nil {
		return proofSheet{}, err
	}
	symbol, err := qr.Encode(proof.QR, qr.Q)
	if err != nil {
		return proofSheet{}, err
	}
	var picture bytes.Buffer
	if err := symbol.WriteSVG(&picture, qr.SVG{Role: "presentation"}); err != nil {
		return proofSheet{}, err
	}
	sheet.Picture = base64.StdEncoding.EncodeToString(picture.Bytes())
	return sheet, nil
}

// printAnswer prints a refusal, with its reason, the next step and where to object, or
// which document is still needed.
func (p *Pages) printAnswer(w http.ResponseWriter, r *http.Request, tongue lang.Language, body mailbox.Body, number, next string) error {
	page := &paperPage{Page: web.Page{Title: "staff.paper.answer", Back: next}, Tongue: tongue, Site: p.siteName(), Next: next}
	for _, tag := range both(tongue.Tag) {
		texts := p.Papers.In(tag)
		said, err := p.passage(tag, messageText(body.Kind), isolated(body.Fields))
		if err != nil {
			return err
		}
		object, err := p.passage(tag, "object", nil)
		if err != nil {
			return err
		}
		one := leaf{Language: texts.Language, Title: lang.Text{Text: said.Title, Lang: said.Tag, Dir: said.Dir}, Said: []passage{said}}
		if object.Body != "" && body.Kind == request.MessageRefused {
			one.Said = append(one.Said, object)
		}
		if body.Kind == request.MessageRefused {
			one.Parts = []leafPart{{Text: texts.Get("counter.paper.objection", nil)}}
		}
		page.Leaves = append(page.Leaves, one)
	}
	page.tile(p, tongue.Tag, "counter.paper.number", number)
	return p.render(w, r, "paper", page)
}

// messageText is the text of the pack for a kind of message.
func messageText(kind string) string {
	if kind == request.MessageRefused {
		return "message-refused"
	}
	return "message-document-asked"
}

// isolated returns values in the language of whoever wrote them, so that a Dutch sentence
// on an Arabic page keeps its full stop at its end (Unicode, UAX #9).
func isolated(values map[string]string) map[string]string {
	marked := make(map[string]string, len(values))
	for name, value := range values {
		marked[name] = "\u2068" + value + "\u2069"
	}
	return marked
}

// newPaperCode is a code that opens messages where no phone can.
func (p *Pages) newPaperCode(m people.Member, tongue lang.Tag, code ident.Code) *paperPage {
	page := p.paper(tongue, "counter.paper.opens", func(t *lang.Texts) []leafPart {
		return append([]leafPart{{Text: t.Get("counter.paper.opens-text", nil)}}, p.served(t, m)...)
	})
	page.tile(p, tongue, "counter.paper.opens", spokenCode(code))
	return page
}
