package staff

import (
	"net/http"
	"regexp"

	"loket/internal/editing"
	"loket/internal/fault"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// textFile is the path of a text in a pack.
var textFile = regexp.MustCompile(`^texts/([a-zA-Z-]+)/([a-z0-9-]+)\.md$`)

// textPage changes one text in one language.
type textPage struct {
	web.Page
	File, Action string
	Heading      form.Text
	Body         form.Text
	Reviewed     form.Tick
	Why          form.Text
	Needs        []string
	Preview      preview
	Seen         string // the file as previewed; what is sent with it is proposed
	Sure         bool   // the preview was shown
	History      []changeLine
}

func (p *Pages) textPage(r *http.Request) (*textPage, rules.Text, error) {
	tag, name := r.PathValue("tag"), r.PathValue("name")
	file := "texts/" + tag + "/" + name + ".md"
	if !textFile.MatchString(file) {
		return nil, rules.Text{}, fault.New(fault.NotFound, "", "no such text")
	}
	data, err := p.Editing.Current(r.Context(), file)
	if err != nil {
		return nil, rules.Text{}, err
	}
	head, body, err := rules.SplitText(data)
	if err != nil {
		return nil, rules.Text{}, err
	}
	history, err := p.Editing.History(r.Context(), file)
	if err != nil {
		return nil, rules.Text{}, err
	}
	page := &textPage{
		Page: web.Page{Title: "staff.editing.text", Back: pathEditing}, File: file, Action: pathEditing + "/text/" + tag + "/" + name,
		Heading:  form.Text{Name: "title", Label: "staff.editing.heading", Value: head.Title},
		Body:     form.Text{Name: "body", Label: "staff.editing.body", Hint: "staff.editing.body-hint", Lines: 16, Value: body},
		Reviewed: form.Tick{Name: "reviewed", Label: "staff.editing.reviewed", Hint: "staff.editing.reviewed-hint", On: head.Reviewed},
		Why:      whyField(), Needs: head.Needs,
	}
	for _, e := range history {
		page.History = append(page.History, changeLine{ID: e.ID, File: e.ApprovedAt.In(p.Requests.Zone).Format("2006-01-02"), Why: e.Why})
	}
	return page, head, nil
}

func whyField() form.Text {
	return form.Text{Name: "why", Label: "staff.editing.why", Hint: "staff.editing.why-hint", Lines: 2}
}

func (p *Pages) editText(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page, _, err := p.textPage(r)
	if err != nil {
		return err
	}
	return p.render(w, r, "editing-text", page)
}

// takeText shows the preview, and keeps the proposal when its person has seen it as
// it is.
func (p *Pages) takeText(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, head, err := p.textPage(r)
	if err != nil {
		return err
	}
	if err := form.Read(r, &page.Heading, &page.Body, &page.Reviewed, &page.Why); err != nil {
		return err
	}
	page.Heading.Require("staff.editing.heading-missing")
	page.Body.Require("staff.editing.body-missing")
	page.Why.Require("editing.why")
	head.Title, head.Reviewed, head.Checked = page.Heading.Value, page.Reviewed.On, p.Requests.Today()
	change := editing.Edit{File: page.File, Value: string(rules.JoinText(head, page.Body.Value)), Why: page.Why.Value}
	if page.Problems = form.Problems(&page.Heading, &page.Body, &page.Why); page.Problems == nil {
		pack, err := p.Editing.Preview(r.Context(), change)
		if err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
		if err != nil {
			page.Body.Error = fault.Key(err)
			page.Problems = form.Problems(&page.Body)
			return p.render(w, r, "editing-text", page)
		}
		if r.PostForm.Get("seen") == change.Value {
			if _, err := p.Editing.Propose(r.Context(), m.ID, change.File, change.Value, change.Why); err != nil {
				return err
			}
			return p.site.Redirect(w, r, pathEditing)
		}
		page.Preview, _ = previewOf(pack, page.File)
		page.Sure, page.Seen = true, change.Value
	}
	return p.render(w, r, "editing-text", page)
}
