package sms_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/outbox"
	"loket/internal/outbox/demo"
	"loket/internal/outbox/sms"
)

const body = `{"channel": {{.Channel}}, "to": {{.To}}, "text": {{.Text}}, "reference": {{.Reference}}}`

func TestNewRefuses(t *testing.T) {
	tests := map[string]sms.Config{
		"http to another host": {URL: "http://gateway.example/send", Body: body},
		"no address":           {Body: body},
		"not a template":       {URL: "https://gateway.example/send", Body: "{{"},
		"unknown place":        {URL: "https://gateway.example/send", Body: `{"to": {{.Name}}}`},
		"quoted place":         {URL: "https://gateway.example/send", Body: `{"to": "{{.To}}"}`},
		"no JSON":              {URL: "https://gateway.example/send", Body: `to={{.To}}`},
	}
	for name, c := range tests {
		if _, err := sms.New(c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: New gives %v, want invalid", name, err)
		}
	}
	if _, err := sms.New(sms.Config{URL: "https://gateway.example/send", Body: body, SecretFile: "not there"}); err == nil {
		t.Error("New takes a secret file that is not there")
	}
}

// A redirect would take a number and a code to somebody else.
func TestSendFollowsNoRedirect(t *testing.T) {
	visited := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited = true }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	gateway, err := sms.New(sms.Config{URL: server.URL, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	_, err = gateway.Send(t.Context(), outbox.Envelope{To: ident.NewPrivate("+31612345678"), Text: "12345678"})
	if !fault.Is(err, fault.Unavailable) || visited {
		t.Errorf("Send gives %v and went on to the other host: %v", err, visited)
	}
}

// What gateways answer, and where the reference is in it.
func TestReference(t *testing.T) {
	for answer, want := range map[string]string{
		`{"messages": [{"id": "abc"}]}`:            "abc",
		`{"messages": [{"id": 9007199254740993}]}`: "9007199254740993",
		`{"messages": []}`:                         "",
		`{"messages": [{"id": {"x": 1}}]}`:         "",
		`<html>OK</html>`:                          "",
		``:                                         "",
		`{"messages": [{"id": "` + strings.Repeat("x", 300) + `"}]}`: "",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(answer)) }))
		gateway, err := sms.New(sms.Config{URL: server.URL, Body: body, Reference: "messages.0.id"})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := gateway.Send(t.Context(), outbox.Envelope{Text: "x"}); err != nil || got != want {
			t.Errorf("answer %.40s: Send = %q, %v, want %q", answer, got, err, want)
		}
		server.Close()
	}
}

// The secret is read from its file and stands in the header and nowhere else.
func TestSecret(t *testing.T) {
	var got http.Header
	var text []byte
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r.Header
		text, _ = json.Marshal(r.URL)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gateway, err := sms.New(sms.Config{URL: server.URL, Body: body, SecretFile: file, Headers: map[string]string{"authorization": "AccessKey {{.Secret}}"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gateway.Send(t.Context(), outbox.Envelope{}); err != nil {
		t.Fatal(err)
	}
	if got.Get("Authorization") != "AccessKey s3cret" || got.Get("User-Agent") != "" || strings.Contains(string(text), "s3cret") {
		t.Errorf("headers are %v to %s", got, text)
	}
}

func reports() sms.Reports {
	return sms.Reports{SignatureHeader: demo.SignatureHeader, SignatureSecret: []byte("secret"), Reference: "id", Status: "status",
		Statuses: map[string]outbox.Status{"delivered": outbox.Delivered, "failed": outbox.Failed}}
}

func TestReports(t *testing.T) { // G-53
	const good = `{"id": "demo-1", "status": "Delivered"}`
	sign := func(body string) http.Header {
		return http.Header{demo.SignatureHeader: {demo.Sign([]byte("secret"), []byte(body))}}
	}
	tests := []struct {
		name, body string
		header     http.Header
		kind       fault.Kind
		status     outbox.Status
		ok         bool
	}{
		{"good", good, sign(good), 0, outbox.Delivered, true},
		{"word that is no news", `{"id": "a", "status": "queued"}`, sign(`{"id": "a", "status": "queued"}`), 0, "", true},
		{"unsigned", good, nil, fault.Denied, "", false},
		{"signed for another body", good, sign("{}"), fault.Denied, "", false},
		{"signature that is no signature", good, http.Header{demo.SignatureHeader: {"%"}}, fault.Denied, "", false},
		{"tells nothing", "{}", sign("{}"), fault.Invalid, "", false},
		{"no JSON", "x", sign("x"), fault.Invalid, "", false},
	}
	for _, test := range tests {
		got, err := reports().Parse("", test.header, []byte(test.body))
		if (err == nil) != test.ok || err != nil && fault.Of(err) != test.kind || got.Status != test.status {
			t.Errorf("%s: Parse = %+v, %v", test.name, got, err)
		}
	}
	path := reports()
	path.SignatureSecret, path.PathSecret = nil, "segment"
	if _, err := path.Parse("segment", nil, []byte(good)); err != nil {
		t.Errorf("report on the secret path: %v", err)
	}
	if _, err := path.Parse("other", nil, []byte(good)); !fault.Is(err, fault.Denied) {
		t.Errorf("report on another path: %v, want denied", err)
	}
	if _, err := (sms.Reports{Reference: "id", Status: "status"}).Parse("", nil, []byte(good)); !fault.Is(err, fault.Denied) {
		t.Errorf("report without any secret configured: %v, want denied", err)
	}
}

func FuzzReports(f *testing.F) {
	for _, seed := range []string{`{"id":"a","status":"delivered"}`, `[]`, `{"id":[1]}`, "\x00", `{"id":1e400,"status":"x"}`} {
		f.Add(seed, "id", "status")
	}
	f.Add(`{"a":[{"b":"c"}]}`, "a.0.b", "a.-1.b")
	f.Fuzz(func(t *testing.T, body, reference, status string) {
		r := reports()
		r.Reference, r.Status = reference, status
		got, err := r.Parse("", http.Header{demo.SignatureHeader: {demo.Sign([]byte("secret"), []byte(body))}}, []byte(body))
		if err == nil && (got.Reference == "" || len(got.Reference) > 200 || strings.ContainsRune(got.Reference, 0)) {
			t.Errorf("Parse gives the reference %q", got.Reference)
		}
	})
}
