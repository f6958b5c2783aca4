package public

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/rules"
	"loket/internal/web"
)

// spotPage is one location: all that is known of it.
type spotPage struct {
	web.Page
	placeView
	Next     *movesTo // where it moves, or nil
	Hours    []hoursLine
	Closed   []closedLine
	Products []productLine
	Langs    []string // message keys
	Regions  []lang.Text
	Inferred lang.Text // what no source says, and how it was chosen; may be empty
	As       instant
}

// movesTo is a later address.
type movesTo struct{ Day, Address string }

// hoursLine is the hours of days that follow each other and are alike. To is empty for
// one day.
type hoursLine struct{ From, To, Hours string } // From and To are message keys

// closedLine is days without service.
type closedLine struct {
	First, Last string // Last is empty for one day
	Why         lang.Text
}

// productLine is what is handed out.
type productLine struct {
	Name   lang.Text
	WalkIn bool
	From   string // the day, where that is later
}

func (p *Pages) showSpot(w http.ResponseWriter, r *http.Request) error {
	l, err := p.Planner.Locations.One(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	tag, today := p.site.Language(r), p.Planner.Today()
	page := &spotPage{Page: web.Page{Title: "public.place.spot.title", Back: "/place/where"}, placeView: p.placeOn(tag, l, today), As: p.instant(p.Planner.Now())}
	page.TitleArgs = map[string]any{"Name": page.Name.Text}
	if l.On(today) == location.Announced {
		return p.site.Render(w, r, "place-spot", page) // nobody knows more yet
	}
	if next, moves := l.NextAddress(today); moves && l.State == location.Moving {
		page.Next = &movesTo{next.First.String(), next.Text}
	}
	if l.On(today) != location.Closed {
		page.Hours = weekOf(l.Week)
		page.Langs, page.Products = p.deskTongues(l, today), p.handedOut(tag, l, today)
		for _, id := range regionsOf(l, today) {
			if region, ok := p.Planner.Pack.Item(listRegions, id); ok {
				page.Regions = append(page.Regions, p.placeWords(tag, region.Name))
			}
		}
	}
	for _, c := range l.Plan.Closed {
		if c.Last.Before(today) || c.First.After(today.Add(soonDays)) {
			continue
		}
		line := closedLine{First: c.First.String(), Why: p.placeWords(tag, c.Why)}
		if c.Last != c.First {
			line.Last = c.Last.String()
		}
		page.Closed = append(page.Closed, line)
	}
	if item, ok := p.Planner.Pack.Item(listPlaces, l.ID); ok {
		page.Inferred = p.placeWords(tag, item.Words["why"])
	}
	return p.site.Render(w, r, "place-spot", page)
}

// soonDays is how many days ahead the page of a location looks: what comes later may
// still change.
const soonDays = 30

// regionsOf are those whose people can go there, on a day or soon after.
func regionsOf(l location.Location, day rules.Day) (list []string) {
	for n := range soonDays {
		for _, region := range l.Regions(day.Add(n)) {
			if !slices.Contains(list, region) {
				list = append(list, region)
			}
		}
	}
	return list
}

// weekOf puts days that follow each other and have the same hours together, from Monday.
func weekOf(week location.Week) (lines []hoursLine) {
	last, lastDay := "", -1
	for n := range 7 {
		weekday := time.Weekday((n + 1) % 7)
		key := "public.place.weekday." + strings.ToLower(weekday.String())
		hours := location.FormatSpans(week[weekday])
		switch {
		case hours == "":
		case hours == last && lastDay == n-1:
			lines[len(lines)-1].To, lastDay = key, n
		default:
			lines, last, lastDay = append(lines, hoursLine{From: key, Hours: hours}), hours, n
		}
	}
	return lines
}

// deskTongues are the message keys of the languages that are spoken there, on a day or later.
func (p *Pages) deskTongues(l location.Location, day rules.Day) (keys []string) {
	for _, d := range l.Plan.Desks {
		if !d.Last.IsZero() && d.Last.Before(day) {
			continue
		}
		for _, tag := range d.Langs {
			if key := "common.language." + tag; p.Catalogue.In(lang.Dutch).Has(key) && !slices.Contains(keys, key) {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// handedOut is what is handed out there, on a day or later, each once.
func (p *Pages) handedOut(tag lang.Tag, l location.Location, day rules.Day) (lines []productLine) {
	var told []string
	for _, o := range l.Plan.Products {
		item, ok := p.Planner.Pack.Item(listProducts, o.Product)
		if !ok || !o.Last.IsZero() && o.Last.Before(day) || slices.Contains(told, o.Product) {
			continue
		}
		line := productLine{Name: p.placeWords(tag, item.Name), WalkIn: o.WalkIn}
		if day.Before(o.First) {
			line.From = o.First.String()
		}
		lines, told = append(lines, line), append(told, o.Product)
	}
	return lines
}
