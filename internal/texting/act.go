package texting

import (
	"context"
	"slices"
	"strings"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/planner"
)

// How many digits are texted: six where four are those of two asks of one phone.
const (
	fewDigits = 4
	allDigits = 6
)

// acts reports whether a word is about one ask.
func acts(w Word) bool {
	return slices.Contains([]Word{Yes, No, Other, Later, Cancel, Where, Code}, w)
}

// short returns the digits of an ask as its phone is told them.
func short(asks []planner.Texted, t planner.Texted) string {
	for _, other := range asks {
		if other.ID != t.ID && other.Digits[:fewDigits] == t.Digits[:fewDigits] {
			return t.Digits
		}
	}
	return t.Digits[:fewDigits]
}

// fit finds the ask with some digits. over says that the digits are of an offer that is
// over; several, that four are not enough.
func fit(asks []planner.Texted, digits string) (found []planner.Texted, over bool) {
	if len(digits) != fewDigits && len(digits) != allDigits {
		return nil, false
	}
	for _, t := range asks {
		if strings.HasPrefix(t.Digits, digits) {
			found = append(found, t)
		}
		over = over || slices.ContainsFunc(t.Past, func(past string) bool { return strings.HasPrefix(past, digits) })
	}
	return found, over && len(found) == 0
}

// act does what a text with digits wants of an ask.
func (s *Store) act(ctx context.Context, tx *db.Tx, in *incoming) (answer, error) {
	wrong, err := s.Tally.Week(ctx, tx, tallyWrong, in.phone.Reveal())
	if err != nil {
		return answer{}, err
	}
	if wrong >= mostWrong {
		return answer{Key: "texting.shut"}, nil
	}
	found, over := fit(in.asks, in.said.Digits)
	switch {
	case len(found) == 1:
		return s.actOn(ctx, tx, in, found[0])
	case len(found) > 1:
		return s.which(in), nil
	case over:
		return s.which(in).led("texting.past"), nil
	}
	if _, err := s.Tally.Add(ctx, tx, tallyWrong, in.phone.Reveal()); err != nil {
		return answer{}, err
	}
	return answer{Key: "texting.wrong"}, nil
}

func (a answer) led(lead string) answer {
	a.Lead = lead
	return a
}

// which tells the digits of a phone's asks.
func (s *Store) which(in *incoming) answer {
	var all []string
	for _, t := range in.asks {
		all = append(all, short(in.asks, t))
	}
	if len(all) == 1 {
		return answer{Key: "texting.help.asks", Args: map[string]string{"Digits": all[0]}}
	}
	return answer{Key: "texting.which", Args: map[string]string{"Digits": strings.Join(all, ", ")}}
}

// want is what a word means for an ask as it stands; "" where there is nothing to do but
// to say how it stands. twice says that it takes two texts.
func want(word Word, t planner.Texted) (act planner.TextAct, twice bool) {
	switch {
	case word == Cancel && t.State == planner.Booked:
		return planner.TextCancel, true
	case word == Cancel:
		return planner.TextWithdraw, true
	case word == Yes && t.Open:
		return planner.TextAccept, false
	case t.Open && t.State == planner.Booked && (word == No || word == Other || word == Later):
		return planner.TextKeep, false
	case t.Open && (word == No || word == Other):
		return planner.TextOther, false
	case t.Open && word == Later:
		return planner.TextLater, false
	case word == Other && t.State == planner.Booked:
		return planner.TextMove, false
	case word == Yes && t.State == planner.Resting:
		return planner.TextWake, false
	}
	return "", false
}

// actOn acts on one ask.
func (s *Store) actOn(ctx context.Context, tx *db.Tx, in *incoming, t planner.Texted) (answer, error) {
	digits := map[string]string{"Digits": short(in.asks, t)}
	said := answer{Key: "texting.where", Ask: t.ID, Args: digits, Lang: lang.Tag(t.Lang)}
	if in.said.Word == Code {
		said.Key = "texting.code"
		return said, nil
	}
	act, twice := want(in.said.Word, t)
	if act == "" {
		return said, nil
	}
	if twice && !s.isSure(in, t) {
		in.thread.Sure = sure{in.said.Word, t.Digits, s.now().Add(sureLife).Unix()}
		said.Key = "texting.sure." + string(act)
		return said, nil
	}
	in.thread.Sure = sure{}
	err := s.Places.ActByText(ctx, tx, t, act)
	if fault.Is(err, fault.TooLate) {
		return said.led("texting.late"), nil // and how it stands now
	}
	if err != nil {
		return answer{}, err
	}
	said.Key = "texting.done." + string(act)
	if act == planner.TextWithdraw {
		said.Ask = ""
	}
	return said, nil
}

// isSure reports whether a text is the second of two.
func (s *Store) isSure(in *incoming, t planner.Texted) bool {
	was := in.thread.Sure
	return was.Word == in.said.Word && was.Digits == t.Digits && s.now().Before(time.Unix(was.Until, 0))
}
