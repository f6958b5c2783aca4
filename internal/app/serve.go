package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"loket/internal/config"
	"loket/internal/observe"
	"loket/internal/outbox"
	"loket/internal/outbox/sms"
	"loket/internal/outbox/smtp"
	"loket/internal/web"
)

// Senders are the ways out that are configured.
type Senders map[outbox.Channel]outbox.Sender

// workers is how many jobs one process works at once.
const workers = 4

// Part is what one process does of a whole; several processes may share a database on
// PostgreSQL and a key directory.
type Part string

// The parts.
const (
	All    Part = "all"
	Public Part = "public" // answers people
	Worker Part = "worker" // matches, sends, sweeps and numbers the audit log
)

// Serve does its part until ctx is done, then lets what is in hand end. ready is
// told the public address once it listens, or "" when this part has none.
func (a *App) Serve(ctx context.Context, part Part, ready func(public string)) error {
	senders, err := a.NewSenders()
	if err != nil {
		return err
	}
	site, err := a.Site()
	if err != nil {
		return err
	}
	return a.ServeWith(ctx, part, senders, site, ready)
}

// ServeWith serves with other ways out and another site, as the demo does.
func (a *App) ServeWith(ctx context.Context, part Part, senders Senders, site http.Handler, ready func(public string)) error {
	listeners, err := a.listen(part)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	var running sync.WaitGroup
	run := func(what string, f func() error) {
		running.Go(func() {
			if err := f(); err != nil {
				stop(fmt.Errorf("%s: %w", what, err))
			}
		})
	}
	address := ""
	if l := listeners.public; l != nil {
		address = a.Config.Public.URL
		run("public listener", func() error {
			return web.Serve(ctx, l, observe.Events("public", a.Log, a.Metrics, a.now, site), a.Log)
		})
	}
	if l := listeners.operations; l != nil {
		run("operations listener", func() error { return web.Serve(ctx, l, a.operations(), a.Log) })
	}
	if part != Public {
		run("jobs", func() error { return a.Jobs.Run(ctx, workers) })
		run("outbox", func() error { a.Outbox.Run(ctx, senders); return nil })
	}
	ready(address)
	<-ctx.Done()
	running.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// listeners are nil where a part or the configuration has none.
type listeners struct{ public, operations net.Listener }

func (a *App) listen(part Part) (l listeners, err error) {
	if part != Worker {
		if l.public, err = net.Listen("tcp", a.Config.Public.Addr); err != nil {
			return l, fmt.Errorf("listen for people: %w", err)
		}
	}
	if a.Config.Operations.Addr == "off" {
		return l, nil
	}
	if l.operations, err = net.Listen("tcp", a.Config.Operations.Addr); err != nil {
		err = fmt.Errorf("listen for operators: %w", err)
		if l.public != nil {
			err = errors.Join(err, l.public.Close())
		}
	}
	return l, err
}

// operations serves metrics and health, on loopback.
func (a *App) operations() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.Metrics.Handler())
	mux.Handle("GET /health", observe.Health(a.Log, a.probe))
	return mux
}

func (a *App) probe(ctx context.Context) error {
	_, err := a.DB.Tables(ctx)
	return err
}

// NewSenders returns the ways out of the configuration.
func (a *App) NewSenders() (Senders, error) {
	mail, err := a.newMail()
	if err != nil {
		return nil, err
	}
	senders := Senders{outbox.Mail: mail}
	for channel, g := range map[outbox.Channel]config.Gateway{outbox.SMS: a.Config.SMS, outbox.Voice: a.Config.Voice} {
		if g.URL == "" {
			continue
		}
		gateway, err := sms.New(sms.Config{
			URL: g.URL, Method: g.Method, Headers: g.Headers, SecretFile: g.SecretFile, Body: g.Body, Reference: g.ReferencePath})
		if err != nil {
			return nil, fmt.Errorf("%s gateway: %w", channel, err)
		}
		senders[channel] = gateway
	}
	return senders, nil
}

func (a *App) newMail() (*smtp.Sender, error) {
	m := a.Config.Mail
	c := smtp.Config{Host: m.Host, Port: m.Port, Security: smtp.Security(m.TLS), User: m.User, From: m.From, Now: a.now}
	if m.TLS == "none" {
		c.Security = smtp.Plain
	}
	if m.PasswordFile != "" {
		secret, err := os.ReadFile(m.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("read mail password: %w", err)
		}
		c.Password = strings.TrimSpace(string(secret))
	}
	return smtp.New(c)
}
