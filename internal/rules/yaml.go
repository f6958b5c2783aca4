package rules

import (
	"errors"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// decode reads one YAML document of a pack into v, strictly: a key that v does
// not have, or that stands twice, is a problem.
func decode(file string, data []byte, v any, found *problems) {
	err := decodeYAML(data, v)
	if err != nil {
		found.add(positionOf(file, err), "%s", messageOf(err))
	}
}

func decodeYAML(data []byte, v any) (err error) {
	// Fuzzing made the YAML package panic, on tags, which parseYAML refuses by
	// now. A pack may be somebody else's file: should there be another such
	// input, it must be refused and not stop the program.
	defer func() {
		if recover() != nil {
			err = errors.New("not YAML that can be read")
		}
	}()
	node, err := parseYAML(data)
	if err != nil {
		return err
	}
	return yaml.NodeToValue(node, v, yaml.Strict())
}

// parseYAML returns the one document in data. Anchors, aliases and tags are
// refused: a reader must see each rule whole, and aliases can grow without bound.
func parseYAML(data []byte) (ast.Node, error) {
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, err
	}
	if len(parsed.Docs) != 1 || parsed.Docs[0].Body == nil {
		return nil, errors.New("must hold exactly one YAML document")
	}
	var finder extraFinder
	ast.Walk(&finder, parsed.Docs[0].Body)
	if finder.found != nil {
		return nil, &placedError{at: nodePosition(finder.found), text: "anchors, aliases and tags are not allowed; write it out"}
	}
	return parsed.Docs[0].Body, nil
}

// extraFinder finds the first node of a kind that packs do not use.
type extraFinder struct{ found ast.Node }

func (f *extraFinder) Visit(node ast.Node) ast.Visitor {
	switch node.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode, *ast.TagNode:
		if f.found == nil {
			f.found = node
		}
		return nil
	}
	return f
}

// placedError is an error with a place, from inside an UnmarshalYAML.
type placedError struct {
	at   position
	text string
}

func (e *placedError) Error() string { return e.text }

// placed is a T that remembers where it stands.
type placed[T any] struct {
	at position
	v  T
}

// UnmarshalYAML implements the interface of the YAML package.
func (p *placed[T]) UnmarshalYAML(node ast.Node) error {
	p.at = nodePosition(node)
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		p.at = nodePosition(m.Values[0].Key)
	}
	err := yaml.NodeToValue(node, &p.v, yaml.Strict())
	if err == nil {
		return nil
	}
	if at := positionOf("", err); at.line > 0 {
		return &placedError{at: at, text: messageOf(err)}
	}
	return &placedError{at: p.at, text: messageOf(err)}
}

// UnmarshalYAML implements the interface of the YAML package.
func (i *Item) UnmarshalYAML(node ast.Node) error {
	type bare Item // without this method
	var p placed[bare]
	err := p.UnmarshalYAML(node)
	*i = Item(p.v)
	i.at = p.at
	return err
}

// UnmarshalYAML implements the interface of the YAML package.
func (v *SettingValue) UnmarshalYAML(node ast.Node) error {
	type bare SettingValue
	var p placed[bare]
	err := p.UnmarshalYAML(node)
	*v = SettingValue(p.v)
	v.at = p.at
	return err
}

// UnmarshalYAML implements the interface of the YAML package, which is slow
// with UnmarshalText and does not tell where the day stands.
func (d *Day) UnmarshalYAML(node ast.Node) error {
	if err := d.UnmarshalText([]byte(node.GetToken().Value)); err != nil {
		return &placedError{at: nodePosition(node), text: err.Error()}
	}
	return nil
}

// UnmarshalYAML implements the interface of the YAML package.
func (e *Expression) UnmarshalYAML(node ast.Node) error {
	e.at = nodePosition(node)
	switch n := node.(type) {
	case *ast.LiteralNode:
		e.Text, e.at.block = n.Value.Value, true
		if n.Start != nil {
			e.at = tokenPosition(n.Start)
			e.at.block = true
		}
	case *ast.StringNode:
		e.Text = n.Value
		if n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType {
			e.at.column++
		}
	case *ast.BoolNode:
		e.Text = n.Token.Value
	default:
		return &placedError{at: e.at, text: "an expression is a text"}
	}
	return nil
}

func nodePosition(node ast.Node) position { return tokenPosition(node.GetToken()) }

func tokenPosition(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{}
	}
	return position{line: t.Position.Line, column: t.Position.Column}
}

// positionOf returns the place that err tells, in file.
func positionOf(file string, err error) position {
	var at position
	if e, ok := errors.AsType[*placedError](err); ok {
		at = e.at
	} else if e, ok := errors.AsType[yaml.Error](err); ok {
		at = tokenPosition(e.GetToken())
	}
	at.file = file
	return at
}

// messageOf returns the text of err without the source excerpt that the YAML
// package draws below it.
func messageOf(err error) string {
	if e, ok := errors.AsType[yaml.Error](err); ok {
		return e.GetMessage()
	}
	return err.Error()
}
