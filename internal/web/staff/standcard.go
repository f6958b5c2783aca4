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

// standCards are the cards of an ask: who helps a person knows no more than the person's own
// page says.
func (p *Pages) standCards(scr screen, s planner.Status) (cards []standCard) {
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
		cards = append(cards, card)
	}
	return cards
}
