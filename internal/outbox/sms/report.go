package sms

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"

	"loket/internal/fault"
	"loket/internal/outbox"
)

// Reports reads the delivery reports that a provider posts. It must know one of
// two secrets: that of a signature over the body, or a segment of the path that
// only the provider was told. A report can be repeated by whoever saw it, which
// changes nothing; see outbox.Box.Deliver.
type Reports struct {
	// SignatureHeader holds the HMAC-SHA256 of the body under SignatureSecret,
	// in hexadecimal or base64.
	SignatureHeader string
	SignatureSecret []byte
	// PathSecret is the segment of the path, if there is no signature.
	PathSecret string

	Reference string // path to the provider's reference, such as "message.id"
	Status    string // path to the status
	// Statuses says what the provider's words mean, which are compared in lower
	// case. A word that is not here is no news.
	Statuses map[string]outbox.Status
}

// Report is one delivery report.
type Report struct {
	Reference string
	Status    outbox.Status // empty for a word that is no news
}

// Parse reads a report. The error is of kind fault.Denied when it does not come
// from the provider, and fault.Invalid when it tells nothing.
func (r Reports) Parse(pathSecret string, header http.Header, body []byte) (Report, error) {
	if !genuine(r.SignatureHeader, r.SignatureSecret, r.PathSecret, pathSecret, header, body) {
		return Report{}, fault.New(fault.Denied, "", "delivery report without its secret")
	}
	if len(body) > maxAnswer {
		return Report{}, fault.New(fault.Invalid, "", "delivery report is too long")
	}
	reference, word := textAt(body, r.Reference), textAt(body, r.Status)
	if reference == "" || word == "" {
		return Report{}, fault.New(fault.Invalid, "", "delivery report without a reference or a status")
	}
	return Report{reference, r.Statuses[strings.ToLower(word)]}, nil
}

// genuine reports whether the provider made what was posted. Without a secret in the
// configuration nothing is.
func genuine(name string, secret []byte, segment, pathSecret string, header http.Header, body []byte) bool {
	if len(secret) == 0 {
		return segment != "" && subtle.ConstantTimeCompare([]byte(pathSecret), []byte(segment)) == 1
	}
	given := header.Get(name)
	signature, err := hex.DecodeString(given)
	if err != nil {
		if signature, err = base64.StdEncoding.DecodeString(given); err != nil {
			return false
		}
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	return hmac.Equal(signature, mac.Sum(nil))
}
