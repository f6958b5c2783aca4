package mailbox_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/outbox"
	"loket/internal/outbox/demo"
)

const browser = "cookie of a browser"

// open goes the whole way: link, code, message.
func (w *world) open(p person) (mailbox.Link, mailbox.Session) {
	w.t.Helper()
	link := last(w.links(p))
	_, err := w.store.Ask(w.t.Context(), link, browser, outbox.SMS)
	must(w.t, err)
	w.send()
	session, err := w.store.Open(w.t.Context(), link, browser, last(w.codes(p)))
	must(w.t, err)
	w.check()
	return link, session
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: %v, want %v", what, err, kind)
	}
}

func TestLinkAndCodeOpen(t *testing.T) { // G-52
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(false)
		w.check()
		w.send()
		link, session := w.open(p)
		thread, err := w.store.Read(t.Context(), session)
		must(t, err)
		if diff := cmp.Diff(body(), thread.Body); diff != "" {
			t.Errorf("body differs (-want +got):\n%s", diff)
		}
		if thread.Day != "2021-11-03" || thread.CaseID != p.caseID || len(thread.Others) != 0 {
			t.Errorf("thread is %+v", thread)
		}
		w.send()
		if want := []string{mailbox.JobOpened + " " + p.message}; !cmp.Equal(w.events, want) {
			t.Errorf("events %v, want %v", w.events, want)
		}
		again, err := mailbox.ParseSession(session.Cookie())
		must(t, err)
		if _, err = w.store.Read(t.Context(), again); err != nil {
			t.Errorf("the cookie does not open the session: %v", err)
		}
		must(t, w.store.Leave(t.Context(), session))
		_, err = w.store.Read(t.Context(), session)
		wantKind(t, "session that was left", err, fault.TooLate)

		w.clock.Advance(20 * 24 * time.Hour)
		w.send()
		if got := w.links(p); len(got) != 1 {
			t.Errorf("%d mails with links, want no reminder after the opening", len(got))
		}
		_, err = w.store.Ask(t.Context(), link, browser, outbox.SMS)
		must(t, err)
		w.send()
		if _, err = w.store.Open(t.Context(), link, browser, last(w.codes(p))); err != nil {
			t.Errorf("link and a fresh code do not open again: %v", err)
		}
	})
}

// A link alone opens nothing, and a phone alone opens nothing.
func TestNeitherHalfOpens(t *testing.T) { // G-52
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p, other := w.post(false), w.post(false)
		w.send()
		link := last(w.links(p))
		_, err := w.store.Open(t.Context(), link, browser, "12345678")
		wantKind(t, "link without a code asked", err, fault.TooLate)
		_, err = w.store.Ask(t.Context(), link, browser, outbox.SMS)
		must(t, err)
		w.send()
		code := last(w.codes(p))

		_, err = w.store.Open(t.Context(), link, "another cookie", code)
		wantKind(t, "code in another browser", err, fault.TooLate)
		_, err = w.store.Open(t.Context(), last(w.links(other)), browser, code)
		wantKind(t, "code with another person's link", err, fault.TooLate)
		forged, err := mailbox.ParseLink(strings.Repeat("A", 64))
		must(t, err)
		_, err = w.store.Open(t.Context(), forged, browser, code)
		wantKind(t, "code with a link that is none", err, fault.NotFound)
		_, err = w.store.Open(t.Context(), mailbox.Link{}, browser, code)
		wantKind(t, "code with no link", err, fault.NotFound)
		_, err = w.store.Read(t.Context(), mailbox.Session{})
		wantKind(t, "no session", err, fault.TooLate)

		_, err = w.store.Open(t.Context(), link, browser, code)
		must(t, err)
		_, err = w.store.Open(t.Context(), link, browser, code)
		wantKind(t, "code used twice", err, fault.TooLate)
		w.check()
	})
}

