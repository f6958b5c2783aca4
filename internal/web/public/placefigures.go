package public

import (
	"context"
	"time"

	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/web"
)

// figuresPage says in numbers how it goes, each beside what it counts. None of one to four
// people is told.
type figuresPage struct {
	web.Page
	planner.Progress
	Told     []toldLine
	Entitled bool // the owner said how many people the offer is for
	Months   []monthLine
	Places   []paceLine
	Regions  []regionLine
	Reports  []reportedLine
	Grounds  []groundLine
	Weeks    []laneLine
	As       instant
}

// toldLine is a figure of the owner's.
type toldLine struct {
	Name lang.Text
	N    int
	On   string
}

// monthLine is a month; Month is written YYYY-MM-00.
type monthLine struct {
	planner.MonthPace
	Month string
}

type paceLine struct {
	Name lang.Text
	planner.PlacePace
}

type regionLine struct {
	planner.RegionPace
	Name     lang.Text
	Waiting  planner.Count
	Forecast string
}

// reportedLine is how many reports of fraud came in a month, written YYYY-MM-00.
type reportedLine struct {
	Month string
	planner.Count
}

// groundLine is a ground of the urgent lane.
type groundLine struct {
	planner.LaneGround
	Name lang.Text
}

// laneLine is a week of the urgent lane at a location.
type laneLine struct {
	planner.LaneUse
	Name lang.Text
}

// addLane tells how the urgent lane was used.
func (p *Pages) addLane(tag lang.Tag, page *figuresPage, names map[string]lang.Text) {
	for _, g := range page.Lane.Grounds {
		page.Grounds = append(page.Grounds, groundLine{g, p.placeWords(tag, g.Ground.Name)})
	}
	for _, w := range page.Lane.Weeks {
		page.Weeks = append(page.Weeks, laneLine{w, names[w.LocationID]})
	}
}

// reportedMonths is how many months of reports are told.
const reportedMonths = 6

// reported counts the reports of the last months, of all kinds together.
func (p *Pages) reported(ctx context.Context) (lines []reportedLine, err error) {
	months, err := p.Reports.Months(ctx)
	for _, m := range months {
		if last := len(lines) - 1; last < 0 || lines[last].Month != m.Month+"-00" {
			lines = append(lines, reportedLine{Month: m.Month + "-00"})
		}
		lines[len(lines)-1].N += m.Came
	}
	for i, line := range lines {
		lines[i].Count = planner.Shown(line.N)
	}
	return lines[:min(len(lines), reportedMonths)], err
}

func (p *Pages) figures(tag lang.Tag) (web.Document, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	progress, err := p.Planner.Progress(ctx)
	if err != nil {
		return nil, err
	}
	reports, err := p.reported(ctx)
	if err != nil {
		return nil, err
	}
	p.agePlaces()
	page := &figuresPage{Reports: reports, Page: web.Page{Title: "public.place.figures.title", Back: "/place"}, Progress: progress, As: p.instant(p.Planner.Now())}
	for _, t := range progress.Told {
		page.Told = append(page.Told, toldLine{p.placeWords(tag, t.Item.Name), int(t.N), t.On.String()})
		page.Entitled = page.Entitled || t.Entitled
	}
	for _, m := range progress.Months {
		page.Months = append(page.Months, monthLine{m, m.Month + "-00"})
	}
	names := map[string]lang.Text{}
	for _, item := range p.Planner.Pack.List(listPlaces) {
		names[item.ID] = p.placeWords(tag, item.Name)
	}
	p.addLane(tag, page, names)
	for _, pace := range progress.Places {
		page.Places = append(page.Places, paceLine{names[pace.LocationID], pace})
	}
	for _, r := range progress.Regions {
		line := regionLine{RegionPace: r, Name: p.placeWords(tag, r.Region.Name), Waiting: planner.Count{N: max(0, r.Outlook.Waiting), Few: r.Outlook.Waiting == few}}
		if !r.Forecast.IsZero() {
			line.Forecast = r.Forecast.String()
		}
		page.Regions = append(page.Regions, line)
	}
	return page, nil
}
