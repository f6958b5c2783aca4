package staff_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	people "loket/internal/staff"
)

// agreed is what a person agrees with a helper: all but to stop.
var agreed = []string{"act-apply", "yes", "act-follow", "yes", "act-photos", "yes", "days", "7", "agreed", "yes"}

// contact is the form with how to reach somebody, in place of none.
func (a applicant) contact() []string {
	pairs := a.form()
	pairs[slices.Index(pairs, "document")+1] = "foreign-passport"
	pairs[slices.Index(pairs, "latin")+1] = a.name
	pairs = pairs[:len(pairs)-4]
	return append(pairs, "email", a.email, "phone", a.phone, "number", a.number, "keep", "no")
}

// helps has a helper send the form for somebody, and returns the path of their page.
func (hana *visitor) helps(a applicant, pairs ...string) (path, number string) {
	hana.t.Helper()
	hana.get("/helper/new?lang=en").sees("Lees dit voor", "May I do this for you?", "I cannot open your messages")
	hana.send("/helper/new", append(slices.Clone(agreed), pairs...)...).sees("Samen het formulier invullen", "Where do you live or sleep?")
	hana.send("/helper/form", a.contact()...)
	number = hana.tiles()[0]
	hana.sees("Somebody helps you", "see how far the request is", "Iemand helpt u")
	hana.goesOn()
	return hana.path, number
}

func three() []applicant {
	list := applicants(3)
	for i := range list {
		list[i].onFile = list[i].name
	}
	return list
}

// Hana acts for three people in three windows at once. Each form reaches the one it is of,
// and one that does not is refused.
func TestThreePeopleDoNotMix(t *testing.T) { // G-42
	both(t, func(t *testing.T, w *world) {
		hana := w.signIn(t, people.Helper)
		group := three()
		w.register(t, group...)
		windows := make([]*visitor, len(group))
		for i := range windows { // all begin before any ends
			windows[i] = hana.window()
			windows[i].get("/helper/new?lang=en")
		}
		for _, i := range []int{2, 0, 1} {
			windows[i].send("/helper/new", agreed...)
		}
		var paths, numbers []string
		for i, a := range group {
			windows[i].send("/helper/form", a.contact()...)
			numbers = append(numbers, windows[i].tiles()[0])
			windows[i].goesOn().sees(numbers[i])
			paths = append(paths, windows[i].path)
		}
		for i, window := range windows {
			for j := range group {
				if i != j {
					window.seesNot(numbers[j])
				}
			}
			if strings.Contains(window.page, group[i].name) {
				t.Error("a helper's page shows a name")
			}
		}
		hana.get("/helper").sees(numbers...)
		for _, a := range group {
			hana.seesNot(a.name, a.number)
		}

		// Window 0 shows the first person; its form is sent to the second's address.
		values := windows[0].get(paths[0]).hidden(paths[0] + "/end")
		windows[0].do("POST", paths[1]+"/end", values).sees("hoort bij iemand anders")
		if windows[0].status != http.StatusForbidden {
			t.Errorf("a form of one person at another's address answers %d", windows[0].status)
		}
		windows[0].do("POST", paths[1]+"/end", url.Values{}).sees("hoort bij iemand anders")
		if windows[1].get(paths[1]).status != http.StatusOK {
			t.Error("the second person's mandate has ended")
		}

		// Each goes on to its own end.
		windows[1].send(paths[1] + "/end").sees("U helpt deze persoon niet meer")
		if got := windows[1].header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
			t.Errorf("Clear-Site-Data is %s", got)
		}
		if windows[1].get(paths[1]).status != http.StatusForbidden {
			t.Error("a mandate that has ended opens")
		}
		w.Pass(t, time.Hour)
		hana.get("/sign-in").confirm("/sign-in")
		windows[2].get(paths[2]).sees("bericht")
		windows[0].get(paths[0]).send(paths[0]+"/leave").at("/helper").sees(numbers[0], numbers[2]).seesNot(numbers[1])
	})
}