func TestCodeBearsThreeTries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(false)
		w.send()
		link := last(w.links(p))
		_, err := w.store.Ask(t.Context(), link, browser, outbox.SMS)
		must(t, err)
		w.send()
		right := last(w.codes(p))
		wrong := map[bool]string{true: "11111111", false: "00000000"}[right == "00000000"]
		_, err = w.store.Open(t.Context(), link, browser, "1234")
		wantKind(t, "not a code at all", err, fault.Invalid)
		for i, kind := range []fault.Kind{fault.Invalid, fault.Invalid, fault.TooLate} {
			_, err := w.store.Open(t.Context(), link, browser, wrong)
			wantKind(t, fmt.Sprintf("wrong code %d", i+1), err, kind)
		}
		_, err = w.store.Open(t.Context(), link, browser, right)
		wantKind(t, "right code after three wrong ones", err, fault.TooLate)
	})
}

func TestCodeEndsAfterTenMinutes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(false)
		w.send()
		link := last(w.links(p))
		asked, err := w.store.Ask(t.Context(), link, browser, outbox.SMS)
		must(t, err)
		w.send()
		w.clock.Advance(asked.Ends.Sub(w.clock.Now()))
		_, err = w.store.Open(t.Context(), link, browser, last(w.codes(p)))
		wantKind(t, "code after ten minutes", err, fault.TooLate)
	})
}

func TestLimitsOnAsking(t *testing.T) { // G-53
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(false)
		w.send()
		link := last(w.links(p))
		_, err := w.store.Ask(t.Context(), link, browser, outbox.Voice)
		wantKind(t, "voice before any sms", err, fault.Throttled)
		asked, err := w.store.Ask(t.Context(), link, browser, outbox.SMS)
		must(t, err)
		again, err := w.store.Ask(t.Context(), link, browser, outbox.SMS)
		must(t, err)
		w.send()
		if !cmp.Equal(again.Ends, asked.Ends) || len(w.codes(p)) != 1 {
			t.Errorf("a double press made %d codes", len(w.codes(p)))
		}
		_, err = w.store.Ask(t.Context(), link, "another", outbox.SMS)
		wantKind(t, "another browser within a minute", err, fault.Throttled)
		w.clock.Advance(time.Minute + 59*time.Second)
		_, err = w.store.Ask(t.Context(), link, browser, outbox.Voice)
		wantKind(t, "voice a second too early", err, fault.Throttled)
		w.clock.Advance(time.Second)
		if !asked.Voice.Equal(w.clock.Now()) {
			t.Errorf("voice was promised for %v, want two minutes after the sms", asked.Voice)
		}
		_, err = w.store.Ask(t.Context(), link, browser, outbox.Voice)
		must(t, err)
		w.send()
		_, err = w.store.Open(t.Context(), link, browser, w.codes(p)[0])
		wantKind(t, "code before the newest", err, fault.Invalid)
		_, err = w.store.Open(t.Context(), link, browser, w.codes(p)[1])
		must(t, err)

		for range 3 {
			w.clock.Advance(time.Minute)
			_, err = w.store.Ask(t.Context(), link, browser, outbox.SMS)
			must(t, err)
		}
		w.clock.Advance(time.Hour)
		state, err := w.store.Ask(t.Context(), link, browser, outbox.SMS)
		wantKind(t, "sixth code within a day", err, fault.Throttled)
		w.clock.Advance(state.Another.Sub(w.clock.Now()))
		if _, err = w.store.Ask(t.Context(), link, browser, outbox.SMS); err != nil {
			t.Errorf("code at the promised time: %v", err)
		}
		w.send()
	})
}

