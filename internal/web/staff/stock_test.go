package staff_test

import (
	"testing"
	"time"

	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/stock"
)

const stickers = "/place/stock/sticker"

// confirms sends a form of stock, and again when it was previewed.
func (v *visitor) confirms(act string, pairs ...string) *visitor {
	v.t.Helper()
	page := stickers + "/" + act
	v.get(page).send(page, v.plan(pairs...)...).sees("Wat deze verandering doet")
	return v.send(page, v.plan(append(pairs, "sure", "yes")...)...).at(stickers + "?done").sees("De verandering is bewaard")
}

// date is the three fields of a day.
func date(name, year, month, day string) []string {
	return []string{name + "-year", year, name + "-month", month, name + "-day", day}
}

// Whoever counts less than is promised sees first who loses an appointment; what cannot be
// is said at its field, with what was typed; and of two who count one looks again.
func TestStockIsCountedAfterAPreview(t *testing.T) { // P-33
	eachSeason(t, func(t *testing.T, w *world) {
		hers, _ := w.oksana(t)
		status := w.isBooked(t, hers)
		place := status.Appointments[0].Location.ID
		lea := w.signIn(t, people.Lead)
		lea.get("/").sees("Naar de voorraad").get("/place/locations").sees("Naar de voorraad").get("/place/stock").sees("Niemand heeft dit geteld").get(stickers).sees("Er is nog niets veranderd")
		page := stickers + "/count"
		lea.get(page).send(page, "n", "veel", "ground", "telling").sees("Vul een aantal in dat kan", "Kies een locatie uit de lijst")
		if got := lea.typed("ground"); got != "telling" {
			t.Errorf("of the ground is left %q", got)
		}
		lea.get(page).send(page, "location", place, "n", "1").sees("Schrijf in een regel waarom").seesNot("Verander dit")
		one := []string{"location", place, "n", "1", "ground", "telling"}
		lea.get(page).send(page, one...).sees("Nu begint het tellen")
		lea.confirms("count", one...).sees("Geteld", "+1", "telling", "In voorraad: 1")
		lea.get(page).send(page, "location", place, "n", "0", "ground", "weg").sees("In voorraad: 1 → 0", "1 persoon verliest de afspraak")
		lea.send(page, "location", place, "n", "2", "ground", "weg", "sure", "yes").at(page).sees("In voorraad: 1 → 2", "0 personen verliezen de afspraak") // typed after the preview
		sheet, err := w.Planner.Stock.Sheet(t.Context(), w.Planner.DB, "sticker")
		must(t, err)
		must(t, w.Planner.Stock.Do(t.Context(), people.Member{ID: "staff_other", Roles: []people.Role{people.Editor}},
			stock.Movement{Product: "sticker", Kind: stock.Delivered, Location: stock.Central, N: 5, Ground: "doos"}, sheet.Version))
		lea.send(page, "location", place, "n", "2", "ground", "weg", "sure", "yes").at(page).sees("Iemand anders heeft dit veranderd", "In voorraad: 6 → 7")
		lea.send(page, "location", place, "n", "2", "ground", "weg", "sure", "yes").at(stickers + "?done")
		lea.confirms("moved", "location", "nowhere", "to", place, "n", "5", "ground", "busje")
		lea.get(stickers+"/damaged").send(stickers+"/damaged", "location", place, "n", "8", "ground", "nat").sees("Zoveel ligt er daar niet")
		lea.confirms("damaged", "location", place, "n", "7", "ground", "nat").sees("In voorraad: 0")
		w.Pass(t, time.Minute)
		if got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || got.State != planner.Waiting {
			t.Errorf("without stickers the ask is %s: %v", got.State, err)
		}
		w.Promises(t)
	})
}

// typed is what stands in a field of the open page.
func (v *visitor) typed(name string) string {
	list := v.plan()
	for i := 0; i < len(list); i += 2 {
		if list[i] == name {
			return list[i+1]
		}
	}
	return ""
}

