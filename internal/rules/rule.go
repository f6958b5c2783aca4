package rules

import (
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Rule is one rule of a question.
type Rule struct {
	Dates    `yaml:",inline"`
	ID       string     `yaml:"id"`
	Question string     `yaml:"question"`
	When     Expression `yaml:"when"`
	Outcome  string     `yaml:"outcome"`  // empty: a ground, which decides nothing
	Reason   Words      `yaml:"reason"`   // plain words for people
	Replaces []string   `yaml:"replaces"` // rules out of force on the days of this one
	Source   string     `yaml:"source"`
	Owner    string     `yaml:"owner"` // empty is the owner of the pack

	at       position
	settings []string // settings the expression looks at
	program  cel.Program
}

// Expression is a CEL expression and the place where it stands.
type Expression struct {
	Text string

	at position
}

// Limits on expressions. Those of a pack are a line or three; without loops
// their cost is bounded by their length.
const (
	maxExpression = 2000 // characters
	maxNesting    = 60
)

// environment declares to CEL what the expressions of the pack may use.
func (p *Pack) environment() (*cel.Env, error) {
	options := []cel.EnvOption{
		cel.ClearMacros(), // no loops
		cel.ParserExpressionSizeLimit(maxExpression),
		cel.ParserRecursionLimit(maxNesting),
		cel.Variable("on", cel.TimestampType),
		cel.Function("day", cel.Overload("day_string", []*cel.Type{cel.StringType}, cel.TimestampType,
			cel.UnaryBinding(dayFunction))),
		cel.Function("days", cel.Overload("days_day_day", []*cel.Type{cel.TimestampType, cel.TimestampType}, cel.IntType,
			cel.BinaryBinding(daysFunction))),
	}
	for _, f := range p.facts {
		options = append(options, cel.Variable(f.ID, f.Type.cel()))
	}
	for id, s := range p.settings {
		options = append(options, cel.Variable("setting."+id, s.Type.cel()))
	}
	for id := range p.lists {
		options = append(options, cel.Variable("list."+id, cel.ListType(cel.StringType)))
	}
	return cel.NewEnv(options...)
}

// dayFunction is day(text). The loader accepts only a literal day as text.
func dayFunction(text ref.Val) ref.Val {
	d, err := ParseDay(string(text.(types.String)))
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Timestamp{Time: d.utc()}
}

// daysFunction is days(from, to).
func daysFunction(from, to ref.Val) ref.Val {
	return types.Int(to.(types.Timestamp).Sub(from.(types.Timestamp).Time) / (24 * time.Hour))
}

// compile type-checks the expression of r and makes it ready to run.
func (r *Rule) compile(p *Pack, env *cel.Env, found *problems) {
	checked, issues := env.Compile(r.When.Text)
	if issues.Err() != nil {
		for _, e := range issues.Errors() {
			found.add(r.When.at.within(e.Location.Line(), e.Location.Column()), "rule %s: %s", r.ID, e.Message)
		}
		return
	}
	if !checked.OutputType().IsExactType(cel.BoolType) {
		found.add(r.When.at, "rule %s: when is a %s and not true or false", r.ID, checked.OutputType())
		return
	}
	p.checkLiterals(r, checked.NativeRep(), found)
	for _, info := range checked.NativeRep().ReferenceMap() {
		if id, ok := strings.CutPrefix(info.Name, "setting."); ok {
			r.settings = append(r.settings, id)
		}
	}
	slices.Sort(r.settings)
	r.settings = slices.Compact(r.settings)
	program, err := env.Program(checked, cel.EvalOptions(cel.OptPartialEval))
	if err != nil {
		found.add(r.When.at, "rule %s: %v", r.ID, err)
		return
	}
	r.program = program
}

// checkLiterals finds what the types of CEL cannot: a text that a choice can
// never have, and a day that is none. Both would be rules that never hold.
func (p *Pack) checkLiterals(r *Rule, a *ast.AST, found *problems) {
	visit := func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		place := func(e ast.Expr) position {
			start := a.SourceInfo().GetStartLocation(e.ID())
			return r.When.at.within(start.Line(), start.Column())
		}
		args := e.AsCall().Args()
		switch e.AsCall().FunctionName() {
		case operators.Equals, operators.NotEquals, operators.In:
			for i, name := range []string{p.nameOf(a, args[0]), p.nameOf(a, args[1])} {
				values := p.choices(name)
				for _, literal := range texts(args[1-i]) {
					if values != nil && !slices.Contains(values, literal.AsLiteral().Value().(string)) {
						found.add(place(literal), "rule %s: %s is never %q", r.ID, name, literal.AsLiteral().Value())
					}
				}
			}
		case "day":
			literals := texts(args[0])
			if len(literals) != 1 || args[0].Kind() != ast.LiteralKind {
				found.add(place(e), "rule %s: day takes one day written out", r.ID)
			} else if _, err := ParseDay(literals[0].AsLiteral().Value().(string)); err != nil {
				found.add(place(args[0]), "rule %s: day: %v", r.ID, err)
			}
		}
	}
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(visit))
}

// nameOf returns the name of the variable that e is, or "".
func (p *Pack) nameOf(a *ast.AST, e ast.Expr) string {
	if info, ok := a.ReferenceMap()[e.ID()]; ok && e.Kind() != ast.CallKind {
		return info.Name
	}
	return ""
}

// choices returns the values that a variable can have, or nil if it is no choice.
func (p *Pack) choices(name string) []string {
	if id, ok := strings.CutPrefix(name, "setting."); ok && p.settings[id] != nil {
		return p.settings[id].Allowed
	}
	if f := p.Fact(name); f != nil {
		return f.Values
	}
	return nil
}

// texts returns the text literals that e is or, if it is a list, has.
func texts(e ast.Expr) []ast.Expr {
	if e.Kind() == ast.ListKind {
		var all []ast.Expr
		for _, element := range e.AsList().Elements() {
			all = append(all, texts(element)...)
		}
		return all
	}
	if e.Kind() == ast.LiteralKind && e.AsLiteral().Type() == types.StringType {
		return []ast.Expr{e}
	}
	return nil
}

// String returns the expression as it was written.
func (e Expression) String() string { return e.Text }
