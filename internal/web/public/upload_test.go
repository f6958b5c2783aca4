package public_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/browsertest"
	"loket/internal/db"
)

// file writes a photo for a browser to choose.
func file(t testing.TB, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// grainy returns a photo of a card with the grain of a cheap camera, which makes it large.
func grainy(t testing.TB, picture *image.RGBA, quality int) []byte {
	t.Helper()
	grain := rand.New(rand.NewPCG(1, 2))
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			c := picture.RGBAAt(x, y)
			n := grain.IntN(24)
			picture.SetRGBA(x, y, color.RGBA{c.R + uint8(n), c.G + uint8(n/2), c.B + uint8(n/3), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sit opens, in a real browser, the message in which nobody is asked for a document.
func sit(t *testing.T, w *apptest.World, tab *browsertest.Tab, link string) {
	t.Helper()
	tab.Go("/nl" + link)
	tab.Press("Stuur mij de code")
	w.Settle(t)
	tab.Fill("Code van 8 cijfers", w.Code(t, "+31"+nobody.phone[1:]).Reveal())
	tab.Press("Open het bericht")
	tab.Sees("Wij moeten eerst zien dat u het bent")
}

// A phone of 320 pixels without JavaScript: each photo is a form of its own.
func TestPhotosFromAPhoneWithoutScript(t *testing.T) { // G-27 G-28 G-33 G-34
	w, base := open(t, db.SQLite)
	link := letter(t, w, nobody)
	phone := browsertest.Start(t).Open(t, base, browsertest.Look{Width: 320})
	sit(t, w, phone, link)
	good, dark := file(t, photograph(t, 230)), file(t, photograph(t, 40))
	look := func() {
		t.Helper()
		phone.Fits()
		phone.Axe()
	}
	phone.Press("Stuur foto's")
	look()
	phone.Press("Maak een foto van uw document")
	look()
	phone.Press("Stuur deze foto")
	phone.Sees("Maak of kies eerst een foto")
	look()
	phone.Attach("Maak een foto", dark)
	phone.Press("Stuur deze foto")
	phone.Sees("De foto is aangekomen", "erg donker")
	look()
	phone.Press("Neem deze foto terug")
	phone.Press("Maak een foto van uw document")
	phone.Unfold("Ik heb al een foto")
	phone.Attach("Kies een foto die op dit apparaat staat", good)
	phone.Press("Stuur deze foto")
	phone.Sees("Hij lijkt duidelijk")
	phone.Press("Maak een foto van uw kaartje van de prik")
	phone.Attach("Maak een foto", good)
	phone.Press("Stuur deze foto")
	look()
	phone.Press("Verstuur uw foto's")
	phone.Sees("Uw foto's zijn verstuurd", "Er zijn 2 foto's aangekomen")
	look()
	if got := living(t, w); len(got) != 2 || !got[0].Sent || !got[1].Sent {
		t.Errorf("photos %v", got)
	}
	w.Settle(t)
	w.Promises(t)
}

// badLine is a line between a browser and the site. It notes what the script sends, and
// cuts the pieces that it is told to cut, in their middle.
type badLine struct {
	site http.Handler

	mu    sync.Mutex
	cut   func(n int) bool // whether to cut the piece with this number, from 0
	begun []string         // sizes announced
	start []string         // where pieces began
}

var sizeField = regexp.MustCompile(`size=(\d+)`)

func (l *badLine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == "POST" && strings.HasSuffix(r.URL.Path, "/photos/parts") {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		l.mu.Lock()
		l.begun = append(l.begun, string(sizeField.FindSubmatch(body)[1]))
		l.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if start := r.URL.Query().Get("start"); start != "" {
		l.mu.Lock()
		n, cut := len(l.start), l.cut
		l.start = append(l.start, start)
		l.mu.Unlock()
		if cut(n) {
			_, _ = io.CopyN(io.Discard, r.Body, 50_000) // and no further
			panic(http.ErrAbortHandler)
		}
	}
	l.site.ServeHTTP(w, r)
}

func (l *badLine) set(cut func(int) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
}

func (l *badLine) seen() (begun, start []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.begun), slices.Clone(l.start)
}

func overBadLine(t *testing.T) (*apptest.World, *badLine, *browsertest.Tab) {
	t.Helper()
	w, _ := open(t, db.SQLite)
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	line := &badLine{site: site, cut: func(int) bool { return false }}
	server := httptest.NewServer(line)
	t.Cleanup(server.Close)
	link := letter(t, w, nobody)
	tab := browsertest.Start(t).Open(t, server.URL, browsertest.Look{Width: 320, Script: true})
	sit(t, w, tab, link)
	tab.Go("/nl/message/photos/document")
	return w, line, tab
}

// With a script a photo goes in pieces. The line breaks twice, then for good; the page is
// loaded again; the photo goes on where it was, and each byte that came is sent once.
func TestAPhotoGoesOnAfterABreak(t *testing.T) { // G-28
	w, line, tab := overBadLine(t)
	content := grainy(t, drawn(220), 97)
	if len(content) < 900_000 || len(content) > 1_400_000 {
		t.Fatalf("the photo has %d bytes: too few pieces, or it would be made smaller", len(content))
	}
	path := file(t, content)
	line.set(func(n int) bool { return n == 1 || n >= 3 })
	tab.Attach("Maak een foto", path)
	tab.Try("Stuur deze foto")
	for {
		if _, start := line.seen(); len(start) >= 5 {
			break
		}
		tab.Wait("foto")
	}
	tab.Reload()
	line.set(func(int) bool { return false })
	tab.Attach("Maak een foto", path)
	tab.Try("Stuur deze foto")
	tab.Wait("Hij lijkt duidelijk")
	begun, start := line.seen()
	if len(begun) != 1 {
		t.Errorf("the photo was begun %d times, want once", len(begun))
	}
	if slices.Compact(slices.Sorted(slices.Values(start)))[0] != "0" || count(start, "0") != 1 {
		t.Errorf("pieces began at %v: what had come was sent again", start)
	}
	if got := living(t, w); len(got) != 1 {
		t.Errorf("%d photos, want one", len(got))
	}
	w.Promises(t)
}

func count(list []string, what string) (n int) {
	for _, one := range list {
		if one == what {
			n++
		}
	}
	return n
}

// What the server refuses is said at the field, and another photo can be sent.
func TestTheScriptSaysWhatIsWrongAtTheField(t *testing.T) { // G-28
	_, _, tab := overBadLine(t)
	tab.Attach("Maak een foto", file(t, []byte("%PDF-1.7 and so on")))
	tab.Try("Stuur deze foto")
	tab.Wait("Een PDF kunnen wij niet aannemen")
	tab.Fits()
	tab.Axe()
	if got := tab.Focused(); !strings.Contains(got, "Maak een foto") && got != "photo" {
		t.Logf("the focus is on %q", got)
	}
	tab.Attach("Maak een foto", file(t, photograph(t, 230)))
	tab.Try("Stuur deze foto")
	tab.Wait("Hij lijkt duidelijk")
	tab.SeesNot("kunnen wij niet aannemen")
}

// A large photo is made smaller before it is sent.
func TestALargePhotoIsMadeSmallerFirst(t *testing.T) { // G-28
	_, line, tab := overBadLine(t)
	large := image.NewRGBA(image.Rect(0, 0, 4800, 3600))
	small := drawn(220)
	for y := range 3600 {
		for x := range 4800 {
			large.SetRGBA(x, y, small.RGBAAt(x/3, y/3))
		}
	}
	content := grainy(t, large, 92)
	tab.Attach("Maak een foto", file(t, content))
	tab.Try("Stuur deze foto")
	tab.Wait("De foto is aangekomen")
	begun, _ := line.seen()
	if len(begun) != 1 || len(begun[0]) >= len("10000000") || len(content) < 3_000_000 {
		t.Errorf("a photo of %d bytes was sent as %v", len(content), begun)
	}
	t.Logf("%d bytes became %s", len(content), begun[0])
}
