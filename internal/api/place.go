package api

import (
	"context"
	"net/http"
	"sync"
	"time"

	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
)

// Places: who waits where, how lists are drawn, and the asks of people. A number and its
// code are in bodies, as with requests; a ticket is in an address, for it is published
// with its list and says nothing of anybody.

// placesPath begins the path of all calls of places.
const placesPath = "/places"

// The lists of a pack of places that the API shows, and fields of their items.
const (
	listRegions  = "regions"
	listPapers   = "papers"
	listProducts = "products"

	noProduct = "none" // of somebody who gets nothing of their own
)

// placeRoutes are the calls of an installation that offers places.
func (a *api) placeRoutes() []route {
	return []route{
		{"GET", placesPath, a.showPlaces, kindJSON},
		{"GET", placesPath + "/figures", a.showProgress, kindJSON},
		{"GET", placesPath + "/news", a.showNews, kindJSON},
		{"GET", placesPath + "/draws", a.showDraws, kindJSON},
		{"GET", placesPath + "/draws/{n}", a.showDraw, kindJSON},
		{"GET", placesPath + "/draws/{n}/tickets/{ticket}", a.showRank, kindJSON},
		{"POST", placesPath + "/reports", a.report, kindJSON},
		{"POST", placesPath + "/eligibility", a.decidePlace, kindJSON},
		{"POST", placesPath + "/asks", a.ask, kindJSON},
		{"POST", placesPath + "/ask-status", a.showAsk, kindJSON},
		{"POST", placesPath + "/ask-calendars", a.askCalendar, kindICS},
		{"POST", placesPath + "/ask-answers", a.answerOffer, kindJSON},
		{"POST", placesPath + "/ask-cancellations", a.cancelAsk, kindJSON},
		{"POST", placesPath + "/ask-times", a.askTimes, kindJSON},
		{"POST", placesPath + "/ask-takings", a.takeTime, kindJSON},
		{"POST", placesPath + "/ask-moves", a.moveAsk, kindJSON},
		{"POST", placesPath + "/ask-keepings", a.keepAsk, kindJSON},
		{"POST", placesPath + "/ask-withdrawals", a.withdrawAsk, kindJSON},
		{"POST", placesPath + "/ask-wakings", a.wakeAsk, kindJSON},
		{"GET", placesPath + "/code-keys", a.showCodeKeys, kindJSON},
		{"GET", placesPath + "/revoked-codes", a.showRevoked, kindJSON},
		{"POST", placesPath + "/code-checks", a.checkCode, kindJSON},
	}
}

// seenFor is how long everybody sees places as they stood: to count who waits costs more
// than to tell it.
const seenFor = 10 * time.Second

// seen is what everybody may see of places.
type seen struct {
	mu        sync.Mutex
	until     time.Time
	outlook   []planner.Outlook
	locations []location.Location
	releases  []planner.Release
	supplies  []planner.Supply
	open      planner.Drawing // zero while none is
	progress  planner.Progress
	news      []planner.News
	coming    []planner.News
}

// look returns what everybody may see, read anew if it is old.
func (a *api) look(ctx context.Context) (*seen, error) {
	s := &a.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	now := a.Planner.Now()
	if now.Before(s.until) {
		return s.copy(), nil
	}
	var err error
	if s.outlook, err = a.Planner.Outlook(ctx); err != nil {
		return nil, err
	}
	if s.locations, err = a.Planner.Locations.Of(ctx); err != nil {
		return nil, err
	}
	if s.releases, err = a.Planner.Releases(ctx); err != nil {
		return nil, err
	}
	if s.supplies, err = a.Planner.Supplies(ctx); err != nil {
		return nil, err
	}
	if err = s.lookOn(ctx, a.Planner); err != nil {
		return nil, err
	}
	draws, err := a.Planner.Draws(ctx, 1)
	if err != nil {
		return nil, err
	}
	if s.open = (planner.Drawing{}); len(draws) > 0 && draws[0].State == drawOpen {
		s.open = draws[0]
	}
	s.until = now.Add(seenFor)
	return s.copy(), nil
}

// copy returns the same for whoever does not hold the lock.
func (s *seen) copy() *seen {
	return &seen{outlook: s.outlook, locations: s.locations, releases: s.releases, supplies: s.supplies, open: s.open,
		progress: s.progress, news: s.news, coming: s.coming}
}

