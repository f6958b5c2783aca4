package draw_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"loket/internal/draw"
)

// The order is one of the same tickets, however they came in.
func TestOrderIsAPermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed")
		given := tickets.Draw(t, "tickets")
		before := slices.Clone(given)
		order := draw.Order(seed, given)
		if !slices.Equal(given, before) {
			t.Fatal("the tickets were moved")
		}
		if !slices.Equal(slices.Sorted(slices.Values(order)), slices.Sorted(slices.Values(given))) {
			t.Fatalf("%q is not an order of %q", order, given)
		}
		if again := draw.Order(seed, rapid.Permutation(given).Draw(t, "shuffled")); !slices.Equal(again, order) {
			t.Fatalf("given in another order: %q and %q", again, order)
		}
	})
}

// recompute is all that somebody needs who does not believe us: no code of ours.
func recompute(t *testing.T, published []byte) []string {
	t.Helper()
	var d struct {
		N      int64
		Closes string `json:"closes_at"`
		Source struct {
			Chain, Signature string
			Key              string `json:"public_key"`
			Round            int64
		}
		Tickets []string
	}
	if err := json.Unmarshal(published, &d); err != nil {
		t.Fatal(err)
	}
	signature, err := hex.DecodeString(d.Source.Signature)
	if err != nil {
		t.Fatal(err)
	}
	head := fmt.Sprintf("loket draw 1\nn %d\ncloses %s\nsource beacon %s %s %d\n", d.N, d.Closes, d.Source.Chain, d.Source.Key, d.Source.Round)
	list := sha256.Sum256([]byte(head + strings.Join(d.Tickets, "\n") + "\n"))
	randomness := sha256.Sum256(signature)
	seed := sha256.Sum256(append(list[:], randomness[:]...))
	rank := func(ticket string) string {
		mac := hmac.New(sha256.New, seed[:])
		mac.Write([]byte(ticket))
		return string(mac.Sum(nil))
	}
	sort.Slice(d.Tickets, func(i, j int) bool { return rank(d.Tickets[i]) < rank(d.Tickets[j]) })
	return d.Tickets
}

// What the package comment says is enough to come to the same order.
func TestAnybodyCanRecompute(t *testing.T) {
	published := read(t, "drawn.json")
	d, err := draw.Verify(published, quicknet)
	if err != nil {
		t.Fatal(err)
	}
	if order := recompute(t, published); !slices.Equal(order, d.Order) {
		t.Errorf("recomputed %q, published %q", order, d.Order)
	}
}

// spread returns how unevenly twenty tickets fall on twenty places in 10,000 draws, as
// chi-square with 361 degrees of freedom: 361 is what chance gives, and 27 its deviation.
func spread(order func(seed []byte, tickets []string) []string) float64 {
	const n, draws = 20, 10_000
	list := make([]string, n)
	at := map[string]int{}
	for i := range list {
		list[i] = fmt.Sprintf("TICKET%02d", i)
		at[list[i]] = i
	}
	hash := sha256.Sum256([]byte(strings.Join(list, "\n")))
	var counts [n][n]float64
	for i := range draws {
		randomness := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		for place, ticket := range order(draw.Seed(hash[:], randomness[:]), list) {
			counts[at[ticket]][place]++
		}
	}
	const expected = draws / n
	var chi float64
	for _, row := range counts {
		for _, count := range row {
			chi += (count - expected) * (count - expected) / expected
		}
	}
	return chi
}

// Every ticket has the same chance of every place. The seeds are fixed, so that the test
// says the same each day; an order that looks at four bits only is found by it.
func TestOrderIsFair(t *testing.T) {
	const most = 361 + 4*27
	if chi := spread(draw.Order); chi > most {
		t.Errorf("chi-square is %.0f; more than %d is not chance", chi, most)
	}
	coarse := func(seed []byte, list []string) []string {
		first := func(ticket string) byte {
			mac := hmac.New(sha256.New, seed)
			mac.Write([]byte(ticket))
			return mac.Sum(nil)[0] >> 4
		}
		order := slices.Clone(list)
		slices.SortStableFunc(order, func(a, b string) int { return int(first(a)) - int(first(b)) })
		return order
	}
	if chi := spread(coarse); chi <= most {
		t.Errorf("chi-square of an unfair order is %.0f: the test is blind", chi)
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, n := range []int{50_000, 500_000} {
		list := make([]string, n)
		for i := range list {
			sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
			list[i] = strings.ToUpper(hex.EncodeToString(sum[:5]))
		}
		slices.Sort(list)
		list = slices.Compact(list)
		closed, err := draw.New(1, closing, draw.Quicknet().Source(closing.Add(draw.Delay)), list)
		if err != nil {
			b.Fatal(err)
		}
		drawn, err := closed.With(signature1000)
		if err != nil {
			b.Fatal(err)
		}
		published := publish(b, drawn)
		b.Run(fmt.Sprintf("with/%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := closed.With(signature1000); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("verify/%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(published)))
			for b.Loop() {
				if _, err := draw.Verify(published, quicknet); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
