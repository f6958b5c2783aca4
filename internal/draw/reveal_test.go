package draw_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"loket/internal/draw"
	"loket/internal/fault"
)

const digits = "26351442616532415263"

// all is a verifier that believes whoever there is to believe.
func all(t testing.TB) draw.Trust {
	_, own := newSigner(t, closing)
	own.Parties = true
	return own
}

// valueOf is a value that a party might have chosen.
func valueOf(n int) string {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("a value"), uint64(n)))
	return hex.EncodeToString(sum[:])
}

// parties are three of them, with their hashes.
func parties(t testing.TB, values ...string) draw.Source {
	t.Helper()
	source := draw.Source{Kind: draw.FromReveal, Fallback: 6}
	for i, value := range values {
		sum, err := draw.Commit(value)
		if err != nil {
			t.Fatal(err)
		}
		source.Parties = append(source.Parties, draw.Party{Name: []string{"counters", "helpers", "city"}[i], Commit: sum})
	}
	return source
}

// Three parties reveal, or some of them withhold and dice stand in for these: it verifies,
// and with any byte of it changed it does not.
func TestReveal(t *testing.T) {
	trust := all(t)
	rapid.Check(t, func(rt *rapid.T) {
		values := []string{valueOf(rapid.Int().Draw(rt, "a")), valueOf(rapid.Int().Draw(rt, "b")), valueOf(1)}
		slices.Sort(values)
		if len(slices.Compact(slices.Clone(values))) < len(values) {
			rt.Skip("two parties with one value")
		}
		d, err := draw.New(7, closing, parties(t, values...), tickets.Draw(rt, "tickets"))
		if err != nil {
			rt.Fatal(err)
		}
		withheld := false
		for i := range values {
			if rapid.Bool().Draw(rt, "withholds") {
				values[i], withheld = "", true
			}
		}
		dice, officials := "", []string(nil)
		if withheld {
			if _, err := d.Revealed(values, ""); !fault.Is(err, fault.Invalid) {
				rt.Fatalf("withheld, and no dice: %v", err)
			}
			dice, officials = digits, []string{"staff_a", "staff_b"}
		} else if _, err := d.Revealed(values, digits, "staff_a", "staff_b"); !fault.Is(err, fault.Invalid) {
			rt.Fatalf("revealed, and dice on top: %v", err)
		}
		if d, err = d.Revealed(values, dice, officials...); err != nil {
			rt.Fatal(err)
		}
		data, err := json.Marshal(d)
		if err != nil {
			rt.Fatal(err)
		}
		if again, err := draw.Verify(data, trust); err != nil || !cmp.Equal(again, d) {
			rt.Fatalf("verifies as %+v, %v", again, err)
		}
		if _, err := draw.Verify(data, quicknet); !fault.Is(err, fault.Invalid) {
			rt.Fatalf("by who does not believe parties: %v", err)
		}
		data[rapid.IntRange(0, len(data)-1).Draw(rt, "at")] = rapid.Byte().Draw(rt, "byte")
		if got, err := draw.Verify(data, trust); err == nil && !cmp.Equal(got, d) {
			rt.Fatalf("accepted as %+v", got)
		}
	})
}

// Each value goes into the order, in the place of its party.
func TestEachPartyCounts(t *testing.T) {
	values := []string{valueOf(1), valueOf(2), valueOf(3)}
	sum := func(values []string) string {
		d, err := draw.New(1, closing, parties(t, values...), five)
		if err != nil {
			t.Fatal(err)
		}
		if d, err = d.Revealed(values, ""); err != nil {
			t.Fatal(err)
		}
		return d.Randomness
	}
	seen := map[string]bool{sum(values): true}
	for i := range values {
		changed := slices.Clone(values)
		changed[i] = valueOf(9)
		seen[sum(changed)] = true
	}
	if seen[sum([]string{values[1], values[0], values[2]})] || len(seen) != 4 {
		t.Error("somebody's value changes nothing")
	}
	joined, err := hex.DecodeString(strings.Join(values, ""))
	if err != nil {
		t.Fatal(err)
	}
	if by := sha256.Sum256(joined); hex.EncodeToString(by[:]) != sum(values) {
		t.Error("it is not as the package comment says")
	}
}

