package staff

import (
	"net/http"
	"strings"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/request"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
)

// paperPage is one sheet for whoever sits at the counter: in their language and in Dutch,
// so that they can read it and so can the next person who helps them.
type paperPage struct {
	web.Page
	Tongue lang.Language // of who takes it home
	Tiles  []tile        // what has to be found again, large
	Leaves []leaf
	Site   string // where to look, as an address without https
	Next   string // path on which the work goes on
}

// tile is a number or code to keep.
type tile struct {
	Labels  []lang.Text
	Value   string
	Picture string // in place of a value: a QR symbol as SVG in base64
}

// leaf is the text of a sheet in one language.
type leaf struct {
	lang.Language
	Title lang.Text
	Said  []passage // of the pack
	Parts []leafPart
}

// leafPart is a heading with what is below it; any of them may be empty.
type leafPart struct {
	Title lang.Text
	Text  lang.Text
	Items []lang.Text
	Dots  bool      // before the items
	Code  string    // an address, day or short name, never translated
	Last  lang.Text // below the items
}

// paper begins a sheet for somebody who reads tongue. fill writes it in one language.
func (p *Pages) paper(tongue lang.Tag, title string, fill func(t *lang.Texts) []leafPart) *paperPage {
	page := &paperPage{Tongue: p.Papers.In(tongue).Language, Site: p.siteName()}
	for _, tag := range both(tongue) {
		texts := p.Papers.In(tag)
		page.Leaves = append(page.Leaves, leaf{Language: texts.Language, Title: texts.Get(title, nil), Parts: fill(texts)})
	}
	return page
}

func (page *paperPage) tile(p *Pages, tongue lang.Tag, key, value string) {
	t := tile{Value: value}
	for _, tag := range both(tongue) {
		t.Labels = append(t.Labels, p.Papers.In(tag).Get(key, nil))
	}
	page.Tiles = append(page.Tiles, t)
}

// siteName is the address of the pages for people as it stands on paper.
func (p *Pages) siteName() string {
	_, name, found := strings.Cut(p.PublicURL, "://")
	if !found {
		name = p.PublicURL
	}
	return strings.TrimSuffix(name, "/") + "/status"
}

// newReceipt is what somebody takes home: number and code, what happens now, what they
// agreed with a helper, and where they can come back.
func (p *Pages) newReceipt(r *http.Request, m people.Member, tongue lang.Tag, done request.Assisted) *paperPage {
	places, err := p.Locations.Of(r.Context())
	if err != nil {
		places = nil // the paper is worth more than the hours on it
	}
	next := "counter.paper.next-counter"
	if done.Way == request.WayDigital && !m.Has(people.Counter) {
		next = "counter.paper.next-digital"
	}
	page := p.paper(tongue, "counter.paper.title", func(t *lang.Texts) []leafPart {
		say := func(key string) lang.Text { return t.Get(key, nil) }
		parts := []leafPart{{Text: say("counter.paper.keep")}, {Title: say("counter.paper.next"), Text: say(next)}}
		parts = append(parts, leafPart{Text: say("counter.paper.look"), Code: p.siteName()})
		if done.Mandate != nil {
			parts = append(parts, mandatePart(t, actsOf(*done.Mandate), done.Mandate.Until))
		}
		for _, l := range places {
			if l.On(p.Locations.Today()) == location.Open {
				name, _ := p.Requests.Pack.In(string(t.Tag), l.Name)
				parts = append(parts, leafPart{Text: say("counter.paper.come-back"), Items: p.hours(t, l, name)})
			}
		}
		return append(parts, p.served(t, m)...)
	})
	page.tile(p, tongue, "counter.paper.number", done.Number.Spoken())
	page.tile(p, tongue, "counter.paper.code", spokenCode(done.Code))
	return page
}

// served says who helped, by the short name that a lead can find them by, and on which day.
func (p *Pages) served(t *lang.Texts, m people.Member) []leafPart {
	day := t.Get("counter.paper.day", nil)
	day.Text += ": " + t.Date(p.Requests.Today().String()).Text
	return []leafPart{{Text: t.Get("counter.paper.served", nil), Code: m.Short()}, {Text: day}}
}

// leftToRight keeps figures in their order on a page that is read from the right (Unicode,
// UAX #9).
func leftToRight(text string) string { return "\u2066" + text + "\u2069" }

// actsOf are what a mandate allows.
func actsOf(m request.Mandate) (list []string) {
	for _, act := range m.Scope {
		list = append(list, string(act))
	}
	return list
}

// mandatePart is what somebody agreed with a helper, and the last day of it.
func mandatePart(t *lang.Texts, acts []string, last rules.Day) leafPart {
	part := leafPart{Title: t.Get("counter.paper.helper", nil), Text: t.Get("counter.paper.helper-may", nil), Dots: true}
	for _, act := range acts {
		part.Items = append(part.Items, t.Get("counter.act."+act, nil))
	}
	until := t.Get("counter.paper.helper-until", nil)
	part.Last = t.Get("counter.paper.helper-stop", nil)
	part.Last.Text = until.Text + " " + t.Date(last.String()).Text + ". " + part.Last.Text
	return part
}

// hours are the address and the week of a counter.
func (p *Pages) hours(t *lang.Texts, l location.Location, name string) []lang.Text {
	line := func(text string) lang.Text { return lang.Text{Text: text, Lang: t.Tag, Dir: t.Dir} }
	list := []lang.Text{line(name)}
	if l.Address != "" {
		list = append(list, line(l.Address))
	}
	here := p.Locations.Here()
	monday := rules.DayOf(here).Add(-(int(here.Weekday()) + 6) % 7)
	for n := range 7 {
		if spans := l.Week.On(monday.Add(n)); len(spans) > 0 {
			list = append(list, line(t.Get(weekdayKey(n), nil).Text+" "+leftToRight(location.FormatSpans(spans))))
		}
	}
	return list
}

// weekdayKey is the name of a day, Monday being 0.
func weekdayKey(n int) string { return "counter.day." + string(rune('1'+n)) }

// spokenCode returns a code in two groups, as it is said and written down.
func spokenCode(code ident.Code) string {
	digits := code.Reveal()
	if len(digits) != ident.CodeDigits {
		return digits
	}
	return digits[:ident.CodeDigits/2] + " " + digits[ident.CodeDigits/2:]
}
