package hcert

import (
	"errors"
	"math"
	"slices"
	"unicode/utf8"
)

// Certificates are decoded here and not with a general library, because most of
// the time of verifying after the signature went into reflection. What is read is
// the part of RFC 8949 that certificates use, and nothing is forgiven: an item
// that does not end, a duplicate key, deep nesting or bad UTF-8 is an error.

const (
	maxNesting = 12  // twice the depth of a real certificate
	maxItems   = 128 // in one array or map
)

var errCBOR = errors.New("not the CBOR of a certificate")

// Major types of CBOR.
const (
	majorUint = iota
	majorNegative
	majorBytes
	majorText
	majorArray
	majorMap
	majorTag
	majorSimple
)

// reader reads CBOR items one after another. After an error the rest is not read.
type reader struct {
	data  []byte
	depth int
	named bool // maps must have names for keys, as in payloads; else entries with numbers are passed over
}

// head reads the major type and the argument of an item; indefinite is true for
// a length that is not known beforehand.
func (r *reader) head() (major byte, arg uint64, indefinite bool, err error) {
	if len(r.data) == 0 {
		return 0, 0, false, errCBOR
	}
	first := r.data[0]
	r.data = r.data[1:]
	major, info := first>>5, first&0x1f
	switch {
	case info < 24:
		return major, uint64(info), false, nil
	case info < 28:
		n := 1 << (info - 24)
		if len(r.data) < n {
			return 0, 0, false, errCBOR
		}
		for _, b := range r.data[:n] {
			arg = arg<<8 | uint64(b)
		}
		r.data = r.data[n:]
		return major, arg, false, nil
	case info == 31 && (majorBytes <= major && major <= majorMap):
		return major, 0, true, nil
	}
	return 0, 0, false, errCBOR
}

// ended reports, and passes, the end of an item of unknown length.
func (r *reader) ended() bool {
	if len(r.data) > 0 && r.data[0] == 0xff {
		r.data = r.data[1:]
		return true
	}
	return false
}

// value reads any item: nil, bool, int64, float64, []byte, string, []any or
// map[string]any.
func (r *reader) value() (any, error) {
	if len(r.data) > 0 && r.data[0]>>5 == majorSimple {
		return r.simple()
	}
	before := *r
	major, arg, indefinite, err := r.head()
	if err != nil {
		return nil, err
	}
	switch major {
	case majorUint, majorNegative:
		if arg > math.MaxInt64 {
			return nil, errCBOR
		}
		if major == majorNegative {
			return -1 - int64(arg), nil
		}
		return int64(arg), nil
	case majorBytes:
		return r.chunks(majorBytes, arg, indefinite)
	case majorText:
		text, err := r.chunks(majorText, arg, indefinite)
		return string(text), err
	case majorArray:
		return r.array(arg, indefinite)
	case majorMap:
		*r = before
		m := make(map[string]any)
		return m, r.pairs(func(k key) error {
			v, err := r.value()
			if k.text {
				m[k.name] = v
			} else if r.named {
				return errCBOR
			}
			return err
		})
	}
	return r.tagged(arg)
}

// tagged reads what a tag stands before. Only tag 0 is known, a date and time in
// text, which some issuers put before theirs.
func (r *reader) tagged(tag uint64) (any, error) {
	if tag != 0 || len(r.data) == 0 || r.data[0]>>5 != majorText {
		return nil, errCBOR
	}
	return r.value()
}

// simple reads false, true, null, undefined and floats.
func (r *reader) simple() (any, error) {
	first := r.data[0]
	_, arg, _, err := r.head()
	if err != nil {
		return nil, err
	}
	switch first & 0x1f {
	case 20, 21:
		return first&1 == 1, nil
	case 22, 23:
		return nil, nil
	case 25:
		return halfFloat(uint16(arg)), nil
	case 26:
		return float64(math.Float32frombits(uint32(arg))), nil
	case 27:
		return math.Float64frombits(arg), nil
	}
	return nil, errCBOR
}

