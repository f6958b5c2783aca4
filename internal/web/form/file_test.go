package form_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"loket/internal/fault"
	"loket/internal/web"
	"loket/internal/web/form"
)

// upload returns a form with fields and files: name, content, name, content. A name
// with a dot is that of a file's control.
func upload(t testing.TB, pairs ...string) (kind string, body []byte) {
	t.Helper()
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for i := 0; i < len(pairs); i += 2 {
		var to io.Writer
		var err error
		if name, isFile := strings.CutSuffix(pairs[i], "."); isFile {
			to, err = m.CreateFormFile(name, `..\..\passport of "somebody".jpg`)
		} else {
			to, err = m.CreateFormField(pairs[i])
		}
		if err == nil {
			_, err = io.WriteString(to, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return m.FormDataContentType(), buf.Bytes()
}

// connection gives out a body as a connection does: one that lacks its end broke.
func connection(body []byte) io.Reader {
	if bytes.HasSuffix(body, []byte("--\r\n")) {
		return bytes.NewReader(body)
	}
	return io.MultiReader(bytes.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF))
}

func readFile(kind string, body io.Reader) (content []byte, file form.File, key form.Text, err error) {
	r := httptest.NewRequest("POST", "/nl/photo", body)
	r.Header.Set("Content-Type", kind)
	file, key = form.File{Name: "photo"}, form.Text{Name: "key"}
	content, err = form.ReadFile(httptest.NewRecorder(), r, &file, &key)
	return content, file, key, err
}

func TestReadFileTakesTheOneThatWasChosen(t *testing.T) {
	for _, pairs := range [][]string{
		{"key", "k1", "photo.", "JPEG"},
		{"key", "k1", "photo.", "", "photo.", "JPEG"}, // not by the camera but from the files
		{"key", "k1", "photo.", "JPEG", "photo.", "other"},
	} {
		kind, body := upload(t, pairs...)
		content, file, key, err := readFile(kind, bytes.NewReader(body))
		if err != nil || file.Error != "" || string(content) != "JPEG" || key.Value != "k1" {
			t.Errorf("%v: content %q, problem %q, key %q, %v", pairs, content, file.Error, key.Value, err)
		}
	}
}

func TestReadFileSaysWhatIsWrong(t *testing.T) { // G-28
	kind, whole := upload(t, "key", "k1", "photo.", strings.Repeat("x", 5000))
	_, none := upload(t, "key", "k1", "photo.", "", "photo.", "")
	_, large := upload(t, "photo.", strings.Repeat("x", form.MaxFile+1))
	_, exact := upload(t, "photo.", strings.Repeat("x", form.MaxFile))
	_, around := upload(t, "a", strings.Repeat("x", form.MaxFile+100_000), "photo.", "x")
	for _, test := range []struct {
		name, want string
		body       []byte
	}{
		{"nothing chosen", "form.file.missing", none},
		{"too large", "form.file.large", large},
		{"as large as may be", "", exact},
		{"too large around it", "form.file.large", around},
		{"broken off in the file", "form.file.broken", whole[:3000]},
		{"broken off before it", "form.file.broken", whole[:100]},
	} {
		boundary := string(test.body[2:bytes.IndexByte(test.body, '\r')])
		content, file, _, err := readFile("multipart/form-data; boundary="+boundary, connection(test.body))
		if err != nil || file.Error != test.want || (content == nil) != (test.want != "") {
			t.Errorf("%s: problem %q, %d bytes, %v; want problem %q", test.name, file.Error, len(content), err, test.want)
		}
	}
	for _, kind := range []string{"", "application/x-www-form-urlencoded", "multipart/form-data", kind[:20]} {
		if _, _, _, err := readFile(kind, bytes.NewReader(whole)); !fault.Is(err, fault.Invalid) {
			t.Errorf("a body of type %q: %v, want a fault.Invalid", kind, err)
		}
	}
}

// A line of 20 kB a second carries 10 MB, although the server cuts forms after a
// minute; one that stands still, or drips, is cut. Time is not real here.
func TestSlowLinesArePatientlyRead(t *testing.T) { // G-28
	const size = 10 << 20
	for _, test := range []struct {
		name  string
		bytes int           // sent
		pause time.Duration // after each 10 kB
		gap   time.Duration // in the middle
		want  string
	}{
		{"20 kB a second", size, 500 * time.Millisecond, 0, fmt.Sprint(size)},
		{"20 kB a second with a tunnel of 25 seconds", size, 500 * time.Millisecond, 25 * time.Second, fmt.Sprint(size)},
		{"stands still", size, 500 * time.Millisecond, 40 * time.Second, "form.file.stalled"},
		{"drips", 1 << 20, 10 * time.Second, 0, "form.file.stalled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				kind, body := upload(t, "photo.", strings.Repeat("x", test.bytes))
				ctx, stop := context.WithCancel(t.Context())
				far, near := net.Pipe()
				served, sent := make(chan error, 1), make(chan struct{})
				go func() {
					served <- web.Serve(ctx, &oneLine{far, make(chan struct{}), sync.Once{}}, http.HandlerFunc(answerFile), slog.New(slog.DiscardHandler))
				}()
				go func() {
					defer close(sent)
					fmt.Fprintf(near, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", kind, len(body))
					for at := 0; at < len(body); at += 10_000 {
						if at == 10_000*(len(body)/20_000) {
							time.Sleep(test.gap)
						}
						if _, err := near.Write(body[at:min(at+10_000, len(body))]); err != nil {
							return // cut, as it should be
						}
						time.Sleep(test.pause)
					}
				}()
				answer, err := http.ReadResponse(bufio.NewReader(near), nil)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(answer.Body)
				if err != nil || string(got) != test.want {
					t.Errorf("answer %q, %v; want %q", got, err, test.want)
				}
				near.Close()
				<-sent
				stop()
				if err := <-served; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// answerFile answers with the length of a file, or with what is wrong.
func answerFile(w http.ResponseWriter, r *http.Request) {
	file := form.File{Name: "photo"}
	content, err := form.ReadFile(w, r, &file)
	if err != nil || file.Error != "" {
		fmt.Fprint(w, file.Error)
		return
	}
	fmt.Fprint(w, len(content))
}

// oneLine is a listener to which one line comes.
type oneLine struct {
	line   net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *oneLine) Accept() (net.Conn, error) {
	if line := l.line; line != nil {
		l.line = nil
		return line, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *oneLine) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *oneLine) Addr() net.Addr { return &net.TCPAddr{} }

func FuzzReadFile(f *testing.F) {
	kind, body := upload(f, "key", "k1", "photo.", "", "photo.", "JPEG")
	f.Add(kind, body)
	f.Add(kind, body[:len(body)-10])
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=photo\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41\r\n--x--"))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\n\r\n\r\n--x\r\n\r\n--x--"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		content, file, key, err := readFile(kind, bytes.NewReader(body))
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("%v is no fault.Invalid", err)
		}
		if err == nil && (content == nil) != (file.Error != "") {
			t.Fatalf("%d bytes with problem %q", len(content), file.Error)
		}
		if !bytes.Contains(body, content) {
			t.Fatal("the content is not what was sent")
		}
		if len(key.Value) > form.MaxValue {
			t.Fatalf("a field of %d bytes", len(key.Value))
		}
	})
}
