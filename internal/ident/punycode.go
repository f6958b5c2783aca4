package ident

import (
	"slices"
	"strings"
)

// The parameters of RFC 3492 section 5.
const (
	punyBase, punyTMin, punyTMax = 36, 1, 26
	punySkew, punyDamp           = 38, 700
	punyBias, punyFirst          = 72, 128
)

// punycode returns a domain label as DNS has it: ASCII as it is, other labels
// encoded as in RFC 3492 section 6.3 behind "xn--". The label has at most 254
// bytes, so that nothing overflows.
func punycode(label string) string {
	runes := []rune(label)
	var out strings.Builder
	for _, r := range runes {
		if r < punyFirst {
			out.WriteRune(r)
		}
	}
	basic := out.Len()
	if basic == len(runes) {
		return label
	}
	if basic > 0 {
		out.WriteByte('-')
	}
	n, delta, bias := rune(punyFirst), 0, punyBias
	for done := basic; done < len(runes); n, delta = n+1, delta+1 {
		next := slices.MinFunc(runes, func(a, b rune) int { return punyRank(a, n) - punyRank(b, n) })
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range runes {
			if r < n {
				delta++
			}
			if r == n {
				punyNumber(&out, delta, bias)
				bias = punyAdapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
	}
	return "xn--" + out.String()
}

// punyRank sorts the runes that are still to be encoded before those that are.
func punyRank(r, n rune) int {
	if r < n {
		return int(r) + 0x110000
	}
	return int(r)
}

// punyNumber writes delta as a number of variable length.
func punyNumber(out *strings.Builder, delta, bias int) {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := punyBase; ; k += punyBase {
		t := min(max(k-bias, punyTMin), punyTMax)
		if delta < t {
			out.WriteByte(digits[delta])
			return
		}
		out.WriteByte(digits[t+(delta-t)%(punyBase-t)])
		delta = (delta - t) / (punyBase - t)
	}
}

// punyAdapt returns the next bias, as in RFC 3492 section 6.1.
func punyAdapt(delta, points int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (punyBase-punyTMin)*punyTMax/2; k += punyBase {
		delta /= punyBase - punyTMin
	}
	return k + (punyBase-punyTMin+1)*delta/(delta+punySkew)
}
