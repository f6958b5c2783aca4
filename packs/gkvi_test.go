package packs

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"loket/internal/rules"
)

// applicant is somebody for whom the request is meant.
func applicant() rules.Facts {
	return rules.Facts{"municipality": "amsterdam", "can_use_digid": false, "vaccinated_by": "ggd-amsterdam",
		"tested_positive": false, "has_email": true, "has_mobile": true}
}

// with returns facts with some changed.
func with(facts, changes rules.Facts) rules.Facts {
	facts = maps.Clone(facts)
	maps.Copy(facts, changes)
	return facts
}

// decide answers a question on a day after the notice.
func decide(t testing.TB, p *rules.Pack, question string, facts rules.Facts) rules.Decision {
	t.Helper()
	on := day(t, "2021-12-20")
	d, err := rules.Decide(p, question, facts, on, on)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBasis(t *testing.T) { // G-04 G-05 G-06
	p := load(t, "gkvi-amsterdam-2021")
	for _, row := range []struct {
		vaccinated bool
		positive   bool
		outcome    string
		because    string
	}{
		{true, false, "digital", "[ground:basis-vaccinated rule:digital]"},                             // G-04
		{false, true, "digital", "[ground:basis-tested-positive rule:digital]"},                        // G-05
		{true, true, "digital", "[ground:basis-vaccinated ground:basis-tested-positive rule:digital]"}, // G-06
		{false, false, "nothing-yet", "[rule:no-basis]"},
	} {
		by := map[bool]string{true: "ggd-amsterdam", false: "nobody"}[row.vaccinated]
		d := decide(t, p, "route", with(applicant(), rules.Facts{"vaccinated_by": by, "tested_positive": row.positive}))
		if because := fmt.Sprint(d.IDs()); d.Outcome != row.outcome || because != row.because {
			t.Errorf("%+v: %s %s", row, d.Outcome, because)
		}
	}
}

func TestTerritory(t *testing.T) { // G-03
	p := load(t, "gkvi-amsterdam-2021")
	if len(p.List("territory")) != 6 {
		t.Errorf("%d municipalities, want 6", len(p.List("territory")))
	}
	for _, m := range p.List("territory") {
		if d := decide(t, p, "route", with(applicant(), rules.Facts{"municipality": m.ID})); d.Outcome != "digital" {
			t.Errorf("%s: %s", m.ID, d.Outcome)
		}
	}
	for _, m := range p.List("elsewhere") {
		d := decide(t, p, "route", with(applicant(), rules.Facts{"municipality": m.ID}))
		if d.Outcome != "other-region" || d.Reasons[0].Text["nl"] == "" {
			t.Errorf("%s: %+v", m.ID, d)
		}
		if _, ok := p.Item("other_routes", m.Fields["route"]); !ok {
			t.Errorf("%s: there is no other route %q", m.ID, m.Fields["route"])
		}
	}
	if route, _ := p.Item("elsewhere", "rotterdam"); route.Fields["route"] != "ggd-rotterdam-rijnmond" {
		t.Errorf("Rotterdam is sent to %s", route.Fields["route"])
	}
}

func TestVaccinatedBySomebodyElse(t *testing.T) { // G-07
	p := load(t, "gkvi-amsterdam-2021")
	for _, v := range p.List("vaccinators") {
		if v.ID == "ggd-amsterdam" || v.ID == "nobody" {
			continue
		}
		d := decide(t, p, "route", with(applicant(), rules.Facts{"vaccinated_by": v.ID}))
		if d.Outcome != "other-party" {
			t.Errorf("%s: %s", v.ID, d.Outcome)
		}
		if _, ok := p.Item("other_routes", v.Fields["route"]); !ok {
			t.Errorf("%s names no responsible party (%q)", v.ID, v.Fields["route"])
		}
	}
}

func TestNumberWithoutDigiD(t *testing.T) { // G-08
	p := load(t, "gkvi-amsterdam-2021")
	without := decide(t, p, "route", applicant())
	number := decide(t, p, "route", with(applicant(), rules.Facts{"has_bsn": true}))
	if without.Outcome != "digital" || number.Outcome != without.Outcome {
		t.Errorf("without BSN %s, with BSN and no DigiD %s", without.Outcome, number.Outcome)
	}
}

func TestNoEmailOrMobile(t *testing.T) { // G-16 G-17
	p := load(t, "gkvi-amsterdam-2021")
	for _, missing := range []rules.Facts{{"has_email": false}, {"has_mobile": false}, {"has_email": false, "has_mobile": false}} {
		if d := decide(t, p, "route", with(applicant(), missing)); d.Outcome != "counter" {
			t.Errorf("%v: %s", missing, d.Outcome)
		}
	}
}

func TestDocuments(t *testing.T) { // G-10 G-11 G-12 G-13 G-14
	p := load(t, "gkvi-amsterdam-2021")
	count := make(map[string]int)
	for _, document := range p.List("documents") {
		count[document.Fields["class"]]++
		if free := document.Fields["country"] == "free-text"; free != (document.Fields["class"] == "4") {
			t.Errorf("%s: country %s", document.ID, document.Fields["country"]) // G-13: any country, also one that is no more
		}
		d := decide(t, p, "document", rules.Facts{"document": document.ID, "document_expired": false})
		want := "accepted"
		if document.ID == "none" {
			want = "counter" // G-14
		}
		if d.Outcome != want {
			t.Errorf("%s: %s, want %s", document.ID, d.Outcome, want)
		}
	}
	if want := map[string]int{"1": 3, "2": 1, "3": 2, "4": 2, "0": 1}; !maps.Equal(count, want) {
		t.Errorf("documents by class %v, want %v", count, want)
	}
}

// TestExpiredDocumentPolicy changes one word of the pack.
func TestExpiredDocumentPolicy(t *testing.T) { // G-15
	expired := rules.Facts{"document": "foreign-passport", "document_expired": true}
	p := load(t, "gkvi-amsterdam-2021")
	before := decide(t, p, "document", expired)
	silent := changed(t, "gkvi-amsterdam-2021", "pack.yaml", "      - value: accept\n", "      - value: counter\n")
	if _, err := rules.Load(silent); err == nil {
		t.Error("the policy changed for days past and its case still passes")
	}
	strict := changed(t, "gkvi-amsterdam-2021", "pack.yaml", "      - value: accept\n        from: 2021-12-16\n",
		"      - {value: counter, from: 2022-01-01, source: loket, owner: Somebody else, why: {nl: Nieuw besluit., en: New decision., ar: قرار جديد., uk: Нове рішення.}}\n      - value: accept\n        from: 2021-12-16\n")
	other, err := rules.Load(strict)
	if err != nil {
		t.Fatal(err)
	}
	later := day(t, "2022-01-01")
	after, err := rules.Decide(other, "document", expired, later, later)
	if err != nil {
		t.Fatal(err)
	}
	if before.Outcome != "accepted" || after.Outcome != "counter" || before.Hash == after.Hash {
		t.Errorf("before %s, after %s, one hash %v", before.Outcome, after.Outcome, before.Hash == after.Hash)
	}
	policy := after.Reasons[1]
	if policy.ID != "expired_document" || policy.Value != "counter" || policy.Owner != "Somebody else" || policy.Text["en"] != "New decision." {
		t.Errorf("the decision does not show its policy: %+v", policy)
	}
}

// TestAutomatic tries every combination of facts, given or not: a proof goes
// out without staff if all agree and in no other case.
func TestAutomatic(t *testing.T) { // G-23 G-24 G-25 G-26
	p := load(t, "gkvi-amsterdam-2021")
	names := []string{"number_found", "birth_date_agrees", "name_agrees", "basis_found", "contact_on_file", "contact_agrees"}
	for n := range 729 { // three values for each of six facts
		facts, agree := make(rules.Facts), 0
		for _, name := range names {
			if value := n % 3; value < 2 {
				facts[name] = value == 1
			}
			if facts[name] == true && !strings.HasPrefix(name, "contact") {
				agree++
			}
			n /= 3
		}
		contact := facts["contact_on_file"] == false || facts["contact_on_file"] == true && facts["contact_agrees"] == true
		d := decide(t, p, "automatic", facts)
		if issue := agree == 4 && contact; (d.Outcome == "issue") != issue {
			t.Errorf("%v: %s", facts, d.Outcome)
		}
		if len(facts) == len(names) && d.Outcome != "issue" && d.Outcome != "ask-document" {
			t.Errorf("all is known and yet: %v: %s", facts, d.Outcome)
		}
	}
	setting, ok := p.Setting("contact", day(t, "2021-12-20"), day(t, "2021-12-20"))
	if !ok || setting.Value != "when-known" || setting.Owner == "" || setting.From.IsZero() {
		t.Errorf("contact rule: %+v", setting)
	}
}

// TestDifferenceIsNeverTold shows that people read the same words whichever
// part did not agree, and the same as when nothing was found.
func TestDifferenceIsNeverTold(t *testing.T) { // G-23 G-25
	p := load(t, "gkvi-amsterdam-2021")
	told := make(map[string]bool)
	for _, rule := range p.Question("automatic").Rules() {
		if rule.Outcome == "ask-document" {
			told[fmt.Sprint(rule.Reason)] = true
		}
	}
	if len(told) != 1 {
		t.Errorf("%d different texts: %v", len(told), told)
	}
}

func TestRefusalNeedsReasonAndNextStep(t *testing.T) { // G-32
	p := load(t, "gkvi-amsterdam-2021")
	for n := range 4 {
		facts := rules.Facts{"decision": "refuse", "reason_given": n&1 != 0, "next_step_given": n&2 != 0, "second_person": true}
		if d := decide(t, p, "manual", facts); (d.Outcome == "save") != (n == 3) {
			t.Errorf("%v: %s", facts, d.Outcome)
		}
	}
	if needs := fmt.Sprint(p.Text("nl", "message-refused").Needs); needs != "[next_step object reason]" {
		t.Errorf("the message needs %s", needs)
	}
}

func TestCounterHasNoDateYet(t *testing.T) { // G-43
	counter, ok := load(t, "gkvi-amsterdam-2021").Item("counters", "ggd-amsterdam-counter")
	if !ok || counter.Fields["state"] != "announced" || counter.Fields["opens"] != "" {
		t.Errorf("%+v", counter)
	}
	for lang, text := range counter.Words["when"] {
		if strings.ContainsAny(text, "0123456789") {
			t.Errorf("in %s the counter has a date: %s", lang, text)
		}
	}
}

func TestOtherRoutes(t *testing.T) { // G-44
	for _, route := range load(t, "gkvi-amsterdam-2021").List("other_routes") {
		if route.Fields["language"] == "" || route.Owner == "" || route.Checked.IsZero() {
			t.Errorf("%s: language %q, owner %q, checked %q", route.ID, route.Fields["language"], route.Owner, route.Checked)
		}
	}
}

func TestFieldsSayWhyAndWhoSees(t *testing.T) { // G-19
	p := load(t, "gkvi-amsterdam-2021")
	for _, field := range p.List("fields") {
		for _, lang := range []string{"nl", "en", "ar", "uk"} {
			if field.Words["purpose"][lang] == "" || field.Words["seen_by"][lang] == "" {
				t.Errorf("%s in %s: %+v", field.ID, lang, field.Words)
			}
		}
	}
	for _, id := range []string{"bsn", "v-number"} { // G-20 G-21
		if field, ok := p.Item("fields", id); !ok || field.Fields["optional"] != "yes" {
			t.Errorf("%s is not optional", id)
		}
	}
}

func TestCard(t *testing.T) { // G-27 G-45 G-46
	p := load(t, "gkvi-amsterdam-2021")
	keep := map[string]string{"nl": "bewaar", "en": "keep your"}
	lost := map[string]string{"nl": "kaartje kwijt", "en": "lost the card"}
	for lang := range keep {
		for _, name := range []string{"needed", "keep-card", "message-document-asked", "message-proof"} { // G-45: before, during, after
			if plain, err := p.Text(lang, name).Plain(nil); err != nil || !strings.Contains(strings.ToLower(plain), keep[lang]) {
				t.Errorf("%s in %s does not say to keep the card: %v", name, lang, err)
			}
		}
		if plain, err := p.Text(lang, "message-document-asked").Plain(nil); err != nil || !strings.Contains(strings.ToLower(plain), lost[lang]) {
			t.Errorf("in %s the message has no way for who lost the card: %v", lang, err) // G-46
		}
	}
}

// TestMailAndSMSAreNeutral shows that what leaves Loket unsealed tells nothing.
func TestMailAndSMSAreNeutral(t *testing.T) { // G-52
	p := load(t, "gkvi-amsterdam-2021")
	telling := []string{"qr", "ggd", "prik", "corona", "covid", "vaccin", "bewijs", "proof", "bsn", "papier", "amsterdam", "digid", "test", "document", "loket"}
	for _, name := range []string{"mail-message", "mail-reminder", "sms-code", "voice-code"} {
		for _, lang := range []string{"nl", "en", "ar", "uk"} {
			text := p.Text(lang, name)
			plain, err := text.Plain(map[string]string{"link": "LINK", "code": "CODE"})
			if err != nil || len(text.Needs) != 1 || strings.Contains(plain, "\n") {
				t.Errorf("%s in %s: needs %q, %q, %v", name, lang, text.Needs, plain, err)
			}
			for _, word := range telling {
				if strings.Contains(strings.ToLower(text.Title+" "+plain), word) {
					t.Errorf("%s in %s tells %q: %s", name, lang, word, plain)
				}
			}
		}
	}
}

func BenchmarkRoute(b *testing.B) {
	p := load(b, "gkvi-amsterdam-2021")
	facts := applicant()
	on := day(b, "2021-12-20")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rules.Decide(p, "route", facts, on, on); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoadAll(b *testing.B) {
	for b.Loop() {
		for _, name := range Names() {
			if _, err := rules.Load(FS(name)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
