package smtp_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/outbox"
	"loket/internal/outbox/demo"
	"loket/internal/outbox/smtp"
)

func now() time.Time { return time.Date(2021, 11, 3, 9, 0, 0, 0, time.UTC) }

func envelope() outbox.Envelope {
	return outbox.Envelope{To: ident.NewPrivate("amina.invented@example.org"), Subject: "U hebt een bericht",
		Text: "Open: https://example.nl/m/x", Reference: "0123456789abcdef"}
}

func config(server *demo.MailServer) smtp.Config {
	return smtp.Config{Host: "127.0.0.1", Port: server.Addr().Port, Security: smtp.Plain, From: "loket@example.nl",
		Timeout: 5 * time.Second, Now: now}
}

func listen(t *testing.T, open func() (*demo.MailServer, error)) *demo.MailServer {
	t.Helper()
	server, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

// The mail as it goes over the wire: nothing in it but the text and what every
// mail must have.
func TestMailIsNeutral(t *testing.T) { // G-52
	server := listen(t, func() (*demo.MailServer, error) { return demo.ListenMail("127.0.0.1:0", now) })
	sender, err := smtp.New(config(server))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sender.Send(t.Context(), envelope()); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "mail.eml"))
	if err != nil {
		t.Fatal(err)
	}
	got := regexp.MustCompile(`\r\n`).ReplaceAllString(server.Messages()[0].Raw, "\n")
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("mail differs from testdata/mail.eml (-want +got):\n%s", diff)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*smtp.Config){
		"plain to another host": func(c *smtp.Config) { c.Host = "mail.example.nl" },
		"unknown policy":        func(c *smtp.Config) { c.Security = "opportunistic" },
		"sender with a name":    func(c *smtp.Config) { c.From = "Loket <loket@example.nl>" },
		"no sender":             func(c *smtp.Config) { c.From = "" },
	} {
		c := smtp.Config{Host: "localhost", Port: 25, Security: smtp.Plain, From: "loket@example.nl", Now: now}
		change(&c)
		if _, err := smtp.New(c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: New gives %v, want invalid", name, err)
		}
	}
}

func TestSendRefusesWhatBreaksHeaders(t *testing.T) {
	server := listen(t, func() (*demo.MailServer, error) { return demo.ListenMail("127.0.0.1:0", now) })
	sender, err := smtp.New(config(server))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*outbox.Envelope){
		"two recipients":      func(e *outbox.Envelope) { e.To = ident.NewPrivate("a@example.org, b@example.org") },
		"name of a recipient": func(e *outbox.Envelope) { e.To = ident.NewPrivate("Amina <a@example.org>") },
		"line in recipient":   func(e *outbox.Envelope) { e.To = ident.NewPrivate("a@example.org\r\nBcc: b@example.org") },
		"no recipient":        func(e *outbox.Envelope) { e.To = ident.Private{} },
		"line in subject":     func(e *outbox.Envelope) { e.Subject = "a\r\nBcc: b@example.org" },
		"line in reference":   func(e *outbox.Envelope) { e.Reference = "a\nb" },
	} {
		e := envelope()
		change(&e)
		if _, err := sender.Send(t.Context(), e); !fault.Is(err, fault.Denied) {
			t.Errorf("%s: Send gives %v, want denied", name, err)
		}
	}
	if n := len(server.Messages()); n != 0 {
		t.Errorf("%d mails arrived, want none", n)
	}
}

// No policy falls back: a server without what it wants gets nothing.
func TestSecurityDoesNotFallBack(t *testing.T) {
	certificate, roots := selfSigned(t)
	server := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	open := map[string]func() (*demo.MailServer, error){
		"plain":    func() (*demo.MailServer, error) { return demo.ListenMail("127.0.0.1:0", now) },
		"starttls": func() (*demo.MailServer, error) { return demo.ListenMailTLS("127.0.0.1:0", now, server, false) },
		"tls":      func() (*demo.MailServer, error) { return demo.ListenMailTLS("127.0.0.1:0", now, server, true) },
	}
	tests := []struct {
		server   string
		security smtp.Security
		roots    *x509.CertPool
		arrives  bool
	}{
		{"starttls", smtp.StartTLS, roots, true},
		{"tls", smtp.TLS, roots, true},
		{"plain", smtp.StartTLS, roots, false},
		{"plain", smtp.TLS, roots, false},
		{"starttls", smtp.StartTLS, x509.NewCertPool(), false}, // somebody else's certificate
		{"tls", smtp.TLS, x509.NewCertPool(), false},
	}
	for _, test := range tests {
		s := listen(t, open[test.server])
		c := config(s)
		c.Security, c.TLSConfig, c.Timeout = test.security, &tls.Config{RootCAs: test.roots, MinVersion: tls.VersionTLS12}, 2*time.Second
		sender, err := smtp.New(c)
		if err != nil {
			t.Fatal(err)
		}
		_, err = sender.Send(t.Context(), envelope())
		if (err == nil) != test.arrives || (len(s.Messages()) == 1) != test.arrives {
			t.Errorf("%s to a %s server: error %v, %d mails, want arrival %v", test.security, test.server, err, len(s.Messages()), test.arrives)
		}
		if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s to a %s server: %v, want unavailable", test.security, test.server, err)
		}
	}
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "demo"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