// Deliveries are announced, arrive and are dropped, and the forecast says so.
func TestDeliveriesAreExpectedAndArrive(t *testing.T) { // P-33
	eachSeason(t, func(t *testing.T, w *world) {
		w.Pass(t, time.Minute)
		lea := w.signIn(t, people.Lead)
		page := stickers + "/expected"
		wrong := append(date("day", "2022", "8", "1"), "location", "nowhere", "n", "100", "owner", "Dienst Voorbeeld")
		lea.get(page).send(page, lea.plan(append(wrong, "confidence", "sure")...)...).sees("Kies een dag vanaf vandaag")
		lea.get(page).send(page, lea.plan(wrong...)...).sees("Kies hoe zeker de dag is")
		coming := append(date("day", "2022", "8", "20"), "location", "nowhere", "n", "100", "confidence", "sure", "owner", "Dienst Voorbeeld")
		lea.confirms("count", "location", "nowhere", "n", "1", "ground", "telling")
		lea.confirms("expected", coming...).sees("20 augustus 2022: 100, Centraal", "Telt mee vanaf")
		lea.confirms("expected", append(date("day", "2022", "8", "21"), coming[6:]...)...)
		sheet, err := w.Planner.Stock.Sheet(t.Context(), w.Planner.DB, "sticker")
		must(t, err)
		shelf, err := w.Planner.Shelf(t.Context(), sheet)
		must(t, err)
		if n := len(shelf.Ahead); n != 4 || shelf.Ahead[0].Left != 1 || shelf.Ahead[n-1].Left != 201 {
			t.Errorf("the forecast is %+v", shelf.Ahead)
		}
		lea.get(stickers + "/dropped").send(stickers + "/dropped").sees("Kies een levering")
		lea.confirms("arrived", "location", "nowhere", "delivery", sheet.Deliveries[0].ID, "n", "90", "ground", "tien te weinig").sees("In voorraad: 91")
		lea.get(stickers+"/arrived").send(stickers+"/arrived", "location", "nowhere", "n", "1", "ground", "x").sees("Kies een levering")
		lea.confirms("arrived", "location", "nowhere", "delivery", "none", "n", "9", "ground", "nagekomen").sees("In voorraad: 100")
		lea.confirms("dropped", "delivery", sheet.Deliveries[1].ID).seesNot("Leveringen die worden verwacht")
		w.Settle(t)
		w.Promises(t)
	})
}

// A pause has a cause and what it leaves alone; it is told again when it is expected to take
// longer, and ends place by place.
func TestAProductIsPausedOnAPage(t *testing.T) { // P-47 P-48 P-50
	eachSeason(t, func(t *testing.T, w *world) {
		hers, _ := w.oksana(t)
		status := w.isBooked(t, hers)
		place := status.Appointments[0].Location.ID
		lea := w.signIn(t, people.Editor)
		page := stickers + "/pause"
		back := append(date("expected", "2022", "10", "1"), "location", "nowhere", "cause", "materials", "confidence", "likely", "owner", "Dienst Voorbeeld")
		lea.get(page).send(page, lea.plan(back...)...).sees("Kies wat de stop niet raakt") // P-50
		if got := lea.typed("owner"); got != "Dienst Voorbeeld" {
			t.Errorf("of the owner is left %q", got)
		}
		lea.get(page).send(page, lea.plan("location", "nowhere", "cause", "materials", "confidence", "likely", "owner", "Dienst", "spares-stay", "yes")...).sees("Kies hoe zeker de dag is")
		lea.get(page).send(page, lea.plan(append(back, "spares-stay", "yes")...)...).sees("Stops: 0 → 1", "1 persoon verliest de afspraak", "krijgen bericht")
		lea.confirms("pause", append(back, "spares-stay", "yes", "spares-work", "yes")...).sees("Overal", "grondstoffen", "1 oktober 2022", "U mag werken")
		w.Pass(t, time.Minute)
		if got, err := w.Planner.Status(t.Context(), hers.Number, hers.Code); err != nil || got.State != planner.Waiting || len(got.Pauses) != 1 {
			t.Errorf("in the pause the ask is %s with %+v: %v", got.State, got.Pauses, err)
		}
		later := stickers + "/estimate"
		lea.get(later).send(later, lea.plan(append(date("expected", "2022", "10", "1"), "confidence", "likely", "owner", "Dienst")...)...).sees("Dit staat er al zo")
		lea.confirms("estimate", "confidence", "unknown", "owner", "Dienst Voorbeeld").sees("weten wij nog niet")
		again := stickers + "/resume"
		days := append(date("first", "2022", "8", "22"), "location", place, "hour", "laat")
		lea.get(again).send(again, lea.plan(days...)...).sees("Vul in vanaf wanneer er weer afspraken")
		lea.confirms("resume", append(days, "hour", "10:00")...).sees("Weer te krijgen", "22 augustus 2022")
		lea.get(stickers+"/statement").send(stickers+"/statement", lea.plan("owner", "Dienst Voorbeeld")...).sees("Kies een van deze")
		lea.confirms("statement", "says", "enough", "owner", "Dienst Voorbeeld").sees("Er is genoeg voor iedereen. (", "Dienst Voorbeeld")
		if lea.get(stickers + "/nothing"); lea.status != 404 {
			t.Errorf("a change that is none has status %d", lea.status)
		}
		w.Settle(t)
		w.Promises(t)
	})
}
