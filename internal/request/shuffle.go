package request

import (
	"crypto/rand"
	"fmt"
	"math/big"
)

// shuffle puts n things into a random order that nobody can foresee, so that the
// order of answers tells nothing about the order or the kind of requests.
func (s *Store) shuffle(n int, swap func(i, j int)) error {
	for i := n - 1; i > 0; i-- {
		j, err := rand.Int(s.Random, big.NewInt(int64(i+1)))
		if err != nil {
			return fmt.Errorf("read randomness: %w", err)
		}
		swap(i, int(j.Int64()))
	}
	return nil
}
