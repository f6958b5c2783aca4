package texting

import (
	"context"
	"errors"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/once"
	"loket/internal/planner"
	"loket/internal/point"
)

const (
	tallyPhone    = "text phone"
	tallyStranger = "text stranger"
	tallyAll      = "text all"
	tallyAbroad   = "text abroad"
	tallyForm     = "text form"
	tallyWrong    = "text wrong"
)

// incoming is a text that is being answered.
type incoming struct {
	id      string
	phone   ident.Phone
	said    Said
	sent    *sent // the form that it sent, if it did
	asks    []planner.Texted
	thread  thread
	stopped bool // the phone wanted nothing before
}

// sent is what became of a form.
type sent struct {
	key     string // of the draft
	receipt planner.Receipt
	refused error // why it was not taken, a fault.Invalid
}

// Take takes a text in: what it wants is done, and its answer waits in the outbox, in one
// transaction. The same text again changes nothing. A text that gets no answer is no error.
// It is a fault.Invalid when no answer can reach the sender, and a fault.Unavailable when
// the provider should post it again.
func (s *Store) Take(ctx context.Context, t Text) error {
	phone, err := s.sender(t)
	if err != nil {
		return err
	}
	in := incoming{id: t.ID, phone: phone, said: s.words.Read(t.Text)}
	for range 2 { // whose first texts come at one moment are taken one after the other
		if in.sent, err = s.submit(ctx, phone, in.said); err != nil {
			return err
		}
		err = s.DB.Update(ctx, func(tx *db.Tx) error {
			_, fresh, err := s.Once.Do(ctx, tx, once.Call{Route: routeTake, Key: s.textKey(t.ID), Body: ""}, "text")
			if err != nil || !fresh {
				return err
			}
			return s.take(ctx, tx, in)
		})
		if !errors.Is(err, errTwice) {
			break
		}
	}
	if err == nil {
		point.Reach("texting.taken")
	}
	return err
}

// submit sends the form of a phone to the planner, if a text says so with the digits of the
// form. It is its own transaction; the key of the form makes that it is sent once, also
// when the text comes again.
func (s *Store) submit(ctx context.Context, phone ident.Phone, said Said) (*sent, error) {
	if said.Word != Send {
		return nil, nil
	}
	_, t, err := s.find(ctx, s.DB, phone, false)
	if err != nil || t.Draft == nil || said.Digits != s.formDigits(*t.Draft) {
		return nil, err
	}
	if wrong, err := s.Tally.Week(ctx, s.DB, tallyWrong, phone.Reveal()); err != nil || wrong >= mostWrong {
		return nil, err
	}
	list, outcome, err := s.form().questions(ctx, &t)
	if err != nil || outcome != "" || waiting(list) != nil {
		return nil, err
	}
	receipt, err := s.Places.Ask(ctx, s.form().asking(t))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Throttled) {
		return &sent{key: t.Draft.Key, refused: err}, nil
	}
	if err != nil {
		return nil, err
	}
	point.Reach("texting.asked")
	return &sent{key: t.Draft.Key, receipt: receipt}, nil
}

// take answers a text that was not answered before.
func (s *Store) take(ctx context.Context, tx *db.Tx, in incoming) error {
	n, err := s.Tally.Add(ctx, tx, tallyPhone, in.phone.Reveal())
	if err != nil || n > perPhone {
		return err
	}
	var id string
	if id, in.thread, err = s.find(ctx, tx, in.phone, true); err != nil {
		return err
	}
	if in.asks, err = s.Places.Texted(ctx, tx, in.phone); err != nil {
		return err
	}
	if in.stopped, err = s.stopped(ctx, tx, in.phone); err != nil {
		return err
	}
	spend, err := s.mayAnswer(ctx, tx, &in)
	if err != nil || !spend {
		return err
	}
	said, err := s.reply(ctx, tx, &in)
	if err != nil {
		return err
	}
	life := s.Schema.Lifetimes["draft"].Duration()
	if in.said.Word == Stop && in.thread.Draft == nil {
		life = stoppedLife
	}
	if id, err = s.keep(ctx, tx, id, in.thread, life); err != nil {
		return err
	}
	if said.Key == "" {
		return nil
	}
	if n == perPhone {
		said = answer{Key: "texting.enough"}
	}
	if said.Lang == "" {
		said.Lang = s.langOf(&in)
	}
	return s.say(ctx, tx, id, in.id, said)
}

// mayAnswer counts a text against the budgets of the day. Whoever texts STOP has one
// answer, and whoever wanted nothing has none to another STOP.
func (s *Store) mayAnswer(ctx context.Context, tx *db.Tx, in *incoming) (bool, error) {
	if in.stopped && in.said.Word == Stop {
		return false, nil
	}
	if len(in.asks) == 0 && in.thread.Draft == nil && in.said.Word != Start { // of which there are few a day
		n, err := s.Tally.Add(ctx, tx, tallyStranger, in.phone.Reveal())
		if err != nil || n > s.Limits.Strangers {
			return false, err
		}
	}
	budgets := []struct {
		kind string
		most int64
	}{{tallyAll, s.Limits.Daily}}
	if !in.phone.In(s.Region) {
		budgets = append(budgets, struct {
			kind string
			most int64
		}{tallyAbroad, s.Limits.Abroad})
	}
	for _, b := range budgets {
		n, err := s.Tally.Add(ctx, tx, b.kind)
		if err != nil {
			return false, err
		}
		if n > b.most {
			s.Report(ctx, b.kind, fault.New(fault.Throttled, "", "the budget of %d answers a day is used up", b.most))
			return false, nil
		}
	}
	return true, nil
}

// reply decides what a text gets, and does what it wants.
func (s *Store) reply(ctx context.Context, tx *db.Tx, in *incoming) (answer, error) {
	said := in.said
	if said.Word == Stop {
		in.thread.Draft, in.thread.Sure = nil, sure{}
		return answer{Key: "texting.stopped"}, s.setStop(ctx, tx, in.phone, true)
	}
	if in.stopped {
		if err := s.setStop(ctx, tx, in.phone, false); err != nil {
			return answer{}, err
		}
	}
	switch {
	case in.sent != nil:
		return s.afterSending(ctx, tx, in)
	case said.Word == Help:
		return s.help(in), nil
	case acts(said.Word) && said.Digits != "" && len(in.asks) > 0 && len(said.Digits) >= fewDigits:
		return s.act(ctx, tx, in)
	case in.thread.Draft != nil && !(said.Word == Start && said.Alone):
		return s.goOn(ctx, tx, in)
	case said.Word == Start:
		return s.begin(ctx, tx, in)
	case len(in.asks) > 0 && (acts(said.Word) || len(said.Digits) == fewDigits):
		return s.which(in), nil
	}
	return s.help(in), nil
}

// textKey names a text in the table of what came already.
func (s *Store) textKey(id string) string { return hexOf(s.index.Sum("text", id)) }
