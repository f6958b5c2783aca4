package api

import (
	"net/http"
	"strings"

	"loket/internal/rules"
)

// The lists of a pack that the API shows.
const (
	listTerritory   = "territory"
	listElsewhere   = "elsewhere"
	listVaccinators = "vaccinators"
	listDocuments   = "documents"
	listCounters    = "counters"
	listRoutes      = "other_routes"
	listFields      = "fields"
)

// words are words in the language of the call, or in that which the pack has instead.
type words struct {
	Text     string `json:"text"`
	Language string `json:"language"`
}

// text is a text of the pack.
type text struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Text     string `json:"text"`
	Language string `json:"language"`
	Owner    string `json:"owner,omitempty"`
	Checked  string `json:"checked,omitempty"`
}

// item is an entry of a list.
type item struct {
	ID      string            `json:"id"`
	Name    words             `json:"name"`
	Words   map[string]words  `json:"words,omitempty"`  // such as purpose and seenBy
	Fields  map[string]string `json:"fields,omitempty"` // such as a telephone number
	Owner   string            `json:"owner"`
	Source  *source           `json:"source,omitempty"`
	Checked string            `json:"checked,omitempty"`
}

type source struct {
	Title string `json:"title"`
	Where string `json:"where,omitempty"`
	On    string `json:"on,omitempty"`
}

type published struct {
	On       string `json:"on"`
	Inferred bool   `json:"inferred"`
	Why      string `json:"why,omitempty"`
}

type language struct {
	Tag      string `json:"tag"`
	Complete bool   `json:"complete"`
	Reviewed bool   `json:"reviewed"`
}

type retracted struct {
	On  string `json:"on"`
	Why words  `json:"why"`
}

// offer is the route on offer, as its page tells it.
type offer struct {
	ID             string     `json:"id"`
	Hash           string     `json:"hash"`
	Name           words      `json:"name"`
	Owner          string     `json:"owner"`
	Authority      []string   `json:"authority"`
	Published      published  `json:"published"`
	Retracted      *retracted `json:"retracted,omitempty"`
	Languages      []language `json:"languages"`
	Questions      []item     `json:"questions"`
	Municipalities []item     `json:"municipalities"`
	Elsewhere      []item     `json:"elsewhere"`
	Vaccinators    []item     `json:"vaccinators"`
	Documents      []item     `json:"documents"`
	Counters       []item     `json:"counters"`
	OtherRoutes    []item     `json:"otherRoutes"`
	Texts          []text     `json:"texts"`
}

// showRoute tells what is on offer: by whose authority and since when, what is asked and
// who sees it, and where else to go.
func (a *api) showRoute(c *call) (answer, error) {
	p := a.Requests.Pack
	list := func(id string) []item {
		items := []item{}
		for _, i := range p.List(id) {
			items = append(items, c.item(p, i))
		}
		return items
	}
	o := offer{
		ID: p.ID, Hash: p.Hash, Name: c.words(p, p.Name), Owner: p.Owner, Authority: p.Authority,
		Published: published{p.Published.On.String(), p.Published.Inferred, p.Published.Why},
		Questions: list(listFields), Municipalities: list(listTerritory), Elsewhere: list(listElsewhere),
		Vaccinators: list(listVaccinators), Documents: list(listDocuments), Counters: list(listCounters), OtherRoutes: list(listRoutes),
		Texts: []text{},
	}
	if p.Retracted != nil {
		o.Retracted = &retracted{p.Retracted.On.String(), c.words(p, p.Retracted.Why)}
	}
	for _, l := range p.Languages {
		o.Languages = append(o.Languages, language{l.Tag, l.Complete, l.Reviewed})
	}
	for _, name := range p.Texts() {
		if t := p.Text(string(c.texts.Tag), name); len(t.Needs) > 0 {
			continue // of a mail or a decision: nothing to read without its values
		}
		t, err := a.text(c, name, nil)
		if err != nil {
			return answer{}, err
		}
		o.Texts = append(o.Texts, *t)
	}
	return answer{status: http.StatusOK, body: o}, nil
}

// words returns words of a pack in the language of the call.
func (c *call) words(pack *rules.Pack, w rules.Words) words {
	text, in := pack.In(string(c.texts.Tag), w)
	return words{text, in}
}

func (c *call) item(pack *rules.Pack, i rules.Item) item {
	out := item{ID: i.ID, Name: c.words(pack, i.Name), Owner: i.Owner, Checked: i.Checked.String()}
	for name, w := range i.Words {
		if out.Words == nil {
			out.Words = map[string]words{}
		}
		out.Words[camel(name)] = c.words(pack, w)
	}
	for name, value := range i.Fields {
		if out.Fields == nil {
			out.Fields = map[string]string{}
		}
		out.Fields[camel(name)] = value
	}
	if s, ok := pack.Source(i.Source); ok {
		out.Source = &source{s.Title, s.Where, s.On.String()}
	}
	return out
}

// text returns a text of the pack with its values filled in, or nil if there is none.
func (a *api) text(c *call, name string, values map[string]string) (*text, error) {
	t := a.Requests.Pack.Text(string(c.texts.Tag), name)
	if t == nil {
		return nil, nil
	}
	plain, err := t.Plain(values)
	if err != nil {
		return nil, err
	}
	return &text{name, t.Title, plain, t.Lang, t.Owner, t.Checked.String()}, nil
}

// camel returns a name of a pack as the names of JSON are written here.
func camel(name string) string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' })
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
	}
	return strings.Join(parts, "")
}
