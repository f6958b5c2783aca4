package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Eval returns the value of a JavaScript expression in the page. It works in
// tabs without JavaScript too, as long as the expression waits for nothing.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		tab.t.Fatalf("evaluate %.80s: %v", expression, err)
	}
	return value
}

func (tab *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		tab.t.Fatalf("%s: %v", what, err)
	}
}

// Go opens the page at a path of the site, or at a whole address.
func (tab *Tab) Go(path string) {
	tab.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = tab.origin + path
	}
	tab.do("go to "+path, chromedp.Navigate(path))
}

// Path returns the path of the page that is open.
func (tab *Tab) Path() string { tab.t.Helper(); return Eval[string](tab, "location.pathname") }

// Title returns the title of the window.
func (tab *Tab) Title() string { tab.t.Helper(); return Eval[string](tab, "document.title") }

// Text returns the text of the page, as it is shown; nothing while another page comes.
func (tab *Tab) Text() string {
	tab.t.Helper()
	return Eval[string](tab, `document.body ? document.body.innerText : ""`)
}

// Sees fails the test unless all the words are on the page. Case and white
// space do not count.
func (tab *Tab) Sees(words ...string) {
	tab.t.Helper()
	text := fold(tab.Text())
	for _, w := range words {
		if !strings.Contains(text, fold(w)) {
			tab.t.Fatalf("%q is not on the page %s:\n%s", w, tab.Path(), tab.Text())
		}
	}
}

// SeesNot fails the test if any of the words is on the page.
func (tab *Tab) SeesNot(words ...string) {
	tab.t.Helper()
	text := fold(tab.Text())
	for _, w := range words {
		if strings.Contains(text, fold(w)) {
			tab.t.Fatalf("%q is on the page %s", w, tab.Path())
		}
	}
}

func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// Fill types text into the field with the label, in place of what is there.
func (tab *Tab) Fill(label, text string) { tab.t.Helper(); tab.fill(label, "", text) }

// FillDate types a day, month and year into the question with the legend.
func (tab *Tab) FillDate(legend, day, month, year string) {
	tab.t.Helper()
	for suffix, text := range map[string]string{"-day": day, "-month": month, "-year": year} {
		tab.fill(legend, suffix, text)
	}
}

func (tab *Tab) fill(label, suffix, text string) {
	tab.t.Helper()
	if !Eval[bool](tab, call("control", label, suffix, `found => { found.focus(); found.select(); return true }`)) {
		tab.t.Fatalf("no field is called %q on %s:\n%s", label, tab.Path(), tab.Text())
	}
	tab.do("type into "+label,
		chromedp.KeyEvent("\b"), // so that an empty text empties the field
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
			return err
		}))
}

// Value returns what is in the field with the label.
func (tab *Tab) Value(label string) string {
	tab.t.Helper()
	return Eval[string](tab, call("control", label, "", `found => found.value`))
}

// Choose ticks the radio button or box with the label.
func (tab *Tab) Choose(label string) { tab.t.Helper(); tab.click("label", label) }

// Unfold opens or closes the details with the words.
func (tab *Tab) Unfold(words string) { tab.t.Helper(); tab.click("summary", words) }

// Press clicks the button or link with the words, and waits for the page that
// follows. A link to a place on the same page is followed without waiting.
func (tab *Tab) Press(words string) {
	tab.t.Helper()
	tab.click("button, a, input[type=submit]", words)
}

// Try clicks the button with the words, and waits for nothing: a script answers.
func (tab *Tab) Try(words string) {
	tab.t.Helper()
	s := Eval[*spot](tab, call("spot", "button", words))
	if s == nil {
		tab.t.Fatalf("nothing to press says %q on %s:\n%s", words, tab.Path(), tab.Text())
	}
	tab.do("press "+words, chromedp.MouseClickXY(s.X, s.Y))
}

// Wait waits until the words are on the page, for what a script does in its own time.
func (tab *Tab) Wait(words string) {
	tab.t.Helper()
	for end := time.Now().Add(patience); !strings.Contains(fold(tab.Text()), fold(words)); {
		if time.Now().After(end) {
			tab.Sees(words)
		}
		tab.do("wait", chromedp.Sleep(50*time.Millisecond))
	}
}

