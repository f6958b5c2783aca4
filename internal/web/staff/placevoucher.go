package staff

import (
	"net/http"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// voucherPage gives a number to somebody at the counter who has neither BSN nor V-number.
type voucherPage struct {
	web.Page
	Key    string // of this visit: sent twice, it is one number
	Tongue form.Choice
	Seen   form.Choice
}

func (p *Pages) newVoucherPage() *voucherPage {
	page := &voucherPage{Page: web.Page{Title: "staff.asking.voucher-title", Back: pathHelp}, Key: ident.NewID(p.Random, "key"), Tongue: p.tongues("uk"),
		Seen: form.Choice{Name: "seen", Label: "staff.asking.voucher-seen", Hint: "staff.asking.voucher-seen-hint"}}
	for _, ground := range planner.VoucherGrounds() {
		page.Seen.Options = append(page.Seen.Options, form.Option{Value: ground, Label: "staff.asking.seen-" + ground})
	}
	return page
}

func (p *Pages) voucher(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.render(w, r, "place-voucher", p.newVoucherPage())
}

// giveVoucher prints the number. It is nowhere but on the paper.
func (p *Pages) giveVoucher(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page := p.newVoucherPage()
	if err := form.Read(r, &page.Tongue, &page.Seen); err != nil {
		return err
	}
	if key := r.PostForm.Get("key"); key != "" {
		page.Key = key
	}
	page.Seen.Require("staff.asking.voucher-missing")
	if page.Problems = form.Problems(&page.Seen); page.Problems != nil {
		return p.render(w, r, "place-voucher", page)
	}
	issued, err := p.Planner.IssueVoucher(r.Context(), m, page.Seen.Value, page.Key)
	if err != nil {
		return err
	}
	tongue := p.tongueOf(page.Tongue.Value).Tag
	paper := p.paper(tongue, "public.place.voucher.title", func(t *lang.Texts) []leafPart {
		say := func(key string) lang.Text { return t.Get(key, nil) }
		last := say("public.place.voucher.last")
		last.Text += " " + t.Date(issued.Last.String()).Text + "."
		return append([]leafPart{{Text: say("public.place.voucher.text")}, {Text: last}, {Text: say("public.place.voucher.where"), Code: p.askSite()},
			{Text: say("public.place.voucher.safe")}}, p.served(t, m)...)
	})
	paper.tile(p, tongue, "public.place.voucher.number", issued.Number.InGroups())
	paper.Page, paper.Next = web.Page{Title: "staff.asking.voucher-title", Back: pathHelp}, pathHelp
	return p.render(w, r, "paper", paper)
}
