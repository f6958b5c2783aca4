package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"loket/internal/lang"
	"loket/internal/web/form"
)

// Page is what the frame of a page needs. The data of each page embed it.
type Page struct {
	Title     string         // message key; also the heading, where the template says so
	TitleArgs map[string]any // may be nil
	Back      string         // path of the page before, without language; empty shows no link
	Problems  []form.Problem // the error summary
	Frame     any            // what the frame of a site shows besides; see [Site.Dress]
	View                     // filled in when the page is rendered
}

// View is what rendering adds to a Page.
type View struct {
	Lang       lang.Tag
	Dir        lang.Dir
	FullTitle  string // of the window: an error mark, the title, the product
	Style      string // path of the stylesheet
	Languages  []LanguageLink
	Unreviewed bool // nobody who speaks the language has read its texts
}

// LanguageLink leads to the same page in another language.
type LanguageLink struct {
	lang.Language
	Path    string
	Current bool
}

// Document is a pointer to a struct that embeds [Page].
type Document interface{ page() *Page }

func (p *Page) page() *Page { return p }

//go:embed templates/*.html
var frame embed.FS

// Renderer turns pages into HTML. Its methods may be called at the same time.
type Renderer struct {
	catalogue *lang.Catalogue
	assets    *Assets
	files     fs.FS
	frame     fs.FS
	reload    bool
	missing   func(lang.Tag, string)
	sets      map[lang.Tag]map[string]*template.Template
}

// Rendering configures a [Renderer].
type Rendering struct {
	Catalogue *lang.Catalogue
	Assets    *Assets
	Pages     fs.FS // a file NAME.html in it defines the "main" of page NAME
	Frame     fs.FS // its files replace or add templates of the frame, such as "base"; nil keeps the frame of the pages for people
	Reload    bool  // read the templates again for each page, for who works on them
	// Missing is told of each message key that no catalogue has; it may be nil.
	Missing func(lang.Tag, string)
}

// NewRenderer parses all templates once for each language.
func NewRenderer(c Rendering) (*Renderer, error) {
	r := &Renderer{catalogue: c.Catalogue, assets: c.Assets, files: c.Pages, frame: c.Frame, reload: c.Reload, missing: c.Missing}
	if r.missing == nil {
		r.missing = func(lang.Tag, string) {}
	}
	r.sets = make(map[lang.Tag]map[string]*template.Template)
	for _, language := range r.catalogue.Languages() {
		set, err := r.parse(language.Tag)
		if err != nil {
			return nil, err
		}
		r.sets[language.Tag] = set
	}
	return r, nil
}

// parse reads the frame, the parts and all pages in one language.
func (r *Renderer) parse(tag lang.Tag) (map[string]*template.Template, error) {
	base, err := template.New("").Funcs(r.funcs(r.catalogue.In(tag))).ParseFS(frame, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse the frame of pages: %w", err)
	}
	if r.frame != nil {
		if base, err = base.ParseFS(r.frame, "*.html"); err != nil {
			return nil, fmt.Errorf("parse a site's own frame of pages: %w", err)
		}
	}
	set := make(map[string]*template.Template)
	set["error"] = base
	names, err := fs.Glob(r.files, "*.html")
	if err != nil {
		return nil, fmt.Errorf("list the templates of pages: %w", err)
	}
	for _, name := range names {
		clone, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("parse the page %s: %w", name, err)
		}
		if set[strings.TrimSuffix(name, path.Ext(name))], err = clone.ParseFS(r.files, name); err != nil {
			return nil, fmt.Errorf("parse the page %s: %w", name, err)
		}
	}
	return set, nil
}

// Template returns the template of a page in a language, for tests that check
// it against the type of its data.
func (r *Renderer) Template(tag lang.Tag, name string) (*template.Template, error) {
	set := r.sets[tag]
	if r.reload {
		var err error
		if set, err = r.parse(tag); err != nil {
			return nil, err
		}
	}
	t, ok := set[name]
	if !ok {
		return nil, fmt.Errorf("no page template %q in language %q", name, tag)
	}
	return t.Lookup("base"), nil
}

// Names returns the pages that have a template, in no order.
func (r *Renderer) Names() []string {
	var names []string
	for name := range r.sets[lang.Dutch] {
		names = append(names, name)
	}
	return names
}

// render returns the page name with data as HTML, in a language and with
// language links to pagePath. Data must not be shared: it is filled in.
func (r *Renderer) render(tag lang.Tag, pagePath, name string, data Document) ([]byte, error) {
	t, err := r.Template(tag, name)
	if err != nil {
		return nil, err
	}
	r.fill(data.page(), r.catalogue.In(tag), pagePath)
	var body bytes.Buffer
	if err := t.Execute(&body, data); err != nil {
		// The text of a template error can quote data.
		return nil, fmt.Errorf("execute the page template %q: %w", name, errTemplate)
	}
	return body.Bytes(), nil
}

var errTemplate = errors.New("template failed; its own text is left out, for it may quote a person's data")

func (r *Renderer) fill(p *Page, texts *lang.Texts, pagePath string) {
	title := r.text(texts, p.Title, p.TitleArgs).Text
	if p.Problems != nil {
		title = texts.Get("common.error.prefix", nil).Text + " " + title
	}
	p.View = View{
		Lang: texts.Tag, Dir: texts.Dir, Unreviewed: !texts.Reviewed,
		FullTitle: title + " – " + texts.Get("web.header.name", nil).Text,
		Style:     r.assets.Style(texts.Dir),
	}
	for _, l := range r.catalogue.Languages() {
		p.Languages = append(p.Languages, LanguageLink{Language: l, Path: Path(l.Tag, pagePath), Current: l.Tag == texts.Tag})
	}
}

// languageOf returns the language of the path, or the one the browser prefers.
func (r *Renderer) languageOf(req *http.Request) lang.Tag {
	if tag, ok := req.Context().Value(languageKey{}).(lang.Tag); ok {
		return tag
	}
	return r.catalogue.Match(req.Header.Get("Accept-Language"))
}
