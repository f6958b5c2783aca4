package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Fits fails the test if the page is wider than its window, and names what
// sticks out.
func (tab *Tab) Fits() {
	tab.t.Helper()
	wide := Eval[[]string](tab, `(() => {
		const room = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= room) return [];
		return [...document.querySelectorAll("body *")].filter(e => {
			const box = e.getBoundingClientRect();
			return box.width > 0 && (box.right > room + 0.5 || box.left < -0.5) && getComputedStyle(e).position !== "absolute";
		}).map(e => e.tagName.toLowerCase() + "." + e.className).concat(["(the page is wider than its window)"]);
	})()`)
	if len(wide) > 0 {
		tab.t.Errorf("%s does not fit in %d pixels: %s", tab.Path(), tab.look.Width, strings.Join(wide, ", "))
	}
}

// LargeText doubles the size of all text, as a browser's own setting does.
func (tab *Tab) LargeText() {
	tab.t.Helper()
	Eval[string](tab, `document.documentElement.style.fontSize = "200%"`)
}

// SmallTargets returns the buttons, links and controls that are lower than 24
// CSS pixels and are no part of a sentence (WCAG 2.2, 2.5.8).
func (tab *Tab) SmallTargets() []string {
	tab.t.Helper()
	return Eval[[]string](tab, `[...document.querySelectorAll("button, a[href], input, textarea, summary")].filter(e => {
		const box = e.getBoundingClientRect();
		const inText = e.tagName === "A" && ["P", "LI", "DD"].includes(e.parentElement.tagName) && getComputedStyle(e).display === "inline";
		return e.checkVisibility() && box.height > 1 && box.height < 24 && !inText;
	}).map(e => e.tagName + " " + (e.innerText || e.id))`)
}

// axeTags are the rules that Axe runs: WCAG 2.2 at levels A and AA, and the
// best practices of axe's makers.
var axeTags = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"}

type violation struct {
	ID, Help string
	Nodes    []struct{ HTML, FailureSummary string }
}

// Axe fails the test for each rule of accessibility that axe-core finds broken.
// Axe needs JavaScript; it is switched on while it runs.
func (tab *Tab) Axe() {
	tab.t.Helper()
	npm := os.Getenv("LOKET_NPM")
	if npm == "" {
		npm = filepath.Join(root(tab.t), "node_modules")
	}
	axe, err := os.ReadFile(filepath.Join(npm, "axe-core", "axe.min.js"))
	if err != nil {
		tab.t.Fatalf("read axe-core (npm ci first): %v", err)
	}
	tags, err := json.Marshal(axeTags)
	if err != nil {
		tab.t.Fatal(err)
	}
	tab.allowScripts(true)
	defer tab.allowScripts(tab.look.Script)
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](string(axe)+"; undefined")); err != nil {
		tab.t.Fatalf("load axe-core: %v", err)
	}
	// Axe only doubts where text has the very colour of what is behind it. We do
	// not. In forced colours the browser paints others than axe reads.
	run := fmt.Sprintf(`axe.run(document, {runOnly: %s, rules: {"color-contrast": {enabled: %v}}}).then(r =>
		r.violations.concat(r.incomplete.filter(v => v.id === "color-contrast")))`, tags, !tab.look.ForcedColours)
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]violation](run, chromedp.EvalAwaitPromise))
	if err != nil {
		tab.t.Fatalf("run axe-core: %v", err)
	}
	for _, v := range found {
		for _, n := range v.Nodes {
			tab.t.Errorf("%s: axe %s: %s\n\t%s\n\t%s", tab.Path(), v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
}

func (tab *Tab) allowScripts(on bool) {
	tab.t.Helper()
	_, err := chromedp.Call(tab.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
	if err != nil {
		tab.t.Fatalf("switch JavaScript: %v", err)
	}
}

// Picture returns the whole page as a PNG.
func (tab *Tab) Picture() []byte {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		tab.t.Fatalf("take a picture: %v", err)
	}
	return picture
}

// Shot writes a picture of the page to the folder that LOKET_SHOTS names, for
// people to look at. Without that folder it does nothing.
func (tab *Tab) Shot(name string) {
	tab.t.Helper()
	dir := os.Getenv("LOKET_SHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), tab.Picture(), 0o644); err != nil {
		tab.t.Fatalf("keep a picture: %v", err)
	}
}

// Print returns the page as it comes out of a printer, as a PDF on A4.
func (tab *Tab) Print() []byte {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		tab.t.Fatalf("print: %v", err)
	}
	return pdf
}
