package hcert

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Finding is one thing that is wrong or odd about a certificate. It names a
// field, never its content.
type Finding struct {
	Code  string `json:"code"`            // the layer: text, base45, zlib, cose, tag, header, claims, schema, key, signature, usage, time
	Where string `json:"where,omitempty"` // field of the payload, as "v.dn"
	Text  string `json:"text"`            // in English
}

// String returns the finding as a line of text.
func (f Finding) String() string {
	if f.Where == "" {
		return f.Text
	}
	return f.Where + ": " + f.Text
}

// Bytes is a byte string that is written in hexadecimal.
type Bytes []byte

// MarshalText writes the bytes in hexadecimal.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(b)), nil }

// String returns the bytes in hexadecimal.
func (b Bytes) String() string { return hex.EncodeToString(b) }

// Result is what a certificate says and whether to believe it. Valid is true only
// after Verify found no problem; warnings do not count against it. Times are UTC.
//
// Printed with fmt or logged, a result hides its payload.
type Result struct {
	Valid     bool       `json:"valid"`
	At        *time.Time `json:"at,omitempty"` // the instant it was judged for; nil if it was only read
	Kind      Kind       `json:"kind,omitempty"`
	Issuer    string     `json:"issuer,omitempty"` // country, as signed
	IssuedAt  *time.Time `json:"issued_at,omitempty"`
	Expires   *time.Time `json:"expires,omitempty"`
	KeyID     Bytes      `json:"key_id,omitempty"`
	Algorithm string     `json:"algorithm,omitempty"`
	SignedBy  string     `json:"signed_by,omitempty"` // subject of the trusted certificate; empty unless the signature fits
	Problems  []Finding  `json:"problems,omitempty"`
	Warnings  []Finding  `json:"warnings,omitempty"`

	payload map[string]any
}

func (r *Result) problem(code, where, text string) {
	r.Problems = append(r.Problems, Finding{code, where, text})
}

func (r *Result) warn(code, where, text string) {
	r.Warnings = append(r.Warnings, Finding{code, where, text})
}

// Payload returns the content in the types of this package. It fails if the
// content does not fit them, which a tolerant verifier may still have accepted.
func (r *Result) Payload() (*Payload, error) {
	if r.payload == nil {
		return nil, fmt.Errorf("read the payload: the certificate could not be opened")
	}
	data, err := encMode().Marshal(r.payload)
	if err != nil {
		return nil, fmt.Errorf("read the payload: %w", err)
	}
	p := new(Payload)
	if err := cbor.Unmarshal(data, p); err != nil {
		return nil, fmt.Errorf("read the payload: it does not fit the schema")
	}
	return p, nil
}

// MarshalJSON writes the result with its payload, personal data included.
func (r *Result) MarshalJSON() ([]byte, error) {
	type plain Result
	return json.Marshal(struct {
		*plain
		Payload map[string]any `json:"payload,omitempty"`
	}{(*plain)(r), r.payload})
}

// Format hides the payload and prints the verdict.
func (r Result) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(r.summary())) }

// LogValue logs the verdict.
func (r Result) LogValue() slog.Value { return slog.StringValue(r.summary()) }

func (r *Result) summary() string {
	verdict := "not valid"
	switch {
	case r.Valid:
		verdict = "valid"
	case r.At == nil:
		verdict = "not verified"
	}
	return fmt.Sprintf("EU certificate, %s (%d problems, %d warnings)", verdict, len(r.Problems), len(r.Warnings))
}

// WriteText writes the result for people to read, personal data included.
func (r *Result) WriteText(w io.Writer) error {
	var b strings.Builder
	b.WriteString(r.summary() + "\n")
	for _, p := range r.Problems {
		b.WriteString("  problem: " + p.String() + "\n")
	}
	for _, p := range r.Warnings {
		b.WriteString("  warning: " + p.String() + "\n")
	}
	line := func(label, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-18s %s\n", label, printable(value))
		}
	}
	line("kind", string(r.Kind))
	line("issued by", r.Issuer)
	if r.IssuedAt != nil {
		line("issued at", r.IssuedAt.Format(time.RFC3339))
	}
	if r.Expires != nil {
		line("expires", r.Expires.Format(time.RFC3339))
	}
	line("key id", r.KeyID.String())
	line("algorithm", r.Algorithm)
	line("signed by", r.SignedBy)
	writeTree(&b, "", r.payload)
	_, err := io.WriteString(w, b.String())
	return err
}
