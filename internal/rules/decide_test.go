package rules

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"loket/internal/fault"
)

// d reads a day that a test wrote.
func d(t testing.TB, s string) Day {
	t.Helper()
	day, err := ParseDay(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return day
}

func TestTwoDates(t *testing.T) {
	p := loadFerry(t)
	adult := Facts{"age": 30, "pier": "east"}
	child := Facts{"age": 10}
	for _, test := range []struct {
		facts       Facts
		on, knownAt string
		outcome     string
		reasons     string
	}{
		// Before and after the rule for the east pier, which was made in June for May.
		{adult, "2020-04-30", "2020-04-30", "paid", "rule:all-pay"},
		{adult, "2020-05-15", "2020-05-15", "paid", "rule:all-pay"},
		{adult, "2020-05-15", "2020-05-31", "paid", "rule:all-pay"},
		{adult, "2020-05-15", "2020-06-01", "free", "rule:east-free replaced:all-pay"},
		{adult, "2020-04-30", "2020-06-01", "paid", "rule:all-pay"},
		{adult, "2020-12-31", "2020-06-01", "free", "rule:east-free replaced:all-pay"},
		{adult, "2021-01-01", "2020-06-01", "paid", "rule:all-pay"},
		// The age was raised in March 2021, from January on.
		{child, "2021-01-15", "2021-01-15", "paid", "rule:all-pay"},
		{child, "2021-01-15", "2021-03-01", "free", "rule:young setting:free_age=12"},
		{child, "2020-12-31", "2021-03-01", NotKnownYet, ""},
		// Nothing was known before the first rule, and nothing holds before it.
		{child, "2020-02-01", "2019-12-31", NoRule, ""},
		{child, "2019-12-31", "2020-02-01", NoRule, ""},
	} {
		got, err := Decide(p, "fare", test.facts, d(t, test.on), d(t, test.knownAt))
		if err != nil {
			t.Errorf("on %s known at %s: %v", test.on, test.knownAt, err)
			continue
		}
		if reasons := strings.Join(got.IDs(), " "); got.Outcome != test.outcome || reasons != test.reasons {
			t.Errorf("on %s known at %s: %s because %s, want %s because %s", test.on, test.knownAt, got.Outcome, reasons, test.outcome, test.reasons)
		}
	}
}

func TestReasonSaysWhoAndSinceWhen(t *testing.T) {
	p := loadFerry(t)
	got, err := Decide(p, "fare", Facts{"age": 10}, d(t, "2021-01-15"), d(t, "2021-03-01"))
	if err != nil {
		t.Fatal(err)
	}
	want := Decision{Pack: "ferry", Hash: p.Hash, Question: "fare", On: d(t, "2021-01-15"), KnownAt: d(t, "2021-03-01"), Outcome: "free",
		Reasons: []Reason{
			{Kind: RuleReason, ID: "young", Text: Words{"nl": "Kinderen gratis.", "en": "Children are free."},
				Dates: Dates{From: d(t, "2020-01-01"), KnownFrom: d(t, "2020-01-01")}, Source: "notice", Owner: "Harbour office"},
			{Kind: SettingReason, ID: "free_age", Value: 12, Text: Words{"nl": "Besluit", "en": "Decision"},
				Dates: Dates{From: d(t, "2021-01-01"), KnownFrom: d(t, "2021-03-01"), Retroactive: true}, Source: "notice", Owner: "Council"},
		}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Day{})); diff != "" {
		t.Errorf("decision (-want +got):\n%s", diff)
	}
}

