package api

import (
	"bytes"
	"net/http"
	"strings"

	"loket/internal/lang"
	"loket/internal/sheet"
)

// proofSheet returns a proof as a PDF in the language of the call and in English, or in
// English and Dutch.
func (a *api) proofSheet(c *call) (answer, error) {
	p, err := a.proofOf(c)
	if err != nil {
		return answer{}, err
	}
	first, second := c.texts, a.Catalogue.In(lang.English)
	if first.Tag == lang.English || first.Dir == lang.RightToLeft { // a PDF cannot join the letters of Arabic
		first, second = a.Catalogue.In(lang.English), a.Catalogue.In(lang.Dutch)
	}
	both := func(key string) [2]string { return [2]string{first.Get(key, nil).Text, second.Get(key, nil).Text} }
	page, err := sheet.NewProof(p.QR, both("public.certificate."+p.Kind), both("public.print.show"),
		func(label string) [2]string { return both("public.certificate." + label) })
	if err != nil {
		return answer{}, err
	}
	var note [2]string
	for i, texts := range []*lang.Texts{first, second} {
		text, err := a.Requests.Pack.Text(string(texts.Tag), "keep-card").Plain(nil)
		if err != nil {
			return answer{}, err
		}
		note[i] = strings.Join(strings.Fields(text), " ")
	}
	var pdf bytes.Buffer
	err = sheet.Write(&pdf, sheet.Sheet{Proofs: []sheet.Proof{page}, Notes: [][2]string{note}, Lang: string(first.Tag), Made: a.Requests.Now()})
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, raw: pdf.Bytes()}, nil
}
