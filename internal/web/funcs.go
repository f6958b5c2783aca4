package web

import (
	"fmt"
	"html/template"

	"loket/internal/lang"
)

// funcs are what templates may call, beside those of html/template:
//
//	t KEY [NAME VALUE]…   the message, marked where it is in another language
//	say TEXT              a lang.Text, marked likewise
//	date DAY              a YYYY-MM-DD in words
//	code TEXT             a number or code: never translated, always left to right
//	link PATH             the address of a page in this language
func (r *Renderer) funcs(texts *lang.Texts) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, pairs ...any) (template.HTML, error) {
			args, err := arguments(pairs)
			return mark(r.text(texts, key, args), texts.Tag), err
		},
		"say":  func(text lang.Text) template.HTML { return mark(text, texts.Tag) },
		"date": func(day string) template.HTML { return mark(texts.Date(day), texts.Tag) },
		"code": func(text string) template.HTML {
			return template.HTML(`<bdi class="loket-code" dir="ltr" translate="no">` + template.HTMLEscapeString(text) + `</bdi>`)
		},
		"link": func(path string) string { return Path(texts.Tag, path) },
	}
}

// text returns a message and tells of one that is nowhere.
func (r *Renderer) text(texts *lang.Texts, key string, args map[string]any) lang.Text {
	if key == "" {
		return lang.Text{Lang: texts.Tag, Dir: texts.Dir}
	}
	text := texts.Get(key, args)
	if text.Fallback && text.Text == key {
		r.missing(texts.Tag, key)
	}
	return text
}

// mark escapes a text, and gives one in another language than the page its own
// language and direction, so that it is spoken and laid out as what it is. In
// an attribute html/template takes the tags away again.
func mark(text lang.Text, page lang.Tag) template.HTML {
	escaped := template.HTMLEscapeString(text.Text)
	if text.Lang == page || text.Lang == "" {
		return template.HTML(escaped)
	}
	return template.HTML(fmt.Sprintf(`<span lang="%s" dir="%s">%s</span>`,
		template.HTMLEscapeString(string(text.Lang)), template.HTMLEscapeString(string(text.Dir)), escaped))
}

func arguments(pairs []any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("t wants a key and pairs of name and value, got %d after the key", len(pairs))
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("t wants a name at argument %d", i+1)
		}
		args[name] = pairs[i+1]
	}
	return args, nil
}
