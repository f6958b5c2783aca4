package mailbox_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/outbox"
	"loket/internal/outbox/demo"
)

// model is what a person with one message should see, kept beside the mailbox
// while everything around it fails.
type model struct {
	*world
	person
	ended  bool          // expired, recalled or reported
	expiry time.Time     // of the message
	opener *mailbox.Link // the link that first opened it

	session *mailbox.Session
	idle    time.Time // when the session goes idle
	closes  time.Time // when it ends in any case
	asker   string    // browser that asked for the code that counts
	asked   time.Time
	taken   int // codes that had arrived when it was asked
	tries   int
	used    bool
	written int // replies

	texted bool // there is no e-mail: links come by text message
	paper  string
	ends   time.Time // of the code on paper
	missed int       // wrong codes on paper in all, and on the day
	today  int
	day    string
}

// TestAnythingMayFail sends, asks, opens and answers in any order while mails are
// lost, doubled and cut off, workers are killed between committing and sending
// and between sending and recording, text messages get lost, gateways lie,
// codes are wrong, late, used or from another browser, and the process restarts.
// After every step all invariants hold, and in the end the message opens unless
// it has ended.
func TestAnythingMayFail(t *testing.T) { // G-52 G-53, promises 1 and 4
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		rapid.Check(t, func(r *rapid.T) {
			w.restart()
			m := &model{world: w, texted: rapid.IntRange(0, 3).Draw(r, "texted") == 0}
			if m.texted {
				m.person = w.postTo("", fmt.Sprintf("+316%08d", 32000000+len(w.people)), mailbox.Post{})
			} else {
				m.person = w.post(false)
			}
			m.expiry = w.clock.Now().Add(30 * 24 * time.Hour)
			r.Repeat(map[string]func(*rapid.T){
				"":             func(*rapid.T) { m.check() },
				"wait":         m.wait,
				"mail":         m.mail,
				"kill mail":    func(r *rapid.T) { m.kill(outbox.Mail, rapid.Bool().Draw(r, "before")) },
				"text":         m.text,
				"kill text":    func(r *rapid.T) { m.kill(outbox.SMS, rapid.Bool().Draw(r, "before")) },
				"ask":          m.ask,
				"open":         m.tryOpen,
				"print":        func(*rapid.T) { m.print() },
				"paper":        m.tryPaper,
				"read":         m.read,
				"reply":        m.reply,
				"expire":       func(*rapid.T) { must(t, m.store.Expire(t.Context())) },
				"restart":      func(*rapid.T) { m.restart() },
				"recall":       m.recall,
				"wrong number": m.wrongNumber,
			})
			m.settle(r)
		})
	})
}

// over reports whether the message has ended.
func (m *model) over() bool { return m.ended || !m.clock.Now().Before(m.expiry) }

func (m *model) wait(r *rapid.T) {
	span := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 3 * time.Minute, 11 * time.Minute, time.Hour, 26 * time.Hour, 75 * time.Hour})
	m.clock.Advance(span.Draw(r, "wait"))
	// In life these run every few minutes.
	must(m.t, m.store.Expire(m.t.Context()))
	m.workers(demo.Down)
}

// workers runs all workers while the servers behave in one way.
func (m *model) workers(b demo.Behaviour) {
	m.mails.Misbehave(b)
	m.gateway.Misbehave(b)
	must(m.t, m.box.RunDue(m.t.Context(), m.senders))
	must(m.t, m.queue.RunDue(m.t.Context()))
	m.mails.Misbehave(demo.Well)
	m.gateway.Misbehave(demo.Well)
}

func (m *model) mail(r *rapid.T) {
	m.mails.Misbehave(rapid.SampledFrom([]demo.Behaviour{demo.Well, demo.Lose, demo.Double, demo.Cut, demo.Busy, demo.Down}).Draw(r, "mail"))
	must(m.t, m.box.RunDue(m.t.Context(), map[outbox.Channel]outbox.Sender{outbox.Mail: m.senders[outbox.Mail]}))
	m.mails.Misbehave(demo.Well)
}

