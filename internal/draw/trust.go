package draw

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Trust is what somebody who verifies takes as fair.
type Trust struct {
	Beacons []Trusted
	Dice    bool // believe the two officials, also where they stand in for a beacon or a party
	Parties bool // believe that the parties said their hashes before, and that one of them told nobody its value
}

// Trusted is a beacon whose values nobody who runs Loket can choose.
type Trusted struct {
	Chain     string // hash of the chain, hex
	PublicKey string // hex
	Clock     Clock
}

// Source returns the first round that comes at t or later, as it is named before closing.
func (b Trusted) Source(t time.Time) Source {
	return Source{Kind: FromBeacon, Chain: b.Chain, PublicKey: b.PublicKey, Round: b.Clock.RoundAt(t)}
}

// Quicknet returns drand's network of that name, which some twenty independent
// organisations run. All of it is fixed by the hash of the chain.
//
// Source: https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/info
func Quicknet() Trusted {
	return Trusted{
		Chain: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
		PublicKey: "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
			"0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
		Clock: Clock{Genesis: time.Unix(1692803367, 0).UTC(), Period: 3 * time.Second},
	}
}

// scheme is the only one that is understood.
const scheme = "bls-unchained-g1-rfc9380"

// info is a beacon as drand publishes it under /info.
type info struct {
	PublicKey string   `json:"public_key"`
	Period    uint32   `json:"period"`       // seconds
	Genesis   int64    `json:"genesis_time"` // Unix seconds
	Chain     string   `json:"hash"`
	Group     string   `json:"groupHash"` // of those who run it
	Scheme    string   `json:"schemeID"`
	Metadata  metadata `json:"metadata"`
}

type metadata struct {
	Beacon string `json:"beaconID"`
}

// ParseTrusted reads what a beacon says of itself, in the form that drand publishes under
// /info. The hash of the chain must be that of the rest; whoever knows it from elsewhere
// need only compare it. The error is a fault.Invalid.
func ParseTrusted(data []byte) (Trusted, error) {
	var i info
	if err := json.Unmarshal(data, &i); err != nil {
		return Trusted{}, wrong("beacon", "it is not as drand publishes it: %w", err)
	}
	if i.Scheme != scheme {
		return Trusted{}, wrong("beacon", "its scheme is %q and not %s", i.Scheme, scheme)
	}
	if !isHex(i.PublicKey, keySize) || !isHex(i.Group, sha256.Size) || i.Period == 0 {
		return Trusted{}, wrong("beacon", "key, group or period are not of that scheme")
	}
	if hash := i.hash(); hash != i.Chain {
		return Trusted{}, wrong("beacon", "the hash of its chain is %s and not %q", hash, i.Chain)
	}
	return Trusted{i.Chain, i.PublicKey, Clock{time.Unix(i.Genesis, 0).UTC(), time.Duration(i.Period) * time.Second}}, nil
}

// hash returns the hash of the chain, over all that never changes of it, as drand's
// chain.Info.Hash does.
func (i info) hash() string {
	data := binary.BigEndian.AppendUint32(nil, i.Period)
	data = binary.BigEndian.AppendUint64(data, uint64(i.Genesis))
	for _, part := range []string{i.PublicKey, i.Group} {
		b, _ := hex.DecodeString(part) // what is not hex has no hash that agrees
		data = append(data, b...)
	}
	if i.Metadata.Beacon != "default" {
		data = append(data, i.Metadata.Beacon...)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