func TestMissingFacts(t *testing.T) {
	p := loadFerry(t)
	on := d(t, "2020-07-01")
	for _, test := range []struct {
		question string
		facts    Facts
		missing  []string
	}{
		{"fare", Facts{}, []string{"age"}},
		{"fare", Facts{"age": 3}, nil},
		{"fare", Facts{"age": 30}, []string{"pier"}},
		{"fare", Facts{"age": 30, "pier": "west"}, nil},
		{"ticket", Facts{}, []string{"bought"}},
	} {
		got, err := Decide(p, test.question, test.facts, on, on)
		if err != nil {
			t.Errorf("%s %v: %v", test.question, test.facts, err)
			continue
		}
		if !slices.Equal(got.Missing, test.missing) || (got.Outcome == NotKnownYet) != (len(test.missing) > 0) {
			t.Errorf("%s %v: %s, missing %q, want %q", test.question, test.facts, got.Outcome, got.Missing, test.missing)
		}
	}
	// A setting that has no value yet is missing as a fact is.
	early := d(t, "2020-05-31")
	got, err := Decide(p, "ticket", Facts{"bought": early}, early, early)
	if err != nil || !slices.Equal(got.Missing, []string{"setting.ticket_days"}) {
		t.Errorf("ticket before its setting: %+v, %v", got, err)
	}
}

func TestRefusesFactsWithoutRepeatingThem(t *testing.T) {
	p := loadFerry(t)
	on := d(t, "2020-07-01")
	const private = "Rotterdamseweg"
	for _, facts := range []Facts{
		{"pier": private}, {"age": private}, {"bought": private}, {"bicycle": private},
		{"bicycle": 1}, {"age": true}, {"age": 1.5}, {"bought": Day{}}, {"pier": nil}, {"tandem": private},
	} {
		_, err := Decide(p, "fare", facts, on, on)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%v: error %v, want a fault of kind invalid", facts, err)
		} else if strings.Contains(err.Error(), private) {
			t.Errorf("the error repeats what was told: %v", err)
		}
	}
	if _, err := Decide(p, "fare", nil, Day{}, on); !fault.Is(err, fault.Invalid) {
		t.Errorf("no day: %v", err)
	}
	if _, err := Decide(p, "toll", nil, on, on); !fault.Is(err, fault.Invalid) {
		t.Errorf("unknown question: %v", err)
	}
}

func TestRetracted(t *testing.T) {
	files := ferry(t, nil)
	head := string(files["pack.yaml"].Data) + "retracted: {on: 2022-01-01, why: {nl: Brug, en: Bridge}, source: notice}\n"
	files["pack.yaml"] = &fstest.MapFile{Data: []byte(head)}
	p, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	on := d(t, "2020-07-01")
	for knownAt, want := range map[string]string{"2021-12-31": "free", "2022-01-01": NoRule} {
		got, err := Decide(p, "fare", Facts{"age": 3}, on, d(t, knownAt))
		if err != nil || got.Outcome != want {
			t.Errorf("known at %s: %+v, %v, want %s", knownAt, got, err, want)
		}
		if want == NoRule && got.Reasons[0].Text["en"] != "Bridge" {
			t.Errorf("retracted without its reason: %+v", got.Reasons)
		}
	}
}

// TestManyAtOnce is for the race detector: one pack serves all requests.
func TestManyAtOnce(t *testing.T) {
	p := loadFerry(t)
	on := d(t, "2020-07-01")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for age := range 50 {
				got, err := Decide(p, "fare", Facts{"age": age, "pier": "west"}, on, on)
				if want := map[bool]string{true: "free", false: "paid"}[age <= 4]; err != nil || got.Outcome != want {
					t.Errorf("age %d: %s, %v", age, got.Outcome, err)
				}
			}
		})
	}
	all.Wait()
}

// ruleBook is a question with random rules over one fact, for properties.
type ruleBook struct {
	p     *Pack
	rules []*Rule
}

