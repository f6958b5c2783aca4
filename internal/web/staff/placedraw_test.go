package staff_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/draw"
	people "loket/internal/staff"
)

// Two officials type in how dice fell, each with a passkey over what they typed; the page
// of the second does not show what the first typed.
func TestDiceOnAPage(t *testing.T) {
	w := openSeason(t, db.SQLite)
	w.Planner.Source = draw.FromDice
	w.Pass(t, 10*time.Hour) // the list that is open is drawn by the beacon; the next opens
	w.Pass(t, 24*time.Hour)
	list, err := w.Planner.Draws(t.Context(), 2)
	must(t, err)
	if list[1].Source != draw.FromDice || list[1].State != "closed" {
		t.Fatalf("the list of draws: %+v", list)
	}
	one, two, counter := w.signIn(t, people.Lead), w.signIn(t, people.Lead), w.signIn(t, people.Counter)
	if counter.get("/place/draws"); counter.status != 403 {
		t.Errorf("a counter sees draws: %d", counter.status)
	}
	one.get("/").sees("Er wacht 1 loting")
	one.get("/place/draws").sees("wacht op dobbelstenen")
	path := one.link("/place/draws/")
	one.get(path).send(path+"/throw", "digits", "12").sees("minstens 20 cijfers")
	one.get(path).send(path+"/throw", "digits", "26351 44261 65324 15263").sees("26351442616532415263", "passkey").confirm(path + "/throw/sign").at("/place/draws")
	one.get(path).sees("U hebt de worpen getypt").seesNot("26351442616532415263")
	two.get(path).sees("U ziet die niet").seesNot("26351442616532415263")
	two.send(path+"/throw", "digits", "26351442616532415262").confirm(path + "/throw/sign").at("/place/draws")
	two.get(path).sees("niet gelijk", "26351442616532415263", "26351442616532415262")
	two.send(path+"/throw", "digits", "26351442616532415263").confirm(path + "/throw/sign").at("/place/draws")
	one.get(path).send(path+"/throw", "digits", "26351442616532415263").confirm(path + "/throw/sign").at("/place/draws").sees("wacht nu geen loting")
	w.Settle(t)
	w.Pass(t, time.Minute)
	data, err := w.Planner.Published(t.Context(), list[1].N)
	must(t, err)
	if d, err := draw.Verify(data, draw.Trust{Dice: true}); err != nil || !d.Drawn() {
		t.Errorf("drawn as %+v, %v", d, err)
	}
	w.Promises(t)
}

// A lead types in what parties say: hashes while the list is open, values afterwards.
func TestPartiesOnAPage(t *testing.T) {
	w := openSeason(t, db.SQLite)
	w.Planner.Source, w.Planner.Parties = draw.FromReveal, []string{"counters", "city"}
	w.Pass(t, 10*time.Hour)
	lead := w.signIn(t, people.Lead)
	lead.get("/place/draws").sees("geven hun vingerafdruk")
	path := lead.link("/place/draws/")
	values := map[string]string{}
	for _, party := range w.Planner.Parties {
		sum := sha256.Sum256([]byte(party))
		values[party] = hex.EncodeToString(sum[:])
		hash, err := draw.Commit(values[party])
		must(t, err)
		lead.get(path).send(path+"/commit/"+party, "hash-"+party, "00").sees("64 tekens van de vingerafdruk")
		lead.get(path).send(path+"/commit/"+party, "hash-"+party, hash).at(path).sees(hash)
	}
	w.Pass(t, 24*time.Hour)
	lead = w.signIn(t, people.Lead) // the session of yesterday ended
	lead.get(path).sees("geven hun getal").send(path+"/reveal/city", "value-city", values["counters"]).sees("hoort niet bij")
	lead.get(path).send(path+"/reveal/city", "value-city", values["city"]).at(path).sees("Het getal is er").seesNot(values["city"])
	lead.send(path+"/reveal/counters", "value-counters", values["counters"])
	w.Pass(t, time.Minute)
	list, err := w.Planner.Draws(t.Context(), 2)
	must(t, err)
	if list[1].DrawnBy != draw.FromReveal {
		t.Errorf("the list of draws: %+v", list)
	}
	w.Promises(t)
}
