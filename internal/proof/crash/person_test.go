package crash

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/ident"
	"loket/internal/proof/program"
)

// crowd is how many people of each kind there are to be.
const crowd = 400

// applicant is one person with a phone, a mailbox and a memory of their own.
type applicant struct {
	in      *installation
	program *program.Program
	n       int
	known   bool
	key     string

	// What was acknowledged.
	number, code string // of the request
	opened       string // session token of the message
	kind         string // what the message says
	replied      bool
}

// register is a file with everybody who is known, for the import.
func register() string {
	var b strings.Builder
	b.WriteString("bsn,name,birth_date,phone,kind,day,country,centre,prophylaxis,product,manufacturer,dose,doses\n")
	for n := range crowd {
		fmt.Fprintf(&b, "%s,%s,1980-01-01,%s,vaccination,2021-07-06,NL,GGD,1119349007,EU/1/20/1528,ORG-100030215,2,2\n", bsn(n), name(n), phone(n, true))
	}
	return b.String()
}

// bsn returns an invented number whose check digit is right.
func bsn(n int) string {
	for digits := 99900000 + n*10; ; digits++ {
		text := fmt.Sprintf("%08d", digits)
		sum := 0
		for i, c := range text {
			sum += int(c-'0') * (9 - i)
		}
		if last := sum % 11; last < 10 {
			return text + fmt.Sprint(last)
		}
	}
}

func phone(n int, known bool) string {
	if known {
		return fmt.Sprintf("06120%05d", n)
	}
	return fmt.Sprintf("06130%05d", n)
}

// name returns an invented name that only person n has.
func name(n int) string {
	letters := []byte(fmt.Sprint(n))
	for i, digit := range letters {
		letters[i] = "abdegiklmo"[digit-'0']
	}
	return "Verzonnen Voorbeeld" + string(letters)
}

func newApplicant(in *installation, n int) *applicant {
	return &applicant{in: in, n: n / 2, known: n%2 == 0, key: ident.NewID(rand.Reader, "key"), program: &program.Program{
		URL: in.loaded.Public.URL, From: fmt.Sprintf("10.%d.%d.1", n/200, n%200),
		Client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}}}}
}

func (a *applicant) email() string { return fmt.Sprintf("person%d-%t@example.org", a.n, a.known) }
func (a *applicant) phone() string { return "+31" + phone(a.n, a.known)[1:] }

func (a *applicant) form() map[string]any {
	number := ""
	if a.known {
		number = bsn(a.n)
	}
	return program.Form(name(a.n), "1980-01-01", number, a.email(), a.phone())
}

// browser is what the person's program is known by.
func (a *applicant) browser() string { return "browser-of-a-person-" + a.key }

