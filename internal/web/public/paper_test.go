package public_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/browsertest"
	"loket/internal/db"
	"loket/internal/hcert"
	"loket/internal/lang"
	"loket/internal/web/public"
	"loket/locales"
)

// said returns what a message says in a language, so that one story is walked in
// several.
func said(t *testing.T, w *apptest.World, tag lang.Tag) func(key string) string {
	t.Helper()
	catalogue, err := lang.Load(public.Messages(locales.Files, w.Requests.Pack))
	if err != nil {
		t.Fatal(err)
	}
	return func(key string) string { return catalogue.In(tag).Get(key, nil).Text }
}

// The whole story in a real browser, at 320 pixels, without JavaScript, by the
// words on the pages; once in forced colours, in which the symbol stays dark on white.
func TestTheStoryOnACheapPhone(t *testing.T) { // G-24 G-45 G-52
	browser := browsertest.Start(t)
	for _, language := range []lang.Tag{lang.Dutch, "ar"} {
		t.Run(string(language), func(t *testing.T) {
			w, base := open(t, db.SQLite)
			say := said(t, w, language)
			phone := browser.Open(t, base, browsertest.Look{Width: 320, Languages: string(language), ForcedColours: language == "ar"})
			next := func() { t.Helper(); phone.Press(say("common.action.continue")) }
			phone.Go("/")
			phone.Press(say("public.home.proof"))
			phone.Press(say("public.proof.start"))
			for _, chosen := range []string{"pack.territory.amsterdam.name", "public.digid.no-bsn", "pack.vaccinators.ggd-amsterdam.name",
				"common.answer.no", "pack.documents.foreign-passport.name"} {
				phone.Choose(say(chosen))
				next()
			}
			phone.Fill(say("pack.fields.name.name"), "Abena Voorbeeld")
			next()
			phone.FillDate(say("pack.fields.birth-date.name"), "9", "3", "1984")
			next()
			phone.Fill(say("public.number.label"), "999990018") // a slip of the finger
			next()
			phone.Sees(say("public.number.warning"))
			phone.Fill(say("public.number.label"), "999990019")
			next()
			phone.Fill(say("pack.fields.email.name"), "abena@example.org")
			next()
			phone.Fill(say("pack.fields.mobile.name"), "06 12345678")
			next()
			next() // no number of a document is kept
			phone.Sees(say("public.check.title"), "Abena Voorbeeld", "9-3-1984")
			phone.Press(say("public.check.button"))
			phone.Sees(say("public.receipt.title"), say("public.receipt.keep"))
			w.Pass(t, time.Hour)

			phone.Go("/m/" + w.Link(t, "abena@example.org"))
			phone.Press(say("public.link.button"))
			w.Settle(t)
			phone.Fill(say("public.code.label"), w.Code(t, "+31612345678").Reveal())
			phone.Press(say("public.code.button"))
			phone.Sees(say("public.certificate.vaccination"), say("public.message.idle"))
			if got := phone.Path(); got != "/"+string(language)+"/message" {
				t.Errorf("the address is %s", got)
			}
			phone.Fits()
			readable(t, w, phone.Picture())
			phone.Press(say("public.message.print"))
			phone.Sees("Abena Voorbeeld", "1984-03-09")
			onPaper(t, w, phone.Print())
			phone.Go("/" + string(language) + "/message")
			phone.Press(say("public.message.close"))
			phone.Sees(say("public.message.closed"))
			if got := phone.Cookies(); len(got) > 0 {
				t.Errorf("cookies %v are left", got)
			}
			w.Promises(t)
		})
	}
}

// onPaper fails the test unless a print is one sheet whose symbol verifies. G-45
func onPaper(t *testing.T, w *apptest.World, pdf []byte) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "proof.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "pdftoppm", "-r", "150", "-png", file, filepath.Join(dir, "sheet")).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm (is poppler-utils installed?): %v\n%s", err, out)
	}
	sheets, err := filepath.Glob(filepath.Join(dir, "sheet*.png"))
	if err != nil || len(sheets) != 1 {
		t.Fatalf("the proof prints on %d sheets, %v", len(sheets), err)
	}
	sheet, err := os.ReadFile(sheets[0])
	if err != nil {
		t.Fatal(err)
	}
	if shots := os.Getenv("LOKET_SHOTS"); shots != "" {
		if err := os.WriteFile(filepath.Join(shots, strings.ReplaceAll(t.Name(), "/", "-")+"-paper.png"), sheet, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	readable(t, w, sheet)
}

// readable fails the test unless ZBar reads the symbol on a picture and the
// certificate in it is valid.
func readable(t *testing.T, w *apptest.World, picture []byte) {
	t.Helper()
	zbar := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "png:-")
	zbar.Stdin = bytes.NewReader(picture)
	text, err := zbar.Output()
	if err != nil {
		t.Fatalf("zbarimg (is zbar-tools installed?): %v", err)
	}
	trust := new(hcert.Trust)
	for _, key := range w.Signing.Published() {
		trust.Add(key.Certificate)
	}
	for line := range strings.Lines(string(text)) { // one a symbol
		if result := hcert.Verify(strings.TrimSuffix(line, "\n"), trust, w.Clock.Now()); !result.Valid {
			t.Errorf("the symbol is read and not valid: %v", result.Problems)
		}
	}
}

func TestThePictureToKeepIsRead(t *testing.T) {
	w, base := open(t, db.SQLite)
	v := visit(t, base, "nl")
	v.get(letter(t, w, abena))
	abena.read(w, v)
	v.get("/message/proof/1.png")
	if v.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(v.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the picture comes as %s, %s", v.header.Get("Content-Type"), v.header.Get("Content-Disposition"))
	}
	readable(t, w, []byte(v.page))
	for path, status := range map[string]int{"/message/proof/3.png": 404, "/message/proof/0.svg": 404, "/message/proof/1.gif": 404, "/message/proof/x/print": 404} {
		if v.get(path); v.status != status {
			t.Errorf("%s: status %d, want %d", path, v.status, status)
		}
	}
	stranger := httptest.NewRecorder()
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	site.ServeHTTP(stranger, httptest.NewRequest("GET", "/nl/message/proof/1.png", nil))
	if stranger.Code != 410 {
		t.Errorf("without a session the picture has status %d", stranger.Code)
	}
}
