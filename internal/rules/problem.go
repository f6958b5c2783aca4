package rules

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Problem is one thing that is wrong with a pack.
type Problem struct {
	File         string // path within the pack
	Line, Column int    // counted from 1; 0 if the whole file is meant
	Text         string
}

// Error returns the problem as file:line:column: text.
func (p *Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Text)
}

// position is a place in a file of a pack.
type position struct {
	file         string
	line, column int
	block        bool // the text begins on the next line, as after "when: |"
}

// within returns the place of a line (from 1) and column (from 0) of the text
// that stands at p.
func (p position) within(line, column int) position {
	switch {
	case p.block:
		p.line += line
		p.column = column + 1 // the indent is not known any more
	case line <= 1:
		p.column += column
	default:
		p.line += line - 1
		p.column = column + 1
	}
	p.block = false
	return p
}

// problems collects what is wrong, so that an author sees all of it at once.
type problems struct {
	list []*Problem
}

func (ps *problems) add(at position, format string, args ...any) {
	ps.list = append(ps.list, &Problem{File: at.file, Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)})
}

// err returns all problems in the order of the files as one error, or nil.
func (ps *problems) err() error {
	slices.SortStableFunc(ps.list, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	errs := make([]error, len(ps.list))
	for i, p := range ps.list {
		errs[i] = p
	}
	return errors.Join(errs...)
}
