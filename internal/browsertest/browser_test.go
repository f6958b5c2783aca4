package browsertest_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"loket/internal/browsertest"
	"loket/internal/web"
	"loket/internal/web/webtest"
)

func TestAFormWithoutJavaScript(t *testing.T) {
	server := httptest.NewServer(webtest.Parts(t))
	defer server.Close()
	phone := browsertest.Start(t).Open(t, server.URL, browsertest.Look{Width: 320})

	phone.Go("/")
	phone.Press("Alle onderdelen van een pagina")
	phone.Fill("Telefoonnummer", "12")
	phone.Press("Verder")

	phone.Sees("Dit moet u nog aanpassen", "Vul uw naam in.", "Dit nummer klopt niet.")
	if got := phone.Value("Telefoonnummer"); got != "12" {
		t.Errorf("what was typed is gone: %q", got)
	}
	if !strings.HasPrefix(phone.Title(), "Fout: ") {
		t.Errorf("title = %q", phone.Title())
	}
	phone.Press("Zet een vinkje als u dit hebt gelezen.")
	if got := phone.Focused(); got != "agree" {
		t.Errorf("the error summary leads to %q", got)
	}
	phone.SeesNot("De computer vergelijkt")
	phone.Unfold("Wie ziet dit?")
	phone.Sees("De computer vergelijkt")

	phone.Fill("Hoe heet u?", "نور")
	phone.Fill("Telefoonnummer", "")
	phone.FillDate("Wanneer bent u geboren?", "XX", "XX", "1976")
	phone.Choose("Geen van beide")
	phone.Choose("Ik heb dit gelezen")
	phone.Press("Verder")
	phone.Sees("Deze pagina is voor iedereen gelijk.")
	if got := phone.Cookies(); len(got) > 0 {
		t.Errorf("cookies %v were set without need", got)
	}
}

func TestPartsInEveryLook(t *testing.T) { // WCAG 2.2 AA; design.md §6
	server := httptest.NewServer(webtest.Parts(t))
	defer server.Close()
	browser := browsertest.Start(t)
	for _, language := range []string{"nl", "ar"} {
		for _, look := range []browsertest.Look{{Width: 320}, {Width: 1280}, {Width: 320, ForcedColours: true}} {
			name := fmt.Sprintf("parts-%s-%d", language, look.Width)
			if look.ForcedColours {
				name += "-forced"
			}
			t.Run(name, func(t *testing.T) {
				tab := browser.Open(t, server.URL, look)
				tab.Go("/" + language + "/parts")
				tab.Fits()
				tab.Axe()
				tab.Shot(name)
				if small := tab.SmallTargets(); len(small) > 0 {
					t.Errorf("too small to hit: %v", small)
				}
				tab.Press(map[string]string{"nl": "Verder", "ar": "متابعة"}[language])
				tab.Axe()
				tab.Shot(name + "-errors")
				tab.LargeText()
				tab.Fits()
				tab.Shot(name + "-large")
			})
		}
	}
}

func TestThePlainStylesheetWillDo(t *testing.T) {
	plain, err := web.LoadAssets(fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(webtest.PartsWith(t, plain))
	defer server.Close()
	tab := browsertest.Start(t).Open(t, server.URL, browsertest.Look{Width: 320})
	tab.Go("/ar/parts")
	tab.Fits()
	tab.Axe()
	tab.Shot("parts-ar-320-plain")
}

func TestRightToLeftIsMirrored(t *testing.T) { // G-50
	server := httptest.NewServer(webtest.Parts(t))
	defer server.Close()
	tab := browsertest.Start(t).Open(t, server.URL, browsertest.Look{})
	nameFirst := func(path string) bool { // whether the name is left of the way out
		tab.Go(path)
		return browsertest.Eval[bool](tab, `(() => {
			const name = document.querySelector(".loket-header__name").getBoundingClientRect();
			const leave = document.querySelector(".loket-leave").getBoundingClientRect();
			return name.left < leave.left;
		})()`)
	}
	if !nameFirst("/nl/parts") || nameFirst("/ar/parts") {
		t.Error("the header is not turned round")
	}
	runs := browsertest.Eval[bool](tab, `[...document.querySelectorAll(".loket-code")].every(e => {
		const at = i => { const r = document.createRange(); r.setStart(e.firstChild, i); r.setEnd(e.firstChild, i + 1); return r.getBoundingClientRect().left };
		return at(0) < at(e.firstChild.length - 1);
	})`)
	if !runs {
		t.Error("a number or code runs from right to left")
	}
	fonts := browsertest.Eval[string](tab, `[...document.fonts].filter(f => f.status === "loaded").map(f => f.family).join()`)
	if !strings.Contains(fonts, "Noto Sans Arabic") {
		t.Errorf("fonts loaded: %s", fonts)
	}
}

func TestTheKeyboardReachesTheContentFirst(t *testing.T) {
	server := httptest.NewServer(webtest.Parts(t))
	defer server.Close()
	tab := browsertest.Start(t).Open(t, server.URL, browsertest.Look{})
	tab.Go("/nl/parts")
	var order []string
	for range 7 {
		tab.Key("\t")
		order = append(order, tab.Focused())
	}
	want := []string{"Naar de inhoud", "Loket", "Snel weg van deze pagina", "English", "العربية", "Українська", "Terug"}
	if !slices.Equal(order, want) {
		t.Errorf("the keyboard goes %q, want %q", order, want)
	}
}

func TestPrintIsPaper(t *testing.T) {
	server := httptest.NewServer(webtest.Parts(t))
	defer server.Close()
	tab := browsertest.Start(t).Open(t, server.URL, browsertest.Look{})
	tab.Go("/nl/")
	pdf := tab.Print()
	if !strings.HasPrefix(string(pdf), "%PDF-") || strings.Count(string(pdf), "/Type /Page\n") > 1 {
		t.Errorf("a short page prints as %d bytes on more than one sheet", len(pdf))
	}
}
