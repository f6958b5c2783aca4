package throttle

import "sync"

// Places is how many of something that takes long may be under way at once: in all, and
// for one source, so that one that is slow on purpose does not keep the others out.
type Places struct {
	Name      string // unique among Places; lower case with dashes
	All, Each int
}

// Hold takes one of the places for who. If there is one, release gives it back, once.
// Who that is is kept as for a Limit, and only as long as the place is held.
func (t *Throttle) Hold(p Places, who string) (release func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.turn(t.now()); err != nil {
		return nil, false
	}
	// What was taken before midnight is released under the key it was taken with.
	all, each := p.Name, t.key("places "+p.Name, who)
	if t.places[all] >= p.All || t.held[each] >= p.Each {
		return nil, false
	}
	t.places[all]++
	t.held[each]++
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.places[all]--
		if t.held[each]--; t.held[each] == 0 {
			delete(t.held, each)
		}
	}), true
}
