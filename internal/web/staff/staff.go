// Package staff is the pages for people who work here: signing in, what waits, the
// accounts, the log for the privacy officer, and, in files of their own, checking and
// approving, the counter, acting for somebody, and editing.
//
//	catalogue, err := lang.Load(staff.Messages(catalogues))
//	renderer, err := web.NewRenderer(web.Rendering{Catalogue: catalogue, Assets: assets, Pages: staff.Templates(), Frame: staff.Frame()})
//	site := &web.Site{Renderer: renderer, …}
//	staff.New(staff.Parts{…}).Register(site)
//
// A page is a file with its template beside it in templates, its data a struct that
// embeds [web.Page]. An area is a file with a list of its routes, a list of its tasks
// for the home page, and a pair of catalogues texts/AREA.nl.toml and texts/AREA.en.toml.
//
// Each [route] says who may call it. One that says nothing is refused, so that a
// page forgotten in a review is closed and not open. It also says which fields of a
// person its page shows; a test walks over all routes with all roles and writes what it
// found to docs/staff-matrix.md.
//
// Rights are read anew for each request: a role taken away, a training that ended or an
// account that was shut counts from the next click. Only who holds two passkeys works on
// cases, so that a lost one locks nobody out.
//
// What must be confirmed is confirmed with a passkey over its exact content: a handler
// makes a [confirmation] with ask, the template "confirm" shows its button, the script
// asks the passkey and sends the form, and the handler that takes it calls answered.
// Errors are pages as ever. No page needs a script but those that ask a passkey, and
// none lists more than [MaxRows] people.
package staff

import (
	"bytes"
	"embed"
	"io"
	"io/fs"
	"net/http"
	"time"

	"loket/internal/editing"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/report"
	"loket/internal/request"
	people "loket/internal/staff"
	"loket/internal/staff/session"
	"loket/internal/walkin"
	"loket/internal/web"
	"loket/internal/web/form"
)

// MaxRows is how many people a page lists at most.
const MaxRows = 25

// Parts is what the pages are made with. All are needed but Planner, Reports and Before.
type Parts struct {
	Staff     *people.Store
	Sessions  *session.Sessions
	Editing   *editing.Store
	Requests  *request.Store
	Locations *location.Store
	Walkin    *walkin.Store
	Planner   *planner.Store  // nil where nobody can ask for a place
	Reports   *report.Store   // nil as Planner is
	Catalogue *lang.Catalogue // made of Messages
	Papers    *lang.Catalogue // of all languages of people, for what is printed for them
	PublicURL string          // of the pages for people, without a path
	Log       Log
	URL       string    // of this site, for links to make an account
	Region    string    // of phone numbers without a country, ISO 3166-1 alpha-2
	Random    io.Reader // cryptographically strong
	Now       func() time.Time

	// Before are paths of scripts that run before those of a page. Only the
	// demonstration has any.
	Before []string
}

// Pages are the pages for people who work here.
type Pages struct {
	Parts
	site *web.Site
}

// New returns the pages.
func New(parts Parts) *Pages { return &Pages{Parts: parts} }

//go:embed templates/*.html frame/*.html
var templates embed.FS

// Templates returns the templates of the pages, for [web.Rendering].
func Templates() fs.FS { return sub("templates") }

// Frame returns the frame around the pages, for [web.Rendering].
func Frame() fs.FS { return sub("frame") }

func sub(dir string) fs.FS {
	files, err := fs.Sub(templates, dir)
	if err != nil {
		panic(err) // the names are constants
	}
	return files
}

//go:embed texts/*.toml
var texts embed.FS

// languages are those of the staff pages.
var languages = []lang.Tag{lang.Dutch, lang.English}

// Messages returns catalogue files in the languages of staff, with the texts of
// the staff pages added to what catalogues holds.
func Messages(catalogues fs.FS) fs.FS { return withTexts{catalogues} }

type withTexts struct{ fs.FS }

// Glob returns the catalogues in the languages of staff, whatever the pattern.
func (withTexts) Glob(string) (names []string, _ error) {
	for _, tag := range languages {
		names = append(names, string(tag)+".toml")
	}
	return names, nil
}

// ReadFile returns a catalogue with the texts for staff at the end.
func (t withTexts) ReadFile(name string) ([]byte, error) {
	all, err := fs.ReadFile(t.FS, name)
	if err != nil {
		return nil, err
	}
	own, err := fs.Glob(texts, "texts/*."+name)
	if err != nil {
		return nil, err
	}
	for _, file := range own {
		text, err := texts.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = bytes.Join([][]byte{all, text}, []byte("\n"))
	}
	return all, nil
}

// Register adds all pages to a site.
func (p *Pages) Register(site *web.Site) {
	p.site = site
	site.Dress = p.dress
	for _, rt := range p.routes() {
		site.Page(rt.pattern, p.serve(rt))
	}
}

// render writes the page name with data for whoever is signed in.
func (p *Pages) render(w http.ResponseWriter, r *http.Request, name string, data web.Document) error {
	return p.site.Render(w, r, name, data)
}

// formField returns what a form sent in a field.
func formField(r *http.Request, name string) (string, error) {
	if err := form.Read(r); err != nil {
		return "", err
	}
	return r.PostForm.Get(name), nil
}