func drawRules(t *rapid.T, base *Pack) ruleBook {
	p := *base
	q := &Question{ID: "fare", Outcomes: []string{"free", "paid"}}
	p.questions = map[string]*Question{"fare": q}
	p.rules = make(map[string]*Rule)
	for i := range rapid.IntRange(0, 8).Draw(t, "rules") {
		r := &Rule{ID: fmt.Sprint("r", i), Question: "fare"}
		r.When.Text = rapid.SampledFrom([]string{"true", "bicycle", "!bicycle"}).Draw(t, "when")
		r.Outcome = rapid.SampledFrom([]string{"", "free", "paid"}).Draw(t, "outcome")
		r.From = Day{int32(rapid.IntRange(1, 20).Draw(t, "from"))}
		if rapid.Bool().Draw(t, "ends") {
			r.To = r.From.Add(rapid.IntRange(0, 10).Draw(t, "length"))
		}
		r.KnownFrom = Day{int32(rapid.IntRange(1, 20).Draw(t, "known"))}
		r.Retroactive = r.KnownFrom.After(r.From)
		for _, old := range q.rules {
			if !old.KnownFrom.After(r.KnownFrom) && rapid.IntRange(0, 4).Draw(t, "replaces") == 0 {
				r.Replaces = append(r.Replaces, old.ID)
			}
		}
		q.rules = append(q.rules, r)
		p.rules[r.ID] = r
	}
	found := &problems{}
	p.compile(found)
	if err := found.err(); err != nil {
		t.Fatal(err)
	}
	return ruleBook{&p, q.rules}
}

// model is what Decide must say, written as plainly as possible.
func (b ruleBook) model(bicycle bool, on, knownAt Day) string {
	inForce := func(r *Rule) bool {
		return r.KnownFrom.n <= knownAt.n && r.From.n <= on.n && (r.To.n == 0 || on.n <= r.To.n)
	}
	for _, r := range b.rules {
		out := !inForce(r) || r.Outcome == ""
		for _, other := range b.rules {
			out = out || inForce(other) && slices.Contains(other.Replaces, r.ID)
		}
		holds := map[string]bool{"true": true, "bicycle": bicycle, "!bicycle": !bicycle}[r.When.Text]
		if !out && holds {
			return r.Outcome
		}
	}
	return NoRule
}

func TestDecideAgreesWithModel(t *testing.T) {
	base := loadFerry(t)
	rapid.Check(t, func(t *rapid.T) {
		b := drawRules(t, base)
		bicycle := rapid.Bool().Draw(t, "bicycle")
		on := Day{int32(rapid.IntRange(1, 32).Draw(t, "on"))}
		knownAt := Day{int32(rapid.IntRange(1, 24).Draw(t, "knownAt"))}
		got, err := Decide(b.p, "fare", Facts{"bicycle": bicycle}, on, knownAt)
		if err != nil {
			t.Fatal(err)
		}
		if want := b.model(bicycle, on, knownAt); got.Outcome != want {
			t.Fatalf("%s, want %s", got.Outcome, want)
		}
		for _, r := range got.Reasons {
			if r.Dates.KnownFrom.After(knownAt) {
				t.Fatalf("reason %s was not known yet", r.ID)
			}
		}
	})
}

// TestLaterRulesDoNotChangeWhatWasKnown takes away all rules made after a day:
// what was known on that day must stay the same, for every day asked about.
func TestLaterRulesDoNotChangeWhatWasKnown(t *testing.T) {
	base := loadFerry(t)
	rapid.Check(t, func(t *rapid.T) {
		b := drawRules(t, base)
		knownAt := Day{int32(rapid.IntRange(1, 24).Draw(t, "knownAt"))}
		before := *b.p
		q := &Question{ID: "fare"}
		before.questions = map[string]*Question{"fare": q}
		for _, r := range b.rules {
			if !r.KnownFrom.After(knownAt) {
				q.rules = append(q.rules, r)
			}
		}
		for on := (Day{1}); on.n < 32; on = on.Add(1) {
			for _, bicycle := range []bool{false, true} {
				now, err := Decide(b.p, "fare", Facts{"bicycle": bicycle}, on, knownAt)
				if err != nil {
					t.Fatal(err)
				}
				then, err := Decide(&before, "fare", Facts{"bicycle": bicycle}, on, knownAt)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(then, now, cmp.AllowUnexported(Day{})); diff != "" {
					t.Fatalf("on %v (-then +now):\n%s", on, diff)
				}
			}
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	p := loadFerry(b)
	on := d(b, "2020-07-01")
	for name, facts := range map[string]Facts{"all facts": {"age": 30, "pier": "west"}, "one missing": {"age": 30}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decide(p, "fare", facts, on, on); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	files := ferry(b, nil)
	for b.Loop() {
		if _, err := Load(files); err != nil {
			b.Fatal(err)
		}
	}
}
