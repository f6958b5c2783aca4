package rules

import (
	"fmt"
	"maps"
	"slices"
)

// testCase is one entry of cases.yaml: facts and days, and what must follow.
type testCase struct {
	ID       string         `yaml:"id"`
	Cites    []string       `yaml:"cites"` // requirements or rows of a table
	Question string         `yaml:"question"`
	On       Day            `yaml:"on"`
	KnownAt  Day            `yaml:"known_at"` // if not given, On
	Facts    map[string]any `yaml:"facts"`
	Settings map[string]any `yaml:"settings"` // values to try instead of those in force
	Outcome  string         `yaml:"outcome"`
	Rule     string         `yaml:"rule"`    // the rule that decides; empty if none does
	Grounds  []string       `yaml:"grounds"` // all grounds, in order
	Missing  []string       `yaml:"missing"` // all facts that are asked for
}

// runCases decides each case and compares. A rule that no case reaches is a
// problem too: nobody has shown that it can hold.
func (p *Pack) runCases(cases []placed[testCase], found *problems) {
	reached := make(map[string]bool)
	seen := make(map[string]bool)
	for _, c := range cases {
		at := c.at
		at.file = "cases.yaml"
		if c.v.ID == "" || seen[c.v.ID] || c.v.On.IsZero() {
			found.add(at, "case %q: needs an id of its own and a day (on)", c.v.ID)
			continue
		}
		seen[c.v.ID] = true
		p.runCase(at, c.v, reached, found)
	}
	if len(found.list) > 0 {
		return // a case that went wrong may be the one that should reach a rule
	}
	for id, r := range p.rules {
		if !reached[id] {
			found.add(r.at, "rule %s: no case reaches it", id)
		}
	}
}

func (p *Pack) runCase(at position, c testCase, reached map[string]bool, found *problems) {
	if c.KnownAt.IsZero() {
		c.KnownAt = c.On
	}
	tried, err := p.trying(c.Settings)
	if err != nil {
		found.add(at, "case %s: %v", c.ID, err)
		return
	}
	d, err := Decide(tried, c.Question, c.Facts, c.On, c.KnownAt)
	if err != nil {
		found.add(at, "case %s: %v", c.ID, err)
		return
	}
	var rule string
	var grounds []string
	for _, r := range d.Reasons {
		switch r.Kind {
		case GroundReason:
			grounds = append(grounds, r.ID)
			reached[r.ID] = true
		case RuleReason:
			rule = r.ID
			reached[r.ID] = true
		}
	}
	if d.Outcome != c.Outcome || rule != c.Rule {
		found.add(at, "case %s: got %s by rule %q, want %s by rule %q", c.ID, d.Outcome, rule, c.Outcome, c.Rule)
	}
	if !slices.Equal(grounds, c.Grounds) {
		found.add(at, "case %s: got grounds %q, want %q", c.ID, grounds, c.Grounds)
	}
	if !slices.Equal(d.Missing, c.Missing) {
		found.add(at, "case %s: got missing facts %q, want %q", c.ID, d.Missing, c.Missing)
	}
}

// trying returns p with other values for some settings, since the first day
// there is. So a case can show what a policy not chosen would do.
func (p *Pack) trying(values map[string]any) (*Pack, error) {
	other := *p
	other.settings = maps.Clone(p.settings)
	for id, value := range values {
		s := p.settings[id]
		if s == nil {
			return nil, fmt.Errorf("there is no setting %q", id)
		}
		v, err := typed(s.Type, s.Allowed, value)
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", id, err)
		}
		changed := *s
		changed.Values = []SettingValue{{Dates: Dates{From: Day{1}, KnownFrom: Day{1}}, Value: plain(v), typed: v}}
		other.settings[id] = &changed
	}
	return &other, nil
}
