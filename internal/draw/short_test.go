package draw_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"loket/internal/draw"
	"loket/internal/fault"
)

// shortOf is why a list closed at ten o'clock that opened at twenty past eight.
func shortOf() *draw.Short {
	return &draw.Short{Hours: 2, Opened: "2023-08-25T08:20:00Z", Supply: []draw.Supply{
		{Regions: "north", Free: 40, People: 15}, {Regions: "north", Thing: "card", Free: 10, People: 10}, {Regions: "south+west", Free: 5, People: 0}}}
}

var shortCloses = time.Date(2023, 8, 25, 10, 0, 0, 0, time.UTC)

// Why a list is short is in its hash, line by line, and verified with it.
func TestShortIsInTheHash(t *testing.T) { // P-66
	signer, trust := newSigner(t, shortCloses.Add(time.Hour))
	source := signer.Source(shortCloses.Add(draw.Delay))
	d, err := draw.NewShort(7, shortCloses, shortOf(), source, five[:2])
	if err != nil {
		t.Fatal(err)
	}
	head := strings.Join([]string{"loket draw 1", "n 7", "closes 2023-08-25T10:00:00Z", "short 2 2023-08-25T08:20:00Z", "supply north * 40 15",
		"supply north card 10 10", "supply south+west * 5 0", "source beacon " + source.Chain + " " + source.PublicKey + " ", ""}, "\n")
	sum := sha256.Sum256([]byte(strings.TrimSuffix(head, "\n") + number(source.Round) + "\n7Q2M4KXR1D\nVX4R8H2CWB\n"))
	if d.ListHash != hex.EncodeToString(sum[:]) {
		t.Errorf("the hash is %s and not that of its lines", d.ListHash)
	}
	signature, err := signer.Value(t.Context(), source.Round)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = d.With(signature); err != nil {
		t.Fatal(err)
	}
	text := string(publish(t, d))
	if _, err := draw.Verify([]byte(text), trust); err != nil {
		t.Error(err)
	}
	for old, changed := range map[string]string{`"hours":2`: `"hours":1`, `T08:20:00Z`: `T08:21:00Z`, `"free":40`: `"free":41`, `"people":15`: `"people":20`,
		`"thing":"card"`: `"thing":"cart"`, `south+west`: `south`, `{"regions":"north","free":40,"people":15},`: ``} {
		if forged := strings.Replace(text, old, changed, 1); forged == text {
			t.Errorf("%s is not in %s", old, text)
		} else if _, err := draw.Verify([]byte(forged), trust); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", changed, err)
		}
	}
}

func number(n uint64) string {
	var digits []byte
	for ; n > 0; n /= 10 {
		digits = append([]byte{byte('0' + n%10)}, digits...)
	}
	return string(digits)
}

// A list that closes sooner than the rule lets it is refused, with the step.
func TestShortRefuses(t *testing.T) {
	for name, broken := range map[string]func(*draw.Short) time.Time{
		"no part of a day":   func(s *draw.Short) time.Time { s.Hours = 5; return shortCloses },
		"a whole day":        func(s *draw.Short) time.Time { s.Hours = 24; return shortCloses },
		"no hours":           func(s *draw.Short) time.Time { s.Hours = 0; return shortCloses },
		"no instant":         func(s *draw.Short) time.Time { s.Opened = "23-08-2023"; return shortCloses },
		"closed too soon":    func(*draw.Short) time.Time { return shortCloses.Add(-time.Second) },
		"closed a bit later": func(*draw.Short) time.Time { return shortCloses.Add(time.Minute) },
		"too little":         func(s *draw.Short) time.Time { s.Supply[1].Free = 9; return shortCloses },
		"a number untold":    func(s *draw.Short) time.Time { s.Supply[0].People = 14; return shortCloses },
		"nothing free":       func(s *draw.Short) time.Time { s.Supply = nil; return shortCloses },
		"nothing at all": func(s *draw.Short) time.Time {
			s.Supply = []draw.Supply{{Regions: "north"}}
			return shortCloses
		},
		"twice":        func(s *draw.Short) time.Time { s.Supply[1].Thing = ""; return shortCloses },
		"out of place": func(s *draw.Short) time.Time { s.Supply[0], s.Supply[1] = s.Supply[1], s.Supply[0]; return shortCloses },
		"no region":    func(s *draw.Short) time.Time { s.Supply[0].Regions = "north+"; return shortCloses },
		"two lines":    func(s *draw.Short) time.Time { s.Supply[1].Thing = "card\n"; return shortCloses },
	} {
		short := shortOf()
		closes := broken(short)
		_, err := draw.NewShort(7, closes, short, draw.Quicknet().Source(closes.Add(draw.Delay)), five)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "short: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	late := shortCloses.Add(draw.Delay)
	if _, err := draw.NewShort(7, late, shortOf(), draw.Quicknet().Source(late.Add(draw.Delay)), five); err != nil {
		t.Errorf("closed anew, as its value could be known: %v", err)
	}
}

func TestShortClosing(t *testing.T) {
	at := time.Date(2023, 3, 25, 22, 0, 0, 0, time.UTC) // the night in which summer begins
	for range 6 {
		next := draw.ShortClosing(at, 2)
		if next.Sub(at) != 2*time.Hour || !draw.ShortClosing(next.Add(-time.Second), 2).Equal(next) {
			t.Errorf("after %v comes %v", at, next)
		}
		at = next
	}
	for people, want := range map[int]int{0: 0, 1: 5, 4: 5, 5: 5, 6: 10} {
		if got := draw.RoundUp(people); got != want {
			t.Errorf("%d people are told as %d", people, got)
		}
	}
}
