package mailbox

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/outbox"
	"loket/internal/point"
)

const (
	selectLink = `
		SELECT m.id, m.case_id, m.state, m.expires_at, l.wrap, l.channel FROM message_link l JOIN message m ON m.id = l.message_id
		WHERE l.id = $1`
	lockLink = `
		SELECT m.id, m.case_id, m.state, m.expires_at, l.wrap, l.channel FROM message_link l JOIN message m ON m.id = l.message_id
		WHERE l.id = $1 FOR UPDATE OF m`
	selectCodes = `
		SELECT id, browser, channel, made_at, expires_at, tries, used_at FROM message_code
		WHERE message_id = $1 AND made_at > $2 ORDER BY made_at, id`
	endCodes   = `UPDATE message_code SET expires_at = $2, sealed = NULL WHERE message_id = $1 AND used_at IS NULL AND expires_at > $2`
	insertCode = `
		INSERT INTO message_code (id, message_id, browser, channel, hmac, sealed, made_at, expires_at, tries, used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, NULL)`
)

// linked is a message found by one of its links.
type linked struct {
	ID, CaseID, State string
	ExpiresAt         time.Time
	Wrap              []byte
	Channel           string // how the link was sent
}

// lock finds the message of a link, locks it, so that whatever happens to one
// message happens in turn, and opens its key.
func (s *Store) lock(ctx context.Context, tx *db.Tx, link Link) (m linked, key []byte, err error) {
	m, err = db.Get[linked](ctx, tx, lockLink, link.id())
	key, err = s.keyOf(m, err, link)
	return m, key, err
}

// keyOf opens the key of a message that was looked for, so that nobody gets
// further without the whole link. Who has no working link is told the same,
// whatever the reason.
func (s *Store) keyOf(m linked, err error, link Link) ([]byte, error) {
	if fault.Is(err, fault.NotFound) || err == nil && !m.ExpiresAt.After(s.now()) {
		return nil, unknownLink()
	}
	if err != nil {
		return nil, fmt.Errorf("find link: %w", err)
	}
	key, err := s.unwrap(link.token, m.ID, m.Wrap)
	if err != nil {
		return nil, unknownLink()
	}
	return key, nil
}

// Asked says how it stands with the codes of a message, for a page. A link that
// opens nothing is a fault.NotFound, whatever the reason.
func (s *Store) Asked(ctx context.Context, link Link, browser string) (Asked, error) {
	m, err := db.Get[linked](ctx, s.DB, selectLink, link.id())
	if _, err := s.keyOf(m, err, link); err != nil {
		return Asked{}, err
	}
	state, err := s.askedOf(ctx, s.DB, m.ID, browser)
	if err != nil {
		return Asked{}, err
	}
	to, err := s.Addresses.Address(ctx, s.DB, m.CaseID)
	if err != nil {
		return Asked{}, err
	}
	state.ByPhone = phoneOpens(m, to)
	state.ByPaper, err = s.hasPaper(ctx, s.DB, m.CaseID)
	return state, err
}

// phoneOpens reports whether a code by phone opens a message beside this link: not when the
// link came by the same phone, and not when there is none.
func phoneOpens(m linked, to Address) bool {
	return m.Channel == string(outbox.Mail) && to.Phone.Callable()
}

func (s *Store) askedOf(ctx context.Context, q db.Queryer, messageID, browser string) (Asked, error) {
	now := s.now()
	codes, err := db.Select[code](ctx, q, selectCodes, messageID, now.Add(-codeWindow))
	if err != nil {
		return Asked{}, fmt.Errorf("find codes of %s: %w", messageID, err)
	}
	return asked(codes, browserID(browser), now), nil
}

// Ask sends a code to the person's phone. It counts in the browser whose cookie
// is given, and ends every code before it. Voice can be asked from two minutes
// after the first SMS. To ask again at once, as a double press does, sends
// nothing and succeeds. Too much is a fault.Throttled, and the result says from
// when it may be asked. A link that opens only with a code on paper is a fault.Denied.
func (s *Store) Ask(ctx context.Context, link Link, browser string, channel outbox.Channel) (Asked, error) {
	if channel != outbox.SMS && channel != outbox.Voice {
		return Asked{}, fault.New(fault.Invalid, "mailbox.code.channel", "a code goes by sms or voice")
	}
	if browser == "" {
		return Asked{}, fault.New(fault.Invalid, "mailbox.code.browser", "the browser has no cookie")
	}
	id, digits := ident.NewID(s.Random, "cod"), ident.NewCode(s.Random)
	var state Asked
	err := s.DB.Update(ctx, func(tx *db.Tx) error {
		m, _, err := s.lock(ctx, tx, link)
		if err != nil {
			return err
		}
		if state, err = s.askedOf(ctx, tx, m.ID, browser); err != nil {
			return err
		}
		to, err := s.Addresses.Address(ctx, tx, m.CaseID)
		if err != nil {
			return err
		}
		if !phoneOpens(m, to) {
			return fault.New(fault.Denied, "mailbox.code.paper", "message %s opens with a code on paper", m.ID)
		}
		again, err := s.mayAsk(state, channel)
		if err != nil || again {
			return err
		}
		if err := s.spend(ctx, tx, to); err != nil {
			return err
		}
		if err := s.addCode(ctx, tx, m, id, digits, browser, channel); err != nil {
			return err
		}
		state, err = s.askedOf(ctx, tx, m.ID, browser)
		return err
	})
	point.Reach("mailbox.asked")
	return state, err
}

// mayAsk decides whether another code may be sent; again says that there is one
// on its way already.
func (s *Store) mayAsk(state Asked, channel outbox.Channel) (again bool, err error) {
	now := s.now()
	switch {
	case now.Before(state.Another) && state.Channel == channel:
		return true, nil
	case now.Before(state.Another) && state.Left == 0:
		return false, fault.New(fault.Throttled, "mailbox.code.many", "five codes were asked within 24 hours")
	case now.Before(state.Another):
		return false, fault.New(fault.Throttled, "mailbox.code.wait", "another code was asked within a minute")
	case channel == outbox.Voice && (state.Voice.IsZero() || now.Before(state.Voice)):
		return false, fault.New(fault.Throttled, "mailbox.code.voice", "voice is for when two minutes have passed since the first sms")
	}
	return false, nil
}

func (s *Store) addCode(ctx context.Context, tx *db.Tx, m linked, id string, digits ident.Code, browser string, channel outbox.Channel) error {
	now := s.now()
	if _, err := db.Exec(ctx, tx, endCodes, m.ID, now); err != nil {
		return fmt.Errorf("end earlier codes: %w", err)
	}
	expires := now.Add(s.life.code)
	sealed, err := s.queue.SealValue(digits, codeContext(id))
	if err != nil {
		return err
	}
	if _, err := db.Exec(ctx, tx, insertCode, id, m.ID, browserID(browser), string(channel), s.codeSum(id, digits), sealed, now, expires); err != nil {
		return fmt.Errorf("keep code: %w", err)
	}
	return s.Outbox.Add(ctx, tx, outbox.Line{CaseID: m.CaseID, Channel: channel, Kind: kindCode, Object: id, Due: now, Expires: expires})
}
