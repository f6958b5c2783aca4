package public

import (
	"net/http"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/report"
	"loket/internal/web"
	"loket/internal/web/asking"
	"loket/internal/web/form"
)

// reportPage takes a report of fraud. Nobody signs in, and nothing is kept in the browser.
type reportPage struct {
	web.Page
	Key     string // of the form
	Kind    asking.PackChoice
	Text    form.Text
	Contact form.Text
}

// reportedPage is the receipt.
type reportedPage struct {
	web.Page
	Number string
}

func (p *Pages) newReportPage(tag lang.Tag) *reportPage {
	page := &reportPage{Page: web.Page{Title: "public.place.report.title", Back: "/place"}, Key: ident.NewID(p.Random, "key"),
		Kind:    asking.PackChoice{Choice: form.Choice{Name: "kind", Label: "public.place.report.kind"}},
		Text:    form.Text{Name: "text", Label: "public.place.report.text", Hint: "public.place.report.text-hint", Who: "public.place.report.who", Lines: 6},
		Contact: form.Text{Name: "contact", Label: "public.place.report.contact", Hint: "public.place.report.contact-hint", Autocomplete: "off"}}
	for _, item := range p.Planner.Pack.List(report.ListKinds) {
		page.Kind.Add(item.ID, p.placeWords(tag, item.Name), lang.Text{})
	}
	return page
}

func (p *Pages) showReport(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "place-report", p.newReportPage(p.site.Language(r)))
}

func (p *Pages) takeReport(w http.ResponseWriter, r *http.Request) error {
	page := p.newReportPage(p.site.Language(r))
	if err := form.Read(r, &page.Kind.Choice, &page.Text, &page.Contact); err != nil {
		return err
	}
	if key := r.PostForm.Get("key"); key != "" {
		page.Key = key
	}
	page.Kind.Require("report.kind")
	page.Text.Require("report.text")
	if page.Problems = form.Problems(&page.Kind.Choice, &page.Text, &page.Contact); page.Problems == nil {
		number, err := p.Reports.Send(r.Context(), report.Sending{Kind: page.Kind.Value, Text: ident.NewPrivate(page.Text.Value),
			Contact: ident.NewPrivate(page.Contact.Value), Key: page.Key})
		switch {
		case err == nil:
			return p.site.Render(w, r, "place-reported", &reportedPage{web.Page{Title: "public.place.report.done", Back: "/place"}, number.Spoken()})
		case fault.Key(err) == "report.text-long":
			page.Text.Error = fault.Key(err)
		case fault.Key(err) == "report.contact-long":
			page.Contact.Error = fault.Key(err)
		default:
			return err
		}
		page.Problems = form.Problems(&page.Text, &page.Contact)
	}
	return p.site.Render(w, r, "place-report", page)
}
