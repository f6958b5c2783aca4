package mailbox_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/once"
	"loket/internal/outbox"
	"loket/internal/outbox/demo"
	"loket/internal/outbox/sms"
	"loket/internal/outbox/smtp"
	"loket/internal/seal"
	"loket/internal/tally"
	"loket/internal/testclock"
	"loket/locales"
)

// world is a mailbox with a real mail server and a real gateway around it.
type world struct {
	t       testing.TB
	db      *db.DB
	clock   *testclock.Clock
	keys    *seal.Keys
	vault   *seal.Vault
	box     *outbox.Box
	queue   *jobs.Queue
	store   *mailbox.Store
	mails   *demo.MailServer
	gateway *demo.Gateway
	senders map[outbox.Channel]outbox.Sender
	people  people
	photos  photos
	tables  *schema.Schema
	texts   *lang.Catalogue
	events  []string // jobs that other areas got
}

// people are the addresses of cases, as the area that owns cases keeps them.
type people map[string]mailbox.Address

func (p people) Address(_ context.Context, _ db.Queryer, caseID string) (mailbox.Address, error) {
	a, ok := p[caseID]
	if !ok {
		return a, fault.New(fault.NotFound, "", "no such case")
	}
	return a, nil
}

// photos are those of cases that were not sent, as the area that keeps them counts.
type photos map[string]int

func (p photos) Unsent(_ context.Context, _ db.Queryer, caseID string) (int, bool, error) {
	return p[caseID], p[caseID] > 0, nil
}

func (p photos) Keep(_ context.Context, _ *db.Tx, caseID string) error {
	delete(p, caseID)
	return nil
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, db: d, clock: testclock.At("2021-11-03T09:00:00Z"), people: people{}, photos: photos{}}
	dir := t.TempDir()
	must(t, seal.InitKeys(dir, rand.Reader))
	var err error
	w.keys, err = seal.OpenKeys(dir, w.clock.Now, rand.Reader)
	must(t, err)
	w.vault = seal.NewVault(w.keys, rand.Reader)
	w.mails, err = demo.ListenMail("127.0.0.1:0", w.clock.Now)
	must(t, err)
	w.gateway, err = demo.ListenGateway("127.0.0.1:0", "token", w.clock.Now)
	must(t, err)
	t.Cleanup(func() { must(t, errors.Join(w.mails.Close(), w.gateway.Close())) })
	mail, err := smtp.New(smtp.Config{Host: "127.0.0.1", Port: w.mails.Addr().Port, Security: smtp.Plain, From: "loket@example.nl", Now: w.clock.Now})
	must(t, err)
	secret := filepath.Join(dir, "token")
	must(t, os.WriteFile(secret, []byte("token"), 0o600))
	text, err := sms.New(sms.Config{URL: w.gateway.URL(), SecretFile: secret, Headers: map[string]string{"Authorization": "Bearer {{.Secret}}"},
		Body:      `{"channel": {{.Channel}}, "to": {{.To}}, "text": {{.Text}}, "reference": {{.Reference}}}`,
		Reference: "messages.0.id"})
	must(t, err)
	w.senders = map[outbox.Channel]outbox.Sender{outbox.Mail: mail, outbox.SMS: text, outbox.Voice: text}
	w.tables, err = schema.Load()
	must(t, err)
	w.texts, err = lang.Load(locales.Files)
	must(t, err)
	w.restart()
	return w
}

// restart makes everything anew that is not on disk, as after a crash.
func (w *world) restart() {
	w.t.Helper()
	w.queue = jobs.New(w.db, w.clock.Now, rand.Reader, func(_ context.Context, kind string, err error) { w.t.Errorf("job %s: %v", kind, err) })
	w.box = outbox.New(w.db, w.keys, w.clock.Now, rand.Reader, nil)
	w.store = mailbox.NewStore(mailbox.Parts{DB: w.db, Keys: w.keys, Vault: w.vault, Audit: audit.NewLog(w.clock.Now, rand.Reader),
		Jobs: w.queue, Outbox: w.box, Once: once.NewGuard(w.keys, w.clock.Now, time.Hour),
		Tally: tally.New(w.keys, time.UTC, w.clock.Now), Region: "NL", Daily: 1000, Abroad: 3, Report: func(context.Context, string, error) {}, Schema: w.tables, Texts: w.texts, Addresses: w.people, Photos: w.photos,
		BaseURL: "https://loket.example", Domain: "loket.example", Zone: time.UTC, Now: w.clock.Now, Random: rand.Reader})
	for _, kind := range []string{mailbox.JobOpened, mailbox.JobReplied, mailbox.JobWrongNumber} {
		jobs.Handle(w.queue, kind, func(_ context.Context, e mailbox.Event) (jobs.Effect, error) {
			w.events = append(w.events, kind+" "+e.MessageID)
			return nil, nil
		})
	}
}