type spot struct {
	X, Y  float64
	Loads bool
}

func (tab *Tab) click(selector, words string) {
	tab.t.Helper()
	s := Eval[*spot](tab, call("spot", selector, words))
	if s == nil {
		tab.t.Fatalf("nothing to press says %q on %s:\n%s", words, tab.Path(), tab.Text())
	}
	press := chromedp.MouseClickXY(s.X, s.Y)
	if !s.Loads {
		tab.do("press "+words, press)
		return
	}
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil, press)); err != nil {
		tab.t.Fatalf("press %q and wait for the next page: %v", words, err)
	}
}

// Back goes one page back, as the button of the browser does.
func (tab *Tab) Back() { tab.t.Helper(); tab.do("go back", chromedp.NavigateBack()) }

// Reload loads the page again, as the button of the browser does.
func (tab *Tab) Reload() { tab.t.Helper(); tab.do("load again", chromedp.Reload()) }

// Source returns the whole page as the browser holds it, what is hidden too.
func (tab *Tab) Source() string {
	tab.t.Helper()
	return Eval[string](tab, "document.documentElement.outerHTML")
}

// Key presses a key such as "\t" or "\r"; see package kb of chromedp.
func (tab *Tab) Key(keys string) { tab.t.Helper(); tab.do("press a key", chromedp.KeyEvent(keys)) }

// Focused returns the text or the id of what the keyboard is on.
func (tab *Tab) Focused() string {
	tab.t.Helper()
	return Eval[string](tab, `(a => a === document.body ? "" : (a.innerText || a.id).trim())(document.activeElement)`)
}

// Cookies returns the names of the cookies that the browser holds.
func (tab *Tab) Cookies() []string {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		tab.t.Fatalf("read the cookies: %v", err)
	}
	var names []string
	for _, c := range result.Cookies {
		names = append(names, c.Name)
	}
	return names
}

// WaitFor reloads the page until the words are on it, for what a worker does
// in its own time.
func (tab *Tab) WaitFor(words string) {
	tab.t.Helper()
	for end := time.Now().Add(patience); ; {
		if strings.Contains(fold(tab.Text()), fold(words)) {
			return
		}
		if time.Now().After(end) {
			tab.Sees(words)
		}
		tab.do("wait and load again", chromedp.Sleep(200*time.Millisecond), chromedp.Reload())
	}
}

// call returns an expression that runs one of the finders below.
func call(finder string, args ...string) string {
	var list []string
	for _, arg := range args {
		if strings.HasPrefix(arg, "found =>") {
			list = append(list, arg)
			continue
		}
		quoted, err := json.Marshal(arg)
		if err != nil {
			panic(err) // a string always marshals
		}
		list = append(list, string(quoted))
	}
	return fmt.Sprintf("(() => {%s return %s(%s) })()", finders, finder, strings.Join(list, ", "))
}

// finders look for things by the words on them: exact words before words
// inside a longer text.
const finders = `
const fold = s => (s || "").replace(/\s+/g, " ").trim().toLowerCase();
const pick = (list, words, textOf) => {
	const want = fold(words), all = [...list].filter(e => e.checkVisibility());
	return all.find(e => fold(textOf(e)) === want) || all.find(e => fold(textOf(e)).includes(want));
};
const said = e => e.value && e.tagName === "INPUT" ? e.value : e.innerText;
const control = (label, suffix, then) => {
	const found = pick(document.querySelectorAll("label, legend"), label, said);
	if (!found) return null;
	const set = found.closest("fieldset");
	const target = suffix ? set && set.querySelector("[id$='" + suffix + "']") : document.getElementById(found.htmlFor);
	return target ? then(target) : null;
};
const spot = (selector, words) => {
	const e = pick(document.querySelectorAll(selector), words, said);
	if (!e) return null;
	e.scrollIntoView({block: "center", inline: "center"});
	const box = e.getClientRects()[0];
	const here = e.tagName === "A" && e.hash && e.pathname === location.pathname;
	return {X: box.left + box.width / 2, Y: box.top + box.height / 2, Loads: !here && selector.startsWith("button")};
};`
