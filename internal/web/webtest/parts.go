package webtest

import (
	"crypto/rand"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"testing"
	"testing/fstest"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/locales"
)

//go:embed testdata
var testdata embed.FS

// PartsPage is a page with every part. Nobody on it exists.
type PartsPage struct {
	web.Page
	Name    form.Text
	Number  form.Text
	Story   form.Text
	Birth   form.Date
	Has     form.Choice
	Agree   form.Tick
	Answers []web.Answer
	Panel   web.Panel
	Tags    []web.Tag
}

func (p *PartsPage) fields() []form.Field {
	return []form.Field{&p.Name, &p.Number, &p.Story, &p.Birth, &p.Has, &p.Agree}
}

// NewPartsPage returns the page as it is before anybody typed.
func NewPartsPage() *PartsPage {
	return &PartsPage{
		Page:   web.Page{Title: "parts.page.title", Back: "/"},
		Name:   form.Text{Name: "name", Label: "parts.name.label", Hint: "parts.name.hint", Who: "parts.name.who", Autocomplete: "name"},
		Number: form.Text{Name: "number", Label: "parts.number.label", InputMode: "numeric", Width: 10, Latin: true, Autocomplete: "off"},
		Story:  form.Text{Name: "story", Label: "parts.story.label", Lines: 4},
		Birth:  form.Date{Name: "birth", Label: "parts.birth.label", Hint: "parts.birth.hint", Birth: true},
		Has: form.Choice{Name: "has", Label: "parts.has.label", Options: []form.Option{
			{Value: "bsn", Label: "parts.has.bsn"}, {Value: "none", Label: "parts.has.none", Hint: "parts.has.none-hint"}}},
		Agree: form.Tick{Name: "agree", Label: "parts.agree.label"},
		Answers: []web.Answer{
			{Label: "parts.name.label", Value: "Noor van Voorbeeld", Change: "/parts"},
			{Label: "parts.number.label", Value: "+31 6 12345678", Latin: true, Change: "/parts"},
			{Label: "parts.has.label", Key: "parts.has.none", Change: "/parts"},
			{Label: "parts.story.label"},
		},
		Panel: web.Panel{Title: "parts.panel.title", Text: "parts.panel.text", Code: "K7P4-9XQ2-M3T"},
		Tags:  []web.Tag{{Text: "parts.tag.sent", Colour: "green"}, {Text: "parts.tag.waiting"}},
	}
}

// Parts returns a site that serves the page of all parts at /parts, and takes
// its form there; a form with a name is sent on to the page of the start, /.
// Message keys that are nowhere fail the test.
func Parts(t testing.TB) *web.Site {
	t.Helper()
	assets, err := web.BuiltAssets()
	if err != nil {
		t.Fatal(err)
	}
	return PartsWith(t, assets)
}

// PartsWith is Parts with a stylesheet of the caller's.
func PartsWith(t testing.TB, assets *web.Assets) *web.Site {
	t.Helper()
	pages, err := fs.Sub(testdata, "testdata")
	if err != nil {
		t.Fatal(err)
	}
	renderer, err := web.NewRenderer(web.Rendering{
		Catalogue: Texts(t, pages), Assets: assets, Pages: pages,
		Missing: func(tag lang.Tag, key string) { t.Errorf("no catalogue has %q, asked in %s", key, tag) },
	})
	if err != nil {
		t.Fatal(err)
	}
	site := &web.Site{Renderer: renderer, Assets: assets, Log: slog.New(slog.DiscardHandler), NewID: rand.Text, LeaveTo: "https://example.org/"}
	addPages(site)
	return site
}

func addPages(site *web.Site) {
	site.Still("/{$}", "start", func(lang.Tag) (web.Document, error) {
		return &StartPage{Page: web.Page{Title: "parts.start.title"}}, nil
	})
	site.Page("GET /leave", site.Leave)
	site.Page("GET /parts", func(w http.ResponseWriter, r *http.Request) error {
		return site.Render(w, r, "parts", NewPartsPage())
	})
	site.Page("POST /parts", func(w http.ResponseWriter, r *http.Request) error {
		page := NewPartsPage()
		if err := form.Read(r, page.fields()...); err != nil {
			return err
		}
		page.Name.Require("parts.name.missing")
		page.Birth.Require("parts.birth.missing")
		page.Has.Require("parts.has.missing")
		page.Agree.Require("parts.agree.missing")
		form.Parse(&page.Number, func(string) (int, error) { return 0, fault.New(fault.Invalid, "parts.number.wrong", "always wrong") })
		if page.Problems = form.Problems(page.fields()...); page.Problems != nil {
			return site.Render(w, r, "parts", page)
		}
		return site.Redirect(w, r, "/")
	})
}

// StartPage is a page without state.
type StartPage struct{ web.Page }

// Texts returns the catalogues of Loket with those of a folder of tests, named
// alike, added to them.
func Texts(t testing.TB, more fs.FS) *lang.Catalogue {
	t.Helper()
	all := make(fstest.MapFS)
	for _, dir := range []fs.FS{locales.Files, more} {
		names, err := fs.Glob(dir, "*.toml")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(dir, name)
			if err != nil {
				t.Fatal(err)
			}
			if all[name] == nil {
				all[name] = &fstest.MapFile{}
			}
			all[name].Data = append(all[name].Data, data...)
		}
	}
	catalogue, err := lang.Load(all)
	if err != nil {
		t.Fatal(err)
	}
	return catalogue
}
