package draw

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strings"
)

// maxTicket is the length of the longest ticket.
const maxTicket = 32

// Seed returns what shuffles a list: the SHA-256 of its hash followed by the randomness.
func Seed(listHash, randomness []byte) []byte {
	sum := sha256.Sum256(append(slices.Clone(listHash), randomness...))
	return sum[:]
}

// Order returns tickets sorted by their HMAC-SHA-256 under seed, and by themselves should
// two ever be alike. The order they are given in does not matter; they stay as they are.
func Order(seed []byte, tickets []string) []string {
	type entry struct {
		sum    [sha256.Size]byte
		ticket string
	}
	entries := make([]entry, len(tickets))
	mac := hmac.New(sha256.New, seed)
	var text [maxTicket]byte
	for i, t := range tickets {
		mac.Reset()
		mac.Write(append(text[:0], t...))
		mac.Sum(entries[i].sum[:0])
		entries[i].ticket = t
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if c := bytes.Compare(a.sum[:], b.sum[:]); c != 0 {
			return c
		}
		return strings.Compare(a.ticket, b.ticket)
	})
	order := slices.Grow([]string(nil), len(entries)) // nil of nothing, as it is read again
	for _, e := range entries {
		order = append(order, e.ticket)
	}
	return order
}

// checkTickets reports tickets that are not sorted or not different, or that another program
// might read in another way: a ticket is 1 to 32 letters of ASCII, digits, "-" and "_".
func checkTickets(tickets []string) error {
	for i, t := range tickets {
		if !isName(t, maxTicket) {
			return wrong("list", "ticket %d is not 1 to %d letters and digits", i+1, maxTicket)
		}
		if i > 0 && tickets[i-1] >= t {
			return wrong("list", "ticket %d is there twice, or not in its place", i+1)
		}
	}
	return nil
}

// isName reports whether s is 1 to most letters of ASCII, digits, "-" and "_".
func isName(s string, most int) bool {
	for _, c := range []byte(s) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-' || c == '_') {
			return false
		}
	}
	return 1 <= len(s) && len(s) <= most
}
