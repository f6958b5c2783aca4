package mailbox

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"

	"loket/internal/fault"
	"loket/internal/seal"
)

const (
	lookupSize = 16 // bytes that find a link
	secretSize = 32 // bytes that open it
)

// Link is the token of a mail: a part that finds the message and a secret that
// opens it. It hides itself when printed.
type Link struct{ *token }

// Session is the cookie of a browser that opened a message. It hides itself when
// printed.
type Session struct{ *token }

// token holds random bytes behind a pointer, so that fmt does not reach them in
// the unexported field of another struct.
type token struct{ lookup, secret []byte }

// Format prints "[private]" for every verb and flag.
func (t *token) Format(f fmt.State, _ rune) { io.WriteString(f, "[private]") }

// LogValue returns "[private]".
func (t *token) LogValue() slog.Value { return slog.StringValue("[private]") }

// ParseLink reads the segment of a path that a mail held. The error is of kind
// fault.NotFound, as for a link that does not exist.
func ParseLink(text string) (Link, error) {
	raw, ok := decode(text, lookupSize+secretSize)
	if !ok {
		return Link{}, unknownLink()
	}
	return Link{&token{raw[:lookupSize], raw[lookupSize:]}}, nil
}

// ParseSession reads the value of a cookie. The error is of kind fault.TooLate,
// as for a session that has ended.
func ParseSession(text string) (Session, error) {
	raw, ok := decode(text, secretSize)
	if !ok {
		return Session{}, sessionOver()
	}
	return Session{&token{raw, raw}}, nil
}

// Cookie returns the value of the cookie.
func (s Session) Cookie() string { return encode(s.secret) }

// segment returns the link as a segment of a path.
func (l Link) segment() string { return encode(append(bytes.Clone(l.lookup), l.secret...)) }

func unknownLink() error {
	return fault.New(fault.NotFound, "mailbox.link.unknown", "there is no such link")
}

func sessionOver() error {
	return fault.New(fault.TooLate, "mailbox.session.over", "there is no such session")
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// decode reads base64url of exactly size bytes, in its one spelling.
func decode(text string, size int) ([]byte, bool) {
	if len(text) != base64.RawURLEncoding.EncodedLen(size) {
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return raw, err == nil && len(raw) == size
}

func (s *Store) newLink() (Link, error) {
	raw, err := s.randomBytes(lookupSize + secretSize)
	if err != nil {
		return Link{}, err
	}
	return Link{&token{raw[:lookupSize], raw[lookupSize:]}}, nil
}

func (s *Store) newSession() (Session, error) {
	raw, err := s.randomBytes(secretSize)
	return Session{&token{raw, raw}}, err
}

func (s *Store) randomBytes(n int) ([]byte, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(s.Random, raw); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return raw, nil
}

// id is what the database knows of a token: enough to find its row.
func (t *token) id() []byte {
	if t == nil {
		return nil // the zero Link or Session finds nothing
	}
	sum := sha256.Sum256(t.lookup)
	return sum[:]
}

// browserID is what the database knows of the cookie of a browser.
func browserID(cookie string) []byte {
	sum := sha256.Sum256([]byte("browser " + cookie))
	return sum[:]
}

// wrapBox is the box that wraps the key of a message under a token. It needs the
// token and the pepper, and neither is in the database.
func (s *Store) wrapBox(t *token, messageID string) (seal.Box, error) {
	key, err := hkdf.Key(sha256.New, t.secret, s.pepper, "loket mailbox "+messageID, seal.KeySize)
	if err != nil {
		return seal.Box{}, fmt.Errorf("derive key of wrap: %w", err)
	}
	return seal.NewBox(key)
}

// wrap wraps the key of a message under a token.
func (s *Store) wrap(t *token, messageID string, key []byte) ([]byte, error) {
	box, err := s.wrapBox(t, messageID)
	if err != nil {
		return nil, err
	}
	return box.Seal(key, wrapContext(messageID)), nil
}

// unwrap is the reverse of wrap.
func (s *Store) unwrap(t *token, messageID string, wrapped []byte) ([]byte, error) {
	box, err := s.wrapBox(t, messageID)
	if err != nil {
		return nil, err
	}
	return box.Open(wrapped, wrapContext(messageID))
}

// What sealed bytes are bound to. What the queue key opens, and what the message says,
// belong to one case: a row that is moved to another case opens with nothing.
func wrapContext(messageID string) string { return "message key " + messageID }
func queueContext(caseID, messageID string) string {
	return "message key " + messageID + " of " + caseID
}
func bodyContext(caseID, messageID string) string { return "message " + messageID + " of " + caseID }
func codeContext(codeID string) string            { return "code " + codeID }
func queuePurpose(messageID string) string        { return "queue " + messageID }
func replyPurpose(replyID string) string          { return "reply " + replyID }
