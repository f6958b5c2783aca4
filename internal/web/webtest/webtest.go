// Package webtest helps to test pages: it checks templates against the data
// they are given, and keeps one page that shows every part a page can have.
//
// Each package of pages calls [Check] with an example of each page's data.
// The page of all parts, [Parts], is what package web, its stylesheet and the
// browser are tested on.
package webtest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/jba/templatecheck"

	"loket/internal/lang"
	"loket/internal/web"
)

// Check proves that each template of r uses only what its page's data have.
// Examples holds the data of each page by the name of its template; a template
// without one is an error, as is an example without a template.
func Check(t *testing.T, r *web.Renderer, examples map[string]web.Document) {
	t.Helper()
	names := r.Names()
	for _, name := range names {
		if name == "error" {
			continue // package web checks its own
		}
		example, ok := examples[name]
		if !ok {
			t.Errorf("the page template %s has no example of its data", name)
			continue
		}
		template, err := r.Template(lang.Dutch, name)
		if err != nil {
			t.Error(err)
			continue
		}
		if err := templatecheck.CheckHTML(template, reflect.Indirect(reflect.ValueOf(example)).Interface()); err != nil {
			t.Errorf("page %s: %v", name, err)
		}
	}
	for name := range examples {
		if !slices.Contains(names, name) {
			t.Errorf("there is no page template %s", name)
		}
	}
}
