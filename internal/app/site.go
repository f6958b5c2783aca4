package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/web"
	"loket/internal/web/public"
	"loket/internal/web/throttle"
	"loket/locales"
)

// securityTerm is how long security.txt may be relied on after a start.
const securityTerm = 180 * 24 * time.Hour

// Site returns the pages for people, and the API beside them.
func (a *App) Site() (*web.Site, error) {
	catalogue, err := lang.Load(public.Messages(locales.Files, a.Requests.Pack))
	if err != nil {
		return nil, fmt.Errorf("load texts of the pages: %w", err)
	}
	assets, err := web.BuiltAssets()
	if err != nil {
		return nil, err
	}
	renderer, err := web.NewRenderer(web.Rendering{
		Catalogue: catalogue, Assets: assets, Pages: public.Templates(),
		Missing: func(tag lang.Tag, key string) { a.Log.Error("a text is missing", "language", string(tag), "key", key) },
	})
	if err != nil {
		return nil, err
	}
	counted := throttle.New(a.now, a.random)
	site := &web.Site{
		Renderer: renderer, Assets: assets, Log: a.Log, NewID: func() string { return ident.NewID(a.random, "err") },
		Secure: strings.HasPrefix(a.Config.Public.URL, "https:"), Throttle: counted, Proxies: a.Config.Public.Proxies,
		LeaveTo: a.Config.Public.LeaveTo,
	}
	key, err := a.AuditKey()
	if err != nil {
		return nil, err
	}
	public.New(public.Parts{
		Requests: a.Requests, Mailbox: a.Mailbox, Catalogue: catalogue, Region: a.Config.Route.Country, Random: a.random,
		Audit:    public.Audit{Key: key, Checkpoint: a.checkpoint, Proof: a.proof},
		Security: public.Security{Contact: a.Config.Public.Contact, Expires: a.now().Add(securityTerm)},
	}).Register(site)
	return site, nil
}

func (a *App) checkpoint(ctx context.Context) (string, error) { return audit.Latest(ctx, a.DB) }

// proof writes a proof with a hash in base64 on each line.
func (a *App) proof(ctx context.Context, older, newer int64) (string, error) {
	proof, err := audit.Consistency(ctx, a.DB, older, newer)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, hash := range proof {
		fmt.Fprintln(&text, hash)
	}
	return text.String(), nil
}