// call calls again and again until there is an answer, whatever it says.
func (a *applicant) call(ctx context.Context, path string, body any, header ...string) (program.Reply, error) {
	for {
		got, err := a.program.Call(ctx, "POST", path, body, header...)
		if err == nil && got.Status < 500 {
			return got, nil
		}
		if !pause(ctx, 100*time.Millisecond) {
			return got, fmt.Errorf("no answer to %s: %w", path, ctx.Err())
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// live goes the whole way: request, message, reply if one is wanted.
func (a *applicant) live(ctx context.Context) error {
	if err := a.send(ctx); err != nil {
		return err
	}
	link, err := a.await(ctx)
	if err != nil {
		return err
	}
	if err := a.open(ctx, link); err != nil {
		return err
	}
	if a.kind != "document-asked" {
		return nil
	}
	if err := a.photo(ctx); err != nil {
		return err
	}
	return a.reply(ctx)
}

// send sends the request until it is acknowledged.
func (a *applicant) send(ctx context.Context) error {
	got, err := a.call(ctx, "/requests", a.form(), "Idempotency-Key", a.key)
	if err != nil {
		return err
	}
	if got.Status != http.StatusCreated {
		return fmt.Errorf("request of %d was answered %d: %s", a.n, got.Status, got.Body)
	}
	a.number, a.code = got.Text("number"), got.Text("code")
	return nil
}

var linkPattern = regexp.MustCompile(`/m/([A-Za-z0-9_-]{64})`)

// links returns those that came by mail, oldest first.
func (a *applicant) links() []string {
	var links []string
	for _, m := range a.in.mail.Messages() {
		if found := linkPattern.FindStringSubmatch(m.Text); found != nil && slices.Contains(m.To, a.email()) {
			links = append(links, found[1])
		}
	}
	return links
}

func (a *applicant) await(ctx context.Context) (string, error) {
	for {
		if links := a.links(); len(links) > 0 {
			return links[len(links)-1], nil
		}
		if !pause(ctx, 50*time.Millisecond) {
			return "", fmt.Errorf("person %d waits for a mail", a.n)
		}
	}
}

var codePattern = regexp.MustCompile(`\d{8}`)

// codes returns those that came by SMS, oldest first.
func (a *applicant) codes() []string {
	var codes []string
	for _, c := range a.in.gateway.Calls() {
		if c.To == a.phone() {
			codes = append(codes, codePattern.FindString(c.Text))
		}
	}
	return codes
}

// open asks for codes and tries the newest until one opens the message.
func (a *applicant) open(ctx context.Context, link string) error {
	for {
		had := len(a.codes())
		asked, err := a.call(ctx, "/message-codes", map[string]any{"link": link, "browser": a.browser(), "channel": "sms"})
		if err != nil {
			return err
		}
		if asked.Status == http.StatusNotFound {
			return fmt.Errorf("the link of person %d does not open: %s", a.n, asked.Body)
		}
		for range 20 { // a code may be lost, and then another is asked
			if len(a.codes()) > had || !pause(ctx, 50*time.Millisecond) {
				break
			}
		}
		codes := a.codes()
		if len(codes) == 0 {
			if ctx.Err() != nil {
				return fmt.Errorf("person %d waits for a code", a.n)
			}
			continue
		}
		got, err := a.call(ctx, "/message-openings", map[string]any{"link": link, "browser": a.browser(), "code": codes[len(codes)-1]})
		if err != nil {
			return err
		}
		if got.Status == http.StatusCreated {
			a.opened = got.Text("sessionToken")
			return a.read(ctx)
		}
		if !pause(ctx, 500*time.Millisecond) {
			return fmt.Errorf("person %d cannot open: %d %s", a.n, got.Status, got.Body)
		}
	}
}

func (a *applicant) read(ctx context.Context) error {
	for {
		got, err := a.program.Call(ctx, "GET", "/message", nil, "Authorization", "Bearer "+a.opened)
		if err == nil && got.Status == http.StatusOK {
			a.kind = got.Text("kind")
			return nil
		}
		if !pause(ctx, 100*time.Millisecond) {
			return fmt.Errorf("person %d cannot read: %v %s", a.n, err, got.Body)
		}
	}
}

func (a *applicant) reply(ctx context.Context) error {
	got, err := a.call(ctx, "/message-replies", map[string]any{"text": "Ik heb een paspoort."},
		"Authorization", "Bearer "+a.opened, "Idempotency-Key", a.key)
	if err != nil {
		return err
	}
	a.replied = got.Status < 300
	if !a.replied {
		return fmt.Errorf("reply of person %d was answered %d: %s", a.n, got.Status, got.Body)
	}
	return nil
}

// truth compares what the person was told with what Loket holds now.
func (a *applicant) truth(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if a.number == "" {
		t.Errorf("person %d was never acknowledged", a.n)
		return
	}
	again, err := a.call(ctx, "/requests", a.form(), "Idempotency-Key", a.key)
	if err != nil || again.Text("number") != a.number || again.Text("code") != a.code {
		t.Errorf("person %d sent the same form again and got another receipt: %v %s", a.n, err, again.Body)
	}
	status, err := a.call(ctx, "/request-status", map[string]any{"number": a.number, "code": a.code})
	if want := map[bool]string{true: "closed", false: "message"}[a.known]; err != nil || status.Text("step") != want {
		t.Errorf("the status of person %d (known: %t) is %s, want %s", a.n, a.known, status.Body, want)
	}
	if want := map[bool]string{true: "proof", false: "document-asked"}[a.known]; a.kind != want {
		t.Errorf("the message of person %d (known: %t) says %s, want %s", a.n, a.known, a.kind, want)
	}
	for _, link := range a.links() {
		// 429 is the answer of a link that is good, to somebody in a hurry.
		got, err := a.call(ctx, "/message-codes", map[string]any{"link": link, "browser": a.browser(), "channel": "sms"})
		if err != nil || got.Status != http.StatusOK && got.Status != http.StatusTooManyRequests {
			t.Errorf("a link that left for person %d is answered %d: %v %s", a.n, got.Status, err, got.Body)
		}
	}
}
