package outbox

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/point"
)

const (
	lease     = 2 * time.Minute        // how long a worker has a line
	limit     = time.Minute            // how long composing and sending may take: well within the lease
	workers   = 4                      // lines in hand at once, a channel
	pollPause = 200 * time.Millisecond // between looks at an empty outbox
	firstWait = 30 * time.Second       // before the second try
	maxWait   = time.Hour              // longest wait before another try
)

// Why a line failed, besides the words of fault.Kind.
const (
	failureExpired = "expired"
	failureLost    = "lost" // begun by a worker that did not tell how it ended
)

// Run sends lines of the channels that have a sender until ctx is done, and
// returns when the lines in hand have ended. Each channel has workers of its own,
// so that a slow mail server holds up no code.
func (b *Box) Run(ctx context.Context, senders map[Channel]Sender) {
	var running sync.WaitGroup
	defer running.Wait()
	for channel, sender := range senders {
		for range workers {
			running.Go(func() { b.loop(ctx, channel, sender) })
		}
	}
}

func (b *Box) loop(ctx context.Context, channel Channel, sender Sender) {
	for ctx.Err() == nil {
		line, err := b.claim(ctx, channel)
		if err == nil {
			b.work(context.WithoutCancel(ctx), line, sender)
			continue
		}
		if !fault.Is(err, fault.NotFound) && ctx.Err() == nil {
			b.report(ctx, Line{Channel: channel}, err)
		}
		select {
		case <-time.After(pollPause):
		case <-ctx.Done():
		}
	}
}

// RunDue sends every line that is due now, one after another, and returns when
// none is left: the whole worker in a test or a command, without goroutines.
func (b *Box) RunDue(ctx context.Context, senders map[Channel]Sender) error {
	for _, channel := range []Channel{Mail, SMS, Voice} {
		sender, ok := senders[channel]
		for ok {
			line, err := b.claim(ctx, channel)
			if fault.Is(err, fault.NotFound) {
				break
			}
			if err != nil {
				return err
			}
			b.work(ctx, line, sender)
		}
	}
	return nil
}

type leased struct {
	ID, CaseID            string
	Channel, Kind, Object string
	DueAt, ExpiresAt      time.Time
	Fence, Tries          int64
}

func (l leased) line() Line {
	return Line{l.ID, l.CaseID, Channel(l.Channel), l.Kind, l.Object, l.DueAt, l.ExpiresAt, l.Tries}
}

const (
	selectFree = `
		SELECT id FROM outbox
		WHERE state = 'waiting' AND channel = $2 AND (due_at <= $1 OR expires_at <= $1) AND (lease_until IS NULL OR lease_until <= $1)
		ORDER BY due_at, id LIMIT 1`
	claimLine = `
		UPDATE outbox SET lease_until = $3, fence = fence + 1, tries = tries + 1
		WHERE state = 'waiting' AND id = (
			SELECT id FROM outbox
			WHERE state = 'waiting' AND channel = $2 AND due_at <= $1 AND expires_at > $1 AND (lease_until IS NULL OR lease_until <= $1)
			ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id, case_id, channel, kind, object, due_at, expires_at, fence, tries`
	expireLines = `
		UPDATE outbox SET state = 'dead', failure = $3, lease_until = NULL, fence = fence + 1
		WHERE state = 'waiting' AND channel = $2 AND expires_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)`
)

// claim leases the line that is due longest, and ends those that came too late.
// Lines due at the same second come in the order of their random ids, which
// tells nothing. It is a fault.NotFound when there is none, found out without a
// write.
func (b *Box) claim(ctx context.Context, channel Channel) (leased, error) {
	now := b.now()
	if _, err := db.Get[string](ctx, b.db, selectFree, now, string(channel)); err != nil {
		return leased{}, err
	}
	var line leased
	var none error
	err := b.db.Update(ctx, func(tx *db.Tx) error {
		if _, err := db.Exec(ctx, tx, expireLines, now, string(channel), failureExpired); err != nil {
			return err
		}
		line, none = db.Get[leased](ctx, tx, claimLine, now, string(channel), now.Add(lease))
		if fault.Is(none, fault.NotFound) {
			return nil // what expired must be kept
		}
		return none
	})
	point.Reach("outbox.claimed")
	if err == nil {
		err = none
	}
	return line, err
}

