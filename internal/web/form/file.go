package form

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"

	"loket/internal/fault"
)

// MaxFile is the largest file that ReadFile takes, in bytes: a photo of a phone, as
// people are promised.
const MaxFile = 12 << 20

const (
	maxAround = 64 << 10 // what a browser sends around the file: boundaries, headers, other fields
	maxParts  = 8        // of a form with one file
)

// File is a question answered with one file, by one of several controls of one name:
// one opens the camera, another the files that are there. It stands last in a form of
// its own that is sent as multipart/form-data.
type File struct {
	Name  string // of the controls, and the id of the first
	Label string // message keys, as in Text
	Hint  string
	Who   string

	Error string // message key, or empty
}

func (f *File) read(url.Values) { f.Error = "" }

func (f *File) problem() Problem {
	if f.Error == "" {
		return Problem{}
	}
	return Problem{Control: f.Name, Key: f.Error}
}

// Described is as for Text.
func (f File) Described() string { return described(f.Name, f.Hint, f.Error) }

// Format hides what was chosen, whatever the verb.
func (f File) Format(s fmt.State, _ rune) { hide(s, f.Name, f.Error) }

// ReadFile returns the content of the file in a posted form and fills the fields that
// stand before it. The line may be slow (see [Patient]); nothing is written to a
// disk; and neither the name that the file has at home nor what is said of its
// type is looked at.
//
// Where there is no file, it is too large or did not arrive whole, the content is nil
// and f.Error says so. A body that is no form with files is a fault.Invalid.
func ReadFile(w http.ResponseWriter, r *http.Request, f *File, fields ...Field) ([]byte, error) {
	r.Body = Patient(w, r)
	limited := &limited{ReadCloser: r.Body, left: MaxFile + maxAround}
	r.Body = limited
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "form.unreadable", "read a form with a file: body is not a multipart form")
	}
	values := url.Values{}
	content, err := readParts(parts, f.Name, values)
	r.PostForm = values
	for _, field := range fields {
		field.read(values)
	}
	f.Error = ""
	switch {
	case len(content) > MaxFile || limited.left == 0:
		r.Body = limited.ReadCloser
		Discard(w, r)
		f.Error = "form.file.large"
	case errors.Is(err, os.ErrDeadlineExceeded):
		f.Error = "form.file.stalled"
	case err != nil:
		f.Error = "form.file.broken"
	case len(content) == 0:
		f.Error = "form.file.missing"
	default:
		return content, nil
	}
	return nil, nil
}

// readParts returns the first file of the form that is not empty, and keeps the fields
// before it in values.
func readParts(parts *multipart.Reader, name string, values url.Values) ([]byte, error) {
	for range maxParts {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		var content bytes.Buffer
		if _, err := io.Copy(&content, part); err != nil {
			return nil, err
		}
		switch {
		case part.FormName() != name && content.Len() <= 16*MaxValue:
			values.Add(part.FormName(), content.String())
		case part.FormName() == name && content.Len() > 0:
			return content.Bytes(), nil
		}
	}
	return nil, nil
}

// limited reads at most left bytes and then ends, which a form that goes on does not
// survive.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := l.ReadCloser.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
