package web

import (
	"net/http"
	"time"

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

// limit counts r by its source.
func (s *Site) limit(r *http.Request) error {
	if s.Throttle == nil {
		return nil
	}
	limit, standard := s.Reading, Reading
	if !isRead(r) {
		limit, standard = s.Writing, Writing
	}
	if limit.Burst == 0 {
		limit = standard
	}
	if wait, ok := s.Throttle.Try(limit, s.Proxies.SourceOf(r)); !ok {
		return throttle.Refuse(limit, wait)
	}
	return nil
}
