package local

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// readLines reads one person a line. A line that is no JSON is refused and the
// next one read.
func readLines(in io.Reader, lines int64) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		scan := bufio.NewScanner(in)
		scan.Buffer(make([]byte, 0, 64<<10), maxRow)
		for scan.Scan() {
			lines++
			if len(bytes.TrimSpace(scan.Bytes())) == 0 {
				continue
			}
			one := row{line: lines}
			one.wrong = decode(scan.Bytes(), &one.raw)
			if !yield(one, nil) {
				return
			}
		}
		switch err := scan.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(row{}, broken(lines+1, "the line is too long"))
		case err != nil:
			yield(row{}, unreadable(err))
		}
	}
}

// readArray reads an array of people. Where it is no JSON, it ends.
func readArray(in io.Reader, lines int64) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		count := &lineCounter{in: in, line: lines}
		limited := &ration{in: count}
		limited.grant()
		dec := json.NewDecoder(limited)
		fail := func(err error) {
			switch {
			case errors.Is(err, errRation):
				err = broken(count.at(dec.InputOffset()), "the person that begins here is too long")
			case errors.As(err, new(*json.SyntaxError)), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
				err = broken(count.at(dec.InputOffset()), "what follows is no JSON")
			default:
				err = unreadable(err)
			}
			yield(row{}, err)
		}
		if _, err := dec.Token(); err != nil { // the bracket that was seen
			fail(err)
			return
		}
		for dec.More() {
			limited.grant()
			var text json.RawMessage
			if err := dec.Decode(&text); err != nil {
				fail(err)
				return
			}
			end := count.at(dec.InputOffset())
			one := row{line: end - int64(bytes.Count(text, []byte("\n")))}
			one.wrong = decode(text, &one.raw)
			if !yield(one, nil) {
				return
			}
		}
		if _, err := dec.Token(); err != nil {
			fail(err)
			return
		}
		if _, err := dec.Token(); err != io.EOF {
			yield(row{}, broken(count.at(dec.InputOffset()), "something follows the array"))
		}
	}
}

// decode reads one person. The reason names a column only if it is one of ours:
// the errors of encoding/json repeat what stands in the file.
func decode(text []byte, raw *rawPerson) *problem {
	if len(text) > maxRow {
		return &problem{"", TooLong}
	}
	if !utf8.Valid(text) {
		return &problem{"", NotUTF8}
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(raw); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return &problem{ourColumn(wrong.Field), Malformed}
		}
		return &problem{"", Syntax}
	}
	if _, err := dec.Token(); err != io.EOF {
		return &problem{"", Syntax}
	}
	return nil
}

// ourColumn returns the last part of a path of members if it is a column.
func ourColumn(path string) string {
	name := path[strings.LastIndex(path, ".")+1:]
	if name == "events" {
		return name
	}
	for _, c := range columns() {
		if c.name == name {
			return name
		}
	}
	return ""
}
