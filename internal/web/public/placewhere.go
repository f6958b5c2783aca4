package public

import (
	"context"
	"net/http"
	"time"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/web"
	"loket/internal/web/form"
)

// wherePage lists all locations, draws them on a map, and asks for a postcode. The map
// shows nothing that the list does not say.
type wherePage struct {
	web.Page
	Map      *mapSize // nil where the pack has none
	Spots    []spotLine
	Postcode form.Text
	As       instant
}

// spotLine is a location in the list. N is its number on the map.
type spotLine struct {
	placeView
	ID string
	N  int
}

func postcodeField() form.Text {
	return form.Text{Name: "postcode", Label: "public.place.postcode.label", Hint: "public.place.near.hint", Width: 10, Latin: true,
		Autocomplete: "off", Who: "public.place.near.who"}
}

func (p *Pages) showWhere(tag lang.Tag) (web.Document, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	page, err := p.newWherePage(ctx, tag)
	if err != nil {
		return nil, err
	}
	p.agePlaces()
	return page, nil
}

func (p *Pages) newWherePage(ctx context.Context, tag lang.Tag) (*wherePage, error) {
	all, err := p.Planner.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	page := &wherePage{Page: web.Page{Title: "public.place.where-all.title", Back: "/place"}, Postcode: postcodeField(), As: p.instant(p.Planner.Now())}
	for i, l := range all {
		page.Spots = append(page.Spots, spotLine{p.placeOn(tag, l, p.Planner.Today()), l.ID, i + 1})
	}
	outline, err := p.Planner.Outline()
	if err == nil && len(outline) > 0 {
		page.Map = &newMap(outline).mapSize
	}
	return page, err
}

// nearPage answers a postcode. What was typed is not on it, nor in its address.
type nearPage struct {
	web.Page
	Region, Where lang.Text
	Own, Others   []nearLine
}

// nearLine is a location and how far it is.
type nearLine struct {
	spotLine
	Kilometres int // -1: nobody can say
}

// othersShown is how many locations of other regions are named.
const othersShown = 2

// takePostcode shows where somebody can go from where they stay. The postcode is read
// from the body, and is gone with this call.
func (p *Pages) takePostcode(w http.ResponseWriter, r *http.Request) error {
	tag := p.site.Language(r)
	field := postcodeField()
	if err := form.Read(r, &field); err != nil {
		return err
	}
	page := &nearPage{Page: web.Page{Title: "public.place.near.title", Back: "/place/where"}}
	if field.Require("public.place.near.missing") && field.Error == "" {
		region, near, err := p.Planner.Nearest(r.Context(), field.Value)
		if err != nil && !fault.Is(err, fault.Invalid) {
			return err
		}
		if err != nil {
			field.Error = fault.Key(err)
		}
		page.Region, page.Where = p.placeWords(tag, region.Name), p.placeWords(tag, region.Words["where"])
		for _, n := range near {
			line := nearLine{spotLine{placeView: p.placeOn(tag, n.Location, p.Planner.Today()), ID: n.Location.ID}, n.Kilometres}
			if n.Serves {
				page.Own = append(page.Own, line)
			} else if len(page.Others) < othersShown {
				page.Others = append(page.Others, line)
			}
		}
	}
	if problems := form.Problems(&field); problems != nil {
		again, err := p.newWherePage(r.Context(), tag)
		if err != nil {
			return err
		}
		again.Postcode, again.Problems = field, problems
		return p.site.Render(w, r, "place-where", again)
	}
	return p.site.Render(w, r, "place-near", page)
}