func TestReminders(t *testing.T) { // G-29
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		unopened, answered, silent := w.post(false), w.post(true), w.post(true)
		w.send()
		_, session := w.open(answered)
		must(t, w.store.Reply(t.Context(), session, ident.NewPrivate("ik kom"), "key"))
		w.open(silent)
		for range 12 {
			w.clock.Advance(24 * time.Hour)
			w.send()
		}
		if got := len(w.links(unopened)); got != 3 {
			t.Errorf("%d mails with links to who did not open, want 3", got)
		}
		counts := map[string]int{}
		for _, m := range w.mails.Messages() {
			counts[m.To[0]]++
		}
		if counts[answered.email] != 1 || counts[silent.email] != 3 {
			t.Errorf("%d mails to who answered and %d to who did not, want 1 and 3", counts[answered.email], counts[silent.email])
		}
		for _, link := range w.links(unopened) {
			if _, err := w.store.Asked(t.Context(), link, browser); err != nil {
				t.Errorf("a link of three does not work: %v", err)
			}
		}
	})
}

func TestReplies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(true)
		w.send()
		_, session := w.open(p)
		text := ident.NewPrivate("Ik heb het kaartje niet meer.")
		must(t, w.store.Reply(t.Context(), session, text, "key"))
		must(t, w.store.Reply(t.Context(), session, text, "key"))
		wantKind(t, "same key, other text", w.store.Reply(t.Context(), session, ident.NewPrivate("x"), "key"), fault.Invalid)
		wantKind(t, "empty reply", w.store.Reply(t.Context(), session, ident.NewPrivate(" \n"), "k2"), fault.Invalid)
		wantKind(t, "long reply", w.store.Reply(t.Context(), session, ident.NewPrivate(strings.Repeat("ا", 4001)), "k3"), fault.Invalid)
		w.update(func(tx *db.Tx) error {
			c, err := w.vault.Open(t.Context(), tx, p.caseID)
			if err != nil {
				return err
			}
			_, err = w.store.Post(t.Context(), tx, c, mailbox.Post{Lang: "nl", Body: mailbox.Body{Kind: "refused"}})
			return err
		})
		w.send()
		thread, err := w.store.Read(t.Context(), session)
		must(t, err)
		if len(thread.Replies) != 1 || !thread.Replies[0].Text.Equal(text) { // promise 1
			t.Errorf("%d replies, want the one that was written", len(thread.Replies))
		}
		if want := []mailbox.Other{{Day: "2021-11-03", State: "sent"}}; !cmp.Equal(thread.Others, want) {
			t.Errorf("others %v, want %v", thread.Others, want)
		}
	})
}

func TestSessionEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p, idle := w.post(false), w.post(false)
		w.send()
		_, left := w.open(idle)
		_, session := w.open(p)
		w.clock.Advance(10 * time.Minute)
		_, err := w.store.Read(t.Context(), left)
		wantKind(t, "session idle for ten minutes", err, fault.TooLate)
		w.clock.Advance(-time.Second)
		for range 6 {
			_, err := w.store.Read(t.Context(), session)
			must(t, err)
			w.clock.Advance(9 * time.Minute)
		}
		_, err = w.store.Read(t.Context(), session)
		wantKind(t, "busy session after an hour", err, fault.TooLate)
	})
}

