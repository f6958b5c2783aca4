package public_test

import (
	"encoding/base64"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/slip"
)

// shortCode is how a short code stands on a page.
const shortCode = `([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})`

// The code on an appointment, from the status to the check by somebody who was offered it,
// until it is given back.
func TestACodeFromTheStatusToTheCheck(t *testing.T) { // P-70 P-71 P-72
	w, base := openPlaces(t, summer)
	v, buyer := visit(t, base, "nl"), visit(t, base, "nl")
	receipt := shownReceipt(fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send"))
	letDraw(t, w)
	receipt.status(v).send("/place/status/answer", "answer", "accept").sees("Code van deze afspraak:")
	short := v.shown(shortCode)
	if len(v.page) >= 15_000 || !strings.Contains(v.page, "data:image/png;base64,") {
		t.Errorf("the status has %d bytes, or no picture", len(v.page))
	}
	v.send("/place/status/slip").sees("Uw afspraak", short, "Bijlmerdreef", "Deze code hoort bij één persoon").seesNot("Oksana", oksana.number)
	picture := regexp.MustCompile(`base64,([^"]+)"`).FindStringSubmatch(v.page)
	if png, err := base64.StdEncoding.DecodeString(html.UnescapeString(picture[1])); err != nil || string(png[1:4]) != "PNG" {
		t.Errorf("the picture: %v", err)
	}
	v.send("/place/status/show").sees("U hebt een afspraak")

	check := func(typed string, birth ...string) *visitor {
		t.Helper()
		pairs := []string{"code", typed}
		for i, part := range birth {
			pairs = append(pairs, []string{"birth-day", "birth-month", "birth-year"}[i], part)
		}
		return buyer.get("/place/check").send("/place/check", pairs...)
	}
	none := "Bijlmerdreef"
	check(short).sees("Deze code is echt, en de afspraak geldt nog").seesNot(none, "Oksana", "augustus")
	check(strings.ToLower(short), "9", "3", "1985").sees("afspraak geldt nog").seesNot(none)
	check(short, oksana.day, oksana.month, oksana.year).sees("afspraak geldt nog", none, "augustus 2022").seesNot("Oksana")
	unknown := "000-000-000"
	check(unknown).sees("Deze code is niet echt").seesNot(none)
	check(unknown, oksana.day, oksana.month, oksana.year).sees("Deze code is niet echt").seesNot(none)
	check("").sees("Vul een code in")
	check("hallo", "31", "2", "1984").sees("Deze dag bestaat niet")
	if !strings.Contains(buyer.page, ">hallo</textarea>") || !strings.Contains(buyer.page, `value="31"`) {
		t.Error("what was typed is lost")
	}
	check("hallo").sees("Dit is geen code van een afspraak")
	v.get("/place/status")
	receipt.status(v).send("/place/status/cancel").send("/place/status/cancel").sees("De afspraak is afgezegd")
	check(short, oksana.day, oksana.month, oksana.year).sees("Deze afspraak bestaat niet meer").seesNot(none)
	if got := append(v.cookies(), buyer.cookies()...); len(got) != 0 {
		t.Errorf("cookies %v", got)
	}
	w.Promises(t)
}

// A slip that is asked for with a pass of yesterday, or of an appointment that is no more,
// shows nothing of it.
func TestASlipThatIsNoMore(t *testing.T) { // P-71
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	receipt := shownReceipt(fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send"))
	letDraw(t, w)
	receipt.status(v).send("/place/status/answer", "answer", "accept")
	values := v.hidden("/place/status/slip")
	v.send("/place/status/cancel").send("/place/status/cancel")
	v.do("POST", "/place/status/slip", values).sees("Zo staat het nu").seesNot("Uw afspraak")
	values.Set("appointment", "")
	v.do("POST", "/place/status/slip", values).seesNot("Uw afspraak")
	w.Clock.Advance(11 * time.Minute)
	v.do("POST", "/place/status/slip", values).sees("na tien minuten")
	if v.get("/place/status/slip"); v.status != 200 || !strings.Contains(v.page, `name="number"`) {
		t.Errorf("without a form: status %d", v.status)
	}
}

// A family has a slip each, and the status stays light.
func TestEachOfAFamilyHasASlip(t *testing.T) { // P-82
	w, base := openPlaces(t, summer)
	v := visit(t, base, "ar")
	people := []comer{stranger(1), stranger(2), stranger(3), stranger(4)}
	receipt := shownReceipt(fillPlace(v, "familie@example.org", people...).send("/place/ask/send"))
	letDraw(t, w)
	receipt.status(v).send("/place/status/answer", "answer", "accept")
	if codes := regexp.MustCompile(shortCode).FindAllString(v.page, -1); len(codes) != 4 {
		t.Errorf("codes %v", codes)
	}
	if len(v.page) >= 15_000 {
		t.Errorf("the status has %d bytes", len(v.page))
	}
}

// What programs need to check without us is published, and agrees with the page.
func TestKeyAndListArePublished(t *testing.T) { // P-72
	w, base := openPlaces(t, summer)
	v := visit(t, base, "en")
	v.get("/place/check").sees("Checking without internet", "loket appointment verify")
	key, err := slip.ParseKey(v.shown(`([0-9A-HJKMNP-TV-Z]{52})`))
	if err != nil {
		t.Fatal(err)
	}
	v.lang = "place"
	v.get("/revoked.json")
	list, err := slip.ReadRevoked([]byte(v.page), key)
	if err != nil || len(list.Codes) != 0 || !list.At.Equal(w.Clock.Now().Truncate(time.Second)) || v.header.Get("Content-Type") != "application/json" {
		t.Errorf("%+v, %v, %v", list, err, v.header)
	}
}

// The file for a calendar says when and where, and neither what for nor who; the reminder
// leads to a page on which giving back comes first.
func TestCalendarAndReminder(t *testing.T) { // P-41
	w, base := openPlaces(t, summer)
	v := visit(t, base, "uk")
	receipt := shownReceipt(fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send"))
	letDraw(t, w)
	receipt.status(v).send("/place/status/answer", "answer", "accept")
	values := v.hidden("/place/status/slip")
	calendar := func() map[string]string {
		t.Helper()
		v.do("POST", "/place/status/calendar", values)
		if v.header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.HasPrefix(v.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("headers %v", v.header)
		}
		said := map[string]string{}
		for line := range strings.SplitSeq(strings.ReplaceAll(v.page, "\r\n ", ""), "\r\n") {
			name, value, _ := strings.Cut(line, ":")
			said[name] += value
		}
		return said
	}
	said := calendar()
	if said["DTSTART"] != "20220818T070000Z" || said["SUMMARY"] != "Зустріч" || said["TRIGGER"] != "-PT1440M" || said["SEQUENCE"] != "0" ||
		said["DURATION"] == "" || said["BEGIN"] != "VCALENDARVEVENTVALARM" || !strings.HasPrefix(said["LOCATION"], "Bijlmerdreef 1289") {
		t.Errorf("the file says %v", said)
	}
	for _, secret := range []string{"Oksana", oksana.number, "тикер", receipt.number, receipt.ticket} {
		if strings.Contains(v.page, secret) {
			t.Errorf("the file holds %q", secret)
		}
	}
	if again := calendar(); again["UID"] != said["UID"] || again["UID"] == "" {
		t.Errorf("the same appointment has UID %q and %q", said["UID"], again["UID"])
	}
	receipt.status(v)
	w.Pass(t, 10*time.Minute) // within a week of the appointment
	receipt.status(v)
	back, when := strings.Index(v.page, "Повернути зустріч"), strings.Index(v.page, "18 серпня")
	if back < 0 || when < back || strings.Contains(v.page, "Я не можу прийти") {
		t.Errorf("giving back stands at %d, the time at %d", back, when)
	}
	v.send("/place/status/cancel").send("/place/status/cancel")
	v.do("POST", "/place/status/calendar", values)
	if strings.HasPrefix(v.header.Get("Content-Type"), "text/calendar") {
		t.Error("a file of what was given back")
	}
	w.Promises(t)
}
