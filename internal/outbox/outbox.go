// Package outbox sends what leaves Loket for a person: mail, SMS and voice
// calls. The process has no other way out.
//
// A [Line] says that something is to be sent. It is added in the transaction
// that causes it, and holds ids only: no address, no text, no secret.
//
//	err := box.Add(ctx, tx, outbox.Line{CaseID: id, Channel: outbox.Mail, Kind: "link", Object: message, Due: at, Expires: end})
//
// A worker leases a line and asks the [Composer] of its kind for the [Envelope]
// at the moment of sending; a [Sender] hands it over; the worker records how it
// went. Whoever dies in between has its line taken up by another when the lease
// ends, so a line leaves at least once and what it says must be harmless when it
// comes twice. Lines of a kind registered with ComposeOnce are begun once only.
//
// Each line ends in one of three states:
//
//	sent      the other side took it
//	recalled  nobody wants it any more
//	dead      refused for good, too late, or (of a kind begun once) lost
//
// A line that is recalled or expired is not sent. Failures that may pass are
// tried again after growing waits until the line expires.
//
// The provider's reports of delivery come later, out of order and repeated;
// Deliver keeps the last word of them.
package outbox

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/seal"
)

// Channel is a way out.
type Channel string

// The channels.
const (
	Mail  Channel = "mail"
	SMS   Channel = "sms"
	Voice Channel = "voice"
)

// Line is one thing to be sent to one person.
type Line struct {
	ID      string // made by Add when empty
	CaseID  string // the case it belongs to; the line dies with it
	Channel Channel
	Kind    string    // which Composer
	Object  string    // id of what it is about
	Due     time.Time // not before
	Expires time.Time // of no use from then on
	Tries   int64     // how often it was begun, this time included; set by the worker
}

// Envelope is a composed line. It goes to one recipient.
type Envelope struct {
	To      ident.Private // e-mail address, or phone number in E.164 form
	Subject string        // mail only
	Text    string        // plain text; a secret as long as it holds a link or a code

	// Reference is the same at each try of a line and tells nothing: the
	// Message-ID of a mail, the client reference of a gateway. The Box sets it.
	Reference string
	Channel   Channel // set by the Box

	// Unsent, when not nil, takes back what the composer committed. It runs in
	// the transaction that records that this try certainly did not leave.
	Unsent func(ctx context.Context, tx *db.Tx) error
}

// Composer makes the envelope of a line at the moment of sending, and commits
// what must be there before it leaves. A fault.TooLate says that nobody wants
// the line any more, and a fault.Denied that it can never be composed; any other
// error may pass.
type Composer func(ctx context.Context, line Line) (Envelope, error)

// Sender hands an envelope over and returns the reference under which the other
// side will report, if it has one. A nil error means that the other side has
// taken responsibility.
//
// An error of kind fault.Denied is a refusal for good and one of kind
// fault.Unavailable a refusal or failure that may pass; either says that the
// envelope certainly did not leave. After any other error it may have left. No
// error holds the recipient, the text, or words of the other side, which like to
// quote both.
type Sender interface {
	Send(ctx context.Context, e Envelope) (reference string, err error)
}

// Box adds lines and sends them. Composers are registered before Run.
type Box struct {
	db        *db.DB
	index     *seal.Index
	now       func() time.Time
	random    io.Reader
	composers map[string]composer
	report    func(ctx context.Context, line Line, err error)
}

type composer struct {
	compose Composer
	once    bool
}

// New returns a box on a database. report is told of each try that failed; it
// may be nil.
func New(database *db.DB, keys *seal.Keys, now func() time.Time, random io.Reader, report func(ctx context.Context, line Line, err error)) *Box {
	if report == nil {
		report = func(context.Context, Line, error) {}
	}
	return &Box{db: database, index: keys.Index("outbox"), now: now, random: random,
		composers: map[string]composer{}, report: report}
}

// Compose registers the composer of a kind of line. Two of one kind are a
// mistake in the code, and panic.
func (b *Box) Compose(kind string, c Composer) { b.register(kind, composer{compose: c}) }

// ComposeOnce registers the composer of a kind whose lines are begun once only:
// a code that comes late is of no use, and its person asks for another.
func (b *Box) ComposeOnce(kind string, c Composer) { b.register(kind, composer{c, true}) }

func (b *Box) register(kind string, c composer) {
	if _, exists := b.composers[kind]; exists {
		panic("outbox: two composers of " + kind)
	}
	b.composers[kind] = c
}

const insertLine = `
	INSERT INTO outbox (id, case_id, channel, kind, object, state, due_at, expires_at, lease_until, fence, tries, failure, reference, delivery)
	VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, NULL, 0, 0, NULL, NULL, NULL)`

// Add adds a line in the caller's transaction.
func (b *Box) Add(ctx context.Context, tx *db.Tx, line Line) error {
	if line.ID == "" {
		line.ID = ident.NewID(b.random, "out")
	}
	_, err := db.Exec(ctx, tx, insertLine, line.ID, line.CaseID, string(line.Channel), line.Kind, line.Object, line.Due, line.Expires)
	if err != nil {
		return fmt.Errorf("add line %s to the outbox: %w", line.Kind, err)
	}
	return nil
}

const (
	recallLines  = `UPDATE outbox SET state = 'recalled', lease_until = NULL, fence = fence + 1 WHERE object = $1 AND state = 'waiting'`
	recallOfKind = `UPDATE outbox SET state = 'recalled', lease_until = NULL, fence = fence + 1 WHERE object = $1 AND state = 'waiting' AND kind = $2`
)

// Recall ends the waiting lines about an object, or only those of the given
// kinds. A line that a worker has in hand may still leave; its composer must
// look for itself whether it is wanted.
func (b *Box) Recall(ctx context.Context, tx *db.Tx, object string, kinds ...string) error {
	if len(kinds) == 0 {
		if _, err := db.Exec(ctx, tx, recallLines, object); err != nil {
			return fmt.Errorf("recall lines of %s: %w", object, err)
		}
	}
	for _, kind := range kinds {
		if _, err := db.Exec(ctx, tx, recallOfKind, object, kind); err != nil {
			return fmt.Errorf("recall lines %s of %s: %w", kind, object, err)
		}
	}
	return nil
}

// reference is the Envelope.Reference of a line: its HMAC, so that who sees the
// reference at a provider cannot find the row.
func (b *Box) reference(lineID string) string {
	return hex.EncodeToString(b.index.Sum("reference", lineID))
}
