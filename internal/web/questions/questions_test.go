package questions_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/request"
	"loket/internal/web/form"
	"loket/internal/web/questions"
)

func posted(values url.Values) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// One page with all questions takes the answers that eleven pages take, warns once, and
// says what is wrong in the order of the page.
func TestASheetAsksTheSame(t *testing.T) { // G-42
	w := apptest.New(t, db.SQLite, slog.New(slog.DiscardHandler))
	asks := questions.Form{Requests: w.Requests, Region: "NL"}
	values := url.Values{
		"municipality": {"amsterdam"}, "digid": {"no-bsn"}, "vaccinated-by": {"ggd-amsterdam"}, "tested-positive": {"no"}, "document": {"nl-passport"},
		"name": {"Niemand Nergens"}, "birth-day": {"3"}, "birth-month": {"4"}, "birth-year": {"1976"}, "number": {"123456789"},
		"no-email": {"yes"}, "no-phone": {"yes"}, "keep": {"no"},
	}
	var whole request.Answers
	sheet := asks.Sheet(whole)
	problems, warns, err := sheet.Read(posted(values), &whole)
	if err != nil || problems != nil || !warns {
		t.Fatalf("problems %v, warns %v, %v", problems, warns, err)
	}
	values.Set("confirmed", sheet.Confirmed)
	sheet = asks.Sheet(whole)
	if problems, warns, err = sheet.Read(posted(values), &whole); err != nil || problems != nil || warns {
		t.Fatalf("confirmed: problems %v, warns %v, %v", problems, warns, err)
	}

	var apart request.Answers
	for _, q := range asks.All() {
		fields := q.Show(request.Answers{})
		if err := form.Read(posted(values), fields.All()...); err != nil {
			t.Fatal(err)
		}
		q.Take(fields, &apart)
		if !q.Done(apart) {
			t.Errorf("%s is not done: %v", q.Path, form.Problems(fields.All()...))
		}
	}
	if diff := cmp.Diff(show(asks, apart), show(asks, whole)); diff != "" {
		t.Errorf("page by page and at once differ:\n%s", diff)
	}

	values.Set("birth-year", "")
	values.Set("digid", "")
	problems, _, err = asks.Sheet(request.Answers{}).Read(posted(values), new(request.Answers))
	var controls []string
	for _, problem := range problems {
		controls = append(controls, problem.Control)
	}
	if diff := cmp.Diff([]string{"digid", "birth-day"}, controls); err != nil || diff != "" {
		t.Errorf("problems at other controls: %v\n%s", err, diff)
	}
}

// show returns each answer as a page would show it.
func show(asks questions.Form, a request.Answers) []string {
	var lines []string
	for _, q := range asks.All() {
		for _, line := range q.Show(a).Answers("") {
			lines = append(lines, line.Label+"="+line.Key+line.Value)
		}
	}
	return lines
}
