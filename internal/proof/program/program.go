// Package program is a program that uses Loket's API, for the proofs: it sends and
// reads JSON, says from which address it comes, and takes a server that dies in the
// middle of an answer as an error like another.
//
//	p := &program.Program{URL: "http://localhost:8080", From: "192.0.2.7"}
//	got, err := p.Call(ctx, "POST", "/request-status", map[string]any{"number": n, "code": c})
//	got.Text("step")
package program

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Program is one program at one address.
type Program struct {
	URL    string       // of the server, without a path
	From   string       // address to come from, for a server that believes its proxies; empty is its own
	Client *http.Client // nil is one that waits ten seconds
}

// Reply is an answer.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Call sends a call to a path below /api/v1. body becomes JSON, or is sent as it is
// when it is a string; nil is none. header is names and values by turns. An error says
// that no whole answer came.
func (p *Program) Call(ctx context.Context, method, path string, body any, header ...string) (Reply, error) {
	r, err := NewRequest(ctx, method, p.URL+"/api/v1"+path, body, header...)
	if err != nil {
		return Reply{}, err
	}
	if p.From != "" {
		r.Header.Set("X-Forwarded-For", p.From)
	}
	client := p.Client
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	response, err := client.Do(r)
	if err != nil {
		return Reply{}, fmt.Errorf("call %s: %w", path, err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return Reply{}, fmt.Errorf("read answer to %s: %w", path, err)
	}
	return Reply{response.StatusCode, response.Header, data}, nil
}

// NewRequest makes the request of a call to a whole address.
func NewRequest(ctx context.Context, method, url string, body any, header ...string) (*http.Request, error) {
	var content io.Reader = http.NoBody
	switch body := body.(type) {
	case nil:
	case string:
		content = bytes.NewReader([]byte(body))
	default:
		data, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("encode body: %w", err)
		}
		content = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r, nil
}

// Text returns a member of the answer's object as text, and "" when it is not there.
func (r Reply) Text(name string) string {
	var members map[string]any
	if err := json.Unmarshal(r.Body, &members); err != nil {
		return ""
	}
	text, _ := members[name].(string)
	return text
}

// Form returns complete answers of a person without a BSN, as the API wants them.
func Form(name, birth, number, email, phone string) map[string]any {
	orNull := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	return map[string]any{
		"municipality": "amsterdam", "digid": "no-bsn", "vaccinatedBy": "ggd-amsterdam", "testedPositive": false,
		"document": "foreign-passport", "documentExpired": false, "name": name, "birthDate": birth,
		"number": orNull(number), "email": orNull(email), "phone": orNull(phone), "language": "nl",
	}
}
