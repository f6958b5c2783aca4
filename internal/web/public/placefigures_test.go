package public_test

import (
	"net/http/httptest"
	"testing"
)

// How it goes stands in numbers, each with what it counts; of one to four people none.
func TestFiguresOfPlaces(t *testing.T) { // H-12 P-75 P-83
	w, base := openPlaces(t, summer)
	v := visit(t, base, "nl")
	fillPlace(v, "een@example.org", stranger(1)).send("/place/ask/send")
	v.get("/place/figures").sees("Mensen die wachten minder dan vijf", "Dat heeft niemand ons gezegd", "Mensen die geholpen zijn 0").seesNot("40000")
	for n := 2; n <= 6; n++ {
		fillPlace(v, "een@example.org", stranger(n)).send("/place/ask/send")
	}
	letDraw(t, w)
	site, err := w.Site() // made anew, as after a minute
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site)
	defer server.Close()
	v = visit(t, server.URL, "nl").get("/place/figures").sees("Mensen die een tijd kregen en nog geen ja zeiden 6", "Noordwest-Nederland (noordelijke Randstad) Mensen die wachten: 0",
		"heeft een afspraak op ongeveer: 16 augustus 2022", "augustus 2022 Aanvragen: 6 Met een afspraak: 0 (0%) Dagen tot een afspraak, voor de helft: niet bekend",
		"De helft wachtte niet langer", "gedeeld door de afspraken")
	if len(v.page) >= 15_000 {
		t.Errorf("%d bytes", len(v.page))
	}
	_, base = openPlaces(t, "2022-10-10T09:00:00+02:00")
	visit(t, base, "en").get("/place/figures").sees("Stickers issued, at least 40000 As the organisation said, on 1 September 2022")
}
