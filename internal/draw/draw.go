// Package draw decides who is next, so that anybody can do it again.
//
// Asks of a day are closed together. Their tickets, random and linked to nobody, are
// listed and hashed; the value that shuffles them is public, and was named before the
// list was closed:
//
//	seed  = SHA-256(SHA-256(list) || randomness)
//	order = tickets sorted by HMAC-SHA-256(seed, ticket)
//
// The list is a few lines of what was fixed with it, then the sorted tickets; each line ends
// with a line feed:
//
//	loket draw 1
//	n 12
//	closes 2022-08-16T18:00:00+02:00
//	source beacon CHAIN KEY ROUND
//	0ZB8WETV6H
//	…
//
// Of a list that closes sooner than those of a day (see [Short]) the line "closes" is followed
// by "short HOURS OPENED" and a line "supply REGIONS THING FREE PEOPLE" for each of its numbers.
//
// The randomness of a round of a beacon is SHA-256 of its signature, as drand defines it; of
// dice it is SHA-256 of the digits as they fell. Of parties that reveal it is SHA-256 of
// their values, one after the other, with the SHA-256 of dice in the place of each that was
// withheld. A Draw says all of it; Verify does it again and believes nothing.
//
// Nobody gains by asking early, twice or from many browsers, and whoever runs Loket
// cannot choose the order: the list is fixed before the value is known, and the round is
// always the first one at [Delay] after closing.
//
//	d, err := draw.New(n, closes, beacon.Source(closes.Add(draw.Delay)), tickets)
//	d, err = d.With(signature)              // when the round is there
//	d, err = draw.Verify(published, draw.Trust{Beacons: []draw.Trusted{draw.Quicknet()}})
//
// Whoever verifies says which beacons they trust: a file that brings a beacon of its own
// proves nothing. What this package cannot see is when a list was published, and whether
// dice fell as they were typed.
package draw

import (
	"encoding/hex"
	"slices"
	"time"

	"loket/internal/fault"
)

// Delay is how long after closing the value comes. It is the same for every draw: whoever
// could choose a round afterwards could choose an order.
const Delay = 10 * time.Minute

// version is that of the published form.
const version = 1

// Kinds of sources.
const (
	FromBeacon = "beacon"
	FromDice   = "dice"
	FromReveal = "reveal"
)

// Draw is one draw as it is published. Order is empty until the value is known.
type Draw struct {
	Version    int      `json:"version"`         // of this format: 1
	N          int64    `json:"n"`               // which draw it is, from one; draws are in this order
	ClosesAt   string   `json:"closes_at"`       // RFC 3339, whole seconds; asks up to then are in it
	Short      *Short   `json:"short,omitempty"` // why it closed sooner than those of a day; nil for those
	Source     Source   `json:"source"`
	Tickets    []string `json:"tickets"`              // sorted
	ListHash   string   `json:"list_sha256"`          // hex
	Randomness string   `json:"randomness,omitempty"` // hex
	Order      []string `json:"order,omitempty"`
	ResultHash string   `json:"result_sha256,omitempty"` // hex; of all that is known afterwards
}

// Source is where the value comes from, as it was named before the list was closed. What is
// known only afterwards stays empty until then.
type Source struct {
	Kind      string   `json:"kind"`                     // "beacon", "dice" or "reveal"
	Chain     string   `json:"chain,omitempty"`          // hash of the beacon's chain, hex
	PublicKey string   `json:"public_key,omitempty"`     // of the beacon, hex
	Round     uint64   `json:"round,omitempty"`          // of the beacon
	Fallback  int      `json:"fallback_hours,omitempty"` // so long after closing dice stand in for a beacon without a value, or for who did not reveal; 0: never
	Parties   []Party  `json:"parties,omitempty"`        // who reveals, in their order
	Signature string   `json:"signature,omitempty"`      // of the round, hex; known afterwards
	Dice      string   `json:"dice,omitempty"`           // digits 1 to 6 as they fell; known afterwards
	Officials []string `json:"officials,omitempty"`      // pseudonyms of the two who typed them
}

// Party is one of those who each chose a value, said its hash before the list was closed,
// and reveal it afterwards.
type Party struct {
	Name   string `json:"name"`
	Commit string `json:"sha256"`          // of its value, hex
	Value  string `json:"value,omitempty"` // 32 bytes, hex; stays empty where it is withheld
}

