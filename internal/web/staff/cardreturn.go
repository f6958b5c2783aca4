package staff

import (
	"net/http"
	"slices"
	"strconv"

	"loket/internal/fault"
	"loket/internal/ident"
	people "loket/internal/staff"
)

// returnCard shows which card goes back to its maker, and sends it when that was seen.
func (p *Pages) returnCard(w http.ResponseWriter, r *http.Request, m people.Member) error {
	text, err := formField(r, "number")
	if err != nil {
		return err
	}
	number, err := ident.ParseCaseNumber(text)
	if err != nil {
		return err
	}
	member, err := strconv.Atoi(r.PostForm.Get("member"))
	if err != nil {
		return fault.New(fault.Invalid, "", "which of the people: %w", err)
	}
	if r.PostForm.Get("sure") != "" {
		place := r.PathValue("place")
		if err := p.Planner.Return(r.Context(), m, place, number, member); err != nil {
			return err
		}
		return p.site.Redirect(w, r, cardsPath(place)+"?gone")
	}
	page, err := p.newCardsPage(r, m)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(page.Waiting, func(l waitingLine) bool { return l.Case == string(number) && l.Member == member })
	if i < 0 {
		return fault.New(fault.TooLate, "planner.return.early", "a document of %s does not go back now", number)
	}
	line := page.Waiting[i]
	page.Return = &returnLine{line.Case, line.Number, line.Member, line.Product}
	return p.render(w, r, "place-cards", page)
}