// outlook is how it stands with places.
type outlook struct {
	ID        string    `json:"id"`
	Hash      string    `json:"hash"`
	Name      words     `json:"name"`
	Owner     string    `json:"owner"`
	Authority []string  `json:"authority"`
	Draw      int64     `json:"draw,omitempty"`   // whose list is open
	Closes    string    `json:"closes,omitempty"` // that list
	Regions   []region  `json:"regions"`
	Locations []spot    `json:"locations"`
	Releases  []release `json:"releases"`
	Papers    []item    `json:"papers"`
	Products  []item    `json:"products"`
	Stock     []supply  `json:"stock"`
}

// region is a part of the country. Waiting and Days are left out where they are not told
// or nobody knows.
type region struct {
	ID        string           `json:"id"`
	Name      words            `json:"name"`
	Words     map[string]words `json:"words,omitempty"`
	Waiting   *int64           `json:"waiting,omitempty"`
	Week      int64            `json:"week"`
	Days      *int             `json:"days,omitempty"`
	Next      string           `json:"nextRelease,omitempty"`
	News      string           `json:"news,omitempty"`
	Locations []string         `json:"locations"`
}

// release is places that come.
type release struct {
	Location string `json:"location"`
	At       string `json:"at"`
	First    string `json:"firstDay"`
	Last     string `json:"lastDay"`
	Slots    int64  `json:"slots"`
}

// spot is a location as it stands on a day.
type spot struct {
	ID      string  `json:"id"`
	Name    words   `json:"name"`
	State   string  `json:"state"`
	When    *words  `json:"when,omitempty"` // where it is only announced
	Region  string  `json:"region,omitempty"`
	Address string  `json:"address,omitempty"`
	OpensOn string  `json:"opensOn,omitempty"`
	Last    string  `json:"last,omitempty"`    // day of service
	Horizon string  `json:"horizon,omitempty"` // up to which day appointments are given
	Hours   string  `json:"hours,omitempty"`
	Travel  []words `json:"travel,omitempty"`
}

func (a *api) showPlaces(c *call) (answer, error) {
	now, err := a.look(c.Context())
	if err != nil {
		return answer{}, err
	}
	p := a.Planner.Pack
	out := outlook{ID: p.ID, Hash: p.Hash, Name: c.words(p, p.Name), Owner: p.Owner, Authority: p.Authority,
		Draw: now.open.N, Closes: instant(now.open.Closes), Regions: []region{}, Locations: []spot{}, Releases: []release{},
		Papers: c.items(p, listPapers), Products: c.items(p, listProducts), Stock: a.supplies(c, now.supplies)}
	for _, o := range now.outlook {
		out.Regions = append(out.Regions, c.region(p, o))
	}
	for _, l := range now.locations {
		out.Locations = append(out.Locations, a.spot(c, l, a.Planner.Today()))
	}
	for _, r := range now.releases {
		out.Releases = append(out.Releases, release{r.LocationID, instant(r.At), r.FirstDay, r.LastDay, r.Slots})
	}
	return answer{status: http.StatusOK, body: out}, nil
}

// items returns a list of a pack.
func (c *call) items(pack *rules.Pack, list string) []item {
	items := []item{}
	for _, i := range pack.List(list) {
		items = append(items, c.item(pack, i))
	}
	return items
}

func (c *call) region(pack *rules.Pack, o planner.Outlook) region {
	i := c.item(pack, o.Region)
	out := region{ID: i.ID, Name: i.Name, Words: i.Words, Week: o.Week, Next: instant(o.Next), News: o.News.String(), Locations: []string{}}
	if o.Waiting >= 0 {
		out.Waiting = &o.Waiting
	}
	if o.Days >= 0 {
		out.Days = &o.Days
	}
	for _, l := range o.Places {
		out.Locations = append(out.Locations, l.ID)
	}
	return out
}

// spot tells of a location on a day: one that moves has another address then. Of one that
// is only announced nobody knows more yet, and nothing is made up.
func (a *api) spot(c *call, l location.Location, day rules.Day) spot {
	p := a.Planner.Pack
	out := spot{ID: l.ID, Name: c.words(p, l.Name), State: string(l.On(day)), Region: l.Plan.Region}
	if when := c.words(p, l.When); when.Text != "" {
		out.When = &when
	}
	if l.On(day) == location.Announced {
		return out
	}
	out.Address, out.OpensOn, out.Hours = l.AddressOn(day), l.OpensOn.String(), l.Week.String()
	out.Last, out.Horizon = l.Plan.Last.String(), l.Plan.Horizon.String()
	for _, note := range l.Plan.Travel {
		out.Travel = append(out.Travel, c.words(p, note.Note))
	}
	return out
}
