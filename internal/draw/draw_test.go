package draw_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"loket/internal/draw"
	"loket/internal/fault"
)

// signature1000 is that of round 1000 of quicknet, as the network published it on 23 August 2023.
const signature1000 = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"

var (
	quicknet = draw.Trust{Beacons: []draw.Trusted{draw.Quicknet()}}
	five     = []string{"VX4R8H2CWB", "7Q2M4KXR1D", "0ZB8WETV6H", "K1FS6DQ0MT", "C5NJ93AYPG"}
)

// closing is ten minutes before round 1000.
var closing = time.Date(2023, 8, 23, 17, 49, 24, 0, time.FixedZone("", 2*60*60))

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func publish(t testing.TB, d draw.Draw) []byte {
	t.Helper()
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// newSigner returns a beacon that is always the same, and everything to trust it.
func newSigner(t testing.TB, now time.Time) (*draw.Signer, draw.Trust) {
	t.Helper()
	s, err := draw.NewSigner(strings.NewReader(strings.Repeat("an invented beacon", 2)), draw.Quicknet().Clock, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return s, draw.Trust{Beacons: []draw.Trusted{s.Trusted()}, Dice: true}
}

// What is published before and after, as anybody can have it.
func TestPublished(t *testing.T) {
	waiting, err := draw.New(1, closing, draw.Quicknet().Source(closing.Add(draw.Delay)), five)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := waiting.With(signature1000)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]draw.Draw{"waiting.json": waiting, "drawn.json": drawn} {
		var compact bytes.Buffer
		if err := json.Compact(&compact, read(t, name)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(compact.String(), string(publish(t, d))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		again, err := draw.Verify(read(t, name), quicknet)
		if err != nil || !cmp.Equal(d, again) {
			t.Errorf("%s: verifies as %+v, %v", name, again, err)
		}
	}
	if _, err := drawn.With(signature1000); !fault.Is(err, fault.Taken) {
		t.Errorf("drawn a second time: %v", err)
	}
}

// What is wrong with a file is said by the step that found it.
func TestVerifyRefuses(t *testing.T) {
	s, own := newSigner(t, closing)
	drawn := string(read(t, "drawn.json"))
	for _, c := range []struct{ step, old, new string }{
		{"form", `"version": 1`, `"version": 2`},
		{"form", `"n": 1`, `"n": 0`},
		{"form", `"n": 1`, `"n": 1, "n": 1`},
		{"form", `"n": 1`, `"N": 1`},
		{"form", `"n": 1`, `"n": 1e0`},
		{"form", `"n": 1`, `"n": 1, "note": ""`},
		{"form", `"round": 1000`, `"round": 1000, "dice": ""`},
		{"form", "0ZB8WETV6H", `\u0030ZB8WETV6H`},
		{"form", "}\n", "}{}"},
		{"closing", "17:49:24+02:00", "17:49:24.0+02:00"},
		{"closing", "2023-08-23T", "2023-02-30T"},
		{"list", `"0ZB8WETV6H",`, `"0ZB8WETV6H", "0ZB8WETV6J",`},     // one added
		{"list", `"0ZB8WETV6H",`, `"0ZB8WETV6H", "0ZB8WETV6H",`},     // there twice
		{"list", `"0ZB8WETV6H",`, ``},                                // one taken away
		{"list", `"0ZB8WETV6H",`, `"0ZB8WETV6H\n1ZB8WETV6H",`},       // two in one
		{"list", `"0ZB8WETV6H",`, `"",`},                             // none
		{"list", `"n": 1`, `"n": 2`},                                 // another draw
		{"list", "17:49:24+02:00", "15:49:24Z"},                      // in another zone
		{"list", "3ac9890c", "3ac9890d"},                             // another hash
		{"source", `"kind": "beacon"`, `"kind": "fate"`},             // nothing known
		{"list", `"round": 1000`, `"round": 1001`},                   // another round
		{"list", "17:49:24+02:00", "17:49:21+02:00"},                 // closed earlier
		{"list", draw.Quicknet().PublicKey, s.PublicKey()},           // another key
		{"list", draw.Quicknet().Chain, s.Trusted().Chain},           // another chain
		{"signature", signature1000, s.Sign(1000)},                   // by another key
		{"signature", signature1000, strings.ToUpper(signature1000)}, // in another form
		{"signature", signature1000, "c0" + strings.Repeat("0", 94)}, // the point at infinity
		{"signature", signature1000, ""},
		{"randomness", "fe290bec", "fe290bed"},
		{"order", "\"7Q2M4KXR1D\",\n    \"VX", "\"VX4R8H2CWB\",\n    \"VX"},
		{"result", "30ccb71f", "30ccb71e"},
	} {
		changed := strings.Replace(drawn, c.old, c.new, 1)
		if c.new == "" && c.step == "signature" {
			changed = strings.Replace(drawn, ",\n    \"signature\": \""+c.old+"\"", "", 1)
		}
		_, err := draw.Verify([]byte(changed), quicknet)
		if changed == drawn || !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), c.step+": ") {
			t.Errorf("%q for %q: %v; want a step %s", c.new, c.old, err, c.step)
		}
	}
	if _, err := draw.Verify([]byte(drawn), own); !fault.Is(err, fault.Invalid) {
		t.Errorf("a beacon that is not trusted: %v", err)
	}
	if _, err := draw.Verify(make([]byte, draw.MaxSize+1), quicknet); !fault.Is(err, fault.Invalid) {
		t.Errorf("too long: %v", err)
	}
}

// A whole and right draw under a beacon of one's own does not pass as drand's, nor do dice.
func TestOwnBeaconIsNotDrand(t *testing.T) {
	s, own := newSigner(t, closing)
	d, err := draw.New(1, closing, s.Source(closing.Add(draw.Delay)), five)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = d.With(s.Sign(d.Source.Round)); err != nil {
		t.Fatal(err)
	}
	if _, err := draw.Verify(publish(t, d), own); err != nil {
		t.Errorf("the beacon that is trusted: %v", err)
	}
	if _, err := draw.Verify(publish(t, d), quicknet); !fault.Is(err, fault.Invalid) {
		t.Errorf("another beacon: %v", err)
	}
	d.Source.Chain, d.Source.PublicKey = draw.Quicknet().Chain, draw.Quicknet().PublicKey
	if _, err := draw.Verify(publish(t, d), quicknet); !fault.Is(err, fault.Invalid) {
		t.Errorf("another beacon under drand's name: %v", err)
	}
}

// A draw that is whole and right, but for the source that was named, is refused for that.
func TestSourceIsTheOneThatIsDue(t *testing.T) {
	s, own := newSigner(t, closing)
	for name, change := range map[string]func(*draw.Source){
		"another round":            func(source *draw.Source) { source.Round++ },
		"a round known before":     func(source *draw.Source) { source.Round-- },
		"a chain of drand's":       func(source *draw.Source) { source.Chain = draw.Quicknet().Chain },
		"a key that nobody trusts": func(source *draw.Source) { source.PublicKey = draw.Quicknet().PublicKey },
	} {
		source := s.Source(closing.Add(draw.Delay))
		change(&source)
		d, err := draw.New(1, closing, source, five)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := draw.Verify(publish(t, d), own); !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), "source: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDice(t *testing.T) {
	_, own := newSigner(t, closing)
	d, err := draw.New(1, closing, draw.Source{Kind: draw.FromDice}, five)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		digits    string
		officials []string
	}{
		{digits, nil},
		{digits, []string{"staff_a"}},
		{digits, []string{"staff_a", "staff_a"}},
		{digits, []string{"staff_a", "somebody else"}},
		{digits[1:], []string{"staff_a", "staff_b"}},
		{"7" + digits, []string{"staff_a", "staff_b"}},
		{signature1000, []string{"staff_a", "staff_b"}},
	} {
		if _, err := d.With(c.digits, c.officials...); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s by %q: %v", c.digits, c.officials, err)
		}
	}
	drawn, err := d.With(digits, "staff_a", "staff_b")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := draw.Verify(publish(t, drawn), own); err != nil || !cmp.Equal(again, drawn) {
		t.Errorf("verifies as %+v, %v", again, err)
	}
	if _, err := draw.Verify(publish(t, drawn), quicknet); !fault.Is(err, fault.Invalid) {
		t.Errorf("dice where only a beacon is trusted: %v", err)
	}
	if _, err := draw.Verify(bytes.Replace(publish(t, drawn), []byte("2635"), []byte("2636"), 1), own); !fault.Is(err, fault.Invalid) {
		t.Errorf("a changed digit: %v", err)
	}
	if _, err := draw.Verify(bytes.Replace(publish(t, drawn), []byte("staff_b"), []byte("staff_c"), 1), own); !fault.Is(err, fault.Invalid) {
		t.Errorf("another official: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	source := draw.Quicknet().Source(closing.Add(draw.Delay))
	known := source
	known.Signature = signature1000
	for name, d := range map[string]struct {
		n       int64
		closes  time.Time
		source  draw.Source
		tickets []string
	}{
		"no number":           {0, closing, source, five},
		"a part of a second":  {1, closing.Add(time.Millisecond), source, five},
		"a known value":       {1, closing, known, five},
		"no source":           {1, closing, draw.Source{}, five},
		"a ticket twice":      {1, closing, source, append(five[:2:2], five[0])},
		"a ticket of nothing": {1, closing, source, []string{""}},
		"a long ticket":       {1, closing, source, []string{strings.Repeat("A", 33)}},
		"lines in a ticket":   {1, closing, source, []string{"A\nB"}},
	} {
		if _, err := draw.New(d.n, d.closes, d.source, d.tickets); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A list that was changed after it was closed gets no order.
func TestWithRefusesAnotherList(t *testing.T) {
	d, err := draw.New(1, closing, draw.Quicknet().Source(closing.Add(draw.Delay)), five)
	if err != nil {
		t.Fatal(err)
	}
	d.Tickets = append(d.Tickets, "ZZZZZZZZZZ")
	if _, err := d.With(signature1000); !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), "list: ") {
		t.Errorf("one ticket more: %v", err)
	}
}

// Nobody asked: that is a draw like others.
func TestEmpty(t *testing.T) {
	d, err := draw.New(1, closing, draw.Quicknet().Source(closing.Add(draw.Delay)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if d, err = d.With(signature1000); err != nil {
		t.Fatal(err)
	}
	again, err := draw.Verify(publish(t, d), quicknet)
	if err != nil || !again.Drawn() || !cmp.Equal(again, d) {
		t.Errorf("verifies as %+v, %v", again, err)
	}
}

// Every byte of the published file, with its last bit turned, left out, or twice.
func TestEveryByteCounts(t *testing.T) {
	data := read(t, "drawn.json")
	want, err := draw.Verify(data, quicknet)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		turned := slices.Clone(data)
		turned[i] ^= 1
		for _, changed := range [][]byte{turned, slices.Delete(slices.Clone(data), i, i+1), slices.Insert(slices.Clone(data), i, data[i])} {
			if got, err := draw.Verify(changed, quicknet); err == nil && !cmp.Equal(got, want) {
				t.Errorf("byte %d: accepted as %+v", i, got)
			}
		}
	}
}

var tickets = rapid.SliceOfNDistinct(rapid.StringMatching(`[0-9A-Z]{1,10}`), 0, 40, rapid.ID[string])

// Any draw verifies; with any byte of it changed it is refused, or says the same.
func TestAnyByteOfAnyDraw(t *testing.T) {
	s, own := newSigner(t, closing)
	signature := s.Sign(s.Source(closing.Add(draw.Delay)).Round)
	rapid.Check(t, func(t *rapid.T) {
		d, err := draw.New(rapid.Int64Range(1, 1e6).Draw(t, "n"), closing, s.Source(closing.Add(draw.Delay)), tickets.Draw(t, "tickets"))
		if err != nil {
			t.Fatal(err)
		}
		if d, err = d.With(signature); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := draw.Verify(data, own); err != nil {
			t.Fatal(err)
		}
		data[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		if got, err := draw.Verify(data, own); err == nil && !cmp.Equal(got, d) {
			t.Fatalf("accepted as %+v", got)
		}
	})
}

// FuzzVerify: whatever is accepted is a draw as it is published.
func FuzzVerify(f *testing.F) {
	f.Add(read(f, "waiting.json"))
	f.Add(read(f, "drawn.json"))
	d, err := draw.New(3, closing, draw.Source{Kind: draw.FromDice}, five)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(publish(f, d))
	if d, err = d.With("26351442616532415263", "staff_a", "staff_b"); err != nil {
		f.Fatal(err)
	}
	f.Add(publish(f, d))
	values := []string{valueOf(1), valueOf(2), valueOf(3)}
	if d, err = draw.New(4, closing, parties(f, values...), five); err != nil {
		f.Fatal(err)
	}
	if d, err = d.Revealed(values, ""); err != nil {
		f.Fatal(err)
	}
	f.Add(publish(f, d))
	f.Add([]byte(`{"version":1,"n":1,"closes_at":"9999-12-31T23:59:59Z","source":{"kind":"dice"},"tickets":[],"list_sha256":""}`))
	trust := draw.Trust{Beacons: quicknet.Beacons, Dice: true, Parties: true}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := draw.Verify(data, trust)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("not a fault.Invalid: %v", err)
			}
			return
		}
		if !slices.IsSorted(d.Tickets) || d.Drawn() && !slices.Equal(d.Tickets, slices.Sorted(slices.Values(d.Order))) {
			t.Fatalf("the order is not one of its tickets: %+v", d)
		}
		again, err := draw.Verify(publish(t, d), trust)
		if err != nil || !cmp.Equal(d, again) {
			t.Fatalf("published again it is %+v, %v", again, err)
		}
	})
}
