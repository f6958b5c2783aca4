package form_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"loket/internal/fault"
	"loket/internal/web/form"
)

func post(values url.Values) *http.Request {
	r := httptest.NewRequest("POST", "/nl/ask?name=from-the-address", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func questions() (*form.Text, *form.Date, *form.Choice, *form.Tick) {
	return &form.Text{Name: "name"}, &form.Date{Name: "birth"},
		&form.Choice{Name: "number", Options: []form.Option{{Value: "bsn"}, {Value: "none"}}}, &form.Tick{Name: "agree"}
}

func TestReadKeepsWhatWasTyped(t *testing.T) {
	name, birth, number, agree := questions()
	err := form.Read(post(url.Values{
		"name": {"  Noor \r\n van  Voorbeeld "}, "birth-day": {"XX"}, "birth-month": {"xx"}, "birth-year": {"1976"},
		"number": {"none"}, "agree": {"yes"}, "unknown": {"x"},
	}), name, birth, number, agree)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{name.Value, birth.Day, birth.Month, birth.Year, number.Value, fmt.Sprint(agree.On)}
	want := []string{"Noor van Voorbeeld", "XX", "xx", "1976", "none", "true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestControlCharactersAreSaid(t *testing.T) {
	for typed, want := range map[string]string{"a\x00b": "form.text.control", "a\x1b[0m": "form.text.control", "a\u0085b\u0090": "form.text.control",
		"a\vb\fc\r\nd\te": ""} {
		name, birth, _, _ := questions()
		if err := form.Read(post(url.Values{"name": {typed}, "birth-day": {typed}}), name, birth); err != nil {
			t.Fatal(err)
		}
		if name.Error != want || (birth.Error != "") != (want != "") || strings.ContainsAny(name.Value+birth.Day, "\x00\x1b\u0085") {
			t.Errorf("%q becomes %q with problem %q", typed, name.Value, name.Error)
		}
	}
}

func TestReadIgnoresTheAddressAndOptionsThatWereNotOffered(t *testing.T) {
	name, birth, number, agree := questions()
	if err := form.Read(post(url.Values{"number": {"everything"}}), name, birth, number, agree); err != nil {
		t.Fatal(err)
	}
	if name.Value != "" {
		t.Error("a value came out of the URL")
	}
	if number.Value != "" {
		t.Errorf("an option that was not offered was taken: %q", number.Value)
	}
}

func TestProblemsComeInFieldOrder(t *testing.T) {
	name, birth, number, agree := questions()
	agree.Require("agree.missing")
	number.Require("number.missing")
	birth.Require("birth.missing")
	name.Require("name.missing")
	birth.Wrong = form.Year
	want := []form.Problem{
		{Control: "name", Key: "name.missing"}, {Control: "birth-year", Key: "birth.missing"},
		{Control: "number", Key: "number.missing"}, {Control: "agree", Key: "agree.missing"},
	}
	if diff := cmp.Diff(want, form.Problems(name, birth, number, agree)); diff != "" {
		t.Error(diff)
	}
	name.Error = ""
	if got := form.Problems(name); got != nil {
		t.Errorf("no problem gives %v, want nil", got)
	}
}

func TestParseTurnsFaultsIntoTheFieldsOwn(t *testing.T) {
	refuse := func(string) (int, error) {
		return 7, fmt.Errorf("parse: %w", fault.New(fault.Invalid, "ident.bsn.length", "nine digits are needed"))
	}
	empty := form.Text{Name: "bsn"}
	if got := form.Parse(&empty, refuse); got != 0 || empty.Error != "" {
		t.Errorf("an empty field was parsed: %d, %q", got, empty.Error)
	}
	typed := form.Text{Name: "bsn", Value: "12"}
	if got := form.Parse(&typed, refuse); got != 0 {
		t.Errorf("a refused value came out: %d", got)
	}
	if got, want := typed.Error, "ident.bsn.length"; got != want {
		t.Errorf("error = %q, want %q", got, want)
	}
	day := form.Date{Name: "birth", Year: "1976"}
	got := form.ParseDate(&day, func(d, m, y string) (string, error) { return d + m + y, nil })
	if got != "1976" || day.Error != "" {
		t.Errorf("date = %q, error %q", got, day.Error)
	}
	form.ParseDate(&day, func(d, m, y string) (string, error) { return "", errors.New("oops") })
	if got, want := day.Error, "fault.internal"; got != want {
		t.Errorf("error = %q, want %q", got, want)
	}
}

func TestLargeBodiesAreRefusedWithoutTheirContent(t *testing.T) {
	name, _, _, _ := questions()
	err := form.Read(post(url.Values{"name": {strings.Repeat("secret", form.MaxBody)}}), name)
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("err = %v, want an invalid fault", err)
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("name=%zzsecret"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := form.Read(r, name); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "secret") {
		t.Errorf("err = %v, want an invalid fault without the value", err)
	}
}

func TestFieldsHideWhatWasTyped(t *testing.T) {
	fields := []any{
		form.Text{Name: "a", Value: "geheim"}, form.Date{Name: "b", Year: "geheim"}, form.Choice{Name: "c", Value: "geheim"},
		struct{ Inner form.Text }{form.Text{Name: "d", Value: "geheim"}}, &form.Text{Name: "e", Value: "geheim"},
	}
	for _, field := range fields {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if got := fmt.Sprintf(verb, field); strings.Contains(got, "geheim") {
				t.Errorf("%s of %T shows %s", verb, field, got)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("name=Noor&birth-day=1&birth-month=2&birth-year=1990&number=bsn&agree=yes")
	f.Add("name=%00%FF%0A&birth-year=%D9%A1")
	f.Add("name=" + strings.Repeat("%F0%9F%98%80", 300))
	f.Add("%zz")
	f.Fuzz(func(t *testing.T, body string) {
		name, birth, number, agree := questions()
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if err := form.Read(r, name, birth, number, agree); err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("err = %v", err)
			}
			return
		}
		for _, value := range []string{name.Value, birth.Day, birth.Month, birth.Year} {
			if !utf8.ValidString(value) || strings.ContainsAny(value, "\x00\r") || len(value) > form.MaxValue {
				t.Errorf("a field holds %q", value)
			}
		}
	})
}
