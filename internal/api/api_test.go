package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"loket/internal/api"
	"loket/internal/app/apptest"
	"loket/internal/web/throttle"
)

// program is a client that holds every answer to the description.
type program struct {
	t       testing.TB
	url     string
	schemas *jsonschema.Compiler
	paths   map[string]map[string]json.RawMessage
	log     *bytes.Buffer
}

// connect serves the API of a world and returns a program that talks to it.
func connect(t testing.TB, w *apptest.World, th *throttle.Throttle) *program {
	t.Helper()
	p := &program{t: t, log: &bytes.Buffer{}}
	server := httptest.NewServer(api.New(api.Parts{
		Requests: w.Requests, Mailbox: w.Mailbox, Uploads: w.Uploads, Planner: w.Planner, Reports: w.Reports, Catalogue: w.Catalogue, Region: "NL", Throttle: th,
		Log: slog.New(slog.NewJSONHandler(p.log, &slog.HandlerOptions{Level: slog.LevelDebug})), NewID: func() string { return "err_1" },
	}))
	t.Cleanup(server.Close)
	p.url = server.URL
	p.learn()
	return p
}

// learn reads the description.
func (p *program) learn() {
	p.t.Helper()
	response, err := http.Get(p.url + "/api/v1/openapi.json")
	check(p.t, err)
	defer response.Body.Close()
	if got := response.Header.Get("Access-Control-Allow-Origin"); got != "*" {
		p.t.Errorf("the description is for %q", got)
	}
	data, err := io.ReadAll(response.Body)
	check(p.t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	check(p.t, err)
	p.schemas = jsonschema.NewCompiler()
	p.schemas.AssertFormat()
	check(p.t, p.schemas.AddResource("openapi.json", document))
	var described struct {
		Paths map[string]map[string]json.RawMessage
	}
	check(p.t, json.Unmarshal(data, &described))
	p.paths = described.Paths
}

// reply is an answer to a call.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

// call sends body, as JSON unless it is nil or a string, and checks that the
// answer is one that the description allows.
func (p *program) call(method, path string, body any, header ...string) reply {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, reader(p.t, body))
	check(p.t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	check(p.t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	check(p.t, err)
	got := reply{p.t, response.StatusCode, response.Header, string(data)}
	p.judge(method, strings.TrimPrefix(path, "/api/v1"), got)
	return got
}

func reader(t testing.TB, body any) io.Reader {
	t.Helper()
	switch body := body.(type) {
	case nil:
		return http.NoBody
	case string:
		return strings.NewReader(body)
	}
	data, err := json.Marshal(body)
	check(t, err)
	return bytes.NewReader(data)
}

// What stands in an address, for the description has names there.
var (
	photoID    = regexp.MustCompile(`pht_[0-9a-z]+`)
	drawNumber = regexp.MustCompile(`draws/[^/]+`)
	ticket     = regexp.MustCompile(`tickets/[^/]+`)
	pieceStart = regexp.MustCompile(`pieces/\d+`)
)

// judge compares an answer with the description and with what every answer carries.
func (p *program) judge(method, path string, got reply) {
	p.t.Helper()
	for name, want := range map[string]string{
		"API-Version": api.Version, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Referrer-Policy": "no-referrer",
	} {
		if value := got.header.Get(name); value != want {
			p.t.Errorf("%s %s: %s is %q, want %q", method, path, name, value, want)
		}
	}
	if got.status == http.StatusNoContent || method == "HEAD" {
		if got.body != "" {
			p.t.Errorf("%s %s: a body where there is none", method, path)
		}
		return
	}
	kind := got.header.Get("Content-Type")
	if got.status >= 400 {
		if kind != "application/problem+json" {
			p.t.Errorf("%s %s: an error as %s", method, path, kind)
		}
		p.fits("#/components/schemas/Problem", got)
		return
	}
	if kind != "application/json" {
		return
	}
	path = ticket.ReplaceAllString(drawNumber.ReplaceAllString(path, "draws/{n}"), "tickets/{ticket}")
	path = pieceStart.ReplaceAllString(photoID.ReplaceAllString(path, "{id}"), "pieces/{start}")
	place := "#/paths/" + strings.ReplaceAll(path, "/", "~1") + "/" + strings.ToLower(method) + "/responses/" +
		strconv.Itoa(got.status) + "/content/application~1json/schema"
	p.fits(place, got)
}

// fits checks a body against a schema of the description.
func (p *program) fits(place string, got reply) {
	p.t.Helper()
	schema, err := p.schemas.Compile("openapi.json" + place)
	if err != nil {
		p.t.Fatalf("the description has no %s: %v", place, err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(got.body))
	check(p.t, err)
	if err := schema.Validate(value); err != nil {
		p.t.Errorf("%v\n%s", err, got.body)
	}
}

// want fails the test at once when the status is another.
func (r reply) want(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

// get returns what stands at a path of names in the answer, as text.
func (r reply) get(names ...string) string {
	r.t.Helper()
	var at any
	check(r.t, json.Unmarshal([]byte(r.body), &at))
	for _, name := range names {
		members, ok := at.(map[string]any)
		if !ok {
			return ""
		}
		at = members[name]
	}
	if text, ok := at.(string); ok {
		return text
	}
	data, err := json.Marshal(at)
	check(r.t, err)
	return string(data)
}

// wrong returns the pointers and codes of a problem.
func (r reply) wrong() map[string]string {
	r.t.Helper()
	var problem struct {
		Errors []struct{ Pointer, Code string }
	}
	check(r.t, json.Unmarshal([]byte(r.body), &problem))
	found := map[string]string{}
	for _, e := range problem.Errors {
		found[e.Pointer] = e.Code
	}
	return found
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
