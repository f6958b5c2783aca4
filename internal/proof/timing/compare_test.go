package timing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/ident"
)

// T4: a comparison that stops at the first difference would tell how much of a code or
// number was right. Compared is a text so long that such a one would be a thousand times
// faster: no machine is busy enough to hide that, so this may look at a clock.
func TestSecretsAreComparedInConstantTime(t *testing.T) {
	const size = 1 << 22
	right := strings.Repeat("7", size)
	first, last := ident.NewPrivate("0"+right[1:]), ident.NewPrivate(right[1:]+"0")
	secret := ident.NewPrivate(right)
	median := func(other ident.Private) time.Duration {
		var took []time.Duration
		for range 9 {
			began := time.Now()
			if secret.Equal(other) {
				t.Fatal("two texts that differ are equal")
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		return took[len(took)/2]
	}
	if early, late := median(first), median(last); early*20 < late {
		t.Errorf("a difference at the beginning is found in %v, at the end in %v", early, late)
	}
}