// After each way to end, nothing opens and nothing is left.
func TestEnds(t *testing.T) {
	ends := map[string]func(w *world, p person, link mailbox.Link) error{
		"recalled": func(w *world, p person, _ mailbox.Link) error {
			return w.db.Update(w.t.Context(), func(tx *db.Tx) error { return w.store.Recall(w.t.Context(), tx, p.message) })
		},
		"wrong number": func(w *world, _ person, link mailbox.Link) error {
			return w.store.WrongNumber(w.t.Context(), link, browser)
		},
		"expired": func(w *world, _ person, _ mailbox.Link) error {
			w.clock.Advance(30 * 24 * time.Hour)
			return w.store.Expire(w.t.Context())
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newWorld(t, d)
				p := w.post(false)
				w.send()
				wantKind(t, "wrong number before a code", w.store.WrongNumber(t.Context(), last(w.links(p)), browser), fault.Denied)
				link, session := last(w.links(p)), mailbox.Session{}
				if name == "wrong number" {
					_, err := w.store.Ask(t.Context(), link, browser, outbox.SMS)
					must(t, err)
				} else {
					link, session = w.open(p)
				}
				must(t, end(w, p, link))
				w.check()
				_, err := w.store.Ask(t.Context(), link, browser, outbox.SMS)
				wantKind(t, "link", err, fault.NotFound)
				_, err = w.store.Read(t.Context(), session)
				wantKind(t, "session", err, fault.TooLate)
				left, err := db.Get[int64](t.Context(), d, `
					SELECT (SELECT count(*) FROM message_link) + (SELECT count(*) FROM message_code) + (SELECT count(*) FROM message_session)
						+ (SELECT count(*) FROM message WHERE body IS NOT NULL OR queue_wrap IS NOT NULL)
						+ (SELECT count(*) FROM outbox WHERE state = 'waiting') AS n`)
				if err != nil || left != 0 {
					t.Errorf("%d rows are left, %v", left, err)
				}
				w.clock.Advance(20 * 24 * time.Hour)
				w.send()
				if len(w.links(p)) != 1 {
					t.Error("a reminder left for a message that has ended")
				}
			})
		})
	}
}

// Once its person has opened it, nobody can send a message away.
func TestWrongNumberAfterOpening(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(false)
		w.send()
		link, session := w.open(p)
		wantKind(t, "wrong number", w.store.WrongNumber(t.Context(), link, browser), fault.Denied)
		if _, err := w.store.Read(t.Context(), session); err != nil {
			t.Errorf("the message is gone: %v", err)
		}
		w.check()
	})
}

// Two windows of one browser give the same code at once: one opens.
func TestTwoOpensAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(false)
		w.send()
		link := last(w.links(p))
		_, err := w.store.Ask(t.Context(), link, browser, outbox.SMS)
		must(t, err)
		w.send()
		code := last(w.codes(p))
		errs := make([]error, 8)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, errs[i] = w.store.Open(t.Context(), link, browser, code) })
		}
		all.Wait()
		opened := 0
		for _, err := range errs {
			if err == nil {
				opened++
			} else if !fault.Is(err, fault.TooLate) {
				t.Errorf("loser got %v, want too late", err)
			}
		}
		if opened != 1 {
			t.Errorf("a code opened %d times, want 1", opened)
		}
		w.check()
	})
}

// A server that refuses for a while pushes no good link out.
func TestFailuresKeepGoodLinks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p := w.post(false)
		w.send()
		w.mails.Misbehave(demo.Busy)
		w.clock.Advance(72 * time.Hour)
		for range 8 {
			w.clock.Advance(2 * time.Hour)
			w.send()
		}
		if _, err := w.store.Asked(t.Context(), w.links(p)[0], browser); err != nil {
			t.Errorf("the link of the first mail: %v", err)
		}
	})
}

func TestSecretsHideThemselves(t *testing.T) {
	link, err := mailbox.ParseLink(strings.Repeat("Sec_", 16))
	must(t, err)
	session, err := mailbox.ParseSession(strings.Repeat("Sec_", 10) + "SeA")
	must(t, err)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "link", link, "session", session)
	all := log.String() + fmt.Sprintf("%v %+v %#v %s %v", link, link, link, session, struct{ l mailbox.Link }{link})
	if strings.Contains(all, "Sec_") || strings.Contains(all, "[73 ") { // promise 5
		t.Errorf("a secret shows itself: %s", all)
	}
}

func FuzzParseLink(f *testing.F) {
	for _, seed := range []string{"", strings.Repeat("A", 64), strings.Repeat("A", 63) + "=", strings.Repeat("_-", 32), strings.Repeat("/", 64)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := mailbox.ParseLink(text); err == nil && len(text) != 64 {
			t.Errorf("ParseLink takes %d characters", len(text))
		}
		session, err := mailbox.ParseSession(text)
		if err == nil && session.Cookie() != text { // one spelling each
			t.Errorf("a cookie comes back as another text")
		}
	})
}
