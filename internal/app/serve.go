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
	Desk   Part = "staff"  // answers people who work here
	Worker Part = "worker" // matches, sends, sweeps and numbers the audit log
)

// Serve does its part until ctx is done, then lets what is in hand end. ready is
// told the addresses that it listens for, once it does; there may be none.
func (a *App) Serve(ctx context.Context, part Part, ready func(addresses []string)) error {
	senders, err := a.NewSenders()
	if err != nil {
		return err
	}
	return a.ServeWith(ctx, part, senders, sites, ready)
}

// ServeWith serves with other ways out and other sites, as the demo does.
func (a *App) ServeWith(ctx context.Context, part Part, senders Senders, build Build, ready func(addresses []string)) error {
	shown, err := newLive(a, build)
	if err != nil {
		return err
	}
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
	var addresses []string
	for _, side := range []struct {
		name, address string
		listener      net.Listener
		site          http.HandlerFunc
	}{{"public", a.Config.Public.URL, listeners.public, shown.public}, {"staff", a.Config.Staff.URL, listeners.staff, shown.staff}} {
		if side.listener != nil {
			addresses = append(addresses, side.address)
			run(side.name+" listener", func() error {
				return web.Serve(ctx, side.listener, observe.Events(side.name, a.Log, a.Metrics, a.now, side.site), a.Log)
			})
		}
	}
	if l := listeners.operations; l != nil {
		run("operations listener", func() error { return web.Serve(ctx, l, a.operations(), a.Log) })
	}
	run("work", func() error { return shown.run(ctx, a, part == All || part == Worker, senders) })
	ready(addresses)
	<-ctx.Done()
	running.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// listeners are nil where a part or the configuration has none.
type listeners struct{ public, staff, operations net.Listener }

func (a *App) listen(part Part) (l listeners, err error) {
	for _, one := range []struct {
		wanted bool
		addr   string
		to     *net.Listener
		whom   string
	}{
		{part == All || part == Public, a.Config.Public.Addr, &l.public, "people"},
		{part == All || part == Desk, a.Config.Staff.Addr, &l.staff, "staff"},
		{true, a.Config.Operations.Addr, &l.operations, "operators"},
	} {
		if !one.wanted || one.addr == "off" {
			continue
		}
		if *one.to, err = net.Listen("tcp", one.addr); err != nil {
			return l, errors.Join(fmt.Errorf("listen for %s: %w", one.whom, err), l.close())
		}
	}
	return l, nil
}

func (l listeners) close() error {
	var failed []error
	for _, one := range []net.Listener{l.public, l.staff, l.operations} {
		if one != nil {
			failed = append(failed, one.Close())
		}
	}
	return errors.Join(failed...)
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
