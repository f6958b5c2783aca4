package mailbox_test

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/outbox"
	"loket/internal/seal"
)

// postTo sends a message to somebody with these contacts, which may be empty.
func (w *world) postTo(email, phone string, p mailbox.Post) person {
	w.t.Helper()
	to := person{caseID: ident.NewID(rand.Reader, "req"), email: email, phone: phone}
	address := mailbox.Address{Lang: "en"}
	var err error
	if email != "" {
		address.Email, err = ident.ParseEmail(email)
		must(w.t, err)
	}
	if phone != "" {
		address.Phone, err = ident.ParsePhone(phone, "NL")
		must(w.t, err)
	}
	w.people[to.caseID] = address
	p.Lang, p.Body = "en", body()
	w.update(func(tx *db.Tx) error {
		c, err := w.vault.Create(w.t.Context(), tx, to.caseID)
		if err != nil {
			return err
		}
		to.message, err = w.store.Post(w.t.Context(), tx, c, p)
		return err
	})
	return to
}

// inCase runs f with the key of a case.
func (w *world) inCase(caseID string, f func(tx *db.Tx, c seal.Case) error) {
	w.t.Helper()
	w.update(func(tx *db.Tx) error {
		c, err := w.vault.Open(w.t.Context(), tx, caseID)
		if err != nil {
			return err
		}
		return f(tx, c)
	})
}

// paper prints a code on paper.
func (w *world) paper(caseID string) (code ident.Code) {
	w.t.Helper()
	w.inCase(caseID, func(tx *db.Tx, c seal.Case) (err error) {
		code, err = w.store.PaperCode(w.t.Context(), tx, c)
		return err
	})
	return code
}

var inText = regexp.MustCompile(`https://loket\.example/m/([A-Za-z0-9_-]+)$`)

// texted returns the links in the text messages that p got, oldest first.
func (w *world) texted(p person) (links []mailbox.Link) {
	w.t.Helper()
	for _, c := range w.gateway.Calls() {
		if found := inText.FindStringSubmatch(c.Text); found != nil && c.To == p.phone {
			link, err := mailbox.ParseLink(found[1])
			must(w.t, err)
			links = append(links, link)
		}
	}
	return links
}

// T5: the link of somebody without e-mail comes to the phone; a code to the same phone would
// be the same thing to steal. Only a code on paper opens it.
func TestLinkAndCodeNeverComeByOnePhone(t *testing.T) { // G-14
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.postTo("", "+31612345678", mailbox.Post{})
		w.send()
		links := w.texted(p)
		if len(links) != 1 || len(w.mails.Messages()) != 0 {
			t.Fatalf("%d links by text message, %d mails", len(links), len(w.mails.Messages()))
		}
		link := links[0]
		for _, channel := range []outbox.Channel{outbox.SMS, outbox.Voice} {
			if _, err := w.store.Ask(t.Context(), link, "browser", channel); !fault.Is(err, fault.Denied) || fault.Key(err) != "mailbox.code.paper" {
				t.Errorf("a code by %s beside a link by text message: %v", channel, err)
			}
		}
		// An e-mail that is added later makes the old link no stronger.
		address := w.people[p.caseID]
		address.Email = must1(ident.ParseEmail("later@example.org"))
		w.people[p.caseID] = address
		if _, err := w.store.Ask(t.Context(), link, "browser", outbox.SMS); !fault.Is(err, fault.Denied) {
			t.Errorf("once there is an e-mail: %v", err)
		}
		w.send()
		if n := len(w.gateway.Calls()); n != 1 {
			t.Errorf("%d text messages, want that with the link alone", n)
		}
		if _, err := w.store.OpenWithPaper(t.Context(), link, "12345678"); !fault.Is(err, fault.TooLate) {
			t.Errorf("without a code on paper: %v", err)
		}
		code := w.paper(p.caseID)
		state, err := w.store.Asked(t.Context(), link, "browser")
		if err != nil || state.ByPhone || !state.ByPaper {
			t.Errorf("the page would say %+v, %v", state, err)
		}
		session, err := w.store.OpenWithPaper(t.Context(), link, code.Reveal())
		must(t, err)
		if thread, err := w.store.Read(t.Context(), session); err != nil || thread.Body.Proofs[0].QR != body().Proofs[0].QR {
			t.Errorf("read %v", err)
		}
		w.send()
	})
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A code on paper is one of 10^8 and bears three wrong tries a day, ten in all, and thirty
// days; another one takes its place. It opens nothing of another case.
func TestACodeOnPaperBearsFewTries(t *testing.T) { // G-52
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p, other := w.post(false), w.post(false)
		w.send()
		link := w.links(p)[0]
		code := w.paper(p.caseID)
		if _, err := w.store.OpenWithPaper(t.Context(), w.links(other)[0], code.Reveal()); !fault.Is(err, fault.TooLate) {
			t.Errorf("in another case: %v", err)
		}
		wrong := fmt.Sprintf("%08d", (must1(atoi(code.Reveal()))+1)%100_000_000)
		for range 30 {
			for try := range 5 {
				_, err := w.store.OpenWithPaper(t.Context(), link, wrong)
				if over := try >= 2; err == nil || over && fault.Is(err, fault.Invalid) {
					t.Errorf("try %d of a day: %v", try, err)
				}
			}
			if _, err := w.store.OpenWithPaper(t.Context(), link, code.Reveal()); err == nil {
				t.Error("opened on a day with three wrong tries")
			}
			w.clock.Advance(24 * time.Hour)
		}
		if n, err := db.Get[int64](t.Context(), d, `SELECT tries FROM paper_code WHERE case_id = $1`, p.caseID); err != nil || n != 10 {
			t.Errorf("%d tries were counted, %v; want 10", n, err)
		}
		again := w.post(false)
		w.send()
		link, code = w.links(again)[0], w.paper(again.caseID)
		newer := w.paper(again.caseID)
		if _, err := w.store.OpenWithPaper(t.Context(), link, code.Reveal()); !fault.Is(err, fault.Invalid) {
			t.Errorf("the code that was replaced: %v", err)
		}
		if _, err := w.store.OpenWithPaper(t.Context(), link, newer.Reveal()); err != nil {
			t.Errorf("the newer: %v", err)
		}
		if n, err := db.Get[int64](t.Context(), d, `SELECT count(*) AS n FROM paper_code WHERE hmac = $1`, []byte(newer.Reveal())); err != nil || n != 0 {
			t.Errorf("the code lies there as it is, %v", err)
		}
	})
}

