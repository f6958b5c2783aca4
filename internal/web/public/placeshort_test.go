package public_test

import (
	"encoding/json"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
)

// A list that closes sooner than those of a day says so while it is open, with the numbers
// that decided it, and afterwards.
func TestShortListSaysWhy(t *testing.T) { // P-66
	w, base := openPlaces(t, summer)
	opened := w.Clock.Now()
	short := draw.Short{Hours: 2, Opened: opened.In(w.Planner.Zone).Format(time.RFC3339), Supply: []draw.Supply{
		{Regions: "east+north", Free: 340, People: 15}, {Regions: "east+north", Thing: "sticker", Free: 210, People: 10}}}
	text, err := json.Marshal(short)
	if err != nil {
		t.Fatal(err)
	}
	closes := draw.ShortClosing(opened, 2)
	source, err := json.Marshal(w.Planner.Beacon.Source(closes.Add(draw.Delay)))
	if err != nil {
		t.Fatal(err)
	}
	const makeShort = `UPDATE draw SET short = $1, closes_at = $2, published = $3 WHERE state = 'open'`
	if _, err := db.Exec(t.Context(), w.DB, makeShort, string(text), closes, string(source)); err != nil {
		t.Fatal(err)
	}
	v := visit(t, base, "nl")
	v.get("/place/draws/1").sees("al na hoogstens 2 uur", "Noord-Nederland", "Oost-Nederland", "340", "mensen: 15", "210")
	for _, tag := range []string{"en", "uk", "ar"} {
		visit(t, base, tag).get("/place/draws/1").sees("340", "210")
	}
	w.Pass(t, closes.Sub(opened))
	v.get("/place/draws/1").sees("De lijst sloot op", "al na hoogstens 2 uur")
	published, err := w.Planner.Published(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	trust := draw.Trust{Beacons: []draw.Trusted{w.Planner.Beacon.(*draw.Signer).Trusted()}}
	if d, err := draw.Verify(published, trust); err != nil || d.Short == nil || d.ClosesAt != "2022-08-16T10:00:00+02:00" {
		t.Errorf("published as %+v, %v", d, err)
	}
}
