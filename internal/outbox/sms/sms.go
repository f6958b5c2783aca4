// Package sms sends text messages and voice calls through the HTTP gateway of a
// provider, whichever it is: what providers differ in is configuration.
//
//	[sms]
//	url = "https://gateway.example/messages"
//	secret-file = "/etc/loket/sms-token"
//	headers = { Authorization = "AccessKey {{.Secret}}" }
//	body = '{"recipients": [{{.To}}], "body": {{.Text}}, "client_ref": {{.Reference}}, "type": {{.Channel}}}'
//	reference = "messages.0.id"
//
// Each place in the body becomes a JSON string with its quotes, so that no text
// can break out of it. The gateway must be reached by https, or on loopback.
// Reports of delivery come back through [Reports].
package sms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/template"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/outbox"
)

// maxAnswer bounds what is read of an answer or a report, in bytes.
const maxAnswer = 64 << 10

// Config describes a gateway.
type Config struct {
	URL        string
	Method     string            // empty means POST
	Headers    map[string]string // {{.Secret}} in a value becomes the secret
	SecretFile string            // file with the secret alone; empty means none
	Body       string            // text/template over To, Text, Reference and Channel
	// Reference is the path in the answer to the provider's own reference, such
	// as "messages.0.id"; empty means that it gives none.
	Reference string
	Timeout   time.Duration // for one call; zero means 15 seconds
}

// Gateway sends through one provider. It is an outbox.Sender and safe for
// concurrent use.
type Gateway struct {
	config Config
	header http.Header
	body   *template.Template
	client *http.Client
}

// New checks the configuration and reads the secret; it does not connect.
func New(c Config) (*Gateway, error) {
	target, err := url.Parse(c.URL)
	if err != nil || target.Host == "" || target.Scheme != "https" && !(target.Scheme == "http" && loopback(target.Hostname())) {
		return nil, fault.New(fault.Invalid, "", "sms: the gateway must have an https address, or be on loopback")
	}
	if c.Method == "" {
		c.Method = http.MethodPost
	}
	if c.Timeout == 0 {
		c.Timeout = 15 * time.Second
	}
	header, err := c.header()
	if err != nil {
		return nil, err
	}
	body, err := template.New("body").Option("missingkey=error").Parse(c.Body)
	if err != nil {
		return nil, fault.New(fault.Invalid, "", "sms: the body is not a template: %w", err)
	}
	g := &Gateway{config: c, header: header, body: body, client: &http.Client{
		// A redirect would take the number and the code to somebody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	awkward := outbox.Envelope{To: ident.NewPrivate("+31\"\\"), Text: "\"}\n{{<\u2028", Reference: "r", Channel: outbox.SMS}
	if sample, err := g.render(awkward); err != nil || !json.Valid(sample) {
		return nil, fault.New(fault.Invalid, "", "sms: the body does not make JSON; write places without quotes, as in {\"to\": {{.To}}}")
	}
	return g, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// header returns the headers with the secret in its place.
func (c Config) header() (http.Header, error) {
	var secret string
	if c.SecretFile != "" {
		text, err := os.ReadFile(c.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("sms: read the secret: %w", err)
		}
		secret = strings.TrimSpace(string(text))
	}
	header := http.Header{"Content-Type": {"application/json"}, "User-Agent": {""}}
	for name, value := range c.Headers {
		header.Set(name, strings.ReplaceAll(value, "{{.Secret}}", secret))
	}
	return header, nil
}

// quoted is a text that a template prints as a JSON string.
type quoted string

func (q quoted) String() string {
	text, err := json.Marshal(string(q))
	if err != nil {
		return `""` // strings always marshal
	}
	return string(text)
}

type places struct{ To, Text, Reference, Channel quoted }

func (g *Gateway) render(e outbox.Envelope) ([]byte, error) {
	var b bytes.Buffer
	err := g.body.Execute(&b, places{quoted(e.To.Reveal()), quoted(e.Text), quoted(e.Reference), quoted(e.Channel)})
	return b.Bytes(), err
}

// Send hands over one message or call; see outbox.Sender.
func (g *Gateway) Send(ctx context.Context, e outbox.Envelope) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, g.config.Timeout)
	defer cancel()
	body, err := g.render(e)
	if err != nil {
		return "", fault.New(fault.Denied, "", "sms: the body cannot be made")
	}
	request, err := http.NewRequestWithContext(ctx, g.config.Method, g.config.URL, bytes.NewReader(body))
	if err != nil {
		return "", fault.New(fault.Denied, "", "sms: the request cannot be made")
	}
	request.Header = g.header.Clone()
	response, err := g.client.Do(request)
	if err != nil {
		return "", doFault(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if code := response.StatusCode; code < 200 || code > 299 {
		return "", statusFault(code)
	}
	if err != nil {
		return "", nil // taken; only the reference is lost
	}
	return textAt(answer, g.config.Reference), nil
}

// doFault is the error of a call without an answer. Texts of net/http hold the
// address, which may hold a secret: only its kind is kept.
func doFault(err error) error {
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" {
		return fault.New(fault.Unavailable, "", "sms: no connection to the gateway")
	}
	return fault.New(fault.Internal, "", "sms: the gateway did not say whether it took the message")
}

// statusFault sorts refusals. Those that tell of the recipient or the text are
// for good; those that tell of us or of the gateway pass when somebody mends it.
func statusFault(code int) error {
	switch code {
	case http.StatusBadRequest, http.StatusGone, http.StatusUnprocessableEntity:
		return fault.New(fault.Denied, "", "sms: refused with status %d", code)
	}
	return fault.New(fault.Unavailable, "", "sms: not taken, status %d", code)
}
