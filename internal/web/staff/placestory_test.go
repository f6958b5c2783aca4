package staff_test

import (
	"crypto/rand"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/ident"
	"loket/internal/outbox/demo"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/testclock"
)

// Three people (invented) without a passport, each by another door, from the ask to the
// card in their hand: a photo at a desk, weeks in which it is made, a box that arrives, a
// notice, and the holder who fetches it. After each step all promises hold.

// made is where cards are handed out.
const made = "amsterdam-o-document"

// cardWishes are wishes of somebody who lives in Amsterdam and has nothing to show.
func cardWishes(pairs ...string) []string {
	return wishes(append([]string{"postcode", "1012 AB", "paper-1", "none", "expires-1-day", "", "expires-1-month", "", "expires-1-year", ""}, pairs...)...)
}

// toTheOffer waits until the open list was drawn and its first slots are offered.
func (w *world) toTheOffer(t *testing.T) {
	t.Helper()
	closes, err := db.Get[time.Time](t.Context(), w.DB, `SELECT closes_at FROM draw WHERE state = 'open'`)
	must(t, err)
	w.Pass(t, closes.Sub(w.Clock.Now()))
	for range 6 {
		w.Pass(t, 15*time.Minute)
	}
	w.Promises(t)
}

// toTheAppointment waits for the one that is booked, and says where it is.
func (w *world) toTheAppointment(t *testing.T) (place string) {
	t.Helper()
	type booked struct {
		LocationID string
		StartsAt   time.Time
	}
	b, err := db.Get[booked](t.Context(), w.DB, `SELECT location_id, starts_at FROM slot WHERE state = 'booked'`)
	must(t, err)
	w.Pass(t, b.StartsAt.Sub(w.Clock.Now()))
	w.Promises(t)
	return b.LocationID
}

// photographs has somebody at the desk photographed who shows a number and a code.
func (w *world) photographs(t *testing.T, place string, shown planner.Receipt) {
	t.Helper()
	carla := w.signIn(t, people.Counter)
	carla.opens(place, shown).sees("Verzonnen").send(carla.path + "/hand/1").sees("De pas wordt gemaakt. Klaar rond")
	w.Promises(t)
}

