package public

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A kept cookie carries number and code from the form that gave or took them to the
// page that shows them. It is sealed, so that the disk of a shared phone holds
// nothing to read, under a key that every process of an installation derives; and it
// says inside when it ends, because a browser may keep it longer.
const (
	receiptCookie = "receipt"
	statusCookie  = "status"

	keptFor = 10 * time.Minute // as long as a message stays open unused
)

// newCookieSeal returns the seal of kept cookies.
func newCookieSeal(secret []byte) cipher.AEAD {
	key, err := hkdf.Key(sha256.New, secret, nil, "loket cookies", 32)
	if err != nil {
		panic(err) // the length is a constant that is never too large
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // nor is this one wrong
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}

// keep has the browser keep words, which hold no space, for keptFor.
func (p *Pages) keep(w http.ResponseWriter, cookie string, words ...string) {
	ends := strconv.FormatInt(p.Requests.Now().Add(keptFor).Unix(), 10)
	plain := strings.Join(append([]string{ends}, words...), " ")
	sealed := p.cookies.Seal(nil, nil, []byte(plain), []byte(cookie))
	p.site.SetCookie(w, cookie, base64.RawURLEncoding.EncodeToString(sealed), keptFor)
}

// kept returns the words that keep was given, or nil where the browser has none, or
// none any more.
func (p *Pages) kept(r *http.Request, cookie string) []string {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(p.site.Cookie(r, cookie))
	if err != nil {
		return nil
	}
	plain, err := p.cookies.Open(nil, nil, sealed, []byte(cookie))
	if err != nil {
		return nil // made by somebody else, or under an older secret
	}
	words := strings.Split(string(plain), " ")
	ends, err := strconv.ParseInt(words[0], 10, 64)
	if err != nil || p.Requests.Now().Unix() >= ends {
		return nil
	}
	return words[1:]
}
