package texting

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/lang"
)

func hexOf(sum []byte) string { return hex.EncodeToString(sum) }

// formDigits are the four digits with which a form is sent. They were texted to the phone:
// whoever only forges its number does not know them.
func (s *Store) formDigits(d draft) string {
	const least, span = 1000, 9000
	return fmt.Sprint(least + binary.BigEndian.Uint64(s.index.Derive("text form", d.Key))%span)
}

// begin begins a form, in place of one that was begun before.
func (s *Store) begin(ctx context.Context, tx *db.Tx, in *incoming) (answer, error) {
	n, err := s.Tally.Add(ctx, tx, tallyForm, in.phone.Reveal())
	if err != nil {
		return answer{}, err
	}
	if n > forms+1 {
		return answer{}, nil
	}
	if n > forms {
		return s.closed(in, "texting.forms"), nil
	}
	if in.said.Lang != "" {
		in.thread.Lang = in.said.Lang
	}
	in.thread.Draft = &draft{Key: ident.NewID(s.Random, "key")}
	return s.ask(ctx, in, "")
}

// goOn takes an answer of a form, and asks the next question.
func (s *Store) goOn(ctx context.Context, tx *db.Tx, in *incoming) (answer, error) {
	d := in.thread.Draft
	if d.Texts++; d.Texts > perForm {
		return s.closed(in, "texting.long"), nil
	}
	list, outcome, err := s.form().questions(ctx, &in.thread)
	if err != nil {
		return answer{}, err
	}
	if in.said.Word == Back && in.said.Alone {
		in.thread.Draft.back(list)
		return s.ask(ctx, in, "")
	}
	q := waiting(list)
	if outcome != "" || q == nil { // all is answered: only SEND with the right digits goes on
		return s.notSent(ctx, tx, in)
	}
	if q.key == "warning" && in.said.Word == No {
		return s.closed(in, "texting.left"), nil
	}
	if q.take(in.said) {
		return s.ask(ctx, in, "")
	}
	lead := "texting.again.answer"
	if q.again != "" {
		lead = q.again
	}
	return s.ask(ctx, in, lead)
}

// ask asks the next question of a form, says how to send it, or why it ends here.
func (s *Store) ask(ctx context.Context, in *incoming, lead string) (answer, error) {
	list, outcome, err := s.form().questions(ctx, &in.thread)
	if err != nil {
		return answer{}, err
	}
	if outcome != "" {
		key := "texting.way." + outcome
		if !s.Texts.In(lang.Dutch).Has(key) {
			key = "texting.way.other"
		}
		return s.closed(in, key), nil
	}
	if region := in.thread.Draft.Region; region != "" && len(in.thread.Draft.People) == 0 {
		if err := s.Places.Serves(ctx, region); err != nil {
			return s.closed(in, "texting.way.region"), nil
		}
	}
	if q := waiting(list); q != nil {
		a := answer{Lead: lead, Key: s.questionKey(q.key), Args: q.args, List: q.list}
		if q.key == "warning" && s.Call != "" {
			a.Key, a.Args = "texting.ask.warning-call", map[string]string{"Phone": s.Call}
		}
		return a, nil
	}
	return answer{Lead: lead, Key: "texting.ask.send", Args: map[string]string{"Digits": s.formDigits(*in.thread.Draft), "People": fmt.Sprint(len(in.thread.Draft.People))}}, nil
}

// notSent counts digits that are not those of a form that is complete: whoever forges the
// number of a phone has to guess them.
func (s *Store) notSent(ctx context.Context, tx *db.Tx, in *incoming) (answer, error) {
	if in.said.Word == Send && in.said.Digits != "" {
		if _, err := s.Tally.Add(ctx, tx, tallyWrong, in.phone.Reveal()); err != nil {
			return answer{}, err
		}
	}
	wrong, err := s.Tally.Week(ctx, tx, tallyWrong, in.phone.Reveal())
	if err != nil {
		return answer{}, err
	}
	if wrong >= mostWrong {
		return s.closed(in, "texting.shut"), nil
	}
	return s.ask(ctx, in, "texting.again.send")
}

// questionKey is the message of a question. A fact that the catalogue does not know is
// asked at a counter.
func (s *Store) questionKey(key string) string {
	key = "texting.ask." + strings.ReplaceAll(key, "_", "-")
	if strings.HasPrefix(key, "texting.ask.fact.") && !s.Texts.In(lang.Dutch).Has(key) {
		return "texting.ask.fact-other"
	}
	return key
}

// closed forgets a form and says why.
func (s *Store) closed(in *incoming, key string) answer {
	in.thread.Draft = nil
	return answer{Key: key}
}

// afterSending says what became of a form that was sent.
func (s *Store) afterSending(ctx context.Context, tx *db.Tx, in *incoming) (answer, error) {
	d := in.thread.Draft
	if d != nil && d.Key != in.sent.key {
		return s.ask(ctx, in, "texting.again.send") // another was begun at this moment
	}
	if in.sent.refused != nil {
		if d != nil && d.mend(in.sent.refused) {
			return s.ask(ctx, in, "texting.again.number")
		}
		return s.closed(in, "texting.refused"), nil
	}
	in.thread.Draft = nil
	asks, err := s.Places.Texted(ctx, tx, in.phone)
	if err != nil {
		return answer{}, err
	}
	for _, t := range asks {
		if t.Number == in.sent.receipt.Number {
			return answer{Key: "texting.asked", Ask: t.ID, Args: map[string]string{"Ticket": in.sent.receipt.Ticket, "Digits": short(asks, t)}}, nil
		}
	}
	return s.help(in), nil // it ended at this moment
}

// help says in short what can be texted now.
func (s *Store) help(in *incoming) answer {
	switch {
	case in.thread.Draft != nil:
		return answer{Key: "texting.help.form"}
	case len(in.asks) > 0:
		return answer{Key: "texting.help.asks", Args: map[string]string{"Digits": short(in.asks, in.asks[0])}}
	}
	return answer{Key: "texting.help.start"}
}

// langOf is the language to answer in; empty where nobody can tell.
func (s *Store) langOf(in *incoming) lang.Tag {
	switch {
	case in.thread.Lang != "":
		return in.thread.Lang
	case len(in.asks) > 0:
		return lang.Tag(in.asks[0].Lang)
	}
	return in.said.Lang
}
