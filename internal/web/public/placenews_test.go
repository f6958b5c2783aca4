package public_test

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// readCalendar reads a calendar strictly, as RFC 5545 has it, and returns the properties of
// each event.
func readCalendar(t *testing.T, text string) (events []map[string]string) {
	t.Helper()
	if !strings.HasSuffix(text, "\r\n") || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") {
		t.Error("lines do not end as they must")
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
	var open []string
	var event map[string]string
	for line := range strings.SplitSeq(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n ", ""), "\r\n"), "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		switch {
		case !ok:
			t.Errorf("no property: %q", line)
		case name == "BEGIN":
			open, event = append(open, value), map[string]string{}
		case name == "END":
			if len(open) == 0 || open[len(open)-1] != value {
				t.Fatalf("%s ends and did not begin", value)
			}
			if open = open[:len(open)-1]; value == "VEVENT" {
				events = append(events, event)
			}
		case event[name] != "":
			t.Errorf("%s stands twice", name)
		default:
			event[name] = strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(value)
		}
	}
	if len(open) != 0 {
		t.Errorf("%v has no end", open)
	}
	return events
}

// Openings, closings, moves, releases and lists are news, on a page, in a calendar and in
// a feed, the same in each; who asks again with the tag gets nothing a second time.
func TestNewsForProgramsAndPeople(t *testing.T) { // P-32 P-40 P-64
	w, base := openPlaces(t, "2022-10-31T12:00:00+01:00")
	w.Settle(t)
	for _, language := range []string{"nl", "ar", "uk"} {
		v := visit(t, base, language).get("/place/news.ics")
		if got := v.header.Get("Content-Type"); got != "text/calendar; charset=utf-8" || v.status != 200 {
			t.Fatalf("%d %s", v.status, got)
		}
		events := readCalendar(t, v.page)
		ids := map[string]bool{}
		for _, e := range events {
			if ids[e["UID"]] || e["UID"] == "" || e["DTSTAMP"] == "" || e["SUMMARY"] == "" || e["DTSTART"]+e["DTSTART;VALUE=DATE"] == "" {
				t.Errorf("an event that is incomplete or stands twice: %v", e)
			}
			ids[e["UID"]] = true
			if e["UID"] == "urn:loket:refugeehelp-2022:move-amsterdam-2022-11-16" && (e["DTSTART;VALUE=DATE"] != "20221116" || !strings.HasPrefix(e["LOCATION"], "Gatwickstraat 1, ")) {
				t.Errorf("the move is %v", e)
			}
		}
		var feed struct {
			XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			ID      string   `xml:"id"`
			Updated string   `xml:"updated"`
			Entries []struct {
				ID      string `xml:"id"`
				Title   string `xml:"title"`
				Updated string `xml:"updated"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal([]byte(v.get("/place/news.atom").page), &feed); err != nil || len(feed.Entries) != len(events) || feed.ID == "" {
			t.Fatalf("%v, %d entries and %d events", err, len(feed.Entries), len(events))
		}
		for _, e := range feed.Entries {
			if _, err := time.Parse(time.RFC3339, e.Updated); err != nil || !ids[e.ID] || e.Title == "" {
				t.Errorf("%v, %+v", err, e)
			}
		}
		for _, want := range []string{"move-amsterdam-2022-11-16", "closing-rotterdam-2022-10-31", "draw-1"} {
			if !ids["urn:loket:refugeehelp-2022:"+want] {
				t.Errorf("%s: nobody is told of %s", language, want)
			}
		}
	}
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	ask := func(tag string) *httptest.ResponseRecorder {
		r, answer := httptest.NewRequest("GET", "/nl/place/news.atom", nil), httptest.NewRecorder()
		r.Header.Set("If-None-Match", tag)
		site.ServeHTTP(answer, r)
		return answer
	}
	first := ask("")
	if again := ask(first.Header().Get("ETag")); first.Header().Get("ETag") == "" || again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("asked again: %d, %d bytes", again.Code, again.Body.Len())
	}
	if len(first.Header()["Set-Cookie"]) != 0 || !strings.Contains(first.Header().Get("Cache-Control"), "public") {
		t.Errorf("%v", first.Header())
	}
	visit(t, base, "nl").get("/place/when").sees("Amsterdam verhuist", "16 november 2022", "De lijst van nu sluit op 31 oktober 2022, 18:00", "De planner is niet kapot")
}

// When places come, and up to when all are given; or that nobody knows. A list that is
// late is said to be late.
func TestWhenNewPlacesCome(t *testing.T) { // P-32 P-65
	w, base := openPlaces(t, summer)
	visit(t, base, "nl").get("/place/when").sees("De eerste drie keer 16 augustus 2022, 09:10 : Amsterdam: nieuwe afspraken, 1140 in totaal", "Afspraken zijn er tot en met 30 augustus 2022")
	w.Pass(t, 11*time.Minute)
	site, err := w.Site() // made anew, as after a minute
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	defer server.Close()
	v := visit(t, server.URL, "nl").get("/place/when").sees("(verwacht): Den Bosch, Brabanthallen: nieuwe afspraken", "Nieuwe afspraken verwachten wij op 17 augustus 2022", "Nog niet alles is gegeven in augustus 2022", "De planner is niet kapot")
	v.seesNot("storing")
	w.Clock.Advance(48 * time.Hour)
	if site, err = w.Site(); err != nil {
		t.Fatal(err)
	}
	late := httptest.NewServer(site)
	defer late.Close()
	visit(t, late.URL, "nl").get("/place/when").sees("Er is een storing", "Uw plaats blijft bewaard").seesNot("niet kapot")

	w, base = openPlaces(t, "2022-11-20T12:00:00+01:00") // the horizon is the end of the year; nobody knows of more
	w.Settle(t)
	w.Pass(t, 11*time.Minute)
	visit(t, base, "en").get("/place/when").sees("When new appointments come is not known yet", "There are appointments up to and including 31 December 2022")
}
