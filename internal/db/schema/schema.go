// Package schema says of every table and column of Loket what it is for, on
// what ground it is kept, how long, and under which key it lies.
//
// The file schema.yaml, which is part of the program, is the one source of
// that. Load reads and checks it; Differences compares it with a live database,
// for the tests and for loket check; the sweeper takes the lifetimes from it,
// and docs/privacy.md its words.
package schema

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

//go:embed schema.yaml
var file []byte

// Schema is what schema.yaml says.
type Schema struct {
	Lifetimes map[string]Lifetime
	Tables    Tables
}

// Lifetime is how long something of one kind lives, and why. A part of it that
// the file does not name is 0.
type Lifetime struct {
	Minutes, Hours, Days int
	AlarmDays            int `yaml:"alarm_days"`   // after so many days a person is told that it still lives
	RewrapDays           int `yaml:"rewrap_days"`  // after so many days a living key is wrapped anew
	IdleMinutes          int `yaml:"idle_minutes"` // it ends earlier if it is not used for so long
	Why                  string
}

// Duration is the time from the beginning of a life to its end. A day has 24
// hours here: deadlines that people are told count calendar days elsewhere.
func (l Lifetime) Duration() time.Duration {
	return time.Duration(l.Minutes)*time.Minute + time.Duration(l.Hours)*time.Hour + time.Duration(l.Days)*24*time.Hour
}

// Idle is the time without use after which it ends, 0 if that does not count.
func (l Lifetime) Idle() time.Duration { return time.Duration(l.IdleMinutes) * time.Minute }

// Alarm is the age at which somebody is told that it still lives, 0 if nobody is.
func (l Lifetime) Alarm() time.Duration { return time.Duration(l.AlarmDays) * 24 * time.Hour }

// Rewrap is the age at which a living key is wrapped anew, 0 if it is not.
func (l Lifetime) Rewrap() time.Duration { return time.Duration(l.RewrapDays) * 24 * time.Hour }

// Table is one table. Its rows end by Until, Case or With, or stay by Forever.
type Table struct {
	Name     string `yaml:"-"`
	Purpose  string
	Ground   string // legal ground
	Lifetime string // key of Schema.Lifetimes; may be empty
	Until    string // column with the instant after which the sweeper deletes the row
	Case     string // column that names the case the row dies with
	With     string // table whose rows take the rows of this one along
	Forever  string // why rows may stay
	Columns  Columns
}

// Tables are tables in the order of the file.
type Tables []Table

// Columns are columns in the order of the file.
type Columns []Column

// Column is one column.
type Column struct {
	Name    string `yaml:"-"`
	Purpose string
	Class   Class
}

// Class says who can read a column in a copy of the database.
type Class string

// The classes; schema.yaml explains them at its head.
const (
	Open     Class = "open"
	Index    Class = "index"
	Case     Class = "case"
	Queue    Class = "queue"
	Link     Class = "link"
	Registry Class = "registry"
	Photo    Class = "photo"
	Staff    Class = "staff"
	Public   Class = "public"
)

var classes = []Class{Open, Index, Case, Queue, Link, Registry, Photo, Staff, Public}

// Load returns the schema. An error means that schema.yaml itself is wrong.
func Load() (*Schema, error) {
	s, err := parse(file)
	if err != nil {
		return nil, fmt.Errorf("schema.yaml: %w", err)
	}
	return s, nil
}

func parse(text []byte) (*Schema, error) {
	s := &Schema{}
	if err := strict(text, s); err != nil {
		return nil, err
	}
	return s, s.check()
}

// UnmarshalYAML reads tables by name, in the order of the file.
func (ts *Tables) UnmarshalYAML(node ast.Node) error {
	return ordered(node, func(name string, value ast.Node) error {
		t := Table{Name: name}
		err := yaml.NodeToValue(value, &t, yaml.Strict())
		*ts = append(*ts, t)
		return err
	})
}

// UnmarshalYAML reads columns by name, in the order of the file.
func (cs *Columns) UnmarshalYAML(node ast.Node) error {
	return ordered(node, func(name string, value ast.Node) error {
		c := Column{Name: name}
		err := yaml.NodeToValue(value, &c, yaml.Strict())
		*cs = append(*cs, c)
		return err
	})
}

// ordered calls add for each entry of a mapping.
func ordered(node ast.Node, add func(name string, value ast.Node) error) error {
	entries, ok := node.(ast.MapNode)
	if !ok {
		return fmt.Errorf("%s: not a mapping", node.GetPath())
	}
	for e := entries.MapRange(); e.Next(); {
		if err := add(e.Key().GetToken().Value, e.Value()); err != nil {
			return fmt.Errorf("%s: %w", e.Key(), err)
		}
	}
	return nil
}

// strict decodes text and refuses a word it does not know.
func strict(text []byte, to any) error {
	return yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(to)
}

// check finds what does not hold together.
func (s *Schema) check() error {
	var wrong []error
	for name, l := range s.Lifetimes {
		if l.Duration() <= 0 || l.Why == "" {
			wrong = append(wrong, fmt.Errorf("lifetime %s needs a length and a reason", name))
		}
	}
	for _, t := range s.Tables {
		for _, err := range s.checkTable(t) {
			wrong = append(wrong, fmt.Errorf("table %s: %w", t.Name, err))
		}
	}
	return errors.Join(wrong...)
}

func (s *Schema) checkTable(t Table) (wrong []error) {
	if t.Purpose == "" || t.Ground == "" {
		wrong = append(wrong, errors.New("needs a purpose and a ground"))
	}
	if t.Until == "" && t.Case == "" && t.With == "" && t.Forever == "" {
		wrong = append(wrong, errors.New("does not say how its rows end: until, case, with or forever"))
	}
	if t.Forever != "" && (t.Until != "" || t.Case != "" || t.With != "") {
		wrong = append(wrong, errors.New("ends and stays forever"))
	}
	if t.Until != "" && t.Lifetime == "" {
		wrong = append(wrong, errors.New("has until without a lifetime"))
	}
	if _, ok := s.Lifetimes[t.Lifetime]; t.Lifetime != "" && !ok {
		wrong = append(wrong, fmt.Errorf("has an unknown lifetime %s", t.Lifetime))
	}
	for _, c := range []string{t.Until, t.Case} {
		if c != "" && t.column(c) == nil {
			wrong = append(wrong, fmt.Errorf("ends by a column %s that it has not", c))
		}
	}
	if t.With != "" && s.Table(t.With) == nil {
		wrong = append(wrong, fmt.Errorf("dies with a table %s that is not there", t.With))
	}
	for _, c := range t.Columns {
		if c.Purpose == "" || !slices.Contains(classes, c.Class) {
			wrong = append(wrong, fmt.Errorf("column %s needs a purpose and a known class", c.Name))
		}
	}
	return wrong
}

// Table returns the table of that name, nil if there is none.
func (s *Schema) Table(name string) *Table {
	for i := range s.Tables {
		if s.Tables[i].Name == name {
			return &s.Tables[i]
		}
	}
	return nil
}

func (t *Table) column(name string) *Column {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return &t.Columns[i]
		}
	}
	return nil
}
