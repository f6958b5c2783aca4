package ident

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Email is one e-mail address without a name: local part as typed, domain in
// lower case and ASCII. It is private. One address may serve several people.
type Email struct{ Private }

// Limits of RFC 5321 section 4.5.3.1, in bytes, and of RFC 1035 for a label.
const (
	maxEmail = 254
	maxLocal = 64
	maxLabel = 63
)

// ParseEmail reads an address as typed. The local part may have the characters
// of an RFC 5322 dot-atom, in ASCII; quoted parts and comments, which real
// addresses do not have and mail headers can be broken with, are refused. The
// domain may be of any script and becomes Punycode. The error is of kind
// Invalid. Whether mail arrives, only mail can tell.
func ParseEmail(text string) (Email, error) {
	text = strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	if len(text) > maxEmail {
		return Email{}, invalid("ident.email.long", "e-mail address is too long")
	}
	local, domain, ok := strings.Cut(text, "@")
	if !ok || local == "" || domain == "" {
		return Email{}, invalid("ident.email.at", "e-mail address has not two parts around an @")
	}
	if len(local) > maxLocal || !dotAtom(local) {
		return Email{}, invalid("ident.email.local", "part before the @ has a character or length that cannot be")
	}
	ascii, ok := asciiDomain(domain)
	if !ok || len(local)+1+len(ascii) > maxEmail {
		return Email{}, invalid("ident.email.domain", "part after the @ is no domain name")
	}
	return Email{NewPrivate(local + "@" + ascii)}, nil
}

// Equal reports whether both are the same address, in constant time.
func (e Email) Equal(other Email) bool { return e.Private.Equal(other.Private) }

// dotAtom reports whether text is words of atext between single dots.
func dotAtom(text string) bool {
	for word := range strings.SplitSeq(text, ".") {
		if word == "" {
			return false
		}
		for _, r := range word {
			letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
			if !letter && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r) {
				return false
			}
		}
	}
	return true
}

// asciiDomain returns the domain in lower case, its labels of other scripts in
// Punycode (RFC 5891). It follows the mapping of UTS 46 as far as people
// type: NFKC, lower case, and the ideographic full stop for a dot. A domain has
// two labels at least and its last is not a number.
func asciiDomain(domain string) (string, bool) {
	domain = strings.ToLower(norm.NFKC.String(strings.ReplaceAll(domain, "。", ".")))
	labels := strings.Split(strings.TrimSuffix(domain, "."), ".")
	for i, label := range labels {
		if strings.ContainsFunc(label, notInLabel) || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return "", false
		}
		labels[i] = punycode(label)
		if labels[i] == "" || len(labels[i]) > maxLabel {
			return "", false
		}
	}
	last := labels[len(labels)-1]
	return strings.Join(labels, "."), len(labels) > 1 && strings.Trim(last, "0123456789") != ""
}

// notInLabel reports whether r cannot be in a label of a domain in lower case.
func notInLabel(r rune) bool {
	if r < unicode.MaxASCII {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}