// halfFloat widens a float of 16 bits (RFC 8949 appendix D).
func halfFloat(bits uint16) float64 {
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	value := math.Ldexp(fraction+1024, exponent-25)
	switch {
	case exponent == 0:
		value = math.Ldexp(fraction, -24)
	case exponent == 31 && fraction == 0:
		value = math.Inf(1)
	case exponent == 31:
		return math.NaN()
	}
	if bits>>15 == 1 {
		return -value
	}
	return value
}

// chunks reads a string of bytes or text, in one piece or in pieces.
func (r *reader) chunks(major byte, n uint64, indefinite bool) ([]byte, error) {
	if !indefinite {
		if n > uint64(len(r.data)) {
			return nil, errCBOR
		}
		piece := r.data[:n:n]
		r.data = r.data[n:]
		if major == majorText && !utf8.Valid(piece) {
			return nil, errCBOR
		}
		return piece, nil
	}
	all := []byte{} // an empty string is not an absent one
	for !r.ended() {
		m, n, indefinite, err := r.head()
		if err != nil || m != major || indefinite {
			return nil, errCBOR
		}
		piece, err := r.chunks(major, n, false)
		if err != nil {
			return nil, err
		}
		all = append(all, piece...)
	}
	return all, nil
}

// enter counts one more level of nesting and checks a number of items.
func (r *reader) enter(n uint64) error {
	r.depth++
	if r.depth > maxNesting || n > maxItems {
		return errCBOR
	}
	return nil
}

func (r *reader) array(n uint64, indefinite bool) ([]any, error) {
	if err := r.enter(n); err != nil {
		return nil, err
	}
	list := make([]any, 0, min(n, 4))
	for !r.last(len(list), n, indefinite) {
		v, err := r.value()
		if err != nil || len(list) == maxItems {
			return nil, errCBOR
		}
		list = append(list, v)
	}
	r.depth--
	return list, nil
}

// last reports whether the done items are all of n, or all up to the end mark.
func (r *reader) last(done int, n uint64, indefinite bool) bool {
	if indefinite {
		return r.ended()
	}
	return uint64(done) == n
}

// key is the key of a map: a number, or a name if text is true.
type key struct {
	number int64
	name   string
	text   bool
}

// fieldNames are the keys of payloads, so that each need not be made anew.
var fieldNames = func() map[string]string {
	names := make(map[string]string)
	for _, l := range labels {
		names[l.key] = l.key
	}
	return names
}()

func (r *reader) key() (k key, err error) {
	major, arg, indefinite, err := r.head()
	switch {
	case err != nil:
		return key{}, err
	case major == majorText:
		text, err := r.chunks(majorText, arg, indefinite)
		name, known := fieldNames[string(text)]
		if !known {
			name = string(text)
		}
		return key{name: name, text: true}, err
	case major == majorUint && arg <= math.MaxInt64:
		return key{number: int64(arg)}, nil
	case major == majorNegative && arg <= math.MaxInt64:
		return key{number: -1 - int64(arg)}, nil
	}
	return key{}, errCBOR
}

// pairs reads a map. It calls read for each key, which must read the value.
func (r *reader) pairs(read func(k key) error) error {
	major, n, indefinite, err := r.head()
	if err != nil || major != majorMap {
		return errCBOR
	}
	if err := r.enter(n); err != nil {
		return err
	}
	var few [12]key
	seen := few[:0]
	for !r.last(len(seen), n, indefinite) {
		k, err := r.key()
		if err != nil || len(seen) == maxItems || slices.Contains(seen, k) {
			return errCBOR
		}
		seen = append(seen, k)
		if err := read(k); err != nil {
			return err
		}
	}
	r.depth--
	return nil
}

// bytes reads a byte string.
func (r *reader) bytes() ([]byte, error) {
	v, err := r.value()
	b, ok := v.([]byte)
	if err != nil || !ok {
		return nil, errCBOR
	}
	return b, nil
}
