package ident

import (
	"encoding/base32"
	"io"
	"strings"
)

// idLetters is the base 32 of Crockford in lower case.
const idLetters = "0123456789abcdefghjkmnpqrstvwxyz"

// idLength is the number of letters for 128 bits.
const idLength = 26

func idEncoding() *base32.Encoding {
	return base32.NewEncoding(idLetters).WithPadding(base32.NoPadding)
}

// NewID returns prefix, "_" and 128 bits of rand as 26 lower-case letters and
// digits: "req_0h5k…". The prefix says what the id is of. NewID panics if rand
// fails; crypto/rand.Reader never does.
func NewID(rand io.Reader, prefix string) string {
	return prefix + "_" + idEncoding().EncodeToString(randomBytes(rand, 16))
}

// ParseID returns text if it has the form that NewID gives for prefix, and an
// error of kind Invalid if not. There is one spelling of an id: capitals are
// refused.
func ParseID(prefix, text string) (string, error) {
	letters, ok := strings.CutPrefix(text, prefix+"_")
	if !ok || len(letters) != idLength {
		return "", invalid("ident.id.form", "id without the prefix or length of its kind")
	}
	bits, err := idEncoding().DecodeString(letters)
	if err != nil || idEncoding().EncodeToString(bits) != letters {
		return "", invalid("ident.id.form", "id with a letter that has no place in it")
	}
	return text, nil
}

// randomBytes reads n bytes of rand and panics if it cannot: an id, number or
// code from a broken source must not exist.
func randomBytes(rand io.Reader, n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(rand, b); err != nil {
		panic("ident: the source of random bits failed: " + err.Error())
	}
	return b
}
