package demo

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Message is a mail that arrived.
type Message struct {
	At      time.Time           `json:"at"`
	From    string              `json:"from"` // of the envelope, not of the header
	To      []string            `json:"to"`   // of the envelope: everybody who got it
	Header  map[string][]string `json:"header"`
	Subject string              `json:"subject"`
	Text    string              `json:"text"`
	Raw     string              `json:"-"` // as it came over the wire
}

// MailServer is an SMTP server that keeps what arrives.
type MailServer struct {
	mood
	listener net.Listener
	server   *smtp.Server
	serving  sync.WaitGroup
	now      func() time.Time

	messagesMu sync.Mutex
	messages   []Message
}

// ListenMail starts a mail server on a loopback address, such as
// "localhost:0".
func ListenMail(addr string, now func() time.Time) (*MailServer, error) {
	return listenMail(addr, now, nil, false)
}

// ListenMailTLS starts a mail server that speaks TLS: from the first byte when
// implicit is set, else after STARTTLS.
func ListenMailTLS(addr string, now func() time.Time, config *tls.Config, implicit bool) (*MailServer, error) {
	return listenMail(addr, now, config, implicit)
}

func listenMail(addr string, now func() time.Time, config *tls.Config, implicit bool) (*MailServer, error) {
	m := &MailServer{now: now}
	listener, err := listen(addr, &m.mood)
	if err != nil {
		return nil, err
	}
	m.listener = listener
	if implicit {
		listener = tls.NewListener(listener, config)
	}
	m.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &mailSession{server: m, conn: c.Conn()}, nil
	}))
	m.server.Domain, m.server.MaxMessageBytes, m.server.TLSConfig = "localhost", 1<<20, config
	m.server.ErrorLog = log.New(io.Discard, "", 0) // it would quote what people send
	m.server.EnableSMTPUTF8 = true
	m.serving.Go(func() {
		// Serve ends with an error when Close closes the listener.
		_ = m.server.Serve(listener)
	})
	return m, nil
}

// Addr returns the address it listens on.
func (m *MailServer) Addr() *net.TCPAddr { return m.listener.Addr().(*net.TCPAddr) }

// Messages returns what has arrived, oldest first.
func (m *MailServer) Messages() []Message {
	m.messagesMu.Lock()
	defer m.messagesMu.Unlock()
	return slices.Clone(m.messages)
}

// Close hangs up and stops listening.
func (m *MailServer) Close() error {
	m.Misbehave(Down) // lets go whoever is being slow
	err := m.server.Close()
	m.listener.Close() // the server does not know of it before it serves
	m.serving.Wait()
	if err != nil {
		return fmt.Errorf("close the mail server: %w", err)
	}
	return nil
}

// mailSession is one connection; it holds one transaction at a time.
type mailSession struct {
	server *MailServer
	conn   net.Conn
	from   string
	to     []string
}

// Reset forgets the transaction.
func (s *mailSession) Reset() { s.from, s.to = "", nil }

// Logout has nothing to free.
func (s *mailSession) Logout() error { return nil }

// Mail takes the sender.
func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

// Rcpt takes a recipient.
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch s.server.behaviour() {
	case Busy:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try " + to + " later"}
	case Refuse:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no mailbox " + to}
	}
	s.to = append(s.to, to)
	return nil
}

// Data takes the message.
func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	message, err := parseMessage(string(raw))
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "not a message"}
	}
	message.At, message.From, message.To = s.server.now(), s.from, s.to
	b := s.server.behaviour()
	s.server.keep(b, message)
	if b == Cut {
		return s.conn.Close() // so that the answer that follows gets nowhere
	}
	return nil
}

func (m *MailServer) keep(b Behaviour, message Message) {
	m.messagesMu.Lock()
	defer m.messagesMu.Unlock()
	switch b {
	case Lose:
	case Double:
		m.messages = add(m.messages, message, message)
	default:
		m.messages = add(m.messages, message)
	}
}

// parseMessage reads a plain text message as a mail program would.
func parseMessage(raw string) (Message, error) {
	parsed, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return Message{}, fmt.Errorf("parse mail: %w", err)
	}
	body := parsed.Body
	switch strings.ToLower(parsed.Header.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return Message{}, fmt.Errorf("decode mail: %w", err)
	}
	var words mime.WordDecoder
	subject, err := words.DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil {
		return Message{}, fmt.Errorf("decode subject: %w", err)
	}
	plain := strings.ReplaceAll(string(text), "\r\n", "\n")
	return Message{Header: parsed.Header, Subject: subject, Text: plain, Raw: raw}, nil
}
