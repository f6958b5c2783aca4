package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"sync"

	"loket/internal/lang"
)

// Still adds a page that is the same for everybody. It is made once for each
// language, kept in memory plain and compressed, and may be cached for a
// minute. It is not counted by the limits: serving it costs less than counting.
//
// The data are made anew by each call of data, for a page is filled in when
// it is rendered. Call the returned function when what the page shows changed.
func (s *Site) Still(path, name string, data func(lang.Tag) (Document, error)) (changed func()) {
	still := &stillPage{site: s, path: path, name: name, data: data, ready: make(map[lang.Tag]asset)}
	s.pages.Handle("GET "+path, still)
	return still.forget
}

type stillPage struct {
	site       *Site
	path, name string
	data       func(lang.Tag) (Document, error)

	mu    sync.RWMutex
	ready map[lang.Tag]asset
}

var (
	briefly  = []string{"public, max-age=60"}
	htmlKind = []string{"text/html; charset=utf-8"}
)

func (p *stillPage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, err := p.in(p.site.Renderer.languageOf(r))
	if err != nil {
		p.site.fail(w, r, err)
		return
	}
	w.Header()["Cache-Control"] = briefly
	writeReady(w, r, page)
}

func (p *stillPage) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.ready)
}

// in returns the page in a language, made now if it is not ready.
func (p *stillPage) in(tag lang.Tag) (asset, error) {
	p.mu.RLock()
	page, ok := p.ready[tag]
	p.mu.RUnlock()
	if ok && !p.site.Renderer.reload {
		return page, nil
	}
	// Made under the lock, so that a change is never overtaken by older data
	// and a crowd at the door makes the page once.
	p.mu.Lock()
	defer p.mu.Unlock()
	if page, ok := p.ready[tag]; ok && !p.site.Renderer.reload {
		return page, nil
	}
	page, err := p.make(tag)
	if err != nil {
		return asset{}, fmt.Errorf("make the page %s: %w", p.name, err)
	}
	p.ready[tag] = page
	return page, nil
}

func (p *stillPage) make(tag lang.Tag) (asset, error) {
	data, err := p.data(tag)
	if err != nil {
		return asset{}, err
	}
	body, err := p.site.Renderer.render(tag, p.path, p.name, data)
	if err != nil {
		return asset{}, err
	}
	var small bytes.Buffer
	zip := gzip.NewWriter(&small)
	if _, err := zip.Write(body); err != nil {
		return asset{}, err
	}
	if err := zip.Close(); err != nil {
		return asset{}, err
	}
	return asset{plain: body, gzip: small.Bytes(), kind: htmlKind}, nil
}
