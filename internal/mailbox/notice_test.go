package mailbox_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
)

// A notice goes one way, says the same whoever gets it, and holds nothing of anybody.
func TestANoticeIsNeutral(t *testing.T) { // G-43
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		notice := func(caseID string) error {
			return w.db.Update(t.Context(), func(tx *db.Tx) error { return w.store.Notice(t.Context(), tx, caseID) })
		}
		for _, tag := range []lang.Tag{"nl", "en", "ar", "uk"} {
			p := w.post(false)
			w.send()
			mails, calls := len(w.mails.Messages()), len(w.gateway.Calls())
			address := w.people[p.caseID]
			address.Lang = tag
			w.people[p.caseID] = address
			must(t, notice(p.caseID))
			w.send()
			if len(w.mails.Messages()) != mails+1 || len(w.gateway.Calls()) != calls {
				t.Errorf("%s: %d mails and %d calls for one notice", tag, len(w.mails.Messages())-mails, len(w.gateway.Calls())-calls)
			}
			mail := w.mails.Messages()[mails]
			if !strings.HasSuffix(mail.Text, "\n\nhttps://loket.example/\n") || strings.Contains(mail.Text, "/m/") {
				t.Errorf("%s: the mail reads %q", tag, mail.Text)
			}
			address.Email = ident.Email{}
			w.people[p.caseID] = address
			w.clock.Advance(24 * time.Hour) // a phone hears of an opening once a day (T13)
			must(t, notice(p.caseID))
			must(t, notice(p.caseID))
			w.send()
			if len(w.gateway.Calls()) != calls+1 {
				t.Fatalf("%s: no text message", tag)
			}
			text := w.gateway.Calls()[calls].Text
			l := w.texts.In(tag)
			checkSMS(t, text, tag)
			if text != l.Get("mailbox.sms.open", nil).Text+" loket.example" {
				t.Errorf("%s: the text message reads %q", tag, text)
			}
			delete(w.people, p.caseID)
			if err := notice(p.caseID); !fault.Is(err, fault.NotFound) {
				t.Errorf("notice to a case that has ended: %v", err)
			}
		}
	})
}
