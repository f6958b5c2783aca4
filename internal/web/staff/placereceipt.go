package staff

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"

	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/qr"
	"loket/internal/rules"
	"loket/internal/slip"
	people "loket/internal/staff"
)

// newPlaceReceipt is what somebody who asked for a place takes home, or hears on the phone:
// number, code and ticket, what each of them gets and has to bring, and what happens now.
func (p *Pages) newPlaceReceipt(r *http.Request, m people.Member, form *wishPage, a planner.Asking, receipt planner.Receipt) (*paperPage, error) {
	tongue := form.Tongue.Tag
	closes := receipt.Closes.In(p.Planner.Zone)
	page := p.paper(tongue, "public.receipt.title", func(t *lang.Texts) []leafPart {
		say := func(key string) lang.Text { return t.Get(key, nil) }
		parts := []leafPart{{Text: say("counter.paper.keep")}}
		for i, member := range a.Members {
			parts = append(parts, p.getsPart(t, form, member, i+1, len(a.Members)))
		}
		day := say("public.place.receipt.closes")
		day.Text += " " + t.Date(rules.DayOf(closes).String()).Text + ","
		parts = append(parts, leafPart{Title: say("counter.paper.next"), Text: day, Code: closes.Format(wallClock)},
			leafPart{Text: say("public.place.receipt.draw")}, leafPart{Text: say(turnKey(a))}, leafPart{Text: say("public.place.receipt.answer")},
			leafPart{Title: say("public.place.asked.yours"), Text: say("public.place.asked.yours-text"), Code: p.askSite() + "/receipt"},
			leafPart{Text: say("counter.paper.look"), Code: p.placeSite()}, leafPart{Text: say("public.place.receipt.safe")})
		if t.Tag == tongue {
			parts = append(parts, leafPart{Code: slip.Spaced(receipt.Asked)})
		}
		return append(parts, p.served(t, m)...)
	})
	page.tile(p, tongue, "counter.paper.number", receipt.Number.Spoken())
	page.tile(p, tongue, "counter.paper.code", spokenCode(receipt.Code))
	page.tile(p, tongue, "public.place.receipt.ticket", receipt.Ticket)
	symbol, err := qr.Encode(receipt.Asked, qr.M)
	if err != nil {
		return nil, err
	}
	var picture bytes.Buffer
	if err := symbol.WriteSVG(&picture, qr.SVG{Role: "presentation"}); err != nil {
		return nil, err
	}
	page.tile(p, tongue, "public.place.asked.yours", "")
	page.Tiles[len(page.Tiles)-1].Picture = base64.StdEncoding.EncodeToString(picture.Bytes())
	return page, nil
}

// turnKey says how somebody hears of their turn: who left no contact looks for themselves.
func turnKey(a planner.Asking) string {
	if a.Email.IsZero() && a.Phone.IsZero() {
		return "public.place.receipt.come"
	}
	return "public.place.receipt.turn"
}

// getsPart is what one of the people gets, and why, in the words of the pack.
func (p *Pages) getsPart(t *lang.Texts, form *wishPage, m planner.Member, n, total int) (part leafPart) {
	said := form.form
	said.Tag = t.Tag
	decision, err := p.Planner.Product(m, p.Planner.Today())
	if err != nil {
		return part // it was decided already: the paper is worth more than this line
	}
	if total > 1 {
		part.Title = t.Get("public.place.check.person", map[string]any{"Number": n})
	}
	part.Items = said.Reasons(decision)
	return part
}

// placeSite is where people look how it stands with their place, as it stands on paper.
func (p *Pages) placeSite() string {
	return strings.TrimSuffix(p.siteName(), "/status") + "/place/status"
}

// askSite is where people ask for a place, as it stands on paper.
func (p *Pages) askSite() string { return strings.TrimSuffix(p.siteName(), "/status") + "/place" }
