package app

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"loket/internal/api"
	"loket/internal/audit"
	"loket/internal/config"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/outbox"
	"loket/internal/outbox/sms"
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
		Requests: a.Requests, Mailbox: a.Mailbox, Uploads: a.Uploads, Planner: a.Planner, Reports: a.Reports, Forms: a.Keys.Box("form"),
		Texts: a.Texting != nil, TextTo: a.Config.Texts.Number,
		Catalogue: catalogue, Region: a.Config.Route.Country, Random: a.random,
		Audit:    public.Audit{Key: key, Checkpoint: a.checkpoint, Proof: a.proof},
		Security: public.Security{Contact: a.Config.Public.Contact, Expires: a.now().Add(securityTerm)},
	}).Register(site)
	site.Handle("/api/", api.New(api.Parts{
		Requests: a.Requests, Mailbox: a.Mailbox, Uploads: a.Uploads, Planner: a.Planner, Reports: a.Reports, Catalogue: catalogue, Region: a.Config.Route.Country, Log: a.Log, NewID: site.NewID,
		Throttle: counted, Proxies: site.Proxies,
	}))
	gateways, err := a.reports()
	if err != nil {
		return nil, err
	}
	site.Handle("/hooks/", api.NewReports(a.Outbox, gateways, a.Log))
	return site, a.takeTexts(site)
}

// reports says how the delivery reports of each gateway are read; a gateway without a
// secret sends none.
func (a *App) reports() (map[outbox.Channel]sms.Reports, error) {
	list := map[outbox.Channel]sms.Reports{}
	for channel, g := range map[outbox.Channel]config.Gateway{outbox.SMS: a.Config.SMS, outbox.Voice: a.Config.Voice} {
		if g.ReportSecretFile == "" {
			continue
		}
		secret, err := os.ReadFile(g.ReportSecretFile)
		if err != nil {
			return nil, fmt.Errorf("read secret of delivery reports: %w", err)
		}
		r := sms.Reports{Reference: g.ReportReference, Status: g.ReportStatus, Statuses: reportWords(g)}
		if text := strings.TrimSpace(string(secret)); g.ReportHeader != "" {
			r.SignatureHeader, r.SignatureSecret = g.ReportHeader, []byte(text)
		} else {
			r.PathSecret = text
		}
		list[channel] = r
	}
	return list, nil
}

func reportWords(g config.Gateway) map[string]outbox.Status {
	words := map[string]outbox.Status{"delivered": outbox.Delivered, "failed": outbox.Failed}
	for word, means := range g.ReportWords {
		words[strings.ToLower(word)] = outbox.Status(means)
	}
	return words
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
