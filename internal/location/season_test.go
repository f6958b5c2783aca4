package location_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"loket/internal/location"
	"loket/internal/rules"
	"loket/packs"
)

// season is the pack of document 002, whose places these tests look at.
var season = sync.OnceValues(func() (*rules.Pack, error) { return rules.Load(packs.FS("refugeehelp-2022")) })

func seasonPack(t testing.TB) *rules.Pack {
	t.Helper()
	p, err := season()
	check(t, err)
	return p
}

// moment reads a day and a time of the clocks in the Netherlands.
func moment(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, amsterdam(t))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// placesAt returns the places as they stood, by id.
func placesAt(t testing.TB, at string) map[string]location.Location {
	t.Helper()
	list, err := location.At(seasonPack(t).List("places"), moment(t, at))
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]location.Location{}
	for _, l := range list {
		places[l.ID] = l
	}
	return places
}

// standing lists the places of a day as "id state", but those that are closed.
func standing(t testing.TB, on string) string {
	t.Helper()
	var list []string
	for id, l := range placesAt(t, on+" 12:00:00") {
		if state := l.On(day(t, on)); state != location.Closed && id != "amsterdam-o-document" {
			list = append(list, id+" "+string(state))
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func TestPlacesOfEachDay(t *testing.T) { // P-34
	for _, row := range []struct{ on, want string }{
		{"2022-06-30", ""},
		{"2022-07-01", "den-bosch bookable, rijswijk bookable"},
		{"2022-07-04", "amsterdam announced, assen dated, den-bosch open, rijswijk bookable"},
		{"2022-07-05", "amsterdam announced, assen dated, den-bosch open, rijswijk open"},
		{"2022-07-12", "amsterdam announced, assen dated, den-bosch open, deventer announced, nieuwegein dated, rijswijk open"},
		{"2022-07-13", "amsterdam announced, assen bookable, den-bosch open, deventer announced, nieuwegein dated, rijswijk open"},
		{"2022-07-18", "amsterdam announced, assen open, den-bosch open, deventer announced, nieuwegein open, rijswijk open"},
		{"2022-07-19", "amsterdam open, assen open, den-bosch open, deventer announced, nieuwegein open, rijswijk open"},
		{"2022-07-25", "amsterdam open, assen open, den-bosch open, deventer open, nieuwegein open, rijswijk open"}, // P-62
		{"2022-08-31", "amsterdam open, assen open, den-bosch open, deventer open, nieuwegein open, rijswijk open"},
		{"2022-09-01", "amsterdam open, assen open, den-bosch open, deventer open, rijswijk open"},
		{"2022-09-04", "amsterdam open, assen open, den-bosch open, deventer open, rijswijk open"},
		{"2022-09-05", "amsterdam open, assen open, den-bosch open, deventer open, rijswijk open"}, // stickers are paused, not places: package stock
		{"2022-10-05", "amsterdam open, assen open, den-bosch open, deventer open, rijswijk open"},
		{"2022-10-06", "amsterdam open, assen open, rotterdam bookable"},
		{"2022-10-12", "amsterdam open, assen open, rotterdam open"},
		{"2022-10-17", "amsterdam open, assen open, rotterdam open"},
		{"2022-10-31", "amsterdam open, assen open, rotterdam open"},
		{"2022-11-01", "amsterdam open"}, // P-39
		{"2023-02-08", "amsterdam open"},
	} {
		if got := standing(t, row.on); got != row.want {
			t.Errorf("on %s:\n%s\nwant:\n%s", row.on, got, row.want) // P-34
		}
	}
}

// What a place without a day says of itself is that: no day, and no hour to go to.
func TestSoonHasNoDay(t *testing.T) { // P-64
	for id, on := range map[string]string{"amsterdam": "2022-07-18", "deventer": "2022-07-24"} {
		l := placesAt(t, on+" 23:59:59")[id]
		if next, ok := l.NextOpening(moment(t, on+" 23:59:59")); l.State != location.Announced || !l.OpensOn.IsZero() || !l.Plan.Bookable.IsZero() || ok {
			t.Errorf("%s on %s: %s, opens %s, next %v", id, on, l.State, l.OpensOn, next)
		}
	}
}

func TestAssenIsBookableFromTen(t *testing.T) { // P-63
	before, at := placesAt(t, "2022-07-13 09:59:59")["assen"], placesAt(t, "2022-07-13 10:00:00")["assen"]
	if before.State != location.Dated || before.BookableAt(moment(t, "2022-07-13 09:59:59")) {
		t.Errorf("a second early it is %s, and bookable", before.State)
	}
	if !before.BookableAt(moment(t, "2022-07-13 10:00:00")) || at.State != location.Bookable || !at.BookableAt(moment(t, "2022-07-13 10:00:00")) {
		t.Errorf("at ten it is %s, and not bookable", at.State)
	}
	if want := moment(t, "2022-07-13 10:00:00"); !before.Plan.Bookable.Equal(want) || before.OpensOn.String() != "2022-07-18" {
		t.Errorf("bookable from %v, opens %s", before.Plan.Bookable, before.OpensOn)
	}
	zone := amsterdam(t)
	if n := len(at.Slots(day(t, "2022-07-17"), zone)) + len(at.Slots(day(t, "2022-07-15"), zone)); n != 0 {
		t.Errorf("%d slots before the first day", n)
	}
	if n := len(at.Slots(day(t, "2022-07-18"), zone)); n == 0 {
		t.Error("no slots on the first day")
	}
	if at.On(day(t, "2022-07-18")) != location.Open || at.OpenAt(moment(t, "2022-07-13 11:00:00")) {
		t.Error("open on the wrong day")
	}
}

func TestTheHorizonMoves(t *testing.T) { // P-65
	zone := amsterdam(t)
	for _, row := range []struct{ place, at, horizon string }{
		{"den-bosch", "2022-07-02", "2022-08-01"},
		{"assen", "2022-07-12", ""},
		{"amsterdam", "2022-07-21", "2022-08-01"},
		{"amsterdam", "2022-08-10", "2022-08-24"},
		{"assen", "2022-10-06", "2022-10-31"},
		{"amsterdam", "2022-10-23", "2022-10-31"},
		{"amsterdam", "2022-10-24", "2022-11-11"},
		{"amsterdam", "2022-11-14", "2022-11-30"},
		{"amsterdam", "2022-11-15", "2022-12-31"},
		{"amsterdam", "2023-02-08", "2023-02-22"},
	} {
		l := placesAt(t, row.at+" 12:00:00")[row.place]
		if l.Plan.Horizon.String() != row.horizon {
			t.Errorf("%s on %s: up to %s, want %s", row.place, row.at, l.Plan.Horizon, row.horizon)
		}
		if after := l.Slots(l.Plan.Horizon.Add(1), zone); len(after) != 0 {
			t.Errorf("%s on %s: %d slots after the horizon", row.place, row.at, len(after))
		}
	}
}

// Extra places were told of in late October, up to 11 November: from then on they are there.
func TestExtraPlaces(t *testing.T) { // P-40
	zone := amsterdam(t)
	count := func(at, first, last string) (n int) {
		l := placesAt(t, at+" 12:00:00")["amsterdam"]
		for d := day(t, first); !d.After(day(t, last)); d = d.Add(1) {
			n += len(l.Slots(d, zone))
		}
		return n
	}
	if n := count("2022-10-23", "2022-11-01", "2022-11-11"); n != 0 {
		t.Errorf("%d slots in November before it was said", n)
	}
	if n := count("2022-10-24", "2022-11-01", "2022-11-11"); n != 9*156 {
		t.Errorf("%d slots from 1 to 11 November", n)
	}
	if before, extra := count("2022-10-23", "2022-10-17", "2022-10-21"), count("2022-10-24", "2022-10-24", "2022-10-28"); extra <= before {
		t.Errorf("%d slots in the week of extra places, %d the week before", extra, before)
	}
}

func TestAmsterdamHasAboutAHundredADay(t *testing.T) { // P-67
	zone := amsterdam(t)
	l := placesAt(t, "2022-07-19 12:00:00")["amsterdam"]
	few, more := l.Slots(day(t, "2022-07-20"), zone), l.Slots(day(t, "2022-07-21"), zone)
	if len(few) != 52 || len(more) != 104 {
		t.Errorf("%d slots on 20 July, %d on 21 July", len(few), len(more))
	}
	langs := map[string]bool{}
	for _, slot := range more {
		for _, lang := range slot.Langs {
			langs[lang] = true
		}
	}
	if !langs["uk"] || !langs["en"] || !langs["nl"] { // P-78
		t.Errorf("the desks speak %v", langs)
	}
}

// All stickers that the desks could give by 1 September are about the 40,000 that were.
func TestInferredDesksAddUp(t *testing.T) {
	zone, total := amsterdam(t), 0
	for d := day(t, "2022-07-04"); d.Before(day(t, "2022-09-01")); d = d.Add(1) {
		for _, l := range placesAt(t, d.String()+" 12:00:00") {
			total += len(l.Slots(d, zone))
		}
	}
	if total < 40000 || total > 45000 {
		t.Errorf("%d slots", total)
	}
}

// Only cards, without an appointment, at hours with a break.
func TestCollectionOfCards(t *testing.T) { // P-51 P-52 P-36
	for at, want := range map[string]bool{
		"2022-09-01 08:59:59": false, "2022-09-01 09:00:00": true, "2022-09-01 12:30:00": false, "2022-09-01 13:00:00": true,
		"2022-09-01 16:29:59": true, "2022-09-01 16:30:00": false, "2022-09-03 10:00:00": false, // a Saturday
		"2022-10-31 10:00:00": true, "2022-11-01 10:00:00": false, "2022-11-14 10:00:00": false, "2022-11-15 10:00:00": true,
	} {
		if l := placesAt(t, at)["amsterdam-o-document"]; l.OpenAt(moment(t, at)) != want {
			t.Errorf("open at %s: %v", at, !want) // P-51
		}
	}
	for on, address := range map[string]string{"2022-09-01": "Bijlmerdreef 1289, 1103 TV Amsterdam", "2022-11-15": "Gatwickstraat 1, 1043 GK Amsterdam",
		"2022-11-16": "Gatwickstraat 1, 1043 GK Amsterdam"} {
		l := placesAt(t, on+" 10:00:00")["amsterdam-o-document"]
		hands, walkIn := l.Hands("o-document", day(t, on))
		sticker, _ := l.Hands("sticker", day(t, on))
		if !hands || !walkIn || sticker || len(l.Slots(day(t, on), amsterdam(t))) != 0 {
			t.Errorf("%s: cards %v, without appointment %v, stickers %v", on, hands, walkIn, sticker) // P-52
		}
		if l.AddressOn(day(t, on)) != address {
			t.Errorf("%s: cards at %s", on, l.AddressOn(day(t, on))) // P-36
		}
	}
}

// The two dates of the move are both in the pack: 15 November for cards, 16 November for
// appointments, which is what both updates allow.
func TestTheMove(t *testing.T) { // P-36
	l := placesAt(t, "2022-11-01 12:00:00")["amsterdam"]
	next, ok := l.NextAddress(day(t, "2022-11-01"))
	if l.State != location.Moving || !ok || next.First.String() != "2022-11-16" || !l.OpenAt(moment(t, "2022-11-01 10:00:00")) {
		t.Errorf("on 1 November it is %s, and moves on %s", l.State, next.First)
	}
	for on, street := range map[string]string{"2022-11-14": "Bijlmerdreef", "2022-11-15": "Bijlmerdreef", "2022-11-16": "Gatwickstraat"} {
		if address := l.AddressOn(day(t, on)); !strings.HasPrefix(address, street) {
			t.Errorf("an appointment on %s is at %s", on, address)
		}
	}
	p := seasonPack(t)
	for id, days := range map[string]string{"only-amsterdam": "15 November", "moves": "16 November"} {
		if source, ok := p.Source(id); !ok || !strings.Contains(source.Title, days) {
			t.Errorf("source %s: %+v", id, source)
		}
	}
}

// Closed places take no bookings, and each region has somewhere to go while any is open.
func TestEveryRegionIsServed(t *testing.T) { // P-39
	regions := seasonPack(t).List("regions")
	for on, want := range map[string]string{"2022-07-28": "den-bosch amsterdam rijswijk nieuwegein deventer assen", "2022-10-18": "rotterdam amsterdam assen", "2022-11-02": "amsterdam"} {
		serves := map[string]bool{}
		for id, l := range placesAt(t, on+" 12:00:00") {
			if len(l.Slots(day(t, on), amsterdam(t))) == 0 {
				continue
			}
			if !strings.Contains(want, id) || !l.BookableAt(moment(t, on+" 12:00:00")) {
				t.Errorf("%s gives slots on %s", id, on)
			}
			for _, region := range l.Regions(day(t, on)) {
				serves[region] = true
			}
		}
		for _, region := range regions {
			if !serves[region.ID] {
				t.Errorf("on %s nobody serves %s", on, region.ID)
			}
		}
	}
	for id, l := range placesAt(t, "2022-11-01 00:00:00") {
		if id != "amsterdam" && id != "amsterdam-o-document" && (l.BookableAt(moment(t, "2022-11-01 00:00:00")) || len(l.Slots(day(t, "2022-11-01"), amsterdam(t))) > 0) {
			t.Errorf("%s can be booked", id) // P-39
		}
	}
}

func TestEachPostcodeIsInOneRegion(t *testing.T) { // P-61
	in := map[int][]string{}
	for _, region := range seasonPack(t).List("regions") {
		postcodes, err := location.ParsePostcodes(region.Fields["postcodes"])
		if err != nil {
			t.Fatal(err)
		}
		for code := 1000; code <= 9999; code++ {
			if postcodes.Holds(code) {
				in[code] = append(in[code], region.ID)
			}
		}
	}
	for code := 1000; code <= 9999; code++ {
		if len(in[code]) != 1 {
			t.Fatalf("%d lies in %v", code, in[code])
		}
	}
	// The places lie in the part of the country that the page gives them.
	for code, region := range map[int]string{9405: "north", 3438: "central", 1103: "north-west", 1043: "north-west", 7418: "east", 5223: "south", 2288: "south-west", 3084: "south-west"} {
		if in[code][0] != region {
			t.Errorf("%d lies in %s", code, in[code][0])
		}
	}
}

func TestParkingAtAhoy(t *testing.T) { // P-58
	p := seasonPack(t)
	l := placesAt(t, "2022-10-06 12:00:00")["rotterdam"]
	if len(l.Plan.Travel) != 1 || l.Plan.Travel[0].By != "car" {
		t.Fatalf("notes %+v", l.Plan.Travel)
	}
	note := l.Plan.Travel[0].Note
	for _, fact := range []string{"free", "Ahoy", "taxi", "stamped at the front office"} {
		if !strings.Contains(note["en"], fact) {
			t.Errorf("the note says nothing of %q", fact)
		}
	}
	if len(note) != len(p.Languages) {
		t.Errorf("the note is in %d languages", len(note))
	}
}
