package app

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"loket/internal/api"
	"loket/internal/mailbox"
	"loket/internal/once"
	"loket/internal/outbox/sms"
	"loket/internal/seal"
	"loket/internal/tally"
	"loket/internal/texting"
	"loket/internal/web"
)

// openTexts builds what answers text messages, where the configuration takes them.
func (a *App) openTexts(vault *seal.Vault, guard *once.Guard, counts *tally.Tally) (err error) {
	c := a.Config.Texts
	if c.SecretFile == "" || a.Planner == nil {
		return nil
	}
	a.Texting, err = texting.NewStore(texting.Parts{
		DB: a.DB, Keys: a.Keys, Vault: vault, Once: guard, Tally: counts, Outbox: a.Outbox, Schema: a.Schema, Texts: a.Catalogue, Places: a.Planner,
		Limits: texting.Limits{Strangers: c.Strangers, Daily: c.Daily, Abroad: c.Abroad},
		Region: a.Config.Route.Country, Domain: a.Config.Name, Call: c.Call, Zone: a.zone, Now: a.now, Random: a.random, Report: a.failed,
	})
	return err
}

// noticeText is what a notice by text message says; "" for the words of the catalogue.
func (a *App) noticeText(ctx context.Context, caseID string, to mailbox.Address) (string, error) {
	if a.Texting == nil {
		return "", nil
	}
	return a.Texting.Notice(ctx, caseID, to)
}

// takeTexts adds the hook to which a provider posts texts.
func (a *App) takeTexts(site *web.Site) error {
	if a.Texting == nil {
		return nil
	}
	inbound, err := a.inbound()
	if err != nil {
		return err
	}
	var h http.Handler = api.NewTexts(a.Texting, inbound, a.Log)
	site.Handle("/hooks/sms-in", h)
	site.Handle("/hooks/sms-in/", h)
	return nil
}

// inbound says how a text that comes in is read.
func (a *App) inbound() (sms.Inbound, error) {
	c := a.Config.Texts
	secret, err := os.ReadFile(c.SecretFile)
	if err != nil {
		return sms.Inbound{}, fmt.Errorf("read secret of text messages: %w", err)
	}
	in := sms.Inbound{ID: c.ID, From: c.From, Text: c.Text}
	if text := strings.TrimSpace(string(secret)); c.Header != "" {
		in.SignatureHeader, in.SignatureSecret = c.Header, []byte(text)
	} else {
		in.PathSecret = text
	}
	return in, nil
}
