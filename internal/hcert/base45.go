package hcert

import "errors"

// base45Alphabet is that of RFC 9285, which is also that of alphanumeric QR
// symbols.
const base45Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

var errBase45 = errors.New("not base45")

// base45Values maps a byte to its value, or to 0xff outside the alphabet.
var base45Values = func() (v [256]byte) {
	for i := range v {
		v[i] = 0xff
	}
	for i := range len(base45Alphabet) {
		v[base45Alphabet[i]] = byte(i)
	}
	return v
}()

// appendBase45 appends src in base45: two bytes become three characters, a last
// single byte two.
func appendBase45(dst, src []byte) []byte {
	for len(src) >= 2 {
		n := int(src[0])<<8 | int(src[1])
		dst = append(dst, base45Alphabet[n%45], base45Alphabet[n/45%45], base45Alphabet[n/(45*45)])
		src = src[2:]
	}
	if len(src) == 1 {
		n := int(src[0])
		dst = append(dst, base45Alphabet[n%45], base45Alphabet[n/45])
	}
	return dst
}

// decodeBase45 refuses characters outside the alphabet, a length of 3n+1, and
// groups whose value does not fit their bytes (RFC 9285 §6).
func decodeBase45(src string) ([]byte, error) {
	if len(src)%3 == 1 {
		return nil, errBase45
	}
	dst := make([]byte, 0, len(src)/3*2+1)
	for len(src) >= 3 {
		a, b, c := base45Values[src[0]], base45Values[src[1]], base45Values[src[2]]
		if a|b|c == 0xff { // values are below 45, so only 0xff sets the high bits
			return nil, errBase45
		}
		n := int(a) + 45*int(b) + 45*45*int(c)
		if n > 0xffff {
			return nil, errBase45
		}
		dst = append(dst, byte(n>>8), byte(n))
		src = src[3:]
	}
	if len(src) == 2 {
		a, b := base45Values[src[0]], base45Values[src[1]]
		n := int(a) + 45*int(b)
		if a|b == 0xff || n > 0xff {
			return nil, errBase45
		}
		dst = append(dst, byte(n))
	}
	return dst, nil
}
