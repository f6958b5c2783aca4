// Package mailbox is secure mail for people without an account: one thread a
// case, which opens with a link and a code that come to them by two ways.
//
// A message is sealed under a random key of its own. The key lies in the
// database only in wraps, and each wrap needs something that does not:
//
//	queue wrap    the queue key of the mail worker; until the message is opened
//	link wrap     the secret of a link, and the pepper of the installation
//	session wrap  the cookie of a browser that opened it, and the pepper
//
// The secret of a link is made in memory when its mail is composed. Its wrap is
// committed before the mail leaves, so that every mail that left opens; a worker
// that dies in between makes another link, and the earlier stays. A message has
// at most three links at once, of which the oldest goes first. A link whose mail
// certainly did not leave is taken back, so that failures push no good link out.
//
// A link alone opens nothing, and neither does a phone:
//
//	link, err := mailbox.ParseLink(token)               // GET: nothing happens
//	asked, err := store.Ask(ctx, link, browser, outbox.SMS)
//	session, err := store.Open(ctx, link, browser, code)
//	thread, err := store.Read(ctx, session)
//
// Who has no e-mail gets the link by text message. Link and code by the same phone would be
// one thing to steal, so such a link opens only with a code on paper from a counter
// (OpenWithPaper), which opens every message of its case for thirty days and bears ten
// wrong tries in all. What is to be handed over at the counter is held: no link leaves.
//
// A code has eight digits, lives ten minutes, bears three tries, opens once, and
// counts only in the browser that asked for it; there are five a day. With at
// most thirty days of life a message falls to somebody who has the link and
// guesses with a chance of one in 200,000.
//
// What is expired or recalled has no body, no wrap, no link, no code and no
// session. Mails and text messages say nothing but that there is a message.
package mailbox

import (
	"context"
	"io"
	"strings"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/lang"
	"loket/internal/once"
	"loket/internal/outbox"
	"loket/internal/seal"
	"loket/internal/tally"
)

// Jobs that tell other areas what happened. Their arguments are an Event.
const (
	JobOpened      = "mailbox.opened"
	JobReplied     = "mailbox.replied"
	JobWrongNumber = "mailbox.wrong-number"
)

// Event is what the jobs of this package carry.
type Event struct {
	CaseID    string `json:"case_id"`
	MessageID string `json:"message_id"`
	ReplyID   string `json:"reply_id,omitempty"`
}

// Body is what a message says. It is kept only sealed.
type Body struct {
	Kind   string            // which page shows it, such as "proof" or "document-asked"
	Pack   string            // the route it belongs to
	Fields map[string]string // what the page fills in
	Proofs []Proof
}

// Proof is a certificate in a message.
type Proof struct {
	Kind   string            // "vaccination", "recovery" or "test"
	QR     string            // text of the QR symbol
	Fields map[string]string // what is printed beside it
}

// Address is where a person can be reached, and in which language.
type Address struct {
	Email ident.Email
	Phone ident.Phone
	Lang  lang.Tag
	// Former are contacts that staff changed at a counter, oldest first: who had them is
	// told.
	Former []Former
	// Own says that its notices are about itself and not about one thing that many wait
	// for: each case has its own, several a day.
	Own bool
}

// Former is a contact that holds no more.
type Former struct {
	ID    string
	Email ident.Email
	Phone ident.Phone
}

// Addresses finds the address of a case. The area that owns the case implements
// it. A case that has ended is a fault.NotFound.
type Addresses interface {
	Address(ctx context.Context, q db.Queryer, caseID string) (Address, error)
}

// Photos are the photos of a case. The area that keeps them implements it.
type Photos interface {
	// Unsent returns how many photos came and were not sent, and whether they have waited
	// so long that they should be sent for their person.
	Unsent(ctx context.Context, q db.Queryer, caseID string) (n int, ripe bool, err error)
	// Keep marks them as sent.
	Keep(ctx context.Context, tx *db.Tx, caseID string) error
}

// Parts is what the mailbox is made with. All are needed.
type Parts struct {
	DB        *db.DB
	Keys      *seal.Keys
	Vault     *seal.Vault
	Audit     *audit.Log
	Jobs      *jobs.Queue
	Outbox    *outbox.Box
	Once      *once.Guard
	Tally     *tally.Tally
	Schema    *schema.Schema
	Texts     *lang.Catalogue
	Addresses Addresses
	Photos    Photos
	Region    string                                            // whose phone numbers are not abroad, ISO 3166-1 alpha-2
	Daily     int64                                             // codes a day, all together
	Abroad    int64                                             // of these, to numbers of other countries
	Report    func(ctx context.Context, work string, err error) // told when a budget is used up
	// Text, if there is one, says what a notice by text message says; "" is the words of
	// the catalogue, and a fault.TooLate that the phone wants none.
	Text    func(ctx context.Context, caseID string, to Address) (string, error)
	BaseURL string         // of the public site; a link is BaseURL/m/TOKEN
	Domain  string         // short name of the site, which an SMS ends with
	Zone    *time.Location // in which days are counted
	Now     func() time.Time
	Random  io.Reader
}

// Store keeps messages.
type Store struct {
	Parts
	index  *seal.Index
	queue  seal.Box
	pepper []byte
	life   lifetimes
}

type lifetimes struct{ message, first, second, code, session, idle, paper time.Duration }

// NewStore returns the mailbox and registers its composers and its job.
func NewStore(parts Parts) *Store {
	parts.BaseURL = strings.TrimSuffix(parts.BaseURL, "/")
	life := parts.Schema.Lifetimes
	s := &Store{Parts: parts, index: parts.Keys.Index("mailbox"), queue: parts.Keys.Box("queue"), pepper: parts.Keys.Secret("pepper"),
		life: lifetimes{life["message"].Duration(), life["first-reminder"].Duration(), life["second-reminder"].Duration(),
			life["code"].Duration(), life["session"].Duration(), life["session"].Idle(), life["paper-code"].Duration()}}
	s.Outbox.Compose(kindLink, s.composeMail)
	s.Outbox.Compose(kindReminder, s.composeMail)
	s.Outbox.Compose(kindAnswer, s.composeMail)
	s.Outbox.Compose(kindNotice, s.composeNotice)
	s.Outbox.Compose(kindHelper, s.composeNotice)
	s.Outbox.Compose(kindMoved, s.composeNotice)
	s.Outbox.ComposeOnce(kindCode, s.composeCode)
	jobs.Handle(s.Jobs, jobBury, s.bury)
	s.Jobs.Every("mailbox.expire", expireEvery, s.Expire)
	return s
}

// now is the time as the database keeps it.
func (s *Store) now() time.Time { return s.Now().Truncate(time.Second) }

// day is the day of an instant where the counter is.
func (s *Store) day(at time.Time) string { return at.In(s.Zone).Format(time.DateOnly) }

// act writes an audit entry about a message. Its id is no secret: there is no
// subject to seal.
func (s *Store) act(ctx context.Context, tx *db.Tx, actor, role, act, messageID string) error {
	return s.Audit.Add(ctx, tx, audit.Entry{Actor: actor, Role: role, Act: act, Object: messageID, Result: "ok"})
}

const (
	roleSelf   = "self"
	roleWorker = "worker"
)