// person is somebody with a case and one message.
type person struct {
	caseID, message string
	email, phone    string
}

// post makes a person and sends them a message.
func (w *world) post(wantsReply bool) person {
	w.t.Helper()
	n := len(w.people) + 1
	p := person{caseID: ident.NewID(rand.Reader, "req"), email: fmt.Sprintf("invented%d@example.org", n), phone: fmt.Sprintf("+316%08d", 12000000+n)}
	email, err := ident.ParseEmail(p.email)
	must(w.t, err)
	phone, err := ident.ParsePhone(p.phone, "NL")
	must(w.t, err)
	w.people[p.caseID] = mailbox.Address{Email: email, Phone: phone, Lang: "ar"}
	w.update(func(tx *db.Tx) error {
		c, err := w.vault.Create(w.t.Context(), tx, p.caseID)
		if err != nil {
			return err
		}
		p.message, err = w.store.Post(w.t.Context(), tx, c, mailbox.Post{Lang: "ar", Body: body(), WantsReply: wantsReply})
		return err
	})
	return p
}

func body() mailbox.Body {
	return mailbox.Body{Kind: "proof", Pack: "invented-2021", Fields: map[string]string{"name": "Amina Verzonnen"},
		Proofs: []mailbox.Proof{{Kind: "vaccination", QR: "HC1:INVENTED", Fields: map[string]string{"day": "2021-07-01"}}}}
}

func (w *world) update(fn func(*db.Tx) error) {
	w.t.Helper()
	must(w.t, w.db.Update(w.t.Context(), fn))
}

// send sends what is due, works the jobs, and checks everything.
func (w *world) send() {
	w.t.Helper()
	must(w.t, w.box.RunDue(w.t.Context(), w.senders))
	must(w.t, w.queue.RunDue(w.t.Context()))
	w.check()
}

// check checks every invariant of the mailbox and the outbox.
func (w *world) check() { // promise 4
	w.t.Helper()
	const grace = 12 * time.Minute // jobs and workers run when a test lets them
	inbox, err := mailbox.Check(w.t.Context(), w.db, w.clock.Now(), grace)
	must(w.t, err)
	lines, err := outbox.Check(w.t.Context(), w.db, w.clock.Now(), grace)
	must(w.t, err)
	for _, line := range append(inbox, lines...) {
		w.t.Error(line)
	}
}

// stopping is a sender whose worker is killed before or after it sent.
type stopping struct {
	outbox.Sender
	before bool
}

func (s stopping) Send(ctx context.Context, e outbox.Envelope) (string, error) {
	if !s.before {
		if _, err := s.Sender.Send(ctx, e); err != nil {
			return "", err
		}
	}
	runtime.Goexit()
	return "", errors.New("unreachable")
}

// kill runs the worker of a channel in a goroutine that ends before or after it
// hands over, as a process does that is killed there.
func (w *world) kill(channel outbox.Channel, before bool) {
	senders := map[outbox.Channel]outbox.Sender{channel: stopping{w.senders[channel], before}}
	done := make(chan error, 1)
	go func() {
		defer close(done)
		done <- w.box.RunDue(w.t.Context(), senders)
	}()
	must(w.t, <-done)
}

var inMail = regexp.MustCompile(`https://loket\.example/m/([A-Za-z0-9_-]+)\n`)

// links returns the links in the mails that p got, oldest first.
func (w *world) links(p person) (links []mailbox.Link) {
	w.t.Helper()
	for _, m := range w.mails.Messages() {
		if m.To[0] != p.email {
			continue
		}
		if found := inMail.FindStringSubmatch(m.Text); found != nil {
			link, err := mailbox.ParseLink(found[1])
			must(w.t, err)
			links = append(links, link)
		}
	}
	return links
}

// codes returns the codes that p got on the phone, oldest first.
func (w *world) codes(p person) (codes []string) {
	for _, c := range w.gateway.Calls() {
		if c.To == p.phone && !strings.Contains(c.Text, "/m/") {
			digits := strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, c.Text)
			codes = append(codes, digits[:ident.CodeDigits])
		}
	}
	return codes
}

func last[T any](list []T) T { return list[len(list)-1] }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
