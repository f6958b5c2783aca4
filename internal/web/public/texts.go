package public

import (
	"html/template"
	"io/fs"
	"strings"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/rules"
	"loket/internal/web/questions"
)

// Messages returns catalogue files with the words of a pack among them, see
// [questions.Messages].
func Messages(catalogues fs.FS, pack *rules.Pack) fs.FS { return questions.Messages(catalogues, pack) }

// Passage is a text of the pack on a page, in the language in which it exists.
type Passage struct {
	Title string
	Body  template.HTML
	Lang  lang.Tag
	Dir   lang.Dir
}

// passage returns a text of the pack with its values filled in.
func (p *Pages) passage(tag lang.Tag, name string, values map[string]string) (Passage, error) {
	text := p.pack.Text(string(tag), name)
	if text == nil {
		return Passage{}, fault.New(fault.Internal, "", "pack %s has no text %q", p.pack.ID, name)
	}
	body, err := text.HTML(values)
	if err != nil {
		return Passage{}, err
	}
	in := lang.Tag(text.Lang)
	return Passage{text.Title, dressed(body), in, p.Catalogue.In(in).Dir}, nil
}

// leading returns a text of the pack whose title is the heading of its page.
func (p *Pages) leading(tag lang.Tag, name string, values map[string]string) (Passage, error) {
	passage, err := p.passage(tag, name, values)
	raised := strings.NewReplacer(`<h3 `, `<h2 `, `</h3>`, `</h2>`).Replace(string(passage.Body))
	passage.Body = template.HTML(raised)
	return passage, err
}

// passages returns several texts of the pack in a row.
func (p *Pages) passages(tag lang.Tag, names ...string) ([]Passage, error) {
	all := make([]Passage, 0, len(names))
	for _, name := range names {
		one, err := p.passage(tag, name, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// dressed gives the tags of a text the classes of the stylesheet. The renderer of
// the pack escapes all text, so that what looks like a tag is one.
func dressed(body template.HTML) template.HTML {
	dress := strings.NewReplacer(`<p>`, `<p class="govuk-body">`, `<a `, `<a class="govuk-link" `,
		`<ul>`, `<ul class="govuk-list govuk-list--bullet">`, `<ol>`, `<ol class="govuk-list govuk-list--number">`,
		`<h2>`, `<h3 class="govuk-heading-s">`, `</h2>`, `</h3>`, `<h3>`, `<h3 class="govuk-heading-s">`)
	return template.HTML(dress.Replace(string(body)))
}
