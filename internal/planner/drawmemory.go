package planner

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"loket/internal/draw"
	"loket/internal/fault"
)

// Announced is a draw whose list is closed, without the list: it is too long for a page.
type Announced struct {
	draw.Draw     // without Tickets and Order
	Listed    int // how many tickets there are

	places map[string]int // of each ticket in the order, from one; zero until it is drawn
}

// lists keeps the last draws that somebody looked at as they were read, so that whoever
// looks for one ticket need not parse all. A draw that is drawn never changes.
type lists struct {
	mu   sync.Mutex
	kept []keptList // the last that was looked at comes last
}

type keptList struct {
	Announced
	until time.Time // when one that is not drawn yet is read again
}

const (
	mostLists = 8               // 60,000 tickets are some five megabytes
	listStays = 5 * time.Second // of a list that waits for its value
)

// find returns a draw that is kept.
func (l *lists) find(n int64, now time.Time) (Announced, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.kept, func(k keptList) bool { return k.N == n && (k.Drawn() || now.Before(k.until)) })
	if i < 0 {
		return Announced{}, false
	}
	found := l.kept[i]
	l.kept = append(slices.Delete(l.kept, i, i+1), found)
	return found.Announced, true
}

// keep keeps a draw instead of the one that nobody looked at for longest.
func (l *lists) keep(a Announced, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = slices.DeleteFunc(l.kept, func(k keptList) bool { return k.N == a.N })
	l.kept = append(l.kept, keptList{a, now.Add(listStays)})
	l.kept = l.kept[max(0, len(l.kept)-mostLists):]
}

// Announced returns draw n without its list. It is a fault.NotFound while its list is open.
func (s *Store) Announced(ctx context.Context, n int64) (Announced, error) {
	if found, ok := s.lists.find(n, s.now()); ok {
		return found, nil
	}
	data, err := s.Published(ctx, n)
	if err != nil {
		return Announced{}, err
	}
	a := Announced{places: map[string]int{}}
	if err := json.Unmarshal(data, &a.Draw); err != nil {
		return Announced{}, fmt.Errorf("read draw %d: %w", n, err)
	}
	for _, ticket := range a.Tickets {
		a.places[ticket] = 0
	}
	for i, ticket := range a.Order {
		a.places[ticket] = i + 1
	}
	a.Listed, a.Tickets, a.Order = len(a.Tickets), nil, nil
	s.lists.keep(a, s.now())
	return a, nil
}

// Rank returns the place of a ticket in the order of a draw, from one, as it is published;
// zero while the draw waits for its value. A ticket that is not on its list is a
// fault.NotFound.
func (s *Store) Rank(ctx context.Context, n int64, ticket string) (int, error) {
	list, err := s.Announced(ctx, n)
	if err != nil {
		return 0, err
	}
	place, found := list.places[ticket]
	if !found {
		return 0, fault.New(fault.NotFound, "planner.draw.ticket", "the ticket is not on the list of draw %d", n)
	}
	return place, nil
}
