package throttle

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks of the reverse proxies whose X-Forwarded-For may be
// believed. Without any, the peer of the connection is the source.
type Proxies []netip.Prefix

// SourceOf returns the neighbourhood a request comes from, as the text that
// Try counts: the /24 or /56 of the nearest address that no trusted proxy has.
// The text is personal data until it is hashed; it must not be stored or logged.
func (p Proxies) SourceOf(r *http.Request) string {
	addr, ok := parse(r.RemoteAddr)
	if !ok {
		return "unknown"
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	// Each proxy adds the peer it saw at the right; what stands left of the
	// first untrusted address was written by the caller and proves nothing.
	for _, hop := range slices.Backward(hops) {
		if !p.trust(addr) {
			break
		}
		next, ok := parse(strings.TrimSpace(hop))
		if !ok {
			break
		}
		addr = next
	}
	bits := 24
	if addr.Is6() {
		bits = 56
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return prefix.String()
}

func (p Proxies) trust(addr netip.Addr) bool {
	return slices.ContainsFunc(p, func(prefix netip.Prefix) bool { return prefix.Contains(addr) })
}

// parse reads an address with or without a port.
func parse(text string) (netip.Addr, bool) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	addr, err := netip.ParseAddr(text)
	return addr.Unmap().WithZone(""), err == nil
}

// WriteTable writes limits as a Markdown table, for the documentation.
func WriteTable(w io.Writer, limits []Limit) error {
	var text strings.Builder
	text.WriteString("| limit | counted by | at once | one more after | why |\n|---|---|---|---|---|\n")
	for _, l := range limits {
		fmt.Fprintf(&text, "| %s | %s | %d | %v | %s |\n", l.Name, l.By, l.Burst, l.Every, l.Why)
	}
	_, err := io.WriteString(w, text.String())
	return err
}
