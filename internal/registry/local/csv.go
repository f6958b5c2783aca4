package local

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"loket/internal/fault"
)

// column puts a field where it belongs.
type column struct {
	name string
	set  func(*rawPerson, *rawEvent, string)
}

// columns are what a CSV file may have.
func columns() []column {
	return []column{
		{"bsn", func(p *rawPerson, _ *rawEvent, v string) { p.BSN = v }},
		{"v_number", func(p *rawPerson, _ *rawEvent, v string) { p.VNumber = v }},
		{"name", func(p *rawPerson, _ *rawEvent, v string) { p.Name = v }},
		{"latin_name", func(p *rawPerson, _ *rawEvent, v string) { p.LatinName = v }},
		{"birth_date", func(p *rawPerson, _ *rawEvent, v string) { p.BirthDate = v }},
		{"phone", func(p *rawPerson, _ *rawEvent, v string) { p.Phone = v }},
		{"email", func(p *rawPerson, _ *rawEvent, v string) { p.Email = v }},
		{"kind", func(_ *rawPerson, e *rawEvent, v string) { e.Kind = v }},
		{"day", func(_ *rawPerson, e *rawEvent, v string) { e.Day = v }},
		{"country", func(_ *rawPerson, e *rawEvent, v string) { e.Country = v }},
		{"centre", func(_ *rawPerson, e *rawEvent, v string) { e.Centre = v }},
		{"disease", func(_ *rawPerson, e *rawEvent, v string) { e.Disease = v }},
		{"prophylaxis", func(_ *rawPerson, e *rawEvent, v string) { e.Prophylaxis = v }},
		{"product", func(_ *rawPerson, e *rawEvent, v string) { e.Product = v }},
		{"manufacturer", func(_ *rawPerson, e *rawEvent, v string) { e.Manufacturer = v }},
		{"dose", func(_ *rawPerson, e *rawEvent, v string) { e.Dose = json.Number(v) }},
		{"doses", func(_ *rawPerson, e *rawEvent, v string) { e.Doses = json.Number(v) }},
		{"test_type", func(_ *rawPerson, e *rawEvent, v string) { e.TestType = v }},
		{"test_name", func(_ *rawPerson, e *rawEvent, v string) { e.TestName = v }},
		{"test_device", func(_ *rawPerson, e *rawEvent, v string) { e.TestDevice = v }},
		{"sampled_at", func(_ *rawPerson, e *rawEvent, v string) { e.SampledAt = v }},
	}
}

// readCSV reads the row of names and returns the rows after it. lines is how
// many empty ones came before.
func readCSV(in *bufio.Reader, lines int64) (iter.Seq2[row, error], error) {
	limited := &ration{in: in}
	limited.grant()
	r := csv.NewReader(bufio.NewReaderSize(limited, 64<<10))
	r.Comma = separator(in)
	r.ReuseRecord = true
	names, err := r.Read()
	if err != nil {
		return nil, csvError(err, lines+1)
	}
	head, err := header(names)
	if err != nil {
		return nil, err
	}
	return func(yield func(row, error) bool) {
		for {
			limited.grant()
			fields, err := r.Read()
			if err == io.EOF {
				return
			}
			line := lines
			if len(fields) > 0 {
				at, _ := r.FieldPos(0)
				line += int64(at)
			}
			one := row{line: line}
			if err != nil {
				wrong, ok := errors.AsType[*csv.ParseError](err)
				if !ok {
					yield(row{}, csvError(err, line))
					return
				}
				one.line, one.wrong = lines+int64(wrong.StartLine), &problem{"", Syntax}
			} else {
				one.wrong = fill(&one.raw, head, fields)
			}
			if !yield(one, nil) {
				return
			}
		}
	}, nil
}

// separator guesses from the first line, which has only names in it.
func separator(in *bufio.Reader) rune {
	start, _ := in.Peek(4096) // whatever is there
	line, _, _ := bytes.Cut(start, []byte("\n"))
	best := ','
	for _, r := range ";\t" {
		if bytes.Count(line, []byte(string(r))) > bytes.Count(line, []byte(string(best))) {
			best = r
		}
	}
	return best
}

// header finds the columns by name. What stands in a header may be a row of data
// by mistake: errors name its place only.
func header(names []string) ([]column, error) {
	var head []column
	seen := map[string]bool{}
	for i, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		found := false
		for _, c := range columns() {
			if c.name == name && !seen[name] {
				head, found, seen[name] = append(head, c), true, true
			}
		}
		if !found {
			return nil, fault.New(fault.Invalid, "registry.import.columns", "field %d of the first row is no name of a column, or stands there twice", i+1)
		}
	}
	if !seen["name"] {
		return nil, fault.New(fault.Invalid, "registry.import.columns", "there is no column name")
	}
	return head, nil
}

// fill puts the fields of a row into raw.
func fill(raw *rawPerson, head []column, fields []string) *problem {
	var event rawEvent
	for i, field := range fields {
		if !utf8.ValidString(field) {
			return &problem{head[i].name, NotUTF8}
		}
		if len(field) > maxRow {
			return &problem{head[i].name, TooLong}
		}
		head[i].set(raw, &event, field)
	}
	if event != (rawEvent{}) {
		raw.Events = []rawEvent{event}
	}
	return nil
}

// csvError turns an error that ends the file into ours.
func csvError(err error, line int64) error {
	switch {
	case errors.Is(err, errRation):
		return broken(line, "the row after it is too long; is a quote left open?")
	case errors.Is(err, io.EOF):
		return fault.New(fault.Invalid, "registry.import.empty", "the file has no rows")
	}
	if _, ok := errors.AsType[*csv.ParseError](err); ok {
		return broken(line, "the row of names is no CSV")
	}
	return unreadable(err)
}
