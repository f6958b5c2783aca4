package public_test

import (
	"bytes"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"loket/internal/fault"
	"loket/internal/seal"
	"loket/internal/testclock"
	"loket/internal/web/public"
)

func newBox(t testing.TB, seed byte) seal.Box {
	t.Helper()
	box, err := seal.NewBox(bytes.Repeat([]byte{seed}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestAnEnvelopeOpensOnlyForItsForm(t *testing.T) {
	clock := testclock.At(summer)
	ours := public.NewEnvelope(newBox(t, 1), "place ask", clock.Now)
	field, err := ours.Seal("Oksana")
	if err != nil {
		t.Fatal(err)
	}
	if word, err := ours.Open(field); err != nil || word != "Oksana" {
		t.Errorf("opened %q, %v", word, err)
	}
	for name, other := range map[string]public.Envelope{
		"another form": public.NewEnvelope(newBox(t, 1), "place pass", clock.Now),
		"another key":  public.NewEnvelope(newBox(t, 2), "place ask", clock.Now),
	} {
		if word, err := other.Open(field); !fault.Is(err, fault.TooLate) || word != "" {
			t.Errorf("%s opens %q, %v", name, word, err)
		}
	}
	for i := range len(field) {
		changed := []byte(field)
		changed[i] ^= 1
		if word, err := ours.Open(string(changed)); !fault.Is(err, fault.TooLate) || word != "" {
			t.Errorf("with byte %d changed it opens %q, %v", i, word, err)
		}
	}
	clock.Advance(24*time.Hour - time.Second)
	if _, err := ours.Open(field); err != nil {
		t.Errorf("within a day: %v", err)
	}
	clock.Advance(time.Second)
	if _, err := ours.Open(field); !fault.Is(err, fault.TooLate) {
		t.Errorf("after a day: %v", err)
	}
}

func FuzzEnvelope(f *testing.F) {
	clock := testclock.At(summer)
	ours := public.NewEnvelope(newBox(f, 1), "place ask", clock.Now)
	field, err := ours.Seal("Oksana")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(field)
	f.Add("")
	f.Add(field[:20])
	f.Add(field + "A")
	f.Fuzz(func(t *testing.T, text string) {
		word, err := ours.Open(text)
		if text != field && (!fault.Is(err, fault.TooLate) || word != "") {
			t.Errorf("%q opens %q, %v", text, word, err)
		}
	})
}

// However often the page is made, it is made anew once a minute.
func TestThePageOfPlacesAges(t *testing.T) { // P-32
	synctest.Test(t, func(t *testing.T) {
		var changed atomic.Int64
		public.AgePlaces(4, func() { changed.Add(1) })
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if n := changed.Load(); n != 0 {
			t.Errorf("made anew %d times within a minute", n)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := changed.Load(); n != 1 {
			t.Errorf("made anew %d times after a minute", n)
		}
	})
}
