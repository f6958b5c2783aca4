package canary

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A canary is found in whatever form and place it is hidden.
func TestSearchFindsEachForm(t *testing.T) {
	const name = "Żółta Kaczka أمينة"
	s := newSearch(map[string][]string{"name": {name}})
	asJSON, err := json.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	for form, data := range map[string]string{
		"raw":        name,
		"lower case": strings.ToLower(name),
		"hex":        hex.EncodeToString([]byte(name)),
		"HEX":        strings.ToUpper(hex.EncodeToString([]byte(name))),
		"base64 0":   base64.StdEncoding.EncodeToString([]byte(name)),
		"base64 1":   base64.StdEncoding.EncodeToString([]byte("x" + name)),
		"base64 2":   base64.URLEncoding.EncodeToString([]byte("xx" + name + "y")),
		"query":      url.QueryEscape(name),
		"path":       url.PathEscape(name),
		"JSON":       string(asJSON),
		"escaped":    string(inEscapes(name, `\u%04x`)),
		"UTF-16 LE":  string(inUTF16(binary.LittleEndian, name)),
		"UTF-16 BE":  string(inUTF16(binary.BigEndian, name)),
		"entities":   string(inEntities(name)),
		"deflate": squeeze(t, name, func(w io.Writer) io.WriteCloser {
			f, err := flate.NewWriter(w, 9)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}),
		"zlib": squeeze(t, name, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }),
		"gzip": squeeze(t, strings.Repeat("some text in front of it, ", 99)+name, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }),
	} {
		if hits := s.in(form, []byte("\x00\x07\xff"+data+"tail")); len(hits) == 0 {
			t.Errorf("%s: not found", form)
		}
		if hits := s.in(form, []byte("another name altogether "+strings.Repeat("\x07\x78", 99))); len(hits) != 0 {
			t.Errorf("%s: found in something else: %v", form, hits)
		}
	}
}

func squeeze(t *testing.T, text string, writer func(io.Writer) io.WriteCloser) string {
	t.Helper()
	var b bytes.Buffer
	w := writer(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Wherever base64 begins, the canary in it is found.
func TestSearchFindsBase64AtAnyOffset(t *testing.T) {
	s := newSearch(map[string][]string{"number": {"999990019"}})
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SliceOf(rapid.Byte()).Draw(t, "before")
		after := rapid.SliceOf(rapid.Byte()).Draw(t, "after")
		data := base64.StdEncoding.EncodeToString(append(append(before, "999990019"...), after...))
		if len(s.in("", []byte(data))) == 0 {
			t.Fatalf("not found in %s", data)
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	canaries := map[string][]string{}
	for i := range 200 {
		canaries[hex.EncodeToString([]byte{byte(i)})] = []string{strings.Repeat(string(rune('a'+i%26)), 8) + hex.EncodeToString([]byte{byte(i)})}
	}
	s := newSearch(canaries)
	data := make([]byte, 1<<20)
	for i := range data {
		data[i] = byte(i * i >> 7)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		s.in("", data)
	}
}
