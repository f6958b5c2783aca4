package draw

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// head returns the lines before the tickets of a list: all that is fixed when it is closed.
// None of them is like a ticket, which has no space.
func (d Draw) head() string {
	var b strings.Builder
	fmt.Fprintf(&b, "loket draw %d\nn %d\ncloses %s\n", d.Version, d.N, d.ClosesAt)
	d.Short.head(&b)
	d.Source.head(&b)
	return b.String()
}

// head writes down a source as it was named.
func (s Source) head(b *strings.Builder) {
	b.WriteString("source " + s.Kind)
	if s.Kind == FromBeacon {
		fmt.Fprintf(b, " %s %s %d", s.Chain, s.PublicKey, s.Round)
	}
	b.WriteByte('\n')
	if s.Fallback > 0 {
		fmt.Fprintf(b, "fallback dice %d\n", s.Fallback)
	}
	for _, party := range s.Parties {
		fmt.Fprintf(b, "party %s %s\n", party.Name, party.Commit)
	}
}

// listHash returns the SHA-256 of the head and the tickets, each followed by a line feed.
func (d Draw) listHash() []byte {
	h := sha256.New()
	h.Write([]byte(d.head()))
	addLines(h, d.Tickets)
	return h.Sum(nil)
}

// Seed returns what shuffled a draw that is drawn.
func (d Draw) Seed() ([]byte, error) {
	randomness, err := hex.DecodeString(d.Randomness)
	if err != nil || !d.Drawn() {
		return nil, wrong("randomness", "it is not known")
	}
	return Seed(d.listHash(), randomness), nil
}

// resultHash returns the SHA-256 of what is known afterwards: the hashes of list and value,
// who typed it in, and the order. One line of it, noted down by somebody, fixes all.
func (d Draw) resultHash() []byte {
	h := sha256.New()
	fmt.Fprintf(h, "loket draw %d result\nlist %s\nrandomness %s\n", d.Version, d.ListHash, d.Randomness)
	for _, who := range d.Source.Officials {
		fmt.Fprintf(h, "official %s\n", who)
	}
	addLines(h, d.Order)
	return h.Sum(nil)
}

func addLines(h hash.Hash, tickets []string) {
	var line [maxTicket + 1]byte
	for _, t := range tickets {
		h.Write(append(append(line[:0], t...), '\n'))
	}
}
