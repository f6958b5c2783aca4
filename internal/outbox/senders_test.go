package outbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/outbox"
	"loket/internal/outbox/demo"
	"loket/internal/outbox/sms"
	"loket/internal/outbox/smtp"
)

const (
	address = "amina.invented@example.org"
	phone   = "+31612345678"
	token   = "a-token-of-the-demo"
)

// place is a real server with a real sender to it.
type place struct {
	sender    outbox.Sender
	misbehave func(demo.Behaviour)
	arrived   func() []string // the text of each thing that arrived
	to        string
	channel   outbox.Channel
}

func mailPlace(t *testing.T) place {
	t.Helper()
	server, err := demo.ListenMail("127.0.0.1:0", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	sender, err := smtp.New(smtp.Config{Host: "127.0.0.1", Port: server.Addr().Port, Security: smtp.Plain,
		From: "loket@example.nl", Timeout: time.Second, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	arrived := func() (texts []string) {
		for _, m := range server.Messages() {
			if len(m.To) != 1 { // one recipient a transaction, always
				t.Errorf("%d recipients in one transaction", len(m.To))
			}
			texts = append(texts, strings.TrimSpace(m.Text))
		}
		return texts
	}
	return place{sender, server.Misbehave, arrived, address, outbox.Mail}
}

func gatewayPlace(t *testing.T) place {
	t.Helper()
	server, err := demo.ListenGateway("127.0.0.1:0", token, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	secret := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secret, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	sender, err := sms.New(sms.Config{URL: server.URL(), SecretFile: secret, Timeout: time.Second,
		Headers:   map[string]string{"Authorization": "Bearer {{.Secret}}"},
		Body:      `{"channel": {{.Channel}}, "to": {{.To}}, "text": {{.Text}}, "reference": {{.Reference}}}`,
		Reference: "messages.0.id"})
	if err != nil {
		t.Fatal(err)
	}
	arrived := func() (texts []string) {
		for _, c := range server.Calls() {
			texts = append(texts, c.Text)
		}
		return texts
	}
	return place{sender, server.Misbehave, arrived, phone, outbox.SMS}
}

// TestSenders runs the contract of outbox.Sender against each way out, with
// servers that are down, slow, refusing and lying.
func TestSenders(t *testing.T) { // G-52
	for name, open := range map[string]func(*testing.T) place{"mail": mailPlace, "gateway": gatewayPlace} {
		t.Run(name, func(t *testing.T) { testSender(t, open) })
	}
}

func testSender(t *testing.T, open func(*testing.T) place) {
	const text = "\"Ωθ\" \\ {{.To}} سلام\nregel twee"
	tests := []struct {
		behaviour demo.Behaviour
		kinds     []fault.Kind // of the error; none for success
		arrive    int
	}{
		{demo.Well, nil, 1},
		{demo.Down, []fault.Kind{fault.Unavailable, fault.Internal}, 0},
		{demo.Slow, []fault.Kind{fault.Unavailable, fault.Internal}, 0},
		{demo.Busy, []fault.Kind{fault.Unavailable}, 0},
		{demo.Refuse, []fault.Kind{fault.Denied}, 0},
		{demo.Lose, nil, 0},
		{demo.Double, nil, 2},
		{demo.Cut, []fault.Kind{fault.Internal}, 1},
	}
	for _, test := range tests {
		t.Run(string(test.behaviour), func(t *testing.T) {
			t.Parallel()
			p := open(t)
			p.misbehave(test.behaviour)
			reference, err := p.sender.Send(t.Context(), outbox.Envelope{To: ident.NewPrivate(p.to), Subject: "Een bericht — رسالة",
				Text: text, Reference: "0123456789abcdef", Channel: p.channel})
			if test.kinds == nil && (err != nil || reference == "") {
				t.Errorf("Send = %q, %v, want success", reference, err)
			}
			if test.kinds != nil {
				checkFailure(t, err, test.kinds, p.to, text)
			}
			got := p.arrived()
			if test.behaviour == demo.Slow {
				return // it may arrive after everybody left
			}
			if len(got) != test.arrive {
				t.Errorf("%d arrived, want %d", len(got), test.arrive)
			}
			for _, arrived := range got {
				if arrived != text {
					t.Errorf("arrived %q, want %q", arrived, text)
				}
			}
		})
	}
}

func checkFailure(t *testing.T, err error, kinds []fault.Kind, secrets ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("Send succeeded")
	}
	ok := false
	for _, kind := range kinds {
		ok = ok || fault.Is(err, kind)
	}
	if !ok {
		t.Errorf("Send failed as %v (%v), want one of %v", fault.Of(err), err, kinds)
	}
	for _, secret := range append(secrets, token) { // promise 5
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds what it must not: %v", err)
		}
	}
}
