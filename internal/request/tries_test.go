package request_test

import (
	"fmt"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/request"
)

// "Trying numbers is throttled by identifier": who tries one number again and again is
// refused nothing, and learns nothing by itself; the person it belongs to goes by
// document and is not blocked.
func TestANumberThatIsTriedOftenGoesByDocument(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for i := range 5 {
			a := w.Person(t, "Iemand Anders", "1990-01-01", "999990019", fmt.Sprintf("try%d@example.org", i), "0612345607")
			w.Submit(t, a)
		}
		w.Settle(t)
		w.Submit(t, w.Known(t))
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "abena@example.org", "+31612345678"); thread.Body.Kind != request.MessageAsked {
			t.Errorf("after many tries: %q, want a document asked", thread.Body.Kind)
		}
		w.Pass(t, 9*24*time.Hour)
		w.Submit(t, w.Person(t, "Abena Voorbeeld", "1984-03-09", "999990019", "abena@example.org", "0612345678"))
		w.Pass(t, 10*time.Minute)
		if thread := open(t, w, "abena@example.org", "+31612345678"); thread.Body.Kind != request.MessageProof {
			t.Errorf("a week later: %q, want the proof", thread.Body.Kind)
		}
		w.Promises(t)
	})
}

// T13: nobody's mailbox is filled, and nobody's phone rings without end; the budget of
// codes for other countries is small and stops by itself.
func TestAddressesAndPhonesAreNotPestered(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var refused error
		for range 101 {
			_, refused = w.Requests.Submit(t.Context(), request.Submission{
				Answers: w.Person(t, "Niemand Bekend", "1990-02-03", "", "same@example.org", "0612345608"), Lang: "nl", Door: request.Web,
				Key: ident.NewID(w.Random(), "key")})
		}
		if !fault.Is(refused, fault.Throttled) {
			t.Errorf("request 101 for one address: %v", refused)
		}
		w.Mailbox.Abroad = 2
		asked := 0
		for i := range 4 {
			email := fmt.Sprintf("abroad%d@example.org", i)
			w.Submit(t, w.Person(t, "Niemand Bekend", "1990-02-03", "", email, fmt.Sprintf("+38050123450%d", i)))
			w.Pass(t, 10*time.Minute)
			link, err := mailbox.ParseLink(w.Link(t, email))
			check(t, err)
			if _, err := w.Mailbox.Ask(t.Context(), link, "browser", "sms"); err == nil {
				asked++
			} else if !fault.Is(err, fault.Throttled) {
				t.Errorf("code abroad: %v", err)
			}
		}
		if asked != 2 {
			t.Errorf("%d codes went abroad, the budget is 2", asked)
		}
	})
}