// theCardComes brings the card of an ask to where it is handed out, and waits until its
// person was told.
func (w *world) theCardComes(t *testing.T, number ident.CaseNumber) {
	t.Helper()
	carla, page := w.signIn(t, people.Counter), "/place/cards/"+made
	carla.get(page).send(page, "numbers", string(number), "count", "1").sees("Deze passen zijn aangekomen")
	carla.send(page, "numbers", string(number), "count", "1", "sure", "yes").at(page + "?came")
	w.Promises(t)
	for range 60 {
		told, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM document WHERE told_on <> ''`)
		must(t, err)
		if told > 0 {
			w.Pass(t, 10*time.Minute)
			w.Promises(t)
			return
		}
		w.Clock.Advance(12 * time.Hour)
		w.Settle(t)
	}
	t.Fatal("nobody is told that the card is ready")
}

// fetches has the holder fetch the card with a number and a code.
func (w *world) fetches(t *testing.T, shown planner.Receipt) {
	t.Helper()
	carla := w.signIn(t, people.Counter)
	carla.opens(made, shown).sees("De pas ligt hier klaar", "Niemand kan ophalen voor een ander").send(carla.path + "/collect/1").sees("Pas opgehaald op")
	w.Promises(t)
	state, err := db.Get[string](t.Context(), w.DB, `SELECT state FROM ask`)
	must(t, err)
	if state != string(planner.Served) {
		t.Errorf("at the end the ask is %s", state)
	}
}

// Hana helps Oksana, who has no phone: she sees for her that there is a time, that it is
// made, and that it lies ready; she cannot fetch it for her.
func TestTheCardOfSomebodyWithAHelper(t *testing.T) { // H-03 P-27 P-52 P-54 P-57
	eachSeason(t, func(t *testing.T, w *world) {
		hana := w.signIn(t, people.Helper)
		hana.get("/helper/place/new?lang=uk")
		hana.send("/helper/place/new", "act-follow", "yes", "act-answer", "yes", "days", "30", "agreed", "yes", "people", "1").sees("BSN of V-nummer")
		hana.send("/helper/place/form", cardWishes()...).sees("Збережіть", "LOKETA1/", "Підтвердження, що ви попросили")
		receipt := onPaper(t, hana)
		w.Promises(t)
		w.toTheOffer(t)
		again := func(words ...string) string {
			t.Helper()
			hana.get("/sign-in").confirm("/sign-in").at("/")
			return hana.get("/helper/place").get(hana.link("/helper/place/for/man_")).sees(words...).seesNot("Oksana", "2800000011").path
		}
		page := again("Er is een tijd voor u")
		hana.send(page+"/answer", "answer", "accept").sees("De afspraak is gemaakt.")
		w.Promises(t)
		w.photographs(t, w.toTheAppointment(t), receipt)
		again("De pas wordt gemaakt. Klaar rond")
		w.theCardComes(t, receipt.Number)
		again("De pas ligt klaar. Vanaf", "Amsterdam")
		if text := w.publicStatus(t, receipt); !strings.Contains(text, "Uw helper antwoordde op een tijd") {
			t.Errorf("the person sees:\n%s", text)
		}
		w.fetches(t, receipt)
	})
}

// Who has only a telephone on the wall asks at the counter, comes back to say yes, and is
// rung when the card is ready.
func TestTheCardOfSomebodyAtTheCounter(t *testing.T) { // P-24 P-27 P-52 P-54 P-57
	eachSeason(t, func(t *testing.T, w *world) {
		const wall = "+31201234567"
		carla := w.signIn(t, people.Counter)
		carla.get("/place/new?lang=uk&people=1&door=counter").send("/place/new", cardWishes("phone", "020 123 4567")...).sees("Збережіть", "LOKETA1/")
		receipt := onPaper(t, carla)
		w.Promises(t)
		w.toTheOffer(t)
		if calls := w.callsTo(wall); len(calls) != 1 {
			t.Fatalf("%d calls after the draw", len(calls))
		}
		carla = w.signIn(t, people.Counter)
		carla.stands(receipt).sees("Er is een tijd voor u").send(carla.path+"/answer", "answer", "accept").sees("De afspraak is gemaakt.")
		w.Promises(t)
		w.photographs(t, w.toTheAppointment(t), receipt)
		before := len(w.callsTo(wall))
		w.theCardComes(t, receipt.Number)
		if calls := w.callsTo(wall); len(calls) != before+1 || strings.Contains(calls[before], "Oksana") {
			t.Errorf("when the card is ready there are %q", calls[before:])
		}
		carla = w.signIn(t, people.Counter)
		carla.stands(receipt).sees("De pas ligt klaar. Vanaf").seesNot("Oksana")
		carla.send(carla.path + "/leave")
		w.fetches(t, receipt)
	})
}

// callsTo are the texts and calls to a number, oldest first.
func (w *world) callsTo(number string) (texts []string) {
	for _, c := range w.Gateway.Calls() {
		if c.To == number {
			texts = append(texts, c.Text)
		}
	}
	return texts
}

// smsSecret is what the provider of text messages signs with.
const smsSecret = "signed by the provider"

// openTexts is openSeason with a provider that posts text messages to hook.
func openTexts(t *testing.T, engine db.Engine) (w *world, hook string) {
	t.Helper()
	c := config.Default(t.TempDir())
	c.Database.URL, c.Places.Pack = dbtest.URL(t, engine), "refugeehelp-2022"
	c.Texts.SecretFile, c.Texts.Header = filepath.Join(t.TempDir(), "secret"), demo.SignatureHeader
	must(t, os.WriteFile(c.Texts.SecretFile, []byte(smsSecret), 0o600))
	w = &world{World: apptest.Open(t, c, testclock.At(apptest.Season), nil), named: map[people.Role]int{}}
	w.Log = slog.New(failing{slog.DiscardHandler, t})
	at, err := time.Parse(time.RFC3339, summer)
	must(t, err)
	w.Clock.Advance(at.Sub(w.Clock.Now()))
	w.Settle(t)
	w.site, err = w.StaffSite()
	must(t, err)
	server := httptest.NewServer(w.site)
	t.Cleanup(server.Close)
	w.base, w.origin = server.URL, w.Config.Staff.URL
	site, err := w.Site()
	must(t, err)
	public := httptest.NewServer(site)
	t.Cleanup(public.Close)
	return w, public.URL + "/hooks/sms-in"
}

// texter is a phone that can only text.
type texter struct {
	w            *world
	hook, number string
}

// says sends a text and returns the answer, which must hold some words.
func (x texter) says(t *testing.T, text string, words ...string) string {
	t.Helper()
	before := len(x.w.callsTo(x.number))
	code, err := x.w.Gateway.Text(t.Context(), x.hook, []byte(smsSecret), ident.NewID(rand.Reader, "sms"), x.number, text)
	must(t, err)
	x.w.Settle(t)
	all := x.w.callsTo(x.number)
	if code != 204 || len(all) != before+1 {
		t.Fatalf("%q: status %d and %d answers", text, code, len(all)-before)
	}
	for _, word := range words {
		if !strings.Contains(all[before], word) {
			t.Fatalf("%q was answered with %q, without %q", text, all[before], word)
		}
	}
	return all[before]
}

// digits are those behind a word in the text that came last.
func (x texter) digits(t *testing.T, word string) string {
	t.Helper()
	all := x.w.callsTo(x.number)
	found := regexp.MustCompile(word + ` (\d{4,6})`).FindStringSubmatch(all[len(all)-1])
	if found == nil {
		t.Fatalf("no digits behind %s in %q", word, all[len(all)-1])
	}
	return found[1]
}

// shows is the number and the code of today that the phone shows at a counter.
func (x texter) shows(t *testing.T, digits string) (r planner.Receipt) {
	t.Helper()
	found := regexp.MustCompile(`Number (.*), code (\d{4} \d{4})`).FindStringSubmatch(x.says(t, "code "+digits, "today"))
	if found == nil {
		t.Fatal("no number and code were texted")
	}
	var err error
	r.Number, err = ident.ParseCaseNumber(found[1])
	must(t, err)
	r.Code, err = ident.ParseCode(found[2])
	must(t, err)
	return r
}

// Oksana has only a phone that can text.
func TestTheCardOfSomebodyWhoTexts(t *testing.T) { // H-72 P-27 P-42 P-52 P-54 P-57
	for _, engine := range dbtest.Engines(t) {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			w, hook := openTexts(t, engine)
			x := texter{w, hook, "+31612345670"}
			for _, text := range []string{"start", "2", "yes", "no", "yes", "1012 AB", "1", "Oksana Verzonnen", "5-7-1981", "4"} {
				x.says(t, text)
			}
			if answer := x.says(t, "2800000011"); strings.Contains(answer, "speak") {
				x.says(t, "no")
			}
			x.says(t, "no", "SEND")
			x.says(t, "send "+x.digits(t, "SEND"), "Sent", "ticket")
			w.Promises(t)
			w.toTheOffer(t)
			digits := x.digits(t, "WHERE")
			x.says(t, "where "+digits, "August 2022")
			x.says(t, "yes "+digits, "yours")
			w.Promises(t)
			place := w.toTheAppointment(t)
			shown := x.shows(t, digits)
			w.photographs(t, place, shown)
			x.says(t, "where "+digits, "being made", "September 2022")
			w.theCardComes(t, shown.Number)
			digits = x.digits(t, "WHERE") // of the notice
			x.says(t, "where "+digits, "ready", "September 2022", "09:00")
			w.fetches(t, x.shows(t, digits))
			x.says(t, "where "+digits, "START")
			for _, text := range w.callsTo(x.number) {
				for _, told := range []string{"Oksana", "2800000011", "1981", "1012", "sticker", "O-document", "Ukrain", "IND"} {
					if strings.Contains(text, told) {
						t.Errorf("a text holds %q: %s", told, text)
					}
				}
			}
		})
	}
}
