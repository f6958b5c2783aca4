package public

import (
	"context"

	"loket/internal/fault"
)

// What others may do, and did, for the person of an ask stands on the page of its status:
// whoever lets a helper act sees each act.

// deedView is something that somebody did for them.
type deedView struct {
	At       instant
	Who, Did string // message keys
}

// shownDeeds is how many acts of others a page shows, the newest.
const shownDeeds = 8

// addOthers adds who may act for the person, and what was done for them.
func (p *Pages) addOthers(ctx context.Context, page *placeStatusPage, who pass) error {
	others, err := p.Planner.Others(ctx, who.Number, who.Code)
	if err != nil {
		return err
	}
	for _, m := range others.Mandates {
		helper := helperView{ID: m.ID, Until: m.Until.String()}
		for _, act := range m.Scope {
			helper.Acts = append(helper.Acts, "public.status.act."+string(act))
		}
		page.Helpers = append(page.Helpers, helper)
	}
	for _, d := range others.Acts[:min(len(others.Acts), shownDeeds)] {
		page.Deeds = append(page.Deeds, deedView{p.instant(d.At), "public.place.others." + string(d.Role), "public.place.others." + d.Act})
	}
	return nil
}

// revokePlaceHelper ends a mandate, at once. A second press of the button is no error.
func (p *Pages) revokePlaceHelper(ctx context.Context, who pass, mandate string) (string, error) {
	err := p.Planner.Revoke(ctx, who.Number, who.Code, mandate)
	if fault.Is(err, fault.NotFound) && fault.Key(err) == "request.mandate.gone" {
		err = nil
	}
	return "public.place.done.revoke", shut(err)
}
