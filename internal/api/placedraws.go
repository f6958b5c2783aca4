package api

import (
	"net/http"
	"strconv"
	"strings"

	"loket/internal/fault"
)

// drawOpen is the state of the draw in which whoever asks now is.
const drawOpen = "open"

// drawsShown is how many draws are listed. Each that was closed can be read by its number.
const drawsShown = 100

type draws struct {
	Draws []drawing `json:"draws"`
}

// drawing is a draw in the list of draws.
type drawing struct {
	N       int64  `json:"n"`
	State   string `json:"state"`
	Closes  string `json:"closes"`
	Round   int64  `json:"round"`
	Tickets *int64 `json:"tickets,omitempty"` // once its list is closed
	DrawnAt string `json:"drawnAt,omitempty"`
	Source  *named `json:"source,omitempty"` // while its list is open
	Short   *short `json:"short,omitempty"`  // of a list that is open and closes sooner than those of a day
}

// short is why a list closes sooner than those of a day.
type short struct {
	Hours    int         `json:"hours"`
	OpenedAt string      `json:"openedAt"`
	Supply   []freeLines `json:"supply"`
}

type freeLines struct {
	Regions []string `json:"regions"`
	Product string   `json:"product,omitempty"`
	Free    int      `json:"free"`
	People  int      `json:"people"`
}

// named is what an open list will be drawn by, as it is fixed before it closes.
type named struct {
	Kind          string  `json:"kind"`
	Chain         string  `json:"chain,omitempty"`
	PublicKey     string  `json:"publicKey,omitempty"`
	FallbackHours int     `json:"fallbackHours,omitempty"`
	Parties       []party `json:"parties,omitempty"`
}

// party is one of those who each said a hash, or will.
type party struct {
	Name string `json:"name"`
	Hash string `json:"sha256,omitempty"`
}

// addOpened adds what a draw, whose list is open, will be drawn by; nothing if it has closed
// meanwhile.
func (a *api) addOpened(c *call, shown *drawing) error {
	o, err := a.Planner.Opened(c.Context())
	if fault.Is(err, fault.NotFound) || err == nil && o.N != shown.N {
		return nil
	}
	if err != nil {
		return err
	}
	out := &named{Kind: o.Source.Kind, Chain: o.Source.Chain, PublicKey: o.Source.PublicKey, FallbackHours: o.Source.Fallback}
	for _, p := range o.Parties {
		out.Parties = append(out.Parties, party{p.Name, p.Hash})
	}
	shown.Source = out
	if o.Short == nil {
		return nil
	}
	shown.Short = &short{Hours: o.Short.Hours, OpenedAt: o.Short.Opened, Supply: []freeLines{}}
	for _, l := range o.Short.Supply {
		shown.Short.Supply = append(shown.Short.Supply, freeLines{strings.Split(l.Regions, "+"), l.Thing, l.Free, l.People})
	}
	return nil
}

// showDraws lists the last draws, newest first.
func (a *api) showDraws(c *call) (answer, error) {
	list, err := a.Planner.Draws(c.Context(), drawsShown)
	if err != nil {
		return answer{}, err
	}
	out := draws{[]drawing{}}
	for _, d := range list {
		shown := drawing{N: d.N, State: d.State, Closes: instant(d.Closes), Round: d.Round}
		if d.State != drawOpen {
			shown.Tickets = &d.Tickets
		} else if err := a.addOpened(c, &shown); err != nil {
			return answer{}, err
		}
		if d.DrawnAt != nil {
			shown.DrawnAt = instant(*d.DrawnAt)
		}
		out.Draws = append(out.Draws, shown)
	}
	return answer{status: http.StatusOK, body: out}, nil
}

// showDraw gives a draw exactly as it is published: whoever verifies it reads these bytes.
func (a *api) showDraw(c *call) (answer, error) {
	n, err := c.drawNumber()
	if err != nil {
		return answer{}, err
	}
	published, err := a.Planner.Published(c.Context(), n)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, raw: published}, nil
}

// rank is where a ticket came in a draw.
type rank struct {
	Draw   int64  `json:"draw"`
	Ticket string `json:"ticket"`
	Drawn  bool   `json:"drawn"`
	Rank   int    `json:"rank,omitempty"` // from one, once it is drawn
}

func (a *api) showRank(c *call) (answer, error) {
	n, err := c.drawNumber()
	if err != nil {
		return answer{}, err
	}
	ticket := c.PathValue("ticket")
	place, err := a.Planner.Rank(c.Context(), n, ticket)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: rank{n, ticket, place > 0, place}}, nil
}

// drawNumber returns the number of a draw in the address of a call.
func (c *call) drawNumber() (int64, error) {
	n, err := strconv.ParseInt(c.PathValue("n"), 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "api.not-found", "a draw that is no number")
	}
	return n, nil
}
