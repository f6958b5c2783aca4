package rules

import (
	"maps"
	"regexp"
	"slices"
)

// identifier is what ids look like that expressions use; CEL's own words are
// not allowed as names of facts, settings and lists.
var (
	identifier = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	itemID     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	reserved   = []string{"on", "day", "days", "list", "setting", "true", "false", "null", "in", "as", "break", "const",
		"continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var",
		"void", "while", "int", "uint", "double", "bool", "string", "bytes", "type", "timestamp", "duration", "map", "dyn"}
)

// declare checks pack.yaml and fills the pack from it.
func (p *Pack) declare(main *packFile, found *problems) {
	at := position{file: "pack.yaml"}
	p.declareHead(at, found)
	p.sources = make(map[string]Source)
	for _, s := range main.Sources {
		s.at.file = at.file
		if p.sources[s.v.ID].ID != "" || !itemID.MatchString(s.v.ID) || s.v.Title == "" {
			found.add(s.at, "source %q: needs an id of its own and a title", s.v.ID)
		}
		p.sources[s.v.ID] = s.v
	}
	if p.Retracted != nil {
		p.checkGround(at, "retracted", p.Retracted.Source, &p.Retracted.Owner, found)
		p.checkWords(at, "retracted: why", p.Retracted.Why, found)
		if p.Retracted.On.IsZero() {
			found.add(at, "retracted: has no date (on)")
		}
	}
	p.declareLists(main.Lists, found)
	p.declareFacts(main.Facts, found)
	p.declareSettings(main.Settings, found)
	p.questions = make(map[string]*Question)
	for _, q := range main.Questions {
		q.at.file, q.v.at = at.file, q.at
		q.v.at.file = at.file
		if p.questions[q.v.ID] != nil || !identifier.MatchString(q.v.ID) {
			found.add(q.at, "question %q: needs an id of its own, of letters, digits and _", q.v.ID)
		}
		if len(q.v.Outcomes) == 0 {
			found.add(q.at, "question %s: has no outcomes", q.v.ID)
		}
		for _, o := range q.v.Outcomes {
			if !itemID.MatchString(o) || o == NoRule || o == NotKnownYet {
				found.add(q.at, "question %s: %q cannot be the name of an outcome", q.v.ID, o)
			}
		}
		p.checkWords(q.at, "question "+q.v.ID+": meaning", q.v.Meaning, found)
		p.questions[q.v.ID] = &q.v
	}
}

// declareHead checks what a pack says about itself. A pack that names nobody
// who authorised it, or no day, is not published.
func (p *Pack) declareHead(at position, found *problems) {
	if !itemID.MatchString(p.ID) {
		found.add(at, "id: must be small letters, digits and dashes")
	}
	if p.Owner == "" {
		found.add(at, "owner: is empty")
	}
	if len(p.Authority) == 0 || slices.Contains(p.Authority, "") {
		found.add(at, "authority: is empty; a route needs to name who authorised it")
	}
	if p.Published.On.IsZero() {
		found.add(at, "published: has no date (on)")
	}
	if p.Published.Inferred && p.Published.Why == "" {
		found.add(at, "published: is inferred but does not say how (why)")
	}
	if len(p.Languages) == 0 || !p.Languages[0].Complete {
		found.add(at, "languages: needs one, and the first must be complete")
	}
	tags := make(map[string]bool)
	for _, l := range p.Languages {
		if l.Tag == "" || tags[l.Tag] {
			found.add(at, "languages: %q is empty or stands twice", l.Tag)
		}
		tags[l.Tag] = true
	}
	for _, l := range p.Languages {
		if l.Fallback != "" && !tags[l.Fallback] {
			found.add(at, "languages: %s falls back to %q, which is not there", l.Tag, l.Fallback)
		}
	}
	p.checkWords(at, "name", p.Name, found)
}

func (p *Pack) declareLists(lists []placed[List], found *problems) {
	p.lists = make(map[string]*List)
	for _, l := range lists {
		l.at.file, l.v.at = "pack.yaml", l.at
		p.checkName(l.at, "list", l.v.ID, p.lists[l.v.ID] != nil, found)
		p.lists[l.v.ID] = &l.v
		seen := make(map[string]bool)
		for i := range l.v.Items {
			item := &l.v.Items[i]
			item.at.file = l.at.file
			what := "list " + l.v.ID + ", item " + item.ID
			if !itemID.MatchString(item.ID) || seen[item.ID] {
				found.add(item.at, "list %s: item id %q is malformed or stands twice", l.v.ID, item.ID)
			}
			seen[item.ID] = true
			l.v.ids = append(l.v.ids, item.ID)
			if item.Owner == "" {
				item.Owner = l.v.Owner
			}
			if item.Source == "" {
				item.Source = l.v.Source
			}
			p.checkGround(item.at, what, item.Source, &item.Owner, found)
			p.checkWords(item.at, what+": name", item.Name, found)
			for _, key := range slices.Sorted(maps.Keys(item.Words)) {
				p.checkWords(item.at, what+": "+key, item.Words[key], found)
			}
		}
	}
}

func (p *Pack) declareFacts(facts []placed[Fact], found *problems) {
	for _, f := range facts {
		f.at.file, f.v.at = "pack.yaml", f.at
		p.checkName(f.at, "fact", f.v.ID, p.Fact(f.v.ID) != nil, found)
		for _, id := range f.v.Lists {
			if l := p.lists[id]; l != nil {
				f.v.Values = append(f.v.Values, l.ids...)
			} else {
				found.add(f.at, "fact %s: there is no list %q", f.v.ID, id)
			}
		}
		p.checkType(f.at, "fact "+f.v.ID, f.v.Type, f.v.Values, found)
		if f.v.Default != nil {
			standard, err := f.v.value(f.v.Default)
			if err != nil {
				found.add(f.at, "fact %s: default %v", f.v.ID, err)
			}
			f.v.standard = standard
		}
		p.checkWords(f.at, "fact "+f.v.ID+": meaning", f.v.Meaning, found)
		p.facts = append(p.facts, &f.v)
	}
}

