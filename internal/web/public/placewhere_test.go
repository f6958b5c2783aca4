package public_test

import (
	"bytes"
	"encoding/xml"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/testclock"
)

// Every location is on one page, on the map with the number it has in the list, and on a
// page of its own with all that is known.
func TestPlacesOnAMapAndInAList(t *testing.T) { // P-62 P-63 P-64 P-65 P-58
	_, base := openPlaces(t, "2022-07-07T12:00:00+02:00")
	v := visit(t, base, "nl").get("/place/where")
	v.sees("Den Bosch, Brabanthallen", "Afspraken zijn er tot en met 1 augustus 2022", "Nieuwegein Symfonielaan 5", "Gaat open op 18 juli 2022",
		"Amsterdam Wanneer dit opengaat, weet nog niemand").seesNot("Gatwickstraat", "Rotterdam")
	v.lang = "place" // the address without a language
	v.get("/map.svg")
	var drawing struct {
		Texts []string `xml:"g>text"`
		Lines []struct {
			Points string `xml:"points,attr"`
		} `xml:"g>polygon"`
	}
	if err := xml.Unmarshal([]byte(v.page), &drawing); err != nil || !slices.Equal(drawing.Texts, []string{"1", "2", "3", "4", "5"}) || len(drawing.Lines) != 7 {
		t.Errorf("%v, %+v", err, drawing)
	}
	v.lang = "nl"
	v.get("/place/at/den-bosch").sees("maandag – vrijdag: 09:00-12:00 13:00-16:30", "met een afspraak", "Engels", "Oekraïens", "Zuid-Nederland",
		"tot en met 1 augustus 2022", "Het bericht geeft geen straat")
	v.get("/place/at/amsterdam").sees("Wanneer dit opengaat, weet nog niemand").seesNot("Bijlmerdreef", "09:00")
	if v.get("/place/at/nowhere"); v.status != 404 {
		t.Errorf("a place that is none: status %d", v.status)
	}

	_, base = openPlaces(t, "2022-10-31T12:00:00+01:00")
	v = visit(t, base, "en").get("/place/at/amsterdam").sees("Bijlmerdreef 1289", "From 16 November 2022: Gatwickstraat 1", "North-west").seesNot("second day of Christmas")
	v.get("/place/at/rotterdam").sees("Have your parking ticket stamped at the front office", "Do not park at the taxi rank")
	v.get("/place/at/den-bosch").sees("Closed. You cannot go here any more.").seesNot("09:00")
	v.get("/place/at/amsterdam-o-document").sees("without an appointment", "Closed: collection moves")
}

// A typed postcode answers with the region and its places, the nearest first; it is in no
// address and in no log.
func TestNearestByTypedPostcode(t *testing.T) { // P-61 P-62
	var logged bytes.Buffer
	c := config.Default(t.TempDir())
	c.Database.URL = dbtest.URL(t, db.SQLite)
	c.Places.Pack = "refugeehelp-2022"
	w := apptest.Open(t, c, testclock.At(summer), slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	site, err := w.Site()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	defer server.Close()
	v := visit(t, server.URL, "nl").get("/place/where")
	v.send("/place/where", "postcode", "9411 XZ").at("/place/where").sees("Noord-Nederland", "Assen", "kilometer", "Andere plekken", "U krijgt daar geen afspraak", "niet bewaard").seesNot("9411")
	if strings.Index(v.text(), "Assen") > strings.Index(v.text(), "Andere plekken") {
		t.Error("the place of the region does not come first")
	}
	if strings.Contains(v.header.Get("Cache-Control"), "public") || len(v.cookies()) != 0 {
		t.Errorf("%v, cookies %v", v.header, v.cookies())
	}
	v.get("/place/where").send("/place/where", "postcode", "9999999").sees("Dit is geen postcode", "Alle plekken")
	if !strings.Contains(v.page, `value="9999999"`) {
		t.Error("what was typed is lost")
	}
	v.get("/place/where").send("/place/where").sees("Vul een postcode in.")
	v.get("/place/where").seesNot("9411", "9999999") // the page of everybody
	if strings.Contains(logged.String(), "9411") || strings.Contains(logged.String(), "9999999") {
		t.Errorf("a postcode in the log:\n%s", logged.String())
	}
}
