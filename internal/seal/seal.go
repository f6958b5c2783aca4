// Package seal keeps what people tell unreadable at rest, and ends it for good.
//
// Three things lie here. The key directory (Keys) holds every key that protects
// personal data; it lies outside the database and outside its backups. A case
// (Case) is sealed under a key of its own, which the database holds only
// wrapped by the epoch key of a week. An index (Index) turns a number into an
// HMAC, so that equal numbers can be found and none can be read.
//
// Destruction is the loss of a key. The Sweeper ends a case by writing its id to
// the tombstones of the key directory, then deleting its key row and all its
// rows. A backup taken before still holds the wrapped key; it opens nothing once
// the epoch key is destroyed, 35 days after the Monday of its week, and when such a
// backup is restored the tombstones end the case again before anything listens.
//
// The package does not protect against somebody who reads the memory of a
// running server, or who holds the database and the key directory at once.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"io"

	"github.com/fxamacker/cbor/v2"
)

// KeySize is the length of every symmetric key here, in bytes.
const KeySize = 32

// Box seals under a fixed key: AES-256-GCM with a random nonce in front. It may
// have older keys besides, under which it only opens.
type Box struct {
	aead  cipher.AEAD
	older []cipher.AEAD
}

// NewBox returns a box for a key of KeySize bytes, and older ones that what lies
// there may still be sealed under.
func NewBox(key []byte, older ...[]byte) (Box, error) {
	aead, err := newAEAD(key)
	box := Box{aead: aead}
	for _, k := range older {
		if err == nil {
			aead, err = newAEAD(k)
			box.older = append(box.older, aead)
		}
	}
	return box, err
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("a sealing key has %d bytes, got %d", KeySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make sealing mode: %w", err)
	}
	return aead, nil
}

// Seal returns plain sealed and bound to context: Open succeeds only with the
// same context, so a row cannot be moved to another place.
func (b Box) Seal(plain []byte, context string) []byte {
	return b.aead.Seal(nil, nil, plain, []byte(context))
}

// Open returns what Seal sealed. It fails when a byte or the context differs.
func (b Box) Open(sealed []byte, context string) ([]byte, error) {
	plain, err := b.aead.Open(nil, nil, sealed, []byte(context))
	for _, older := range b.older {
		if err != nil {
			plain, err = older.Open(nil, nil, sealed, []byte(context))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open sealed %s: %w", context, err)
	}
	return plain, nil
}

// SealValue seals v as CBOR, the one encoding that personal types agree to.
func (b Box) SealValue(v any, context string) ([]byte, error) {
	plain, err := cbor.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", context, err)
	}
	return b.Seal(plain, context), nil
}

// OpenValue opens what SealValue sealed into the value that v points to.
func (b Box) OpenValue(sealed []byte, context string, v any) error {
	plain, err := b.Open(sealed, context)
	if err != nil {
		return err
	}
	if err := cbor.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("decode %s: %w", context, err)
	}
	return nil
}

// NewKey returns KeySize fresh random bytes.
func NewKey(random io.Reader) ([]byte, error) {
	key := make([]byte, KeySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return key, nil
}
