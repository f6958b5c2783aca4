package mailbox_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/db/dbtest"
	"loket/internal/lang"
	"loket/internal/outbox"
	"loket/locales"
)

var update = flag.Bool("update", false, "write the golden files anew")

func catalogue(t *testing.T) *lang.Catalogue {
	t.Helper()
	c, err := lang.Load(locales.Files)
	must(t, err)
	return c
}

var variable = regexp.MustCompile(`\{\{[^}]*\}\}`)

// No mail and no text message has a variable but the code; the link is put
// below the text.
func TestTextsHaveNoVariables(t *testing.T) { // G-52
	c := catalogue(t)
	for _, key := range c.Keys() {
		allowed := []string(nil)
		switch {
		case strings.HasPrefix(key, "mailbox.sms."), strings.HasPrefix(key, "mailbox.voice."):
			allowed = []string{"{{.Code}}"}
		case !strings.HasPrefix(key, "mailbox.mail."):
			continue
		}
		for _, l := range c.Languages() {
			for _, v := range variable.FindAllString(c.In(l.Tag).Raw(key), -1) {
				if !slices.Contains(allowed, v) {
					t.Errorf("%s in %s has the variable %s", key, l.Tag, v)
				}
			}
		}
	}
}

// gsm7 is the basic alphabet of 3GPP TS 23.038 6.2.1, in which an SMS holds 160
// characters. In any other it holds 70.
const gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// Every mail, SMS and call in every language, as it arrives.
func TestTexts(t *testing.T) { // G-52 G-53
	c := catalogue(t)
	for _, l := range c.Languages() {
		t.Run(string(l.Tag), func(t *testing.T) {
			w := newWorld(t, dbtest.SQLite(t))
			got := w.everything(l.Tag)
			for _, call := range w.gateway.Calls() {
				if call.Channel == string(outbox.SMS) {
					checkSMS(t, call.Text, l.Tag)
				}
			}
			golden := filepath.Join("testdata", "texts-"+string(l.Tag)+".golden")
			if *update {
				must(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			must(t, err)
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("texts differ from %s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

// everything makes Loket send each kind of text to one person, and returns them
// with links and codes as letters.
func (w *world) everything(tag lang.Tag) string {
	w.t.Helper()
	p := w.post(true)
	address := w.people[p.caseID]
	address.Lang = tag
	w.people[p.caseID] = address
	w.send()
	_, err := w.store.Ask(w.t.Context(), last(w.links(p)), browser, outbox.SMS)
	must(w.t, err)
	w.send()
	w.clock.Advance(2 * time.Minute)
	_, err = w.store.Ask(w.t.Context(), last(w.links(p)), browser, outbox.Voice)
	must(w.t, err)
	w.send()
	w.clock.Advance(72 * time.Hour)
	w.send()
	w.open(p)
	w.clock.Advance(8 * 24 * time.Hour)
	w.send()
	var b strings.Builder
	for _, m := range w.mails.Messages() {
		fmt.Fprintf(&b, "--- mail: %s\n%s", m.Subject, inMail.ReplaceAllString(m.Text, "https://loket.example/m/LINK\n"))
	}
	for _, call := range w.gateway.Calls()[:2] {
		text := regexp.MustCompile(`\d(, )?`).ReplaceAllString(call.Text, "N$1")
		fmt.Fprintf(&b, "--- %s\n%s\n", call.Channel, text)
	}
	return b.String()
}

// checkSMS says that a text fits in one message, and that a language of the Latin
// alphabet does without the characters that halve it.
func checkSMS(t *testing.T, text string, tag lang.Tag) {
	t.Helper()
	plain := !strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune(gsm7, r) })
	length := len([]rune(text))
	if strings.Contains(text, "\n") || plain && length > 160 || !plain && length > 70 {
		t.Errorf("SMS does not fit in one (%d characters): %s", length, text)
	}
	if latin := tag == "nl" || tag == "en"; latin && !plain {
		t.Errorf("SMS has a character that costs more: %s", text)
	}
}
