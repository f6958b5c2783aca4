package texting

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/outbox"
	"loket/internal/planner"
	"loket/internal/rules"
)

type answerRow struct {
	ThreadID string
	Sealed   []byte
}

const selectAnswer = `SELECT thread_id, sealed FROM text_answer WHERE id = $1`

// compose puts an answer into words at the moment of sending. It is harmless when it comes
// twice.
func (s *Store) compose(ctx context.Context, line outbox.Line) (outbox.Envelope, error) {
	a, t, err := s.answer(ctx, line)
	if fault.Is(err, fault.NotFound) {
		return outbox.Envelope{}, fault.New(fault.TooLate, "", "what line %s answers is gone: %w", line.ID, err)
	}
	if err != nil {
		return outbox.Envelope{}, err
	}
	text, err := s.text(ctx, a)
	if err != nil {
		return outbox.Envelope{}, fmt.Errorf("put answer %s into words: %w", line.Object, err)
	}
	return outbox.Envelope{To: t.Phone.Private, Text: text}, nil
}

func (s *Store) answer(ctx context.Context, line outbox.Line) (a answer, t thread, err error) {
	row, err := db.Get[answerRow](ctx, s.DB, selectAnswer, line.Object)
	if err != nil {
		return a, t, err
	}
	if row.ThreadID != line.CaseID {
		return a, t, fault.New(fault.Denied, "", "line %s is of another phone than its answer", line.ID)
	}
	c, err := s.Vault.Open(ctx, s.DB, row.ThreadID)
	if err != nil {
		return a, t, err
	}
	if err := c.Open(answerPurpose(line.Object), row.Sealed, &a); err != nil {
		return a, t, err
	}
	thread, err := db.Get[threadRow](ctx, s.DB, threadByID, row.ThreadID)
	if err != nil {
		return a, t, err
	}
	t, err = s.openThread(ctx, s.DB, thread)
	return a, t, err
}

// text puts an answer into words, in two languages where nobody can tell which is read.
func (s *Store) text(ctx context.Context, a answer) (string, error) {
	if a.List == listLanguages {
		return s.menu(), nil
	}
	tags := []lang.Tag{a.Lang}
	if a.Lang == "" {
		tags = []lang.Tag{lang.Dutch, lang.English}
	}
	var parts []string
	for _, tag := range tags {
		key, args, err := a.Key, a.Args, error(nil)
		switch a.Key {
		case "texting.where":
			key, args, err = s.where(ctx, tag, a)
		case "texting.code":
			key, args, err = s.code(ctx, a)
		}
		if fault.Is(err, fault.NotFound) {
			key, err = "texting.gone", nil
		}
		if err != nil {
			return "", err
		}
		parts = append(parts, s.phrase(tag, a.Lead, nil)+s.phrase(tag, key, args))
	}
	return bare(strings.TrimSpace(strings.Join(parts, "\n")) + s.options(tags[0], a.List)), nil
}

// phrase is a message with what it names.
func (s *Store) phrase(tag lang.Tag, key string, args map[string]string) string {
	if key == "" {
		return ""
	}
	filled := map[string]any{"Domain": s.Domain}
	for name, value := range args {
		filled[name] = value
	}
	return s.Texts.In(tag).Get(key, filled).Text + " "
}

// menu asks for a language, in all of them.
func (s *Store) menu() string {
	var lines []string
	for i, l := range s.Texts.Languages() {
		lines = append(lines, strconv.Itoa(i+1)+" "+l.Autonym)
	}
	return strings.Join(lines, "\n")
}

// options are the numbered items of a list of the pack, a line each.
func (s *Store) options(tag lang.Tag, list string) string {
	var b strings.Builder
	if list == "" {
		return ""
	}
	for i, item := range s.Places.Pack.List(list) {
		fmt.Fprintf(&b, "\n%d %s", i+1, itemWords(item, tag))
	}
	return b.String()
}

// itemWords are the words of an item for a text message, where it has some, else its name.
func itemWords(item rules.Item, tag lang.Tag) string {
	for _, words := range []rules.Words{item.Words["sms"], item.Name} {
		for _, t := range []lang.Tag{tag, lang.English, lang.Dutch} {
			if text := words[string(t)]; text != "" {
				return text
			}
		}
	}
	return item.ID
}

