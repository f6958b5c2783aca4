package staff

import (
	"time"

	"loket/internal/lang"
	"loket/internal/planner"
)

// standCard is a card of somebody in an ask, wherever it lies.
type standCard struct {
	Member  int
	Text    string // message key of how it stands
	Day     string // YYYY-MM-DD that belongs to it; or empty
	Where   lang.Text
	Address string
}

// addCards adds what waits to be fetched, and what disturbs a day: who helps a person knows
// no more than the person's own page says.
func (v *standView) addCards(p *Pages, scr screen, s planner.Status) {
	for _, d := range s.Documents {
		card := standCard{Member: d.Member, Text: "staff.cards.made", Day: d.From.String()}
		switch {
		case !d.Collected.IsZero():
			card.Text, card.Day = "staff.cards.fetched", d.Collected.In(p.Planner.Zone).Format(time.DateOnly)
		case d.Ready(p.Planner.Today()):
			card.Text = "staff.cards.waits"
		case !d.Arrived.IsZero():
			card.Text = "staff.cards.early"
		}
		if !d.From.IsZero() || !d.Collected.IsZero() {
			card.Where, card.Address = scr.words(d.Location.Name), d.Location.Address
		} else {
			card.Day = d.Due.String()
		}
		v.Cards = append(v.Cards, card)
	}
	if d := s.Disturbance; d != nil && !d.Lifted {
		v.Trouble = scr.words(d.Cause.Name)
	}
}
