package web

import (
	"net/http"

	"loket/internal/fault"
)

// PublicPolicy is the Content-Security-Policy of pages for people: no script
// at all, nothing from another host, in nobody's frame. Pictures may stand in
// the page itself, for the code of a certificate.
const PublicPolicy = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; form-action 'self'; " +
	"script-src 'none'; base-uri 'none'; frame-ancestors 'none'"

// ScriptPolicy is the policy of a page that needs a script of our own: it may run
// those and reach our own host, and no text ever becomes markup (Trusted Types).
const ScriptPolicy = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; form-action 'self'; " +
	"script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; frame-ancestors 'none'"

// fixedHeaders are on every answer (OWASP ASVS 5.0: V3.4, V14.3.2). The values
// are shared between answers and must not be changed in place.
var fixedHeaders = http.Header{
	"Cache-Control":                {"no-store"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Permissions-Policy": {"accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), " +
		"payment=(), usb=(), browsing-topics=(), interest-cohort=()"},
	"Referrer-Policy":        {"same-origin"}, // nobody else learns an address; see sameOrigin
	"X-Content-Type-Options": {"nosniff"},
	"X-Frame-Options":        {"DENY"}, // for browsers that do not know frame-ancestors
}

// hsts holds for two years, as the preload list asks.
var hsts = []string{"max-age=63072000; includeSubDomains; preload"}

// publicPolicy is PublicPolicy as a header value.
var publicPolicy = []string{PublicPolicy}

// scriptPolicy is ScriptPolicy as a header value.
var scriptPolicy = []string{ScriptPolicy}

// AllowScript lets the page that is answered next run scripts of our own.
func AllowScript(w http.ResponseWriter) { w.Header()["Content-Security-Policy"] = scriptPolicy }

func (s *Site) setHeaders(h http.Header) {
	for name, value := range fixedHeaders {
		h[name] = value
	}
	s.setPolicy(h)
	if s.Secure {
		h["Strict-Transport-Security"] = hsts
	}
}

func (s *Site) setPolicy(h http.Header) {
	h["Content-Security-Policy"] = publicPolicy
	if s.Policy != "" {
		h["Content-Security-Policy"] = []string{s.Policy}
	}
}

// sameOrigin refuses a request that changes something and comes from another
// site (ASVS V3.5.1), as Sec-Fetch-Site tells, or Origin in older browsers.
//
// Browsers of before 2023 send no Sec-Fetch-Site. Their Origin must then be our
// own; under a Referrer-Policy of no-referrer they would make it "null", as a
// page in a sandbox does, and old phones could not be told from an attack. Who
// sends neither header is no browser, and has no cookies of somebody else.
func (s *Site) sameOrigin(r *http.Request) error {
	if isRead(r) {
		return nil
	}
	if err := s.protection.Check(r); err != nil {
		return fault.New(fault.Denied, "web.error.other-site", "check the origin of a request: %w", err)
	}
	return nil
}