func TestRevealRefuses(t *testing.T) {
	source := parties(t, valueOf(1), valueOf(2), valueOf(3))
	for name, change := range map[string]func(*draw.Source){
		"one party":        func(s *draw.Source) { s.Parties = s.Parties[:1] },
		"a name twice":     func(s *draw.Source) { s.Parties[0].Name = s.Parties[1].Name },
		"a hash twice":     func(s *draw.Source) { s.Parties[0].Commit = s.Parties[1].Commit },
		"a name of lines":  func(s *draw.Source) { s.Parties[0].Name = "a\nb" },
		"no hash":          func(s *draw.Source) { s.Parties[0].Commit = "" },
		"a known value":    func(s *draw.Source) { s.Parties[0].Value = valueOf(1) },
		"a beacon besides": func(s *draw.Source) { s.Round = 5 },
		"no time to do it": func(s *draw.Source) { s.Fallback = 0 },
		"dice with them":   func(s *draw.Source) { s.Kind = draw.FromDice },
	} {
		changed := source
		changed.Parties = slices.Clone(source.Parties)
		change(&changed)
		if _, err := draw.New(1, closing, changed, five); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d, err := draw.New(1, closing, source, five)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range map[string][]string{
		"too few":         {valueOf(1), valueOf(2)},
		"another value":   {valueOf(1), valueOf(2), valueOf(4)},
		"in capitals":     {valueOf(1), valueOf(2), strings.ToUpper(valueOf(3))},
		"another's value": {valueOf(2), valueOf(1), valueOf(3)},
	} {
		if _, err := d.Revealed(values, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// wins counts how often a ticket is the first in the draws of parties of which the last may
// withhold.
func wins(t *testing.T, trials int, withholds func(d draw.Draw, values []string) bool) (n int) {
	t.Helper()
	for i := range trials {
		values := []string{valueOf(3 * i), valueOf(3*i + 1), valueOf(3*i + 2)}
		d, err := draw.New(int64(i+1), closing, parties(t, values...), five)
		if err != nil {
			t.Fatal(err)
		}
		dice, officials := "", []string(nil)
		if withholds(d, values) {
			values[2], dice, officials = "", thrown(i), []string{"staff_a", "staff_b"}
		}
		if d, err = d.Revealed(values, dice, officials...); err != nil {
			t.Fatal(err)
		}
		if d.Order[0] == five[0] {
			n++
		}
	}
	return n
}

// thrown is how dice fell.
func thrown(n int) string {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("dice"), uint64(n)))
	var digits [32]byte
	for i, b := range sum {
		digits[i] = '1' + b%6
	}
	return string(digits[:])
}

// A party knows its own value and nobody else's until all are in: withholding, by whatever
// it knows, wins it nothing. One that saw the others' would win, and the same count finds
// it: therefore values are kept until the last is in.
func TestWithholdingGainsNothing(t *testing.T) {
	const trials, fair, deviation = 3000, 600, 22
	for name, withholds := range map[string]func(draw.Draw, []string) bool{
		"never":              func(draw.Draw, []string) bool { return false },
		"always":             func(draw.Draw, []string) bool { return true },
		"by its own value":   func(_ draw.Draw, values []string) bool { return values[2][0] < '8' },
		"by the list's hash": func(d draw.Draw, _ []string) bool { return d.ListHash[0] < '8' },
		"as if alone": func(d draw.Draw, values []string) bool {
			value, err := hex.DecodeString(values[2])
			if err != nil {
				t.Fatal(err)
			}
			return draw.Order(value, d.Tickets)[0] != five[0]
		},
	} {
		if n := wins(t, trials, withholds); n < fair-4*deviation || n > fair+4*deviation {
			t.Errorf("withholding %s: first in %d of %d", name, n, trials)
		}
	}
	n := wins(t, trials, func(d draw.Draw, values []string) bool {
		seen, err := d.Revealed(values, "")
		if err != nil {
			t.Fatal(err)
		}
		return seen.Order[0] != five[0]
	})
	if n < fair+8*deviation {
		t.Errorf("who knows the others' values is first in %d of %d: the test is blind", n, trials)
	}
}

// A beacon may name dice for when it has no value; then either draws it, and each is bound.
func TestFallback(t *testing.T) {
	s, own := newSigner(t, closing)
	source := s.Source(closing.Add(draw.Delay))
	bare, err := draw.New(1, closing, source, five)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bare.With(digits, "staff_a", "staff_b"); !fault.Is(err, fault.Invalid) {
		t.Errorf("dice that were not named before: %v", err)
	}
	source.Fallback = 6
	d, err := draw.New(1, closing, source, five)
	if err != nil {
		t.Fatal(err)
	}
	if d.ListHash == bare.ListHash {
		t.Error("the fall-back is not in the hash")
	}
	byRound, err := d.With(s.Sign(source.Round))
	if err != nil {
		t.Fatal(err)
	}
	byDice, err := d.With(digits, "staff_a", "staff_b")
	if err != nil {
		t.Fatal(err)
	}
	for _, drawn := range []draw.Draw{d, byRound, byDice} {
		if again, err := draw.Verify(publish(t, drawn), own); err != nil || !cmp.Equal(again, drawn) {
			t.Errorf("verifies as %+v, %v", again, err)
		}
	}
	own.Dice = false
	if _, err := draw.Verify(publish(t, byDice), own); !fault.Is(err, fault.Invalid) {
		t.Errorf("dice, where a beacon alone is trusted: %v", err)
	}
	both := byDice
	both.Source.Signature = s.Sign(source.Round)
	if _, err := draw.Verify(publish(t, both), own); !fault.Is(err, fault.Invalid) {
		t.Errorf("both: %v", err)
	}
}