func (p *Pack) declareSettings(settings []placed[Setting], found *problems) {
	p.settings = make(map[string]*Setting)
	for _, s := range settings {
		s.at.file, s.v.at = "pack.yaml", s.at
		what := "setting " + s.v.ID
		p.checkName(s.at, "setting", s.v.ID, p.settings[s.v.ID] != nil, found)
		p.checkType(s.at, what, s.v.Type, s.v.Allowed, found)
		p.checkWords(s.at, what+": meaning", s.v.Meaning, found)
		p.settings[s.v.ID] = &s.v
		if len(s.v.Values) == 0 {
			found.add(s.at, "%s: has no value", what)
		}
		for i := range s.v.Values {
			s.v.Values[i].at.file = s.at.file
			p.checkValue(&s.v, &s.v.Values[i], found)
		}
	}
}

func (p *Pack) checkValue(s *Setting, v *SettingValue, found *problems) {
	what := "setting " + s.ID
	if err := v.complete(); err != nil {
		found.add(v.at, "%s: a value %v", what, err)
	}
	value, err := typed(s.Type, s.Allowed, v.Value)
	if err != nil {
		found.add(v.at, "%s: a value %v", what, err)
	}
	v.typed, v.Value = value, plain(value)
	p.checkGround(v.at, what, v.Source, &v.Owner, found)
	p.checkWords(v.at, what+": why", v.Why, found)
}

// laterValues are values that a setting got after the pack was published.
type laterValues struct {
	ID     string         `yaml:"id"`
	Values []SettingValue `yaml:"values"`
}

// addLater adds the values of settings.yaml to those of pack.yaml.
func (p *Pack) addLater(list []placed[laterValues], found *problems) {
	for _, later := range list {
		later.at.file = settingsFile
		s := p.settings[later.v.ID]
		if s == nil {
			found.add(later.at, "setting %q is not declared", later.v.ID)
			continue
		}
		for _, v := range later.v.Values {
			v.at.file = settingsFile
			p.checkValue(s, &v, found)
			s.Values = append(s.Values, v)
		}
	}
}

// addRules checks the rules and gives each to its question.
func (p *Pack) addRules(rules []placed[Rule], found *problems) {
	p.rules = make(map[string]*Rule)
	for _, placed := range rules {
		r, at := &placed.v, placed.at
		at.file = "rules.yaml"
		r.at, r.When.at.file = at, at.file
		if p.rules[r.ID] != nil || !itemID.MatchString(r.ID) {
			found.add(at, "rule %q: needs an id of its own, of small letters, digits and dashes", r.ID)
		}
		q := p.questions[r.Question]
		if q == nil {
			found.add(at, "rule %s: there is no question %q", r.ID, r.Question)
			continue
		}
		if o := r.Outcome; o != "" && o != NoRule && o != NotKnownYet && !slices.Contains(q.Outcomes, o) {
			found.add(at, "rule %s: question %s has no outcome %q", r.ID, q.ID, o)
		}
		if r.When.Text == "" {
			found.add(at, "rule %s: does not say when", r.ID)
		}
		if err := r.complete(); err != nil {
			found.add(at, "rule %s: %v", r.ID, err)
		}
		for _, id := range r.Replaces {
			// Looking only at rules above keeps two rules from putting each other out.
			if old := p.rules[id]; old == nil || old.Question != r.Question || old.KnownFrom.After(r.KnownFrom) {
				found.add(at, "rule %s: replaces %q, which is not an earlier rule of this question above it", r.ID, id)
			}
		}
		p.checkGround(at, "rule "+r.ID, r.Source, &r.Owner, found)
		p.checkWords(at, "rule "+r.ID+": reason", r.Reason, found)
		p.rules[r.ID] = r
		q.rules = append(q.rules, r)
	}
}

// checkName checks the id of something that expressions name.
func (p *Pack) checkName(at position, what, id string, twice bool, found *problems) {
	switch {
	case twice:
		found.add(at, "%s %s: stands twice", what, id)
	case !identifier.MatchString(id) || slices.Contains(reserved, id):
		found.add(at, "%s %q: needs an id of small letters, digits and _ that means nothing else", what, id)
	}
}

func (p *Pack) checkType(at position, what string, t Type, values []string, found *problems) {
	if t.cel() == nil {
		found.add(at, "%s: type %q is not choice, yesno, number or day", what, t)
	}
	if (t == Choice) != (len(values) > 0) {
		found.add(at, "%s: a choice, and only a choice, has values", what)
	}
}

// checkGround checks that something names a declared source and has an owner;
// an owner that is not given is that of the pack.
func (p *Pack) checkGround(at position, what, source string, owner *string, found *problems) {
	if *owner == "" {
		*owner = p.Owner
	}
	if _, ok := p.sources[source]; !ok {
		found.add(at, "%s: source %q is not declared", what, source)
	}
}

// checkWords checks that words exist in each language that is complete, and in
// none that the pack does not have.
func (p *Pack) checkWords(at position, what string, w Words, found *problems) {
	for _, l := range p.Languages {
		if l.Complete && w[l.Tag] == "" {
			found.add(at, "%s: is missing in %s", what, l.Tag)
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(w)) {
		if !slices.ContainsFunc(p.Languages, func(l Language) bool { return l.Tag == tag }) {
			found.add(at, "%s: %q is not a language of the pack", what, tag)
		}
	}
}
