package rules

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"

	"loket/internal/fault"
)

// Decision is an outcome with everything needed to explain it later.
type Decision struct {
	Pack, Hash string // which pack, and its content hash
	Question   string
	On         Day // the day asked about
	KnownAt    Day // the day whose knowledge was used
	Outcome    string
	Reasons    []Reason // grounds, then the deciding rule, its settings, and what it replaced
	Missing    []string // facts that decide and were not given, in the pack's order
}

// ReasonKind tells what a reason is.
type ReasonKind string

// The kinds of reason.
const (
	GroundReason    ReasonKind = "ground"    // a rule without an outcome that holds
	RuleReason      ReasonKind = "rule"      // the rule that decided
	SettingReason   ReasonKind = "setting"   // a setting the deciding rule looked at
	ReplacedReason  ReasonKind = "replaced"  // a rule that the deciding one put out of force
	RetractedReason ReasonKind = "retracted" // the pack no longer stands
)

// Reason is one step of the way to an outcome.
type Reason struct {
	Kind   ReasonKind
	ID     string // of the rule or setting
	Value  any    // of a setting: string, bool, int or Day
	Text   Words  // plain words for people
	Dates  Dates
	Source string
	Owner  string
}

// IDs returns the reasons in a form to be stored beside the decision, such as
// "rule:digital" and "setting:contact=required".
func (d Decision) IDs() []string {
	ids := make([]string, 0, len(d.Reasons))
	for _, r := range d.Reasons {
		id := string(r.Kind) + ":" + r.ID
		if r.Kind == SettingReason {
			id = fmt.Sprintf("%s=%v", id, r.Value)
		}
		ids = append(ids, id)
	}
	return ids
}

// Decide answers a question of a pack for a day, as known on another day.
//
// A fact, question or value that the pack does not declare is a fault of kind
// Invalid; the error names the fact and never its value. A declared fact that
// is missing has its default, or else makes the rules that need it undecided.
func Decide(p *Pack, question string, facts Facts, on, knownAt Day) (Decision, error) {
	q := p.questions[question]
	if q == nil {
		return Decision{}, fault.New(fault.Invalid, "rules.question", "pack %s has no question %q", p.ID, question)
	}
	if on.IsZero() || knownAt.IsZero() {
		return Decision{}, fault.New(fault.Invalid, "rules.day", "pack %s, question %s: a day is missing", p.ID, question)
	}
	d := Decision{Pack: p.ID, Hash: p.Hash, Question: question, On: on, KnownAt: knownAt, Outcome: NoRule}
	if p.Retracted != nil && !knownAt.Before(p.Retracted.On) {
		d.Reasons = []Reason{p.Retracted.reason()}
		return d, nil
	}
	known, err := p.known(facts, on, knownAt)
	if err != nil {
		return Decision{}, err
	}
	replaced := replacedOn(q.rules, on, knownAt)
	for _, r := range q.rules {
		if !r.count(on, knownAt) || replaced[r.ID] {
			continue
		}
		holds, missing, err := r.holds(p, known)
		if err != nil {
			return Decision{}, fault.New(fault.Internal, "", "pack %s, rule %s: %w", p.ID, r.ID, err)
		}
		switch {
		case holds && r.Outcome == "":
			d.Reasons = append(d.Reasons, r.reason(GroundReason))
		case holds:
			d.Outcome = r.Outcome
			d.Reasons = append(d.Reasons, p.because(r, on, knownAt)...)
			return d, nil
		case len(missing) > 0 && r.Outcome != "":
			d.Outcome, d.Missing = NotKnownYet, missing
			return d, nil
		}
	}
	return d, nil
}

