package staff_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"loket/internal/db"
	people "loket/internal/staff"
)

// askedOnPages are the words of the fields of a sheet: labels, and legends of choices.
var askedOnPages = regexp.MustCompile(`(?s)<(?:label|legend) class="govuk-(?:label|fieldset)[^"]*"[^>]*>\s*(?:<[^>]+>)*([^<]+)<`)

// The blank form asks what the sheet asks, in each language with Dutch beside it, and is
// drawn as it was.
func TestTheBlankForm(t *testing.T) { // H-72 P-27
	w := openSeason(t, db.SQLite)
	carla := w.signIn(t, people.Counter)
	carla.get("/place/help").sees("Print een leeg formulier")
	for _, tongue := range []string{"nl", "en", "uk", "ar"} {
		carla.get("/place/form?people=2&lang=" + tongue)
		golden(t, filepath.Join("testdata", "nl", "place-form-"+tongue+".html"), []byte(masked(mainPart(carla.page))))
		blank := carla.text()
		carla.get("/place/new?people=2&door=counter&lang=" + tongue)
		asked := askedOnPages.FindAllStringSubmatch(mainPart(carla.page), -1)
		if len(asked) < 20 {
			t.Fatalf("the sheet asks %d things", len(asked))
		}
		for _, field := range asked {
			words := strings.Join(strings.Fields(field[1]), " ")
			if words == "Dag" || words == "Maand" || words == "Jaar" { // boxes on paper
				continue
			}
			if !strings.Contains(blank, words) {
				t.Errorf("in %s the form on paper does not ask %q", tongue, words)
			}
		}
	}
	first := carla.get("/place/form").shown(`([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3})`)
	if second := carla.get("/place/form").shown(`([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3})`); first == second {
		t.Error("two forms have one number")
	}
	hana := w.signIn(t, people.Helper)
	if hana.get("/place/form"); hana.status != 403 {
		t.Errorf("a helper prints forms of the counter: status %d", hana.status)
	}
}

// A form that was handed in yesterday is typed in today: it counts from yesterday, joins the
// list of now, and typed in twice it makes one ask.
func TestAFormOnPaperIsTypedIn(t *testing.T) { // H-72 P-24 P-27
	eachSeason(t, func(t *testing.T, w *world) {
		carla := w.signIn(t, people.Counter)
		number := carla.get("/place/form?lang=uk").shown(`([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3})`)
		came := func(pairs ...string) *visitor {
			t.Helper()
			all := wishes(append([]string{"form", number, "came-day", "15", "came-month", "8", "came-year", "2022", "came-at", "16:30"}, pairs...)...)
			return carla.get("/place/new?lang=uk&people=1&door=paper").send("/place/new", all...)
		}
		came("form", "", "came-day", "", "came-month", "", "came-year", "", "came-at", "").
			sees("Vul het nummer van het formulier in.", "Vul de dag in waarop het formulier binnenkwam.", "Vul in hoe laat het formulier binnenkwam.")
		came("came-day", "31", "came-month", "2").sees("Dit is geen dag en tijd van vandaag of eerder.")
		came("came-day", "16", "came-at", "23:59").sees("Dit is geen dag en tijd van vandaag of eerder.")
		came("came-month", "5").sees("Op dat moment kan dit formulier niet zijn binnengekomen.")
		if !strings.Contains(carla.page, `value="Oksana Verzonnen"`) {
			t.Error("what was typed is gone")
		}
		came().sees("Збережіть", "LOKETA1/")
		receipt := onPaper(t, carla)
		checked, err := w.Planner.CheckReceipt(t.Context(), carla.shown(`(LOKETA1/[0-9A-Z]{4}(?: [0-9A-Z]{12}){10} [0-9A-Z]{8})`))
		must(t, err)
		if at := checked.At.In(w.Planner.Zone).Format("2006-01-02 15:04"); at != "2022-08-15 16:30" || !checked.Open {
			t.Errorf("the receipt says %s: %+v", at, checked)
		}
		w.Promises(t)
		came()
		if again := onPaper(t, carla); again.Number != receipt.Number {
			t.Errorf("typed in twice there are %s and %s", receipt.Number, again.Number)
		}
		came("name-1", "Iemand Anders").seesNot("Збережіть")
		w.Promises(t)
		if n, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM ask WHERE door = 'paper'`); err != nil || n != 1 {
			t.Errorf("%d asks by paper, %v", n, err)
		}
	})
}