func (m *model) text(r *rapid.T) {
	b := rapid.SampledFrom([]demo.Behaviour{demo.Well, demo.Well, demo.Lose, demo.Double, demo.Cut, demo.Busy, demo.Refuse, demo.Repeat})
	m.gateway.Misbehave(b.Draw(r, "text"))
	must(m.t, m.box.RunDue(m.t.Context(), map[outbox.Channel]outbox.Sender{
		outbox.SMS: m.senders[outbox.SMS], outbox.Voice: m.senders[outbox.Voice]}))
	m.gateway.Misbehave(demo.Well)
}

// arrived returns the links that came, oldest first.
func (m *model) arrived() []mailbox.Link {
	if m.texted {
		return m.world.texted(m.person)
	}
	return m.links(m.person)
}

// link returns one of the links that arrived.
func (m *model) link(r *rapid.T) (mailbox.Link, bool) {
	links := m.arrived()
	if len(links) == 0 {
		return mailbox.Link{}, false
	}
	return rapid.SampledFrom(links).Draw(r, "link"), true
}

func (m *model) browser(r *rapid.T) string {
	return rapid.SampledFrom([]string{"one", "one", "two"}).Draw(r, "browser")
}

func (m *model) ask(r *rapid.T) {
	link, ok := m.link(r)
	if !ok {
		return
	}
	browser := m.browser(r)
	before, err := m.store.Asked(m.t.Context(), link, browser)
	channel := rapid.SampledFrom([]outbox.Channel{outbox.SMS, outbox.Voice}).Draw(r, "channel")
	after, err2 := m.store.Ask(m.t.Context(), link, browser, channel)
	if m.over() && (err == nil || err2 == nil) {
		r.Fatal("a code was asked for a message that has ended")
	}
	if m.texted && err2 == nil {
		r.Fatal("a code goes to the phone that has the link")
	}
	if err2 != nil || after.Left == before.Left && after.Ends.Equal(before.Ends) {
		return // refused, or a double press
	}
	m.asker, m.asked, m.taken, m.tries, m.used = browser, m.clock.Now(), len(m.codes(m.person)), 0, false
}

// tryOpen tries a code that arrived, or a wrong one, and compares with what should
// come of it.
func (m *model) tryOpen(r *rapid.T) {
	link, ok := m.link(r)
	if !ok {
		return
	}
	browser := m.browser(r)
	codes := append(m.codes(m.person), "00000000")
	i := rapid.IntRange(0, len(codes)-1).Draw(r, "code")
	_, dead := m.store.Asked(m.t.Context(), link, browser)
	counts := !m.over() && dead == nil && m.asker == browser && !m.used && m.tries < 3 && m.clock.Now().Before(m.asked.Add(10*time.Minute))
	right := i >= m.taken && i < len(codes)-1
	session, err := m.store.Open(m.t.Context(), link, browser, codes[i])
	if counts {
		m.tries++
	}
	if (err == nil) != (counts && right) {
		r.Fatalf("Open gives %v; the code counts here: %v, is right: %v", err, counts, right)
	}
	if err != nil {
		return
	}
	m.used = true
	m.enter(link, session)
}

// enter keeps a session that was opened.
func (m *model) enter(link mailbox.Link, session mailbox.Session) {
	m.session = &session
	m.idle, m.closes = m.clock.Now().Add(10*time.Minute), m.clock.Now().Add(time.Hour)
	if m.opener == nil {
		m.opener = &link
	}
}

// print gives the person another code on paper, as a counter does.
func (m *model) print() {
	m.paper, m.missed, m.today = m.world.paper(m.caseID).Reveal(), 0, 0
	m.ends = m.clock.Now().Add(30 * 24 * time.Hour)
}

// tryPaper tries the code on paper, or a wrong one, and compares with what should come of
// it.
func (m *model) tryPaper(r *rapid.T) {
	link, ok := m.link(r)
	if !ok {
		return
	}
	code, right := "00000000", m.paper != "" && rapid.Bool().Draw(r, "right")
	if right {
		code = m.paper
	}
	today := m.clock.Now().Format(time.DateOnly)
	if today != m.day {
		m.day, m.today = today, 0
	}
	_, dead := m.store.Asked(m.t.Context(), link, "one")
	counts := !m.over() && dead == nil && m.paper != "" && m.clock.Now().Before(m.ends) && m.missed < 10 && m.today < 3
	session, err := m.store.OpenWithPaper(m.t.Context(), link, code)
	if (err == nil) != (counts && right) {
		r.Fatalf("OpenWithPaper gives %v; the code counts: %v, is right: %v", err, counts, right)
	}
	if counts && !right {
		m.missed++
		m.today++
	}
	if err == nil {
		m.enter(link, session)
	}
}

