package web

import (
	"net/http"
	"time"

	"loket/internal/fault"
	"loket/internal/web/throttle"
)

// Reading and Writing are the limits by source of a Site that sets none. Both
// are wide: a shelter, a library or a phone company can stand behind one source.
var (
	Reading = throttle.Limit{Name: "pages-read", By: throttle.Source, Burst: 600, Every: 50 * time.Millisecond,
		Why: "Pages made for one person; pages from memory are not counted."}
	Writing = throttle.Limit{Name: "forms-sent", By: throttle.Source, Burst: 300, Every: 500 * time.Millisecond,
		Why: "A whole shelter can send its forms on one evening; a machine that guesses cannot go on."}
)

// Count counts a try under limit: by the source of r, or by who, an identifier
// that the person gave. It returns a Throttled fault if the limit is used up,
// which a handler hands on. It must be asked before anything is looked up, so
// that known and unknown identifiers are slowed down alike.
func (s *Site) Count(r *http.Request, limit throttle.Limit, who string) error {
	if s.Throttle == nil {
		return nil
	}
	if limit.By == throttle.Source {
		who = s.Proxies.SourceOf(r)
	}
	if wait, ok := s.Throttle.Try(limit, who); !ok {
		return throttle.Refuse(limit, wait)
	}
	return nil
}

// Hold takes one of the places for the source of r, until release. A fault.Unavailable
// with that key says that there is none.
func (s *Site) Hold(r *http.Request, places throttle.Places, busy string) (release func(), err error) {
	if s.Throttle == nil {
		return func() {}, nil
	}
	release, ok := s.Throttle.Hold(places, s.Proxies.SourceOf(r))
	if !ok {
		return nil, fault.New(fault.Unavailable, busy, "all %d places of %s, or %d of one source, are held", places.All, places.Name, places.Each)
	}
	return release, nil
}

// countRequest counts r under Reading or Writing.
func (s *Site) countRequest(r *http.Request) error {
	limit, standard := s.Reading, Reading
	if !isRead(r) {
		limit, standard = s.Writing, Writing
	}
	if limit.Burst == 0 {
		limit = standard
	}
	return s.Count(r, limit, "")
}
