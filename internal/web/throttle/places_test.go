package throttle_test

import (
	"crypto/rand"
	"testing"
	"time"

	"loket/internal/web/throttle"
)

// T12: one source has its share of the places and no more, over midnight too.
func TestPlaces(t *testing.T) {
	at := &clock{time.Date(2021, 12, 20, 23, 59, 0, 0, time.UTC)}
	counted := throttle.New(at.now, rand.Reader)
	few := throttle.Places{Name: "few", All: 3, Each: 2}
	hold := func(who string) func() {
		release, ok := counted.Hold(few, who)
		if !ok {
			return nil
		}
		return release
	}
	first, second := hold("a"), hold("a")
	if first == nil || second == nil || hold("a") != nil {
		t.Error("one source has two places")
	}
	third := hold("b")
	if third == nil || hold("c") != nil {
		t.Error("three in all")
	}
	at.at = at.at.Add(time.Hour) // another day, another key
	first()
	first() // counts once
	if hold("c") == nil || hold("d") != nil {
		t.Error("one place came free")
	}
	second()
	third()
	if release, ok := counted.Hold(throttle.Places{Name: "other", All: 1, Each: 1}, "a"); !ok {
		t.Error("other places have their own count")
	} else {
		release()
	}
	if hold("e") == nil || hold("f") == nil || hold("g") != nil {
		t.Error("two places came free")
	}
}