// live reports whether the session should be.
func (m *model) live() bool {
	now := m.clock.Now()
	return m.session != nil && !m.over() && now.Before(m.idle) && now.Before(m.closes)
}

func (m *model) read(r *rapid.T) {
	if m.session == nil {
		return
	}
	live := m.live()
	thread, err := m.store.Read(m.t.Context(), *m.session)
	if (err == nil) != live || err == nil && (thread.Body.Proofs[0].QR != body().Proofs[0].QR || len(thread.Replies) != m.written) {
		r.Fatalf("Read gives %d replies of %d, %v; the session lives: %v", len(thread.Replies), m.written, err, live)
	}
	if live {
		m.idle = m.clock.Now().Add(10 * time.Minute)
	}
}

func (m *model) reply(r *rapid.T) {
	if m.session == nil {
		return
	}
	live := m.live()
	key := ident.NewID(constant(m.written), "key")
	text := ident.NewPrivate(fmt.Sprint("reply ", m.written))
	for range rapid.IntRange(1, 2).Draw(r, "times") {
		if err := m.store.Reply(m.t.Context(), *m.session, text, key); (err == nil) != live {
			r.Fatalf("Reply gives %v; the session lives: %v", err, live)
		}
	}
	if live {
		m.written++
		m.idle = m.clock.Now().Add(10 * time.Minute)
	}
}

// constant is a source that gives the same key for the same reply.
type constant int

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

// rare makes a step that ends everything a rare one.
func rare(r *rapid.T) bool { return rapid.IntRange(0, 9).Draw(r, "rare") == 0 }

func (m *model) recall(r *rapid.T) {
	if rare(r) {
		m.update(func(tx *db.Tx) error { return m.store.Recall(m.t.Context(), tx, m.message) })
		m.ended = true
	}
}

func (m *model) wrongNumber(r *rapid.T) {
	link, ok := m.link(r)
	if !ok || !rare(r) {
		return
	}
	err := m.store.WrongNumber(m.t.Context(), link, m.browser(r))
	if err == nil && m.over() {
		r.Fatal("a message that has ended was reported")
	}
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Denied) {
		r.Fatal(err)
	}
	m.ended = m.ended || err == nil
}

// settle lets everything work again. A message that has not ended then opens with
// the newest link that came, and one that was opened with the link that did it.
func (m *model) settle(r *rapid.T) {
	defer m.update(func(tx *db.Tx) error { return m.store.Recall(m.t.Context(), tx, m.message) })
	for range 3 { // leases end, pauses pass, the limit on codes is lifted
		m.clock.Advance(25 * time.Hour)
		must(m.t, m.store.Expire(m.t.Context()))
		m.workers(demo.Well)
	}
	m.check()
	if m.over() {
		for _, link := range m.arrived() {
			if _, err := m.store.Asked(m.t.Context(), link, "one"); !fault.Is(err, fault.NotFound) {
				r.Fatalf("a link to a message that has ended: %v", err)
			}
		}
		return
	}
	link := m.opener
	if link == nil {
		links := m.arrived()
		if len(links) == 0 {
			r.Log("every mail was lost on its way")
			return
		}
		link = &links[len(links)-1]
	}
	if m.texted {
		m.print()
		if _, err := m.store.OpenWithPaper(m.t.Context(), *link, m.paper); err != nil {
			r.Fatalf("open with paper in the end: %v", err)
		}
		return
	}
	if _, err := m.store.Ask(m.t.Context(), *link, "one", outbox.SMS); err != nil {
		r.Fatalf("ask in the end: %v", err)
	}
	m.workers(demo.Well)
	if _, err := m.store.Open(m.t.Context(), *link, "one", last(m.codes(m.person))); err != nil {
		r.Fatalf("open in the end: %v", err)
	}
}
