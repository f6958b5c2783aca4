package public

import (
	"encoding/json"
	"fmt"
	"net/http"
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

// picture serves the QR symbol of a proof: 1.svg to be shown, 1.png to be kept.
func (p *Pages) picture(w http.ResponseWriter, r *http.Request) error {
	number, form, _ := strings.Cut(r.PathValue("picture"), ".")
	if form != "svg" && form != "png" {
		return fault.New(fault.NotFound, "", "no such picture")
	}
	proof, err := p.proofOf(r, number)
	if err != nil {
		return err
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
	Second   lang.Text // the title in the second language
	Rows     []certificateRow
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
	content, err := contentOf(proof.QR)
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
	for _, line := range content {
		if line.value != "" {
			key := "public.certificate." + line.label
			page.Rows = append(page.Rows, certificateRow{key, second.Get(key, nil), line.value})
		}
	}
	if page.KeepCard, err = p.passage(tag, "keep-card", nil); err != nil {
		return err
	}
	return p.site.Render(w, r, "print", page)
}

// contentLine is one line of what a certificate says, by the end of its message key.
type contentLine struct{ label, value string }

// contentOf reads a certificate for people. It was verified before it was handed out.
func contentOf(text string) ([]contentLine, error) {
	data, err := json.Marshal(hcert.Inspect(text))
	if err != nil {
		return nil, fmt.Errorf("read a certificate: %w", err)
	}
	var certificate struct{ Payload hcert.Payload }
	if err := json.Unmarshal(data, &certificate); err != nil {
		return nil, fmt.Errorf("read a certificate: %w", err)
	}
	c := certificate.Payload
	lines := []contentLine{{"name", strings.TrimSpace(c.Name.Given + " " + c.Name.Family)}, {"born", c.BirthDate}}
	for _, v := range c.Vaccinations {
		lines = append(lines, contentLine{"disease", hcert.CodeName("tg", v.Target)}, contentLine{"vaccine", hcert.CodeName("mp", v.Product)},
			contentLine{"kind-of-vaccine", hcert.CodeName("vp", v.Prophylaxis)}, contentLine{"maker", hcert.CodeName("vaccine-ma", v.Manufacturer)},
			contentLine{"dose", fmt.Sprintf("%d/%d", v.Dose, v.SeriesDoses)}, contentLine{"date", v.Date},
			contentLine{"country", hcert.CodeName("co", v.Country)}, contentLine{"issuer", v.Issuer}, contentLine{"id", v.ID})
	}
	for _, v := range c.Tests {
		lines = append(lines, contentLine{"disease", hcert.CodeName("tg", v.Target)}, contentLine{"kind-of-test", hcert.CodeName("tt", v.Type)},
			contentLine{"test-name", v.Name}, contentLine{"maker", hcert.CodeName("test-ma", v.Device)}, contentLine{"sample", v.Collected},
			contentLine{"result", hcert.CodeName("tr", v.Result)}, contentLine{"centre", v.Centre},
			contentLine{"country", hcert.CodeName("co", v.Country)}, contentLine{"issuer", v.Issuer}, contentLine{"id", v.ID})
	}
	for _, v := range c.Recoveries {
		lines = append(lines, contentLine{"disease", hcert.CodeName("tg", v.Target)}, contentLine{"first-positive", v.FirstPositive},
			contentLine{"from", v.ValidFrom}, contentLine{"until", v.ValidUntil},
			contentLine{"country", hcert.CodeName("co", v.Country)}, contentLine{"issuer", v.Issuer}, contentLine{"id", v.ID})
	}
	return lines, nil
}
