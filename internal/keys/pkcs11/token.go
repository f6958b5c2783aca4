//go:build pkcs11

package pkcs11

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"log/slog"
	"time"

	"github.com/ThalesGroup/crypto11"

	"loket/internal/fault"
	"loket/internal/keys"
)

// Config says which token to open.
type Config struct {
	Library  string        // path of the module's PKCS #11 library
	Token    string        // label of the token
	PIN      string        // of the user
	Sessions int           // at once, at least 2; 0 leaves it to the library
	Wait     time.Duration // for a free session; 0 means as long as it takes
}

// String returns the configuration without its PIN.
func (c Config) String() string { return fmt.Sprintf("token %s of %s", c.Token, c.Library) }

// GoString returns the configuration without its PIN.
func (c Config) GoString() string { return c.String() }

// LogValue keeps the PIN out of logs.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Token is an open session pool of a module. Close it when no key of it is used
// any more. It may be used by many goroutines.
type Token struct {
	context *crypto11.Context
	label   string
}

// Open logs in. Errors are fault.Unavailable.
func Open(c Config) (*Token, error) {
	context, err := crypto11.Configure(&crypto11.Config{
		Path: c.Library, TokenLabel: c.Token, Pin: c.PIN, MaxSessions: c.Sessions, PoolWaitTimeout: c.Wait,
	})
	if err != nil {
		return nil, fault.New(fault.Unavailable, keys.KeyUnavailable, "open %v: %w", c, err)
	}
	return &Token{context, c.Token}, nil
}

// Key returns the key with a label. It is fault.Unavailable if there is none, or
// if it is not the P-256 key of the certificate.
func (t *Token) Key(label string, cert *x509.Certificate) (crypto.Signer, error) {
	key, err := t.context.FindKeyPair(nil, []byte(label))
	switch {
	case err != nil:
		return nil, fault.New(fault.Unavailable, keys.KeyUnavailable, "find key %s of token %s: %w", label, t.label, err)
	case key == nil:
		return nil, fault.New(fault.Unavailable, keys.KeyUnavailable, "find key %s of token %s: there is none", label, t.label)
	}
	if err := keys.Match(key.Public(), cert); err != nil {
		return nil, fmt.Errorf("use key %s of token %s: %w", label, t.label, err)
	}
	return key, nil
}

// Close logs out.
func (t *Token) Close() error {
	if err := t.context.Close(); err != nil {
		return fmt.Errorf("close token %s: %w", t.label, err)
	}
	return nil
}
