package packs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"loket/internal/rules"
)

const refugeehelp = "refugeehelp-2022"

// Who has a proof needs nothing, who is not registered does that first, and the words say
// what holds on the day.
func TestWhoMayAsk(t *testing.T) { // P-24 P-27 P-28 P-31 P-77
	p := load(t, refugeehelp)
	for _, row := range []struct {
		on      string
		facts   rules.Facts
		outcome string
		says    string
	}{
		{"2022-07-01", rules.Facts{"has_proof": false, "registered": true}, "ask", "no proof yet"},                       // P-27
		{"2022-07-01", rules.Facts{"has_proof": false, "registered": false}, "register-first", "municipality"},           // P-77
		{"2022-07-01", rules.Facts{"from_ukraine": false}, "not-here", "people from Ukraine"},                            // P-77
		{"2022-11-30", rules.Facts{"has_proof": false, "registered": false}, "register-first", "Then you can ask"},       // P-28
		{"2022-12-01", rules.Facts{"has_proof": false, "registered": false}, "register-first", "It gives you a BSN"},     // P-28 P-31
		{"2022-12-01", rules.Facts{"has_proof": true, "registered": true}, "has-proof", "need no appointment"},           // P-24
		{"2023-01-04", rules.Facts{"has_proof": true}, "has-proof", "not get a new sticker or card"},                     // P-24
		{"2023-01-04", rules.Facts{"has_proof": true}, "has-proof", "comes before 4 March 2023. You need to do nothing"}, // P-24
		{"2023-01-04", rules.Facts{"has_proof": false, "registered": true}, "ask", "no proof yet"},                       // P-27
		{"2022-07-01", rules.Facts{"registered": true}, rules.NotKnownYet, ""},
	} {
		d, err := rules.Decide(p, "ask", row.facts, day(t, row.on), day(t, row.on))
		if err != nil || d.Outcome != row.outcome || !strings.Contains(said(d), row.says) {
			t.Errorf("%s %v: %s, %q, %v", row.on, row.facts, d.Outcome, said(d), err)
		}
	}
}

// said returns the reasons of a decision in English.
func said(d rules.Decision) string {
	var texts []string
	for _, because := range d.Reasons {
		texts = append(texts, because.Text["en"])
	}
	return strings.Join(texts, " ")
}

// The document that somebody gets is known before they come.
func TestStickerOrCard(t *testing.T) { // P-53 P-55 P-56
	p, on := load(t, refugeehelp), day(t, "2022-08-18")
	for _, row := range []struct {
		paper   string
		short   bool
		age     int
		outcome string
		says    string
	}{
		{"passport", false, 40, "sticker", "in your passport"},
		{"id-card", false, 40, "sticker", "loose paper"},
		{"embassy-statement", false, 40, "sticker", "loose paper"},
		{"none", false, 40, "o-document", "collect the card yourself"},      // P-55
		{"passport", true, 40, "o-document", "the loose paper stays valid"}, // P-55 P-56
		{"none", false, 13, "none", "no proof of its own"},                  // P-53
		{"none", false, 14, "o-document", "Bring the child. It collects"},   // P-53 P-55
		{"none", false, 17, "o-document", "Bring the child. It collects"},   // P-53
		{"none", false, 18, "o-document", "You have no document"},           // P-55
		{"passport", true, 13, "none", "no proof of its own"},
	} {
		d, err := rules.Decide(p, "product", rules.Facts{"paper": row.paper, "paper_expires_before": row.short, "age": row.age}, on, on)
		if err != nil || d.Outcome != row.outcome || !strings.Contains(said(d), row.says) {
			t.Errorf("%+v: %s, %q, %v", row, d.Outcome, said(d), err)
		}
	}
}

// A passport that expires before 4 March 2023 is too short, one of that day is not.
func TestPassportUntilFourthOfMarch(t *testing.T) { // P-55
	p, on := load(t, refugeehelp), day(t, "2022-08-18")
	until, ok := p.Setting("paper_valid_until", on, on)
	if !ok {
		t.Fatal("no setting")
	}
	for expires, want := range map[string]string{"2022-08-01": "o-document", "2023-03-03": "o-document", "2023-03-04": "sticker", "2031-01-01": "sticker"} {
		short := day(t, expires).Before(until.Value.(rules.Day))
		d, err := rules.Decide(p, "product", rules.Facts{"paper": "passport", "paper_expires_before": short, "age": 40}, on, on)
		if err != nil || d.Outcome != want {
			t.Errorf("expires %s: %s, %v", expires, d.Outcome, err)
		}
	}
}

func TestReadyThreeWeeksAfterThePhoto(t *testing.T) { // P-37
	card, ok := load(t, refugeehelp).Item("products", "o-document")
	days, err := strconv.Atoi(card.Fields["ready_days"])
	if ready := day(t, "2022-11-01").Add(days); !ok || err != nil || card.Fields["made"] != "yes" || ready.String() != "2022-11-22" {
		t.Errorf("ready on %s, %v", ready, err)
	}
}

// Whatever no source gives is named, and says how it was chosen.
func TestInferredIsMarked(t *testing.T) {
	p := load(t, refugeehelp)
	seen := 0
	for _, item := range slices.Concat(p.List("places"), p.List("regions")) {
		for _, field := range strings.Fields(item.Fields["inferred"]) {
			seen++
			if item.Fields[field] == "" {
				t.Errorf("%s infers %s, which it does not have", item.ID, field)
			}
			if _, isPlace := item.Fields["stands"]; isPlace && item.Words["why"]["en"] == "" {
				t.Errorf("%s infers %s without saying why", item.ID, field)
			}
		}
	}
	for _, item := range p.List("places") {
		if len(p.List("places")) != 8 || item.Fields["desks"] != "" && !strings.Contains(item.Fields["inferred"], "desks") {
			t.Errorf("%s: the page gives no desks", item.ID)
		}
	}
	for _, s := range p.Settings() {
		if v := s.Values[0]; (v.Source == "loket") != v.Inferred {
			t.Errorf("setting %s: source %s, inferred %v", s.ID, v.Source, v.Inferred)
		}
	}
	if seen < 20 {
		t.Errorf("only %d fields", seen)
	}
}

// Words are short, in the scripts of their languages, and call nobody names.
func TestRefugeehelpWords(t *testing.T) {
	p := load(t, refugeehelp)
	read := func(where string, w rules.Words) {
		for lang, text := range w {
			if bad := forbidden.FindString(text); bad != "" {
				t.Errorf("%s in %s says %q", where, lang, bad)
			}
			for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(".?!:;", r) }) {
				if n := len(strings.Fields(sentence)); n > 20 {
					t.Errorf("%s in %s has a sentence of %d words: %s", where, lang, n, sentence)
				}
			}
		}
	}
	for _, question := range []string{"ask", "product"} {
		for _, rule := range p.Question(question).Rules() {
			read("rule "+rule.ID, rule.Reason)
		}
	}
	for _, list := range []string{"regions", "products", "papers", "places"} {
		for _, item := range p.List(list) {
			read("item "+item.ID, item.Name)
			for key, w := range item.Words {
				read(fmt.Sprintf("item %s, %s", item.ID, key), w)
			}
		}
	}
}