// work composes, sends and records one line.
func (b *Box) work(ctx context.Context, line leased, sender Sender) {
	if line.Tries > 1 && b.composers[line.Kind].once {
		b.record(ctx, line, outcome{state: "dead", failure: failureLost})
		return
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	envelope, err := b.compose(bounded, line)
	if err != nil {
		b.record(ctx, line, b.failed(ctx, line, err))
		return
	}
	point.Reach("outbox.composed")
	reference, err := send(bounded, sender, envelope)
	point.Reach("outbox.sent")
	if err == nil {
		b.record(ctx, line, outcome{state: "sent", reference: reference})
		return
	}
	end := b.failed(ctx, line, err)
	if fault.Is(err, fault.Denied) || fault.Is(err, fault.Unavailable) {
		end.unsent = envelope.Unsent
	}
	b.record(ctx, line, end)
}

// compose runs the composer; a panic is a failure like another.
func (b *Box) compose(ctx context.Context, line leased) (e Envelope, err error) {
	c, ok := b.composers[line.Kind]
	if !ok {
		return Envelope{}, fmt.Errorf("no composer of line %s", line.Kind)
	}
	defer recovered(&err)
	e, err = c.compose(ctx, line.line())
	e.Channel, e.Reference = Channel(line.Channel), b.reference(line.ID)
	return e, err
}

func send(ctx context.Context, sender Sender, e Envelope) (reference string, err error) {
	defer recovered(&err)
	return sender.Send(ctx, e)
}

// recovered turns a panic into an error that holds where it was, and not its
// value, which could quote what was to be sent.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic of type %T\n%s", r, debug.Stack())
	}
}

// outcome is how a try ended.
type outcome struct {
	state     string // sent, recalled, dead, or waiting for another try
	failure   string
	reference string
	due       time.Time // of another try
	unsent    func(context.Context, *db.Tx) error
}

// failed decides what becomes of a line after an error.
func (b *Box) failed(ctx context.Context, line leased, err error) outcome {
	kind := fault.Of(err)
	if kind == fault.TooLate {
		return outcome{state: "recalled"}
	}
	b.report(ctx, line.line(), err)
	if kind == fault.Denied || b.composers[line.Kind].once {
		return outcome{state: "dead", failure: kind.String()}
	}
	return outcome{state: "waiting", failure: kind.String(), due: b.now().Add(wait(line.Tries, b.random))}
}

const (
	endLine   = `UPDATE outbox SET state = $3, failure = $4, reference = $5, lease_until = NULL WHERE id = $1 AND fence = $2 AND state = 'waiting'`
	againLine = `UPDATE outbox SET due_at = $3, failure = $4, lease_until = NULL WHERE id = $1 AND fence = $2 AND state = 'waiting'`
)

// record keeps the outcome, unless the line is no longer ours. An outcome that
// cannot be kept is a line that will be begun again when its lease ends.
func (b *Box) record(ctx context.Context, line leased, end outcome) {
	err := b.keep(ctx, line, end)
	point.Reach("outbox.recorded")
	if db.Unique(err) == "outbox_channel_reference" {
		// A provider that gives two lines one reference gets no reports heard,
		// but the line was sent.
		end.reference = ""
		err = b.keep(ctx, line, end)
	}
	if err != nil && !errors.Is(err, errLost) {
		b.report(ctx, line.line(), fmt.Errorf("record outcome of line: %w", err))
	}
}

// errLost says that the line was recalled, or that another worker has it.
var errLost = errors.New("the line is no longer ours")

func (b *Box) keep(ctx context.Context, line leased, end outcome) error {
	return b.db.Update(ctx, func(tx *db.Tx) error {
		var kept int64
		var err error
		if end.state == "waiting" {
			kept, err = db.Exec(ctx, tx, againLine, line.ID, line.Fence, end.due, end.failure)
		} else {
			kept, err = db.Exec(ctx, tx, endLine, line.ID, line.Fence, end.state, orNull(end.failure), orNull(end.reference))
		}
		if err != nil {
			return err
		}
		if end.unsent != nil {
			if err := end.unsent(ctx, tx); err != nil {
				return err
			}
		}
		if kept == 0 && end.unsent == nil {
			return errLost
		}
		return nil
	})
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// wait returns how long a line that was begun tries times waits: half a minute,
// a minute, two … at most an hour, and up to half as long again, so that lines
// that failed together do not come back together.
func wait(tries int64, random io.Reader) time.Duration {
	pause := maxWait
	if tries < 8 {
		pause = min(firstWait<<(tries-1), maxWait)
	}
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return pause
	}
	return pause + time.Duration(binary.BigEndian.Uint64(b[:])%uint64(pause/2))
}
