package texting_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"loket/internal/db"
)

// A text is taken once, whatever the provider repeats, and however much comes at one moment.
func TestATextIsAnsweredOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Pass(t, 12*time.Hour)
		p := w.phone(t, "+31612345671")
		for range 2 {
			if code := p.post("one", "start"); code != 204 {
				t.Errorf("status %d", code)
			}
		}
		var all sync.WaitGroup
		for i := range 6 { // of a phone that nobody knows, two of each
			all.Go(func() {
				q := w.phone(t, "+31612345672")
				for q.post(fmt.Sprint("same", i/2), "start") == 503 { // the provider comes back
				}
			})
		}
		all.Wait()
		w.Settle(t)
		if n := len(p.got()); n != 1 {
			t.Errorf("%d answers to one text", n)
		}
		if n := len(w.phone(t, "+31612345672").got()); n != 3 {
			t.Errorf("%d answers to three texts", n)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM text_thread`); n != 2 {
			t.Errorf("%d threads of two phones", n)
		}
		w.Promises(t)
	})
}

// Whoever asked for nothing gets a few answers a day, nobody gets more than a phone can
// need, and STOP is the end.
func TestPhonesAreNotPestered(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Pass(t, 12*time.Hour)
		p := w.phone(t, "+31612345673")
		for range 3 {
			p.says("what is this?", "START")
		}
		if got := p.text("hello?"); got != "" {
			t.Errorf("the fourth text of a stranger is answered with %q", got)
		}
		w.Pass(t, 24*time.Hour)
		p.says("привіт", "СТАРТ")
		p.says("почати", "ТАК")
		p.says("так", "вже маєте")
		p.says("стоп", "Зупинено")
		if got := p.text("STOP"); got != "" {
			t.Errorf("a second STOP is answered with %q", got)
		}
		p.says("так", "СТАРТ") // the form is forgotten
		p.says("старт", "ТАК")

		q := w.phone(t, "+380671234567") // abroad is fine
		q.says("cancel", "START")
		q.says("start", "Nederlands")
		answered := 0
		for range 130 {
			if q.text("x") != "" {
				answered++
			}
		}
		if answered > 95 {
			t.Errorf("%d answers to nonsense", answered)
		}
		w.Promises(t)
	})
}

// A form that nobody goes on with is gone after a day, with its key.
func TestAFormIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Pass(t, 12*time.Hour)
		p := w.phone(t, "+31612345674")
		p.text("appointment")
		p.text("yes")
		p.says("no", "municipality")
		keys := w.count(t, `SELECT count(*) AS n FROM case_key`)
		w.Pass(t, 24*time.Hour+2*time.Minute)
		if n := w.count(t, `SELECT count(*) AS n FROM text_thread`) + w.count(t, `SELECT count(*) AS n FROM text_answer`); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM case_key`); n != keys-1 {
			t.Errorf("%d keys of %d are left", n, keys)
		}
		p.says("yes", "START")
		w.Promises(t)
	})
}

// Who needs no appointment, or cannot have one, is told so, and nothing is kept.
func TestTheFormEndsWhereThePackSaysSo(t *testing.T) { // P-24 P-27 P-61
	each(t, func(t *testing.T, w *world) {
		w.Pass(t, 12*time.Hour)
		p := w.phone(t, "+31612345675")
		p.text("appointment")
		p.text("yes")
		p.says("yes", "do nothing", "kept nothing")
		p.says("yes", "START")
		p.text("appointment")
		p.says("y", "already")
		p.says("perhaps", "do not understand", "already")
		p.says("2", "municipality")
		p.says("2", "Register first")

		q := w.phone(t, "+31612345676")
		q.says("afspraak", "JA")
		q.says("nee", "bewaren niets")
		q.text("afspraak")
		q.text("ja")
		q.text("nee")
		q.says("ja", "postcode")
		q.says("0000", "deel van het land", "1 ", "6 ")
		q.says("terug", "postcode")
		q.says("5211", "Hoeveel")
		q.says("zeven", "begrijpen")
		q.says("2", "Persoon 1")
		q.says("terug", "Hoeveel")
		w.Promises(t)
		if n := w.count(t, `SELECT count(*) AS n FROM ask`); n != 0 {
			t.Errorf("%d asks", n)
		}
	})
}

// One who asks for six, in Ukrainian, with digits of another script, a child without a
// number and a slip in one.
func TestAHouseholdAsksByText(t *testing.T) { // P-53
	each(t, func(t *testing.T, w *world) {
		w.Pass(t, 12*time.Hour)
		p := w.phone(t, "+31612345677")
		p.says("початок", "ТАК")
		p.text("так")
		p.text("ні")
		p.text("так")
		p.says("٥٢١١", "Скільки")
		p.says("6", "Особа 1")
		for i := 1; i <= 6; i++ {
			p.says("Оксана Вигадана", "дата народження")
			birth, year := "3.4.1985", 1985
			if i == 6 {
				birth, year = "٣ ٤ ٢٠١٥", 2015
			}
			p.says(birth, "показати")
			number := p.says("2", "BSN")
			if i == 2 {
				p.says("280000010", "номер, мабуть", "BSN") // no BSN has these digits
			}
			if year == 2015 && !strings.Contains(number, "0.") {
				t.Errorf("a child is asked %q", number)
			}
			if i == 6 {
				p.says("0", "мовою")
				break
			}
			p.says(fmt.Sprint(2800000100+i), fmt.Sprint("Особа ", i+1))
		}
		p.says("ні", "протягом доби")
		send := p.says("так", "НАДІСЛАТИ", "6")
		p.says("надіслати", "не можемо")
		p.says("надіслати "+digitsIn(t, send, "НАДІСЛАТИ"), "Надіслано")
		w.Promises(t)
		size, err := db.Get[int64](t.Context(), w.DB, `SELECT size FROM ask WHERE door = 'sms' AND lang = 'uk' AND soon`)
		if err != nil || size != 5 {
			t.Errorf("%d people get something, %v", size, err)
		}
		if n := w.count(t, `SELECT count(*) AS n FROM ask_member WHERE ask_id = (SELECT id FROM ask)`); n != 6 {
			t.Errorf("%d people", n)
		}
	})
}

// Of what people text nothing is readable in the database or its log.
func TestNothingTextedIsReadable(t *testing.T) {
	w := newWorld(t, db.SQLite)
	w.Pass(t, 12*time.Hour)
	p := w.phone(t, "+31612345678")
	p.asks("2800000001")
	p.text("Vertrouwelijke onzin")
	checkFiles(t, w.Config.Data, "612345678", "Oksana Verzonnen", "2800000001", "1991-04-12", "12-4-1991", "Vertrouwelijke", "5211 AB")
}
