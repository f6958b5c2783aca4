package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Attach chooses the file at path in the field with the label, as the camera or the
// dialog of a phone would.
func (tab *Tab) Attach(label, path string) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	found, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: call("control", label, "", `found => found`)})
	if err != nil || found.Result == nil || found.Result.ObjectID == "" {
		tab.t.Fatalf("no field is called %q on %s: %v\n%s", label, tab.Path(), err, tab.Text())
	}
	_, err = chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, ObjectID: found.Result.ObjectID})
	if err != nil {
		tab.t.Fatalf("choose a file in %q: %v", label, err)
	}
}
