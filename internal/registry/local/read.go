package local

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"slices"

	"loket/internal/fault"
)

// row is one row of a file, refused already if wrong is set.
type row struct {
	line  int64 // where it begins, from 1
	raw   rawPerson
	wrong *problem
}

// The formats, as the column source of registry_import has them.
const (
	sourceCSV  = "csv"
	sourceJSON = "json"
)

// readRows tells the format of a file and returns its rows. An error ends the rows:
// the file cannot be read on.
func readRows(file io.Reader) (source string, rows iter.Seq2[row, error], err error) {
	in := bufio.NewReaderSize(file, 64<<10)
	start, err := in.Peek(4)
	if err != nil && err != io.EOF {
		return "", nil, unreadable(err)
	}
	if bytes.HasPrefix(start, []byte{0xff, 0xfe}) || bytes.HasPrefix(start, []byte{0xfe, 0xff}) {
		return "", nil, fault.New(fault.Invalid, "registry.import.encoding", "the file is UTF-16; save it as UTF-8")
	}
	if bytes.HasPrefix(start, []byte("\ufeff")) {
		_, _ = in.Discard(len("\ufeff")) // it was peeked at
	}
	lines, first, err := firstChar(in)
	if err != nil {
		return "", nil, err
	}
	switch first {
	case '[':
		return sourceJSON, readArray(in, lines), nil
	case '{':
		return sourceJSON, readLines(in, lines), nil
	}
	rows, err = readCSV(in, lines)
	return sourceCSV, rows, err
}

// firstChar skips white space, counts the lines in it and returns the character
// that comes next without taking it.
func firstChar(in *bufio.Reader) (lines int64, first byte, err error) {
	for {
		b, err := in.ReadByte()
		switch {
		case err == io.EOF:
			return lines, 0, fault.New(fault.Invalid, "registry.import.empty", "the file is empty")
		case err != nil:
			return lines, 0, unreadable(err)
		case b == '\n':
			lines++
		case b != ' ' && b != '\t' && b != '\r':
			return lines, b, in.UnreadByte()
		}
	}
}

// errRation says that one row takes more than it may.
var errRation = errors.New("row is too long")

// ration is a reader that stops unless it is granted more for each row, so that a
// quote or bracket left open does not read a whole file into memory.
type ration struct {
	in   io.Reader
	left int
}

// grant allows one more row, and what a decoder reads ahead.
func (r *ration) grant() { r.left = 4 * maxRow }

func (r *ration) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errRation
	}
	n, err := r.in.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// lineCounter knows the line of an offset in what was read through it.
type lineCounter struct {
	in     io.Reader
	offset int64
	ends   []int64 // offsets of line ends that were not counted yet
	line   int64   // lines before the first of ends
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	for i := 0; ; {
		j := bytes.IndexByte(p[i:n], '\n')
		if j < 0 {
			break
		}
		i += j + 1
		c.ends = append(c.ends, c.offset+int64(i))
	}
	c.offset += int64(n)
	return n, err
}

// at returns the line of an offset, which may only grow from call to call.
func (c *lineCounter) at(offset int64) int64 {
	n, _ := slices.BinarySearch(c.ends, offset+1)
	c.line += int64(n)
	c.ends = slices.Delete(c.ends, 0, n)
	return c.line + 1
}

// unreadable says that the file itself failed. The texts of the standard library
// for that hold a path and no content.
func unreadable(err error) error {
	return fault.New(fault.Unavailable, "registry.import.unreadable", "read the file: %w", err)
}

// broken says that a file cannot be read beyond a line.
func broken(line int64, what string) error {
	return fault.New(fault.Invalid, "registry.import.broken", "line %d: %s", line, what)
}
