package slip

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"loket/internal/fault"
)

// Revoked says which slips of days to come are no longer good, as known at an instant.
// Whoever checks without a network carries the list of that morning.
type Revoked struct {
	At    time.Time // whole seconds, UTC
	Codes []Code    // one an appointment
}

// Code names the slips of an appointment up to an issue.
type Code struct {
	Appointment string `json:"appointment"`
	Issue       int    `json:"issue"`
}

// Has reports whether a slip is on the list.
func (r Revoked) Has(s Slip) bool {
	for _, c := range r.Codes {
		if c.Appointment == s.Appointment && s.Issue <= c.Issue {
			return true
		}
	}
	return false
}

// revokedFile is the list as it is published.
type revokedFile struct {
	At        string `json:"at"`
	Revoked   []Code `json:"revoked"`
	Signature string `json:"signature"`
}

// message is what is signed of a list: lines, so that no two ways to write JSON differ.
func (f revokedFile) message() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "loket revoked 1\n%s\n", f.At)
	for _, c := range f.Revoked {
		fmt.Fprintf(&b, "%s %d\n", c.Appointment, c.Issue)
	}
	return b.Bytes()
}

// Sign returns the list as JSON with its signature.
func (r Revoked) Sign(key ed25519.PrivateKey) ([]byte, error) {
	f := revokedFile{At: r.At.UTC().Format(time.RFC3339), Revoked: r.Codes}
	if f.Revoked == nil {
		f.Revoked = []Code{}
	}
	f.Signature = base64.StdEncoding.EncodeToString(ed25519.Sign(key, f.message()))
	return json.Marshal(f)
}

// ReadRevoked returns the list of a file that was signed with one of the keys. Every other
// file is fault.Invalid.
func ReadRevoked(file []byte, keys ...ed25519.PublicKey) (Revoked, error) {
	var f revokedFile
	decoder := json.NewDecoder(bytes.NewReader(file))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return Revoked{}, fault.New(fault.Invalid, KeyFalse, "read a list of slips: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Revoked{}, fault.New(fault.Invalid, KeyFalse, "read a list of slips: something stands behind it")
	}
	at, err := time.Parse(time.RFC3339, f.At)
	if err != nil || at.UTC().Format(time.RFC3339) != f.At {
		return Revoked{}, fault.New(fault.Invalid, KeyFalse, "read a list of slips: it has no instant")
	}
	for _, c := range f.Revoked {
		if strings.ContainsAny(c.Appointment, " \n") { // it would read as other lines
			return Revoked{}, fault.New(fault.Invalid, KeyFalse, "read a list of slips: an id with space")
		}
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(f.Signature)
	if err != nil {
		return Revoked{}, fault.New(fault.Invalid, KeyFalse, "read a list of slips: its signature is no base64")
	}
	for _, key := range keys {
		if len(key) == ed25519.PublicKeySize && ed25519.Verify(key, f.message(), signature) {
			return Revoked{at, f.Revoked}, nil
		}
	}
	return Revoked{}, fault.New(fault.Invalid, KeyFalse, "read a list of slips: its signature is of no key that is trusted")
}
