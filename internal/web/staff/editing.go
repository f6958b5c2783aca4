package staff

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"

	"loket/internal/editing"
	"loket/internal/fault"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
)

const pathEditing = "/editing"

// Who may change a pack: whoever may propose may also be the second person, for
// somebody else's change.
var editors = []people.Role{people.Editor, people.Lead}

func (p *Pages) editingRoutes() []route {
	scripts := []string{passkeyScript}
	return []route{
		{pattern: "GET /editing", roles: editors, handle: p.editing},
		{pattern: "GET /editing/text/{tag}/{name}", roles: editors, handle: p.editText},
		{pattern: "POST /editing/text/{tag}/{name}", roles: editors, handle: p.takeText},
		{pattern: "GET /editing/setting/{id}", roles: editors, handle: p.editSetting},
		{pattern: "POST /editing/setting/{id}", roles: editors, scripts: scripts, handle: p.takeSetting},
		{pattern: "POST /editing/setting/{id}/sign", roles: editors, handle: p.signSetting},
		{pattern: "GET /editing/change/{id}", roles: editors, scripts: scripts, handle: p.showChange},
		{pattern: "POST /editing/change/{id}/approve", roles: editors, handle: p.approveChange},
		{pattern: "POST /editing/change/{id}/reject", roles: editors, handle: p.rejectChange},
	}
}

// editingTasks are what waits here for m: changes of somebody else.
func (p *Pages) editingTasks(r *http.Request, m people.Member) ([]task, error) {
	if !m.Has(editors...) {
		return nil, nil
	}
	waiting, err := p.Editing.Waiting(r.Context())
	if err != nil {
		return nil, err
	}
	others := len(slices.DeleteFunc(waiting, func(e editing.Edit) bool { return e.MadeBy == m.ID }))
	return []task{{Title: "staff.editing.title", Text: "staff.editing.waiting", Count: others, Action: pathEditing, Button: "staff.editing.open"}}, nil
}

// editingPage lists what can be changed, and what waits for a second person.
type editingPage struct {
	web.Page
	Waiting   []changeLine
	Texts     []textLine
	Languages []string
	Settings  []settingLine
}

type changeLine struct {
	ID, File, Why string
	Own           bool
}

type textLine struct{ Name, Title string }

type settingLine struct {
	ID, Meaning string
	Values      []settingValue
}

type settingValue struct{ From, Value, Owner string }

// printed is a value of a setting as it is typed.
func printed(value any) string { return fmt.Sprint(value) }

func (p *Pages) editing(w http.ResponseWriter, r *http.Request, m people.Member) error {
	pack, _, err := p.Editing.Load(r.Context())
	if err != nil {
		return err
	}
	waiting, err := p.Editing.Waiting(r.Context())
	if err != nil {
		return err
	}
	tag := string(p.site.Language(r))
	page := &editingPage{Page: web.Page{Title: "staff.editing.title"}}
	for _, e := range waiting {
		page.Waiting = append(page.Waiting, changeLine{e.ID, e.File, e.Why, e.MadeBy == m.ID})
	}
	for _, l := range pack.Languages {
		page.Page.Back, page.Languages = pathHome, append(page.Languages, l.Tag)
	}
	for _, name := range pack.Texts() {
		page.Texts = append(page.Texts, textLine{name, pack.Text(tag, name).Title})
	}
	for _, s := range pack.Settings() {
		meaning, _ := pack.In(tag, s.Meaning)
		line := settingLine{ID: s.ID, Meaning: meaning}
		for _, v := range s.Values {
			line.Values = append(line.Values, settingValue{v.From.String(), printed(v.Value), v.Owner})
		}
		page.Settings = append(page.Settings, line)
	}
	return p.render(w, r, "editing", page)
}

// changePage is a change that waits, beside what is live now.
type changePage struct {
	web.Page
	ID, File, Why     string
	Before, After     preview
	Value             string // of a setting, as it is kept
	Own, Open, Broken bool
	Sign              *confirmation // of a setting that m may put live
}

// preview is a text as people will read it.
type preview struct {
	Title string
	Body  template.HTML
	Lang  string
}

func (p *Pages) showChange(w http.ResponseWriter, r *http.Request, m people.Member) error {
	e, err := p.Editing.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	now, _, err := p.Editing.Load(r.Context())
	if err != nil {
		return err
	}
	page := &changePage{Page: web.Page{Title: "staff.editing.change", Back: pathEditing}, ID: e.ID, File: e.File, Why: e.Why,
		Own: e.MadeBy == m.ID, Open: e.State == editing.Proposed}
	after, err := p.Editing.Preview(r.Context(), e)
	switch {
	case fault.Is(err, fault.Invalid):
		page.Broken = page.Open
	case err != nil:
		return err
	default:
		page.After, _ = previewOf(after, e.File)
	}
	var isText bool
	if page.Before, isText = previewOf(now, e.File); !isText {
		page.Value = e.Value
	}
	if e.OfSetting() && page.Open && !page.Own && !page.Broken {
		button, err := p.ask(r, m, e.ID, e.Content(), pathEditing+"/change/"+e.ID+"/approve", "staff.editing.approve")
		if err != nil {
			return err
		}
		page.Sign = &button
	}
	return p.render(w, r, "editing-change", page)
}

// previewOf shows a text of a pack with the names of its values in their places.
func previewOf(pack *rules.Pack, file string) (preview, bool) {
	m := textFile.FindStringSubmatch(file)
	if m == nil {
		return preview{}, false
	}
	text := pack.Text(m[1], m[2])
	if text == nil || text.Lang != m[1] {
		return preview{Lang: m[1]}, true
	}
	values := map[string]string{}
	for _, need := range text.Needs {
		values[need] = "‹" + need + "›"
	}
	body, err := text.HTML(values)
	if err != nil {
		return preview{Lang: m[1]}, true
	}
	return preview{text.Title, body, m[1]}, true
}

func (p *Pages) approveChange(w http.ResponseWriter, r *http.Request, m people.Member) error {
	e, err := p.Editing.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	var sign editing.Sign
	if e.OfSetting() {
		if sign, err = p.signing(r, m, e); err != nil {
			return err
		}
	}
	if err := p.Editing.Approve(r.Context(), m.ID, e.ID, sign); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathEditing)
}

// signing returns what keeps the answer of m's passkey over a setting.
func (p *Pages) signing(r *http.Request, m people.Member, e editing.Edit) (editing.Sign, error) {
	c, response, err := p.answered(r, e.ID)
	if err != nil {
		return nil, err
	}
	role := people.Editor
	if !m.Has(role) {
		role = people.Lead
	}
	return p.Staff.Signing(r.Context(), m, role, e.ID, e.Content(), c, response), nil
}

func (p *Pages) rejectChange(w http.ResponseWriter, r *http.Request, m people.Member) error {
	if err := p.Editing.Reject(r.Context(), m.ID, r.PathValue("id")); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathEditing)
}
