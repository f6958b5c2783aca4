package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"loket/internal/app"
	"loket/internal/config"
	"loket/internal/draw"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/outbox/demo"
	"loket/internal/registry/local"
	registrydemo "loket/internal/registry/local/demo"
	pages "loket/internal/web/demo"
)

type demoCommand struct {
	Addr  string `help:"Address for people." default:"localhost:8080"`
	Staff string `help:"Address for staff." default:"localhost:8081"`
	Data  string `help:"Directory for its data; a throw-away one when not given." placeholder:"DIR"`
}

// Run starts everything on one machine: nothing leaves it, and its data go when it
// ends unless a directory was named.
func (c demoCommand) Run(at *world) (err error) {
	data := c.Data
	if data == "" {
		if data, err = os.MkdirTemp("", "loket-demo-"); err != nil {
			return fmt.Errorf("make data directory: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	}
	loaded, err := c.configure(data)
	if err != nil {
		return err
	}
	log, err := newLog(at.stderr, "warn")
	if err != nil {
		return err
	}
	beacon, err := demoBeacon(rand.Reader)
	if err != nil {
		return err
	}
	a, err := app.Open(at.ctx, loaded, app.Options{Log: log, Beacon: beacon})
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Ready(at.ctx); err != nil {
		return err
	}
	if _, err := a.Registry.Import(at.ctx, local.Import{File: registrydemo.People()}); err != nil {
		return fmt.Errorf("import the invented people: %w", err)
	}
	return c.serve(at, a, data)
}

// How often the demo matches, hands places out, and closes a list: somebody is watching.
const (
	demoMatch = 2 * time.Second
	demoWork  = 2 * time.Second
	demoList  = time.Minute
)

// demoBeacon signs rounds as soon as their list is closed.
func demoBeacon(random io.Reader) (*draw.Signer, error) {
	return draw.NewSigner(random, draw.Quicknet().Clock, func() time.Time { return time.Now().Add(draw.Delay) })
}

func (c demoCommand) configure(data string) (config.Config, error) {
	loaded := config.Default(data)
	loaded.Public.Addr, loaded.Public.URL = c.Addr, "http://"+c.Addr
	loaded.Staff.Addr, loaded.Staff.URL = c.Staff, "http://"+c.Staff
	loaded.Operations.Addr = "off"
	for _, addr := range []string{c.Addr, c.Staff} {
		if !config.Loopback(addr) { // what it shows, and its passkeys, are for nobody else
			return loaded, fault.New(fault.Invalid, "", "the demo listens on this machine only, not on %s", addr)
		}
	}
	loaded.Route.Match = config.Duration(demoMatch)
	loaded.Places.Pack, loaded.Places.Work, loaded.Places.Every = "refugeehelp-2022", config.Duration(demoWork), config.Duration(demoList)
	loaded.Texts.SecretFile, loaded.Texts.Header, loaded.Texts.Number = filepath.Join(data, "text-secret"), demo.SignatureHeader, demoNumber
	if err := os.MkdirAll(data, 0o700); err != nil {
		return loaded, fmt.Errorf("make data directory: %w", err)
	}
	if err := os.WriteFile(loaded.Texts.SecretFile, []byte(demoTextSecret), 0o600); err != nil {
		return loaded, fmt.Errorf("write secret of the demo's texts: %w", err)
	}
	if _, err := os.Stat(filepath.Join(app.SigningDir(loaded))); err == nil {
		return loaded, nil
	}
	if err := app.InitKeys(loaded, rand.Reader); err != nil {
		return loaded, err
	}
	return loaded, app.AddDemoKey(loaded, time.Now(), rand.Reader)
}

// What the demo's provider of text messages knows, and the number that it has for us.
const (
	demoTextSecret = "demo"
	demoNumber     = "3669"
)

// demoTexts sends a text as a phone of the demo does.
func demoTexts(gateway *demo.Gateway, public string) pages.Texts {
	return func(ctx context.Context, from, text string) error {
		code, err := gateway.Text(ctx, public+"/hooks/sms-in", []byte(demoTextSecret), ident.NewID(rand.Reader, "sms"), from, text)
		if err == nil && code != http.StatusNoContent {
			err = fault.New(fault.Unavailable, "", "the text was answered with status %d", code)
		}
		return err
	}
}

func (c demoCommand) serve(at *world, a *app.App, data string) error {
	mail, err := demo.ListenMail("localhost:0", time.Now)
	if err != nil {
		return err
	}
	defer mail.Close()
	const token = "demo"
	gateway, err := demo.ListenGateway("localhost:0", token, time.Now)
	if err != nil {
		return err
	}
	defer gateway.Close()
	senders, err := app.DemoSenders(mail, gateway, token, data, time.Now)
	if err != nil {
		return err
	}
	people, err := pages.ReadPeople(registrydemo.People())
	if err != nil {
		return err
	}
	colleagues := &demoStaff{store: a.Staff, url: a.Config.Staff.URL, now: time.Now, tokens: map[string]string{}}
	if counters := a.Requests.Pack.List("counters"); len(counters) > 0 {
		colleagues.counter = counters[0].ID
	}
	if err := colleagues.invite(at.ctx); err != nil {
		return err
	}
	build := func(a *app.App) (app.Sites, error) {
		site, err := a.Site()
		if err != nil {
			return app.Sites{}, err
		}
		desk, err := a.StaffSite(pages.Authenticator)
		if err != nil {
			return app.Sites{}, err
		}
		pages.RegisterAuthenticator(desk)
		shown := pages.Pages{Mail: mail, Gateway: gateway, People: people, Staff: colleagues, Public: a.Config.Public.URL, Style: site.Assets.Style("ltr"),
			Texts: demoTexts(gateway, a.Config.Public.URL)}
		return app.Sites{Public: site, Staff: desk}, shown.Register(site)
	}
	return a.ServeWith(at.ctx, app.All, senders, build, func([]string) {
		public := a.Config.Public.URL
		fmt.Fprintf(at.stdout, "Loket demo: everything stays on this machine\n\n  for people     %s\n  what was sent  %s/demo/outbox\n"+
			"  people to be   %s/demo/people\n  staff to be    %s/demo/staff\n  for staff      %s\n\nStop it with Ctrl-C.\n",
			public, public, public, public, a.Config.Staff.URL)
	})
}