// A helper stays within what was agreed, until it is taken back.
func TestAHelperStaysWithinTheMandate(t *testing.T) {
	w := open(t, db.SQLite)
	hana, other := w.signIn(t, people.Helper), w.signIn(t, people.Helper)
	hana.get("/helper/new").send("/helper/new").sees("Kies minstens een ding", "Ga pas verder als de persoon ja zegt")
	path, _ := hana.helps(three()[0], "act-photos", "")
	hana.seesNot("Foto van het document", "Stop de aanvraag")
	id := path[strings.LastIndex(path, "/")+1:]
	for _, act := range []string{"/withdraw", "/photos-done"} {
		hana.do("POST", path+act, url.Values{"mandate": {id}, "stop": {"yes"}})
		if hana.status != http.StatusForbidden {
			t.Errorf("%s without a mandate for it answers %d", act, hana.status)
		}
	}
	if other.get(path).status != http.StatusForbidden {
		t.Errorf("another helper sees the person: %d", other.status)
	}
	other.get("/helper").sees("U helpt nu niemand")
	w.Pass(t, 8*24*time.Hour)
	hana.get("/sign-in").confirm("/sign-in")
	if hana.get(path).status != http.StatusForbidden {
		t.Errorf("a mandate of seven days lives on the ninth: %d", hana.status)
	}
}

// A helper takes the photos with the person; they reach whoever compares, and nothing of
// them stays.
func TestAHelperSendsPhotos(t *testing.T) { // G-33
	both(t, func(t *testing.T, w *world) {
		hana := w.signIn(t, people.Helper)
		a := applicants(1)[0] // a slip in the name: a document is asked
		w.register(t, a)
		early, _ := hana.helps(a)
		hana.get(early).seesNot("Foto van het document") // it would tell which message it is (T4)
		a.number, a.email = "", "another@example.org"    // the form itself shows that a document is asked
		path, _ := hana.helps(a)
		w.Pass(t, time.Hour)
		hana.get("/sign-in").confirm("/sign-in")
		id := path[strings.LastIndex(path, "/")+1:]
		hana.get(path).sees("Foto van het document", "0 foto's zijn aangekomen")
		hana.upload(path+"/photo/document", map[string]string{"mandate": id}, "photo-document", w.Photo(t, 1)).sees("De foto is aangekomen", "1 foto is aangekomen")
		hana.upload(path+"/photo/card", map[string]string{"mandate": id}, "photo-card", []byte("no photo")).sees("Fout:")
		hana.upload(path+"/photo/card", map[string]string{"mandate": "man_other"}, "photo-card", w.Photo(t, 2))
		if hana.status != http.StatusForbidden {
			t.Errorf("a photo with another's mandate answers %d", hana.status)
		}
		hana.get(path).send(path + "/photos-done").at(path + "?sent").sees("De foto's zijn verstuurd")
		w.Settle(t)
		state, err := db.Get[string](t.Context(), w.DB, "SELECT state FROM request WHERE state <> 'asked'")
		if err != nil || state != "answered" {
			t.Errorf("the request is %s, %v", state, err)
		}
		vera := w.signIn(t, people.Checker)
		vera.get("/check").send("/check/next").sees(a.name, "Document d")
	})
}

// Whoever may stop the request for somebody stops it; whoever has a number begins with it.
func TestAHelperEndsWhatAPersonWantsEnded(t *testing.T) {
	w := open(t, db.SQLite)
	hana := w.signIn(t, people.Helper)
	receipt := w.Submit(t, w.Unknown(t))
	hana.get("/helper/known").send("/helper/known", append(slices.Clone(agreed), "act-withdraw", "yes", "number", string(receipt.Number), "code", "11111111")...)
	hana.sees("Nummer en code horen niet bij elkaar")
	hana.send("/helper/known", append(slices.Clone(agreed), "act-withdraw", "yes", "number", string(receipt.Number), "code", receipt.Code.Reveal())...)
	path := hana.path
	hana.send(path + "/withdraw").sees("Vink aan dat de persoon wil stoppen")
	hana.send(path+"/withdraw", "stop", "yes").sees("De aanvraag is gestopt")
	w.Pass(t, 2*time.Minute)
	w.Promises(t)
}

// window returns another window of the same browser.
func (v *visitor) window() *visitor {
	other := *v
	return &other
}

// upload sends a form with a file to an address.
func (v *visitor) upload(path string, fields map[string]string, name string, content []byte) *visitor {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field, value := range fields {
		if err := form.WriteField(field, value); err != nil {
			v.t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile(name, "photo.jpg")
	if err == nil {
		_, err = file.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		v.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(v.t.Context(), "POST", v.base+"/"+v.lang+path, &body)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	v.path = strings.TrimPrefix(response.Request.URL.RequestURI(), "/"+v.lang)
	v.status, v.header, v.page = response.StatusCode, response.Header, string(page)
	return v
}
