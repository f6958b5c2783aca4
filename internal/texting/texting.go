// Package texting lets somebody whose phone can only text get a place, and move and cancel
// it (decision 021).
//
//	err := store.Take(ctx, texting.Text{ID: id, From: phone, Text: words})
//
// Each text that comes in has at most one answer, however often the provider posts it, and
// the answer goes out by the outbox. What is answered depends on who texts:
//
//	nobody we know   a few lines a day on how to begin, and then nothing
//	START            a form of short questions, one an answer, up to six people
//	YES 4821         an act on the ask or the offer with these digits
//	STOP             the form is forgotten, and nothing is sent to the phone any more
//
// A sender can be forged, and a phone is read by whoever holds it. So nothing is done
// without digits that were texted to the phone, what cannot be taken back is asked twice,
// and no text holds a name, a birth date, a number, a region or a product. Time and place
// of an appointment are texted to whoever asks for them with the digits. No code that opens
// an ask elsewhere is ever texted; CODE brings one that a counter takes on the same day.
//
// The form so far lies sealed under a case key of its own, for a day after the last text.
// The words of all languages are understood at any time, with common mistakes and digits of
// all scripts; see [Words].
package texting

import (
	"context"
	"io"
	"time"

	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/once"
	"loket/internal/outbox"
	"loket/internal/planner"
	"loket/internal/seal"
	"loket/internal/tally"
)

// Text is one text message that somebody sent.
type Text struct {
	ID   string        // the provider's, the same when it posts the text again
	From ident.Private // a telephone number as the provider writes it
	Text ident.Private
}

// Parts is what a Store is made with. All are needed but Call.
type Parts struct {
	DB     *db.DB
	Keys   *seal.Keys
	Vault  *seal.Vault
	Once   *once.Guard
	Tally  *tally.Tally
	Outbox *outbox.Box
	Schema *schema.Schema
	Texts  *lang.Catalogue
	Places *planner.Store
	Limits Limits
	Region string // whose numbers need no country and are not abroad, ISO 3166-1 alpha-2
	Domain string // short name of the site
	Call   string // a number to call instead; may be empty
	Zone   *time.Location
	Now    func() time.Time
	Random io.Reader
	Report func(ctx context.Context, work string, err error) // told when a budget is used up
}

// Limits are how many texts are answered on a day.
type Limits struct {
	Strangers int64 // to one phone that asked for nothing
	Daily     int64 // all together
	Abroad    int64 // of these, to numbers of other countries
}

const (
	perPhone  = 120 // answers a day to one phone
	perForm   = 90  // texts of one form: six people, and as many mistakes
	forms     = 3   // that one phone may begin on a day
	mostWrong = 10  // digits that fit nothing, of one phone in a week

	stoppedLife = time.Hour // until the last answer to a phone that texted STOP has left
	sureLife    = time.Hour // within which the second of two steps comes
)

const (
	kindAnswer    = "texting.answer"
	purposeThread = "text thread"
	routeTake     = "texting.take"
)

// Store answers texts.
type Store struct {
	Parts
	index *seal.Index
	words *Words
}

// NewStore returns a store and registers the composer of its answers.
func NewStore(parts Parts) (*Store, error) {
	words, err := NewWords(parts.Texts)
	if err != nil {
		return nil, err
	}
	s := &Store{Parts: parts, index: parts.Keys.Index("planner"), words: words}
	s.Outbox.Compose(kindAnswer, s.compose)
	return s, nil
}

// now is the time as the database keeps it.
func (s *Store) now() time.Time { return s.Now().Truncate(time.Second) }

func (s *Store) phoneSum(phone ident.Phone) []byte { return s.index.Sum("text phone", phone.Reveal()) }

// form is what the questions of a form need to know.
func (s *Store) form() form { return form{s.Places, s.Texts} }

// sender returns the phone that texted. A short number, or the name of a company, is a
// fault.Invalid: nobody reads an answer there.
func (s *Store) sender(t Text) (ident.Phone, error) {
	text := t.From.Reveal()
	phone, err := ident.ParsePhone(text, s.Region)
	if err != nil { // some providers leave the plus out
		phone, err = ident.ParsePhone("+"+text, s.Region)
	}
	if err != nil || !phone.Mobile() {
		return ident.Phone{}, fault.New(fault.Invalid, "", "text message from what is no mobile phone")
	}
	return phone, nil
}