// known returns the variables of the expressions, with the facts that are not
// there marked as unknown, so that a rule is undecided only if it matters.
func (p *Pack) known(facts Facts, on, knownAt Day) (cel.PartialActivation, error) {
	for id := range facts {
		if p.Fact(id) == nil {
			return nil, fault.New(fault.Invalid, "rules.fact", "pack %s declares no fact %q", p.ID, id)
		}
	}
	vars := map[string]any{"on": on.utc()}
	var unknown []*interpreter.AttributePattern
	for _, f := range p.facts {
		given, ok := facts[f.ID]
		switch {
		case ok:
			v, err := f.value(given)
			if err != nil {
				return nil, fault.New(fault.Invalid, "rules.fact", "pack %s, fact %s: %w", p.ID, f.ID, err)
			}
			vars[f.ID] = v
		case f.standard != nil:
			vars[f.ID] = f.standard
		default:
			unknown = append(unknown, cel.AttributePattern(f.ID))
		}
	}
	for id, s := range p.settings {
		if v := s.value(on, knownAt); v != nil {
			vars["setting."+id] = v.typed
		} else {
			unknown = append(unknown, cel.AttributePattern("setting."+id))
		}
	}
	for id, l := range p.lists {
		vars["list."+id] = l.ids
	}
	return cel.PartialVars(vars, unknown...)
}

// holds evaluates the rule. If that needs facts that are not known, missing
// names them.
func (r *Rule) holds(p *Pack, known cel.PartialActivation) (holds bool, missing []string, err error) {
	out, _, err := r.program.Eval(known)
	if err != nil {
		return false, nil, err
	}
	if u, ok := out.(*types.Unknown); ok {
		return false, p.missing(u), nil
	}
	return out == types.True, nil, nil
}

// missing returns the names of what u depends on: facts in the order of the
// pack, then settings without a value on that day.
func (p *Pack) missing(u *types.Unknown) []string {
	var names []string
	for _, id := range u.IDs() {
		trails, _ := u.GetAttributeTrails(id)
		for _, t := range trails {
			names = append(names, t.Variable())
		}
	}
	order := func(name string) int {
		i := slices.IndexFunc(p.facts, func(f *Fact) bool { return f.ID == name })
		if i < 0 {
			return len(p.facts)
		}
		return i
	}
	slices.SortFunc(names, func(a, b string) int {
		if o := order(a) - order(b); o != 0 {
			return o
		}
		return slices.Compare([]byte(a), []byte(b))
	})
	return slices.Compact(names)
}

// replacedOn returns the ids of the rules that others put out of force on that
// day, as known at knownAt. A rule that is itself replaced still keeps out what
// it had replaced.
func replacedOn(rules []*Rule, on, knownAt Day) map[string]bool {
	replaced := make(map[string]bool)
	for _, r := range rules {
		if len(r.Replaces) == 0 || !r.count(on, knownAt) {
			continue
		}
		for _, id := range r.Replaces {
			replaced[id] = true
		}
	}
	return replaced
}

// because returns the reasons that come with r deciding.
func (p *Pack) because(r *Rule, on, knownAt Day) []Reason {
	reasons := []Reason{r.reason(RuleReason)}
	for _, id := range r.settings {
		v := p.settings[id].value(on, knownAt)
		if v == nil {
			continue // the expression held without it
		}
		reasons = append(reasons, Reason{Kind: SettingReason, ID: id, Value: plain(v.typed), Text: v.Why,
			Dates: v.Dates, Source: v.Source, Owner: v.Owner})
	}
	for _, id := range r.Replaces {
		if old := p.rules[id]; old.count(on, knownAt) {
			reasons = append(reasons, old.reason(ReplacedReason))
		}
	}
	return reasons
}

func (r *Rule) reason(kind ReasonKind) Reason {
	return Reason{Kind: kind, ID: r.ID, Text: r.Reason, Dates: r.Dates, Source: r.Source, Owner: r.Owner}
}

func (r *Retracted) reason() Reason {
	return Reason{Kind: RetractedReason, Text: r.Why, Dates: Dates{From: r.On, KnownFrom: r.On}, Source: r.Source, Owner: r.Owner}
}
