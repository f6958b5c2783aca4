package public

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/sheet"
)

// sheet serves a proof as a PDF to keep, or to hand on by the phone's own means. It is
// made from the open message when it is asked for, and kept nowhere.
func (p *Pages) sheet(w http.ResponseWriter, r *http.Request, number string, proof mailbox.Proof) error {
	tag := p.site.Language(r)
	first, second := p.Catalogue.In(tag), p.Catalogue.In(lang.English)
	if tag == lang.English || first.Dir == lang.RightToLeft { // a PDF cannot join the letters of Arabic; the page to print can
		first, second = p.Catalogue.In(lang.English), p.Catalogue.In(lang.Dutch)
	}
	both := func(key string) [2]string { return [2]string{first.Get(key, nil).Text, second.Get(key, nil).Text} }
	page, err := sheet.NewProof(proof.QR, both("public.certificate."+proof.Kind), both("public.print.show"),
		func(label string) [2]string { return both("public.certificate." + label) })
	if err != nil {
		return err
	}
	note, err := p.note(first.Tag, second.Tag, "keep-card")
	if err != nil {
		return err
	}
	var pdf bytes.Buffer
	err = sheet.Write(&pdf, sheet.Sheet{Proofs: []sheet.Proof{page}, Notes: [][2]string{note}, Lang: string(first.Tag), Made: p.Requests.Now()})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="proof-`+number+`.pdf"`)
	w.Header().Set("Content-Length", strconv.Itoa(pdf.Len()))
	_, err = pdf.WriteTo(w)
	return err
}

// note returns a text of the pack as one paragraph in two languages.
func (p *Pages) note(first, second lang.Tag, name string) (both [2]string, err error) {
	for i, tag := range []lang.Tag{first, second} {
		if both[i], err = p.pack.Text(string(tag), name).Plain(nil); err != nil {
			return both, err
		}
		both[i] = strings.Join(strings.Fields(both[i]), " ")
	}
	return both, nil
}
