// Package smtp sends the mail of the outbox through one mail server.
//
// A mail has one recipient, one neutral subject and one part of plain text in
// UTF-8. No header is made from anything a person typed but To, which holds their
// address and nothing else. Encryption is a policy that the operator chooses and
// that never falls back: STARTTLS, TLS from the first byte, or, to loopback only,
// none.
//
// Each mail has a connection of its own. That costs a handshake and saves a
// pool whose broken connections would have to be told from refused mail.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"loket/internal/fault"
	"loket/internal/outbox"
)

// Security is how the connection is protected.
type Security string

// The policies. None falls back to another.
const (
	StartTLS Security = "starttls" // mandatory; usual on port 587
	TLS      Security = "tls"      // from the first byte; usual on port 465
	Plain    Security = "plain"    // none; loopback only
)

// Config says which server, and as whom.
type Config struct {
	Host     string
	Port     int
	Security Security // empty means StartTLS
	User     string   // empty means without signing in
	Password string   // AUTH PLAIN, which Security protects
	From     string   // address of the sender, neutral; its domain ends each Message-ID
	Hello    string   // own host name; empty means the domain of From
	// Timeout is how long one mail may take; zero means 30 seconds.
	Timeout time.Duration
	// TLSConfig is for tests and private authorities; nil means the system's roots.
	TLSConfig *tls.Config
	Now       func() time.Time
}

// Sender sends mail. It is an outbox.Sender and safe for concurrent use.
type Sender struct {
	config Config
	domain string
}

// New checks the configuration; it does not connect.
func New(c Config) (*Sender, error) {
	from, err := netmail.ParseAddress(c.From)
	if err != nil || from.Name != "" {
		return nil, fault.New(fault.Invalid, "", "mail: the sender must be a mail address alone")
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	if c.Security == "" {
		c.Security = StartTLS
	}
	switch c.Security {
	case StartTLS, TLS:
	case Plain:
		if !loopback(c.Host) {
			return nil, fault.New(fault.Invalid, "", "mail: without encryption only to loopback, not to %s", c.Host)
		}
	default:
		return nil, fault.New(fault.Invalid, "", "mail: security must be starttls, tls or plain")
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Hello == "" {
		c.Hello = domain
	}
	if c.TLSConfig == nil {
		c.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	c.TLSConfig = c.TLSConfig.Clone()
	c.TLSConfig.ServerName = c.Host
	return &Sender{c, domain}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send sends one mail to one recipient; see outbox.Sender. The reference it
// returns is that of the envelope, which is in the Message-ID.
func (s *Sender) Send(ctx context.Context, e outbox.Envelope) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	message, err := s.message(e)
	if err != nil {
		return "", err
	}
	client, err := s.client(ctx)
	if err != nil {
		return "", err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return "", dialFault(err)
	}
	err = client.Send(message)
	if message.IsDelivered() {
		// What goes wrong after the server took the mail must not send it twice.
		_ = client.Close()
		return e.Reference, nil
	}
	return "", sendFault(err)
}

// message makes the mail. Errors of the library quote addresses: they are
// dropped.
func (s *Sender) message(e outbox.Envelope) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithNoDefaultUserAgent())
	if err := m.From(s.config.From); err != nil {
		return nil, fault.New(fault.Denied, "", "mail: the sender is not an address")
	}
	to := &netmail.Address{Address: e.To.Reveal()}
	if parsed, err := netmail.ParseAddress(to.Address); err != nil || parsed.Name != "" || parsed.Address != to.Address {
		return nil, fault.New(fault.Denied, "", "mail: the recipient is not an address")
	}
	m.ToMailAddress(to)
	if strings.ContainsAny(e.Subject+e.Reference, "\r\n") {
		return nil, fault.New(fault.Denied, "", "mail: the subject or reference has more than one line")
	}
	m.Subject(e.Subject)
	m.SetMessageIDWithValue(e.Reference + "@" + s.domain)
	m.SetDateWithValue(s.config.Now())
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday answers
	m.SetBodyString(mail.TypeTextPlain, e.Text)
	return m, nil
}

// client returns a client for one mail, whose connection ends with ctx.
func (s *Sender) client(ctx context.Context) (*mail.Client, error) {
	policy := mail.NoTLS
	if s.config.Security == StartTLS {
		policy = mail.TLSMandatory
	}
	options := []mail.Option{
		mail.WithPort(s.config.Port), mail.WithHELO(s.config.Hello), mail.WithTimeout(s.config.Timeout),
		mail.WithTLSPolicy(policy), mail.WithTLSConfig(s.config.TLSConfig), mail.WithoutNoop(),
		mail.WithDialContextFunc(func(dialing context.Context, network, address string) (net.Conn, error) {
			conn, err := s.dial(dialing, network, address)
			if err == nil {
				context.AfterFunc(ctx, func() { conn.Close() })
			}
			return conn, err
		}),
	}
	if s.config.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthPlain), mail.WithUsername(s.config.User), mail.WithPassword(s.config.Password))
	}
	client, err := mail.NewClient(s.config.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("mail: set up client: %w", err)
	}
	return client, nil
}

func (s *Sender) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if s.config.Security == TLS {
		dialer := tls.Dialer{Config: s.config.TLSConfig}
		return dialer.DialContext(ctx, network, address)
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, address)
}

// dialFault is the error of a connection that did not come about. No mail was
// offered yet: it may pass, and certainly nothing left.
func dialFault(err error) error {
	return fault.New(fault.Unavailable, "", "mail: no connection%s", code(err))
}

// sendFault sorts the errors of a transaction. The words of the server quote
// recipients: only its code is kept.
func sendFault(err error) error {
	failed, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		return fault.New(fault.Internal, "", "mail: not sent, without a reason")
	}
	number := failed.ErrorCode()
	switch {
	case number >= 500 && (failed.Reason == mail.ErrSMTPRcptTo || failed.Reason == mail.ErrSMTPDataClose):
		// Of this recipient or this mail. What is refused earlier is refused to us,
		// and an operator can mend it.
		return fault.New(fault.Denied, "", "mail: refused while %s, code %d", failed.Reason, number)
	case number == 0 && failed.Reason == mail.ErrSMTPDataClose:
		// The whole mail was handed over and no answer came.
		return fault.New(fault.Internal, "", "mail: the server did not say whether it took the mail")
	}
	return fault.New(fault.Unavailable, "", "mail: not taken while %s, code %d", failed.Reason, number)
}

// code returns the three digits that an answer of a server begins with.
func code(err error) string {
	for e := err; e != nil; e = errors.Unwrap(e) {
		text := e.Error()
		if len(text) >= 3 {
			if n, err := strconv.Atoi(text[:3]); err == nil && n >= 400 && n < 600 {
				return ", code " + text[:3]
			}
		}
	}
	return ""
}