// where says how an ask stands, and when and where its people are expected.
func (s *Store) where(ctx context.Context, tag lang.Tag, a answer) (string, map[string]string, error) {
	st, err := s.Places.StatusByText(ctx, a.Ask)
	if err != nil {
		return "", nil, err
	}
	args := map[string]string{"Digits": a.Args["Digits"]}
	switch {
	case st.Offer != nil && st.State == planner.Booked && len(st.Appointments) > 0:
		args["When"], args["Place"], args["Until"] = s.when(tag, st.Offer.Starts), place(tag, st.Offer.Location.Address, st.Offer.Location.Name), s.when(tag, st.Offer.Until)
		args["Now"] = s.when(tag, st.Appointments[0].Starts)
		return "texting.where.instead", args, nil
	case st.Offer != nil:
		args["When"], args["Place"], args["Until"] = s.when(tag, st.Offer.Starts), place(tag, st.Offer.Location.Address, st.Offer.Location.Name), s.when(tag, st.Offer.Until)
		return "texting.where.offered", args, nil
	case st.State == planner.Booked && len(st.Appointments) > 0:
		first := st.Appointments[0]
		args["When"], args["Place"] = s.when(tag, first.Starts), place(tag, first.Location.Address, first.Location.Name)
		return s.whereBooked(tag, st, args), args, nil
	case st.State == planner.Making:
		return s.whereMade(tag, st, args), args, nil
	case st.State == planner.Waiting && st.Contested:
		return "texting.where.contested", args, nil
	case st.State == planner.Waiting && !st.Drawn:
		args["Closes"] = s.when(tag, st.Closes)
		return "texting.where.list", args, nil
	case st.State == planner.Waiting:
		args["Ahead"] = s.Texts.In(tag).Number(int(st.Ahead))
		return "texting.where.line", args, nil
	case st.State == planner.Resting:
		return "texting.where.resting", args, nil
	case st.State == planner.Served || st.State == planner.Withdrawn:
		return "texting.gone", args, nil
	}
	return "texting.where.other", args, nil
}

// place is where a counter is: its address, or its name where nobody knows the address.
func place(tag lang.Tag, address string, name rules.Words) string {
	if address != "" {
		return address
	}
	return itemWords(rules.Item{Name: name}, tag)
}

func (s *Store) when(tag lang.Tag, at time.Time) string {
	at = at.In(s.Zone)
	return s.Texts.In(tag).Date(at.Format(time.DateOnly)).Text + ", " + at.Format("15:04")
}

// code brings what opens an ask at a counter today.
func (s *Store) code(ctx context.Context, a answer) (string, map[string]string, error) {
	number, code, err := s.Places.DeskCode(ctx, a.Ask)
	if err != nil {
		return "", nil, err
	}
	return "texting.code", map[string]string{"Number": number.Spoken(), "Code": spoken(code)}, nil
}

func spoken(code ident.Code) string {
	text := code.Reveal()
	return text[:len(text)/2] + " " + text[len(text)/2:]
}

// bare takes out the marks that isolate a text on a page: phones may show them as boxes.
func bare(text string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(text) }

// Notice is what a text message says that there is news of an ask, with the digits to act
// on it. It tells neither time nor place. It is empty for what is no ask of the phone, and
// a fault.TooLate for a phone that wants none. It is made for mailbox.Parts.Text.
func (s *Store) Notice(ctx context.Context, caseID string, to mailbox.Address) (string, error) {
	stopped, err := s.stopped(ctx, s.DB, to.Phone)
	if err != nil {
		return "", err
	}
	if stopped {
		return "", fault.New(fault.TooLate, "", "the phone of case %s wants no text messages", caseID)
	}
	asks, err := s.Places.Texted(ctx, s.DB, to.Phone)
	if err != nil {
		return "", err
	}
	for _, t := range asks {
		if t.ID != caseID {
			continue
		}
		key, args := "texting.notice.news", map[string]string{"Digits": short(asks, t)}
		switch {
		case t.Open && t.State == planner.Booked:
			key = "texting.notice.instead"
		case t.Open:
			key = "texting.notice.offered"
		}
		return bare(strings.TrimSpace(s.phrase(to.Lang, key, args))), nil
	}
	return "", nil
}
