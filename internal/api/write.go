package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// headers are on every answer (NL GOV API design rules; OWASP ASVS 5.0 V3.4).
var headers = map[string]string{
	"API-Version":             Version,
	"Cache-Control":           "no-store",
	"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	"Referrer-Policy":         "no-referrer",
	"X-Content-Type-Options":  "nosniff",
	"X-Frame-Options":         "DENY",
}

func setHeaders(h http.Header) {
	for name, value := range headers {
		h.Set(name, value)
	}
}

// write sends what a handler gave.
func (got answer) write(w http.ResponseWriter, kind string) {
	if got.open {
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}
	switch {
	case got.raw != nil:
		w.Header().Set("Content-Type", kind)
		writeBytes(w, got.status, got.raw)
	case got.body != nil:
		w.Header().Set("Vary", "Accept-Language")
		writeJSON(w, kind, got.status, got.body)
	default:
		w.WriteHeader(got.status)
	}
}

// writeJSON sends v. What is sent here is made of texts and numbers, which always can be
// JSON.
func writeJSON(w http.ResponseWriter, kind string, status int, v any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		status, text = http.StatusInternalServerError, *bytes.NewBufferString("{}\n")
	}
	w.Header().Set("Content-Type", kind)
	writeBytes(w, status, text.Bytes())
}

func writeBytes(w http.ResponseWriter, status int, data []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	w.Write(data) // whoever does not read it any more is not told
}

// accepts reports whether Accept headers allow a media type. Weights other than zero do
// not matter: there is one form of each thing.
func accepts(headers []string, kind string) bool {
	family, _, _ := strings.Cut(kind, "/")
	asked, allowed := false, false
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, parameters, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		asked = true
		if name == "*/*" || name == family+"/*" || name == kind {
			weight, found := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
			value, err := strconv.ParseFloat(weight, 64)
			allowed = allowed || !found || err == nil && value > 0
		}
	}
	return allowed || !asked
}
