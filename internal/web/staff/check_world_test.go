package staff_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/outbox"
	"loket/internal/registry"
	"loket/internal/registry/local"
	"loket/internal/request"
	"loket/internal/upload"
)

// applicant is an invented person of the registry, and how they write their name at the
// form: with a slip that makes a member of staff look.
type applicant struct {
	name, onFile, birth, number string
	email, phone                string
}

// applicants returns n invented people.
func applicants(n int) []applicant {
	firsts := []string{"Ada", "Bram", "Cato", "Daan", "Evi", "Faas", "Guus", "Hanna"}
	lasts := []string{"Verzonnen", "Verzinsel", "Bedachte", "Fictief", "Proefmens"}
	var list []applicant
	number := bsn(999991000)
	for i := range n {
		first, last := firsts[i%len(firsts)], lasts[i/len(firsts)%len(lasts)]
		list = append(list, applicant{
			name: first + " " + last[:len(last)-1], onFile: first + " " + last, birth: fmt.Sprintf("19%02d-%02d-%02d", 60+i%40, 1+i%12, 1+i%28),
			number: fmt.Sprint(number), email: fmt.Sprintf("persoon%d@example.org", i), phone: fmt.Sprintf("06123400%02d", i),
		})
		number = bsn(number + 1)
	}
	return list
}

// bsn returns the first number from n on that passes the eleven test.
func bsn(n int) int {
	for ; ; n++ {
		text, sum := fmt.Sprint(n), 0
		for i, digit := range text {
			weight := 9 - i
			if i == 8 {
				weight = -1
			}
			sum += weight * int(digit-'0')
		}
		if sum%11 == 0 {
			return n
		}
	}
}

// register puts people into the registry, with a dose each and without contact.
func (w *world) register(t testing.TB, people ...applicant) {
	t.Helper()
	var file strings.Builder
	fmt.Fprintln(&file, "bsn,v_number,name,latin_name,birth_date,phone,email,kind,day,country,centre,prophylaxis,product,manufacturer,dose,doses,test_type,test_name,test_device,sampled_at")
	for _, a := range people {
		fmt.Fprintf(&file, "%s,,%s,,%s,,,vaccination,2021-06-26,NL,GGD Voorbeeldstad,1119305005,EU/1/20/1525,ORG-100001417,1,1,,,,\n", a.number, a.onFile, a.birth)
	}
	if _, err := w.Registry.Import(t.Context(), local.Import{File: strings.NewReader(file.String())}); err != nil {
		t.Fatal(err)
	}
}

// answered brings somebody so far that a member of staff looks: the form is sent, a
// document was asked, photos came. It returns the id of the case.
func (w *world) answered(t testing.TB, a applicant, photos ...upload.Kind) string {
	t.Helper()
	receipt := w.Submit(t, w.Person(t, a.name, a.birth, a.number, a.email, a.phone))
	w.Pass(t, time.Hour)
	return w.reply(t, a, receipt, photos...)
}

// reply opens the message that came to a and sends photos.
func (w *world) reply(t testing.TB, a applicant, receipt request.Receipt, photos ...upload.Kind) string {
	t.Helper()
	id, err := db.Get[string](t.Context(), w.DB, "SELECT id FROM request WHERE number = $1", string(receipt.Number))
	if err != nil {
		t.Fatal(err)
	}
	session := w.opened(t, a)
	for i, kind := range photos {
		if _, err := w.Uploads.Add(t.Context(), id, kind, bytes.NewReader(w.Photo(t, i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Mailbox.Reply(t.Context(), session, ident.NewPrivate("Hier zijn mijn foto's."), ident.NewID(w.Random(), "key")); err != nil {
		t.Fatal(err)
	}
	w.Settle(t)
	return id
}

// opened opens the newest message to a.
func (w *world) opened(t testing.TB, a applicant) mailbox.Session {
	t.Helper()
	link, err := mailbox.ParseLink(w.Link(t, a.email))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Mailbox.Ask(t.Context(), link, "browser of "+a.email, outbox.SMS); err != nil {
		t.Fatal(err)
	}
	w.Settle(t)
	session, err := w.Mailbox.Open(t.Context(), link, "browser of "+a.email, w.Code(t, "+31"+a.phone[1:]).Reveal())
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// decision is what is sent of a case: all that is ticked, and a choice.
func (v *visitor) decision(choice string, pairs ...string) url.Values {
	values := v.hidden(v.path)
	values.Set("choice", choice)
	for _, item := range []string{"belongs", "whole", "untouched", "zone", "exists"} {
		values.Add("seen", item)
	}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

// decides sends a decision on the case of the open page, and confirms it with the
// passkey.
func (v *visitor) decides(values url.Values) *visitor {
	v.t.Helper()
	lease := v.path
	v.do("POST", lease, values)
	answer := v.response(lease + "/decide")
	values.Set("response", answer)
	values.Set("proposed", v.hidden(lease+"/decide").Get("proposed"))
	return v.do("POST", lease+"/decide", values)
}

// recordOf returns the id of the record of a.
func (w *world) recordOf(t testing.TB, a applicant) string {
	t.Helper()
	q := w.Person(t, a.name, a.birth, a.number, a.email, a.phone)
	records, err := w.Registry.Candidates(t.Context(), registry.Query{Number: q.Number, Name: q.Name, Birth: q.Birth})
	if err != nil || len(records) == 0 {
		t.Fatalf("%d records of %s, %v", len(records), a.number, err)
	}
	return records[0].ID
}
