// Package draw decides who is next, so that anybody can do it again.
//
// Asks of a day are closed together. Their tickets, random and linked to nobody, are
// listed and hashed; the value that shuffles them is public, and was named before the
// list was closed:
//
//	seed  = SHA-256(SHA-256(list) || randomness)
//	order = tickets sorted by HMAC-SHA-256(seed, ticket)
//
// The list is the sorted tickets, each followed by a line feed. The randomness of a round of
// a beacon is SHA-256 of its signature, as drand defines it; of dice it is SHA-256 of the
// digits as they fell. A Draw says all of it; Verify does it again and believes nothing.
//
// Nobody gains by asking early, twice or from many browsers, and whoever runs Loket
// cannot choose the order: the list is fixed before the value is known.
package draw

// Draw is one draw as it is published. Order is empty until the value is known.
type Draw struct {
	Version    int      `json:"version"`   // of this format: 1
	N          int64    `json:"n"`         // which draw it is; draws are in this order
	ClosesAt   string   `json:"closes_at"` // RFC 3339; asks up to then are in it
	Source     Source   `json:"source"`
	Tickets    []string `json:"tickets"`              // sorted
	ListHash   string   `json:"list_sha256"`          // hex
	Randomness string   `json:"randomness,omitempty"` // hex
	Order      []string `json:"order,omitempty"`
}

// Source is where the value comes from, as it was named before the list was closed.
type Source struct {
	Kind      string   `json:"kind"`                 // "beacon" or "dice"
	Chain     string   `json:"chain,omitempty"`      // hash of the beacon's chain, hex
	PublicKey string   `json:"public_key,omitempty"` // of the beacon, hex
	Round     uint64   `json:"round,omitempty"`
	Signature string   `json:"signature,omitempty"` // of the round, hex; known afterwards
	Dice      string   `json:"dice,omitempty"`      // digits 1 to 6 as they fell; known afterwards
	Officials []string `json:"officials,omitempty"` // pseudonyms of the two who typed them
}