func atoi(digits string) (n int, err error) {
	_, err = fmt.Sscan(strings.TrimLeft(digits, "0")+" ", &n)
	return n, err
}

func TestACodeOnPaperEnds(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	p := w.post(false)
	code := w.paper(p.caseID)
	w.clock.Advance(29 * 24 * time.Hour)
	w.inCase(p.caseID, func(tx *db.Tx, c seal.Case) (err error) {
		_, err = w.store.Post(t.Context(), tx, c, mailbox.Post{Lang: "nl", Body: body()})
		return err
	})
	w.send()
	link := last(w.links(p))
	_, err := w.store.OpenWithPaper(t.Context(), link, code.Reveal())
	must(t, err)
	w.clock.Advance(24 * time.Hour)
	if _, err := w.store.OpenWithPaper(t.Context(), link, code.Reveal()); !fault.Is(err, fault.TooLate) {
		t.Errorf("after thirty days: %v", err)
	}
}

// What is held leaves by no mail and no text message; the counter prints it. So is what
// nobody can be sent.
func TestWhatIsHeldIsPrinted(t *testing.T) { // G-54
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		held := w.postTo("held@example.org", "+31612345679", mailbox.Post{Hold: true})
		nowhere := w.postTo("", "", mailbox.Post{})
		for range 15 {
			w.clock.Advance(24 * time.Hour)
			w.send()
		}
		if n := len(w.mails.Messages()) + len(w.gateway.Calls()); n != 0 {
			t.Errorf("%d messages left", n)
		}
		for _, p := range []person{held, nowhere} {
			w.inCase(p.caseID, func(tx *db.Tx, c seal.Case) error {
				id, got, err := w.store.Held(t.Context(), tx, c)
				if err != nil || id != p.message || got.Proofs[0].QR != body().Proofs[0].QR {
					t.Errorf("printed %s, %v", id, err)
				}
				return nil
			})
		}
		w.clock.Advance(16 * 24 * time.Hour)
		must(t, w.store.Expire(t.Context()))
		w.inCase(held.caseID, func(tx *db.Tx, c seal.Case) error {
			if _, _, err := w.store.Held(t.Context(), tx, c); !fault.Is(err, fault.NotFound) {
				t.Errorf("printed after it expired: %v", err)
			}
			return nil
		})
	})
}

// Photos make a reply without words, once; without photos there must be words. Who forgets
// to press send has it done for them.
func TestPhotosAreAReply(t *testing.T) { // G-28
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(true)
		w.send()
		_, session := w.open(p)
		if err := w.store.Reply(t.Context(), session, ident.NewPrivate(" \n"), "key-1"); fault.Key(err) != "mailbox.reply.empty" {
			t.Errorf("nothing at all: %v", err)
		}
		w.photos[p.caseID] = 2
		for range 2 {
			must(t, w.store.Reply(t.Context(), session, ident.Private{}, "key-1"))
		}
		w.update(func(tx *db.Tx) error { return w.store.SendFor(t.Context(), tx, p.caseID) })
		if len(w.photos) != 0 {
			t.Error("the photos were not kept")
		}
		w.photos[p.caseID] = 1
		w.update(func(tx *db.Tx) error { return w.store.SendFor(t.Context(), tx, p.caseID) })
		w.send()
		thread, err := w.store.Read(t.Context(), session)
		if err != nil || len(thread.Replies) != 2 || !thread.Replies[0].Text.IsZero() {
			t.Errorf("%d replies, %v", len(thread.Replies), err)
		}
		if want := "mailbox.replied " + p.message; len(w.events) != 3 || w.events[1] != want || w.events[2] != want {
			t.Errorf("told %v", w.events)
		}
		caseID, messageID, err := w.store.CaseOf(t.Context(), session)
		if err != nil || caseID != p.caseID || messageID != p.message {
			t.Errorf("the session is of %s, %s, %v", caseID, messageID, err)
		}
	})
}
