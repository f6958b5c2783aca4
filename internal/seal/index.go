package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// SumSize is the length of an index sum in bytes: HMAC-SHA256 cut to 128 bits.
const SumSize = 16

// Index turns values into keyed sums under the index keys of one area. The same
// value has different sums in different areas, so rows of two areas cannot be
// joined by whoever has only the database.
type Index struct{ keys []versioned }

// Version returns the version of the key that Sum uses.
func (ix *Index) Version() int64 { return ix.keys[len(ix.keys)-1].version }

// Sum returns the sum of parts as a value of that kind, under the newest key.
func (ix *Index) Sum(kind string, parts ...string) []byte {
	return sum(ix.keys[len(ix.keys)-1].key, kind, parts)[:SumSize]
}

// Versions returns the sum under each key that may still stand in a row, by
// version.
func (ix *Index) Versions(kind string, parts ...string) map[int64][]byte {
	all := make(map[int64][]byte, len(ix.keys))
	for _, k := range ix.keys {
		all[k.version] = sum(k.key, kind, parts)[:SumSize]
	}
	return all
}

// Derive returns KeySize bytes that only the holder of the index key can make
// again, for secrets that are to be recomputed and stored nowhere.
func (ix *Index) Derive(kind string, parts ...string) []byte {
	return sum(ix.keys[len(ix.keys)-1].key, "derive "+kind, parts)
}

// sum frames each part with its length, so that no two lists of parts are alike.
func sum(key []byte, kind string, parts []string) []byte {
	mac := hmac.New(sha256.New, key)
	frame := func(s string) {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s))))
		mac.Write([]byte(s))
	}
	frame(kind)
	for _, p := range parts {
		frame(p)
	}
	return mac.Sum(nil)
}
