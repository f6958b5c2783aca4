package slip

import (
	"crypto/ed25519"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/fault"
)

// exampleAsked is a receipt of an invented ask.
func exampleAsked() Asked {
	return Asked{Ticket: "0ZB8WETV6H", At: time.Date(2022, 8, 16, 7, 0, 0, 0, time.UTC), List: 12}
}

// signAsked signs what can be signed.
func signAsked(t testing.TB, a Asked, key ed25519.PrivateKey) string {
	t.Helper()
	text, err := a.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What was given to people stays readable: this file never changes.
func TestGoldenAsked(t *testing.T) {
	key, public := testKey("k")
	const path = "testdata/asked.txt"
	if *update {
		if err := os.WriteFile(path, []byte(signAsked(t, exampleAsked(), key)+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadAsked(string(text), public); err != nil || got != exampleAsked() || signAsked(t, got, key)+"\n" != string(text) {
		t.Errorf("%s is read as %+v, %v", path, got, err)
	}
}

func TestReadWhatWasAsked(t *testing.T) {
	key, public := testKey("k")
	_, other := testKey("o")
	rapid.Check(t, func(t *rapid.T) {
		a := Asked{Ticket: rapid.StringMatching(`[0-9A-HJKMNP-TV-Z]{10}`).Draw(t, "ticket"), List: rapid.Int64Range(1, maxList).Draw(t, "list"),
			At: time.Unix(rapid.Int64Range(0, 1<<32-1).Draw(t, "minutes")*60, 0).UTC()}
		text, err := a.Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ReadAsked("\t"+text[:30]+"\r\n "+text[30:], other, public); err != nil || got != a {
			t.Fatalf("%q is read as %+v, %v; want %+v", text, got, err, a)
		}
		if got, err := ReadAsked(Spaced(text), public); err != nil || got != a {
			t.Fatalf("as on paper: %+v, %v", got, err)
		}
		if _, err := ReadAsked(text, other); !fault.Is(err, fault.Invalid) {
			t.Fatalf("under another key: %v", err)
		}
	})
}

// Of a receipt no letter can be another, and neither it nor a slip passes for the other,
// whatever heading is written before it.
func TestForgedAsked(t *testing.T) { // P-71
	key, public := testKey("k")
	asked, appointment := signAsked(t, exampleAsked(), key), sign(t, example(), key)
	for i := range asked {
		for _, letter := range []string{"0", "Z", "a", "-"} {
			if forged := asked[:i] + letter + asked[i+1:]; forged != asked {
				if _, err := ReadAsked(forged, public); !fault.Is(err, fault.Invalid) || fault.Key(err) != KeyAskedFalse {
					t.Errorf("with %s at %d: %v", letter, i, err)
				}
			}
		}
	}
	for _, text := range []string{"", asked[:len(asked)-1], asked + "0", appointment, askedHeading + strings.TrimPrefix(appointment, heading), strings.ToLower(asked),
		strings.Repeat(" ", maxText) + asked} {
		if _, err := ReadAsked(text, public); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{asked, heading + strings.TrimPrefix(asked, askedHeading)} {
		if _, err := Read(text, public); !fault.Is(err, fault.Invalid) {
			t.Errorf("as a slip, %q: %v", text, err)
		}
	}
	// Bytes that a slip could have signed are signed behind other words.
	b, err := exampleAsked().bytes()
	if err != nil {
		t.Fatal(err)
	}
	stolen := askedHeading + encoding().EncodeToString(append(b, ed25519.Sign(key, append([]byte(signed), b...))...))
	if _, err := ReadAsked(stolen, public); !fault.Is(err, fault.Invalid) {
		t.Errorf("signed as a slip: %v", err)
	}
}

func TestNoReceiptIsNotSigned(t *testing.T) {
	key, _ := testKey("k")
	good := exampleAsked()
	for _, a := range []Asked{{}, {"0ZB8WETV6", good.At, 1}, {"0ZB8WETV6U", good.At, 1}, {good.Ticket, good.At.Add(time.Second), 1},
		{good.Ticket, time.Unix(-60, 0), 1}, {good.Ticket, good.At, 0}, {good.Ticket, good.At, maxList + 1}} {
		if text, err := a.Sign(key); !fault.Is(err, fault.Internal) {
			t.Errorf("%+v is signed as %q, %v", a, text, err)
		}
	}
}

func FuzzReadAsked(f *testing.F) {
	key, public := testKey("k")
	text := signAsked(f, exampleAsked(), key)
	for _, seed := range []string{text, text[:60] + "\n" + text[60:], text[:40], askedHeading, strings.ToLower(text), sign(f, example(), key), "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ReadAsked(text, public)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if again := signAsked(t, a, key); strings.Join(strings.Fields(text), "") != again {
			t.Errorf("%q has another spelling, %q", again, text)
		}
	})
}
