package canary

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/proof/program"
)

// flight is a Loket that the birds fly through.
type flight struct {
	*apptest.World
	t    *testing.T
	base string
	cage *cage
	sent map[string]string // receipt by bird: number and code, as /request-status wants them
}

// byPages has b go through every page, with wrong answers before the right ones.
func (f *flight) byPages(b bird) {
	v := visit(f.t, f.base)
	v.get("/proof?"+b.wrongWords).get("/"+b.wrongWords).get("/m/"+b.wrongWords).get("/continue").send("/continue", "code", b.wrongWords)
	v.get("/status").send("/status", "number", b.wrongWords, "code", b.wrongNumber)
	v.get("/proof").send("/proof/start").at("/proof/municipality").answer("municipality", b.wrongWords)
	v.answer("municipality", "amsterdam").answer("digid", "no-bsn").answer("vaccinated-by", "ggd-amsterdam")
	v.answer("tested-positive", "no").answer("document", "foreign-passport", "expired", "no")
	f.cage.add(b.call("draft code"), v.cookie("draft"), strings.ReplaceAll(v.cookie("draft"), "-", ""))
	v.at("/proof/name").answer("name", strings.Repeat(b.wrongWords, 99)).answer("name", b.name, "latin", b.latin)
	v.at("/proof/birth-date").answer("birth-day", "31", "birth-month", "2", "birth-year", fmt.Sprint(b.year))
	v.answer("birth-day", fmt.Sprint(b.day), "birth-month", fmt.Sprint(b.month), "birth-year", fmt.Sprint(b.year))
	v.at("/proof/number").answer("number", b.wrongNumber).at("/proof/number").answer("number", b.number)
	v.at("/proof/email").answer("email", b.wrongEmail).at("/proof/email").answer("email", b.email)
	v.at("/proof/phone").answer("phone", b.wrongPhone).at("/proof/phone").answer("phone", b.phone)
	v.at("/proof/document-number").answer("keep", "yes", "document-number", b.wrongWords+b.wrongWords)
	v.get("/proof/document-number").answer("keep", "yes", "document-number", b.document).at("/proof/check")
	v.send("/proof/send")
	number, code := v.shown(`Uw nummer: (\S+)`), v.shown(`Uw code: (\d{4} \d{4})`)
	f.cage.add(b.call("receipt code"), code, strings.ReplaceAll(code, " ", ""))
	v.get("/status").send("/status", "number", number, "code", b.wrongNumber[:8])
	v.get("/status").send("/status", "number", number, "code", code)
	f.Pass(f.t, 10*time.Minute)

	link := "/m/" + f.Link(f.t, b.email)
	f.cage.add(b.call("link"), link[len("/m/"):])
	v.get(link).send(link)
	f.cage.add(b.call("browser"), v.cookie("browser"))
	f.Settle(f.t)
	sms := f.Code(f.t, "+31"+b.phone[1:]).Reveal()
	f.cage.add(b.call("code"), sms)
	v.send(link+"/open", "code", b.wrongWords).send(link+"/open", "code", "00000000")
	v.send(link+"/open", "code", sms).at("/message")
	f.cage.add(b.call("session"), v.cookie("session"))
	if strings.Contains(v.page, "/message/reply") {
		v.send("/message/reply", "reply", strings.Repeat(b.wrongWords, 999)).get("/message")
		v.send("/message/reply", "reply", b.reply).at("/message?sent")
		f.cage.keep(b.call("reply"), b.reply)
	} else {
		v.get("/message/proof/1/print").get("/message/proof/1/" + b.wrongWords)
	}
	v.get("/message").get("/leave")
}

// byCalls has b make every call, wrong ones too.
func (f *flight) byCalls(b bird) {
	p := &program.Program{URL: f.base}
	call := func(want int, method, path string, body any, header ...string) program.Reply {
		f.t.Helper()
		got, err := p.Call(f.t.Context(), method, path, body, append(header, "User-Agent", b.wrongWords, "Referer", "https://example.org/"+b.email)...)
		if err != nil || want != 0 && got.Status != want {
			f.t.Fatalf("%s %s: %d, %v, want %d: %s", method, path, got.Status, err, want, got.Body)
		}
		return got
	}
	key := []string{"Idempotency-Key", fmt.Sprintf("key-of-the-form-of-%02d", b.n)}
	form := program.Form(b.name, b.birth(), b.number, b.email, b.phone)
	form["latinName"], form["keepDocumentNumber"], form["documentNumber"] = b.latin, true, b.document
	for member, wrong := range map[string]any{"name": strings.Repeat(b.wrongWords, 99), "email": b.wrongEmail, "phone": b.wrongPhone,
		"birthDate": b.birth() + "-00", "documentNumber": b.wrongWords + b.wrongWords, b.wrongWords: b.email, "municipality": b.wrongWords} {
		bad := program.Form(b.name, b.birth(), b.number, b.email, b.phone)
		bad[member] = wrong
		call(0, "POST", "/requests", bad, key...)
		call(0, "POST", "/drafts", bad)
	}
	call(0, "POST", "/requests", `{"name": "`+b.name+`", "email": "`+b.email)
	call(0, "POST", "/route-decisions", form)
	call(http.StatusNotFound, "GET", "/"+b.wrongWords+"?q="+b.wrongWords, nil)
	answers := maps.Clone(form)
	delete(answers, "language")
	draft := call(http.StatusCreated, "POST", "/drafts", answers).Text("draftCode")
	f.cage.add(b.call("draft code"), draft, strings.ReplaceAll(draft, "-", ""))
	call(http.StatusOK, "GET", "/draft", nil, "Draft-Code", draft)
	got := call(http.StatusCreated, "POST", "/requests", form, key...)
	f.cage.add(b.call("receipt code"), got.Text("code"))
	form["name"] = b.wrongWords
	call(http.StatusUnprocessableEntity, "POST", "/requests", form, key...)
	call(http.StatusNotFound, "POST", "/request-status", map[string]any{"number": got.Text("number"), "code": b.wrongNumber[:8]})
	f.Pass(f.t, 10*time.Minute)

	link, browser := f.Link(f.t, b.email), "browser-of-a-bird-with-letters-"+b.letters
	f.cage.add(b.call("link"), link)
	f.cage.add(b.call("browser"), browser)
	asking := map[string]any{"link": link, "browser": browser, "channel": "sms"}
	call(http.StatusOK, "POST", "/message-codes", asking)
	f.Settle(f.t)
	sms := f.Code(f.t, "+31"+b.phone[1:]).Reveal()
	f.cage.add(b.call("code"), sms)
	call(0, "POST", "/message-openings", map[string]any{"link": link, "browser": browser, "code": b.wrongWords})
	opened := call(http.StatusCreated, "POST", "/message-openings", map[string]any{"link": link, "browser": browser, "code": sms}).Text("sessionToken")
	f.cage.add(b.call("session"), opened)
	session := []string{"Authorization", "Bearer " + opened}
	message := call(http.StatusOK, "GET", "/message", nil, session...)
	call(http.StatusOK, "GET", "/message", nil, session...)
	if message.Text("kind") == "proof" {
		text := call(http.StatusOK, "GET", "/message/proofs/1/qr-text", nil, session...)
		f.cage.keep(b.call("certificate"), string(text.Body)[4:64])
		return
	}
	replying := map[string]any{"text": b.reply}
	call(0, "POST", "/message-replies", replying, append(session, "Idempotency-Key", "reply-of-the-bird-"+b.letters)...)
	f.cage.keep(b.call("reply"), b.reply)
}
