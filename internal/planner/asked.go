package planner

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/slip"
)

// Whoever asks gets a signed receipt (slip.Asked) under the key of the codes on
// appointments. It is made again whenever it is looked at and is stored nowhere. A list that
// was published can be shuffled again by anybody; only the receipt shows that somebody is
// missing from it.

// askedText is the signed receipt of an ask that is on a list. Of an ask that was woken it
// names the list on which it is now, and when it was asked first.
func (s *Store) askedText(a askRow, list int64) (string, error) {
	return slip.Asked{Ticket: a.Ticket, At: a.AskedAt.UTC().Truncate(time.Minute), List: list}.Sign(s.slips.private)
}

// CheckedReceipt is what anybody is told of a signed receipt.
type CheckedReceipt struct {
	slip.Asked
	Open   bool      // its list is not closed yet
	Closes time.Time // of that list; zero where nobody here knows it
	Listed bool      // the ticket is on the list that was published
	Place  int       // of the ticket in the order, from one; zero before the draw
}

const selectListOf = `SELECT ` + drawColumns + ` FROM draw WHERE n = $1`

// CheckReceipt verifies a signed receipt, and looks its ticket up on the published list. A
// text that is no receipt of this installation is a fault.Invalid. One that is genuine, and
// whose ticket is not on a list that was closed, is no error: that is what it is for.
func (s *Store) CheckReceipt(ctx context.Context, text string) (CheckedReceipt, error) {
	asked, err := slip.ReadAsked(text, s.slips.public...)
	if err != nil {
		return CheckedReceipt{}, err
	}
	checked := CheckedReceipt{Asked: asked}
	list, err := db.Get[drawRow](ctx, s.DB, selectListOf, asked.List)
	if fault.Is(err, fault.NotFound) {
		return checked, nil // as after a backup of before was restored
	}
	if err != nil {
		return checked, fmt.Errorf("find the list of a receipt: %w", err)
	}
	checked.Closes = list.ClosesAt.In(s.Zone)
	if checked.Open = list.State == drawOpen; checked.Open {
		return checked, nil
	}
	checked.Place, err = s.Rank(ctx, asked.List, asked.Ticket)
	if fault.Is(err, fault.NotFound) {
		return checked, nil
	}
	checked.Listed = err == nil
	return checked, err
}

// askedInvariants are what makes each receipt true.
func askedInvariants() [][2]string {
	return [][2]string{
		{`SELECT count(*) AS n FROM ask JOIN draw ON draw.id = ask.draw_id WHERE ask.asked_at >= draw.closes_at`,
			"asks are on a list that was closed before them"},
	}
}