// New closes a list: tickets become a draw that waits for its value. The order they are
// given in does not matter. Closes is a whole second, written in its own zone; a
// fault.Invalid says what of it all cannot be published.
func New(n int64, closes time.Time, source Source, tickets []string) (Draw, error) {
	return NewShort(n, closes, nil, source, tickets)
}

// NewShort is New for a list that closes sooner than those of a day, unless short is nil.
func NewShort(n int64, closes time.Time, short *Short, source Source, tickets []string) (Draw, error) {
	d := Draw{Version: version, N: n, ClosesAt: closes.Format(time.RFC3339), Short: short, Source: source, Tickets: make([]string, len(tickets))}
	copy(d.Tickets, tickets) // never nil: an empty draw has an empty list, not none
	slices.Sort(d.Tickets)
	d.ListHash = hex.EncodeToString(d.listHash())
	if !closes.Equal(closes.Truncate(time.Second)) {
		return Draw{}, wrong("closing", "%v is not a whole second", closes)
	}
	if source.known() {
		return Draw{}, wrong("source", "the value is known before the list is closed")
	}
	return d, d.checkList()
}

// Closed returns when the list was closed, in the zone it was written in.
func (d Draw) Closed() (time.Time, error) {
	t, err := time.Parse(time.RFC3339, d.ClosesAt)
	if err != nil || t.Format(time.RFC3339) != d.ClosesAt {
		return time.Time{}, wrong("closing", "%q is not an instant of RFC 3339 in whole seconds", d.ClosesAt)
	}
	return t, nil
}

// Drawn reports whether the value is known, and with it the order.
func (d Draw) Drawn() bool { return d.Randomness != "" }

// With returns the draw with its value and the order that follows from it. The value of a
// beacon is the signature of the round, hex, and must verify under the key that was named.
// That of dice is their digits; the pseudonyms of the two officials who typed them go with
// it. A beacon that named dice as its fall-back takes either. A list that is not the one
// that was closed is refused.
func (d Draw) With(value string, officials ...string) (Draw, error) {
	if d.Source.Kind == FromDice || len(officials) > 0 {
		d.Source.Dice = value
	} else {
		d.Source.Signature = value
	}
	d.Source.Officials = slices.Clone(officials)
	return d.drawn()
}

// Revealed returns the draw with the values of its parties, in their order; one that is
// empty was withheld. Where one was, dice stand in its place, with those who typed them.
func (d Draw) Revealed(values []string, dice string, officials ...string) (Draw, error) {
	if len(values) != len(d.Source.Parties) {
		return Draw{}, wrong("reveal", "%d values of %d parties", len(values), len(d.Source.Parties))
	}
	d.Source.Parties = slices.Clone(d.Source.Parties)
	for i, value := range values {
		d.Source.Parties[i].Value = value
	}
	d.Source.Dice, d.Source.Officials = dice, slices.Clone(officials)
	return d.drawn()
}

// drawn returns the draw with what follows from the value in its source.
func (d Draw) drawn() (Draw, error) {
	if d.Drawn() {
		return Draw{}, fault.New(fault.Taken, "", "draw %d is drawn already", d.N)
	}
	if err := d.checkList(); err != nil {
		return Draw{}, err
	}
	randomness, err := d.Source.randomness()
	if err != nil {
		return Draw{}, err
	}
	d.Randomness = hex.EncodeToString(randomness)
	d.Order = Order(Seed(d.listHash(), randomness), d.Tickets)
	d.ResultHash = hex.EncodeToString(d.resultHash())
	return d, nil
}

// checkList reports what is wrong with a draw, its value and order apart.
func (d Draw) checkList() error {
	if d.Version != version {
		return wrong("form", "version %d is not %d", d.Version, version)
	}
	if d.N < 1 {
		return wrong("form", "draws are counted from one")
	}
	closed, err := d.Closed()
	if err != nil {
		return err
	}
	if d.Short != nil {
		if err := d.Short.Check(closed); err != nil {
			return err
		}
	}
	if err := checkTickets(d.Tickets); err != nil {
		return err
	}
	if err := d.Source.check(); err != nil {
		return err
	}
	if hash := hex.EncodeToString(d.listHash()); hash != d.ListHash {
		return wrong("list", "the hash of its head and tickets is %s and not %s", hash, d.ListHash)
	}
	return nil
}

// wrong returns the fault of a draw that does not verify: which step, and why.
func wrong(step, why string, args ...any) error {
	return fault.New(fault.Invalid, "", step+": "+why, args...)
}
