package public

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"loket/internal/fault"
	"loket/internal/web"
)

// placeFile is what is the same for everybody and no page: the map, the news for
// calendars and readers of feeds. It is told from memory, and made anew when it is asked
// for and older than placesAge. It has a tag by which programs know that nothing changed.
type placeFile struct {
	kind string // its Content-Type
	now  func() time.Time
	make func(context.Context) ([]byte, error)

	mu    sync.Mutex
	until time.Time
	body  []byte
	tag   string
}

// current returns the file as it stands.
func (f *placeFile) current(ctx context.Context) (body []byte, tag string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.body != nil && f.now().Before(f.until) {
		return f.body, f.tag, nil
	}
	// A reader that goes away takes nothing from the next.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if body, err = f.make(ctx); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(body)
	f.body, f.tag, f.until = body, `"`+hex.EncodeToString(sum[:16])+`"`, f.now().Add(placesAge)
	return f.body, f.tag, nil
}

// ServeHTTP implements http.Handler.
func (f *placeFile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, tag, err := f.current(r.Context())
	if err != nil {
		http.Error(w, fault.Of(err).String(), web.Status(err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=60")
	h.Set("ETag", tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}
