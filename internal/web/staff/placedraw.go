package staff

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"loket/internal/fault"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// Draws whose value is no beacon's wait here for what officials type in: dice, which two of
// them must have typed in alike, and hashes and values of parties.

const pathDraws = pathPlace + "/draws"

// Who types in what a draw waits for.
var drawers = []people.Role{people.Lead}

func (p *Pages) drawRoutes() []route {
	scripts := []string{passkeyScript}
	return []route{
		{pattern: "GET /place/draws", roles: drawers, handle: p.draws},
		{pattern: "GET /place/draws/{n}", roles: drawers, handle: p.draw},
		{pattern: "POST /place/draws/{n}/throw", roles: drawers, scripts: scripts, handle: p.takeThrow},
		{pattern: "POST /place/draws/{n}/throw/sign", roles: drawers, handle: p.signThrow},
		{pattern: "POST /place/draws/{n}/commit/{party}", roles: drawers, handle: p.takeHash},
		{pattern: "POST /place/draws/{n}/reveal/{party}", roles: drawers, handle: p.takeValue},
	}
}

// drawTasks are the draws that wait for m.
func (p *Pages) drawTasks(r *http.Request, m people.Member) ([]task, error) {
	if p.Planner == nil || !m.Has(drawers...) {
		return nil, nil
	}
	waiting, err := p.Planner.Awaiting(r.Context())
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	return []task{{Title: "staff.draw.title", Text: "staff.draw.task", Count: len(waiting), Action: pathDraws, Button: "staff.draw.open"}}, nil
}

// drawsPage lists the draws that wait for something.
type drawsPage struct {
	web.Page
	Draws []drawLine
}

type drawLine struct{ Path, N, Waits string }

func drawPath(n int64) string { return pathDraws + "/" + strconv.FormatInt(n, 10) }

func (p *Pages) draws(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	waiting, err := p.Planner.Awaiting(r.Context())
	if err != nil {
		return err
	}
	page := &drawsPage{Page: web.Page{Title: "staff.draw.title", Back: pathHome}}
	for _, a := range waiting {
		page.Draws = append(page.Draws, drawLine{drawPath(a.N), strconv.FormatInt(a.N, 10), waitsFor(a)})
	}
	return p.render(w, r, "place-draws", page)
}

// waitsFor is the message key of what a draw waits for.
func waitsFor(a planner.Awaiting) string {
	switch {
	case a.Dice:
		return "staff.draw.waits-dice"
	case a.State == "open":
		return "staff.draw.waits-hashes"
	}
	return "staff.draw.waits-values"
}

// drawPage is a draw that waits.
type drawPage struct {
	web.Page
	Path, N    string
	Waits      string // message key
	Day, Time  string // when its list closes or was closed
	Tickets    int
	Dice       bool
	Typed, Own bool // an official has typed the dice in; it was the member
	Differ     []planner.Pair
	Hours      int
	Digits     form.Text
	Parties    []partyLine
}

// partyLine is a party with a form for its hash, or for its value.
type partyLine struct {
	Name, Hash string
	Revealed   bool
	Action     string // empty where there is nothing to type in
	Field      form.Text
	Button     string // message key
}

func (p *Pages) newDrawPage(r *http.Request, m people.Member) (*drawPage, planner.Awaiting, error) {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil {
		return nil, planner.Awaiting{}, fault.New(fault.NotFound, "", "a draw that is no number")
	}
	waiting, err := p.Planner.Awaiting(r.Context())
	if err != nil {
		return nil, planner.Awaiting{}, err
	}
	for _, a := range waiting {
		if a.N == n {
			return drawPageOf(a, m), a, nil
		}
	}
	return nil, planner.Awaiting{}, fault.New(fault.TooLate, "planner.draw.no-dice", "draw %d waits for nothing", n)
}

func drawPageOf(a planner.Awaiting, m people.Member) *drawPage {
	page := &drawPage{Page: web.Page{Title: "staff.draw.one", TitleArgs: map[string]any{"N": strconv.FormatInt(a.N, 10)}, Back: pathDraws},
		Path: drawPath(a.N), N: strconv.FormatInt(a.N, 10), Waits: waitsFor(a), Day: a.Closes.Format("2006-01-02"), Time: a.Closes.Format(wallClock),
		Tickets: int(a.Tickets), Dice: a.Dice, Typed: a.Typed, Own: a.ByID == m.ID, Differ: a.Differ, Hours: a.Hours,
		Digits: form.Text{Name: "digits", Label: "staff.draw.digits", Hint: "staff.draw.digits-hint", Latin: true, Autocomplete: "off", InputMode: "numeric"}}
	for _, party := range a.Parties {
		line := partyLine{Name: party.Name, Hash: party.Hash, Revealed: party.Revealed}
		switch {
		case a.State == "open":
			line.Action, line.Button = page.Path+"/commit/"+party.Name, "staff.draw.keep-hash"
			line.Field = form.Text{Name: "hash-" + party.Name, Label: "staff.draw.hash", Hint: "staff.draw.hash-hint", Latin: true, Autocomplete: "off"}
		case !party.Revealed:
			line.Action, line.Button = page.Path+"/reveal/"+party.Name, "staff.draw.keep-value"
			line.Field = form.Text{Name: "value-" + party.Name, Label: "staff.draw.value", Hint: "staff.draw.value-hint", Latin: true, Autocomplete: "off"}
		}
		page.Parties = append(page.Parties, line)
	}
	return page
}

func (p *Pages) draw(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, _, err := p.newDrawPage(r, m)
	if err != nil {
		return err
	}
	return p.render(w, r, "place-draw", page)
}

// joined returns digits or letters as they are kept: without what makes them readable.
func joined(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), "")) }

// takeThrow takes how dice fell, and asks the passkey of the official over exactly that.
func (p *Pages) takeThrow(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, a, err := p.newDrawPage(r, m)
	if err != nil {
		return err
	}
	if err := form.Read(r, &page.Digits); err != nil {
		return err
	}
	throw, err := p.Planner.NewThrow(r.Context(), a.N, joined(page.Digits.Value))
	if fault.Is(err, fault.Invalid) {
		page.Digits.Error = fault.Key(err)
		page.Problems = form.Problems(&page.Digits)
		return p.render(w, r, "place-draw", page)
	}
	if err != nil {
		return err
	}
	kept, err := json.Marshal(throw)
	if err != nil {
		return err
	}
	p.Sessions.Keep(r.Context(), "throw "+page.N, kept)
	sign := &signPage{Page: page.Page, Text: "staff.draw.sign", Value: throw.Digits}
	if sign.Confirm, err = p.ask(r, m, throw.ID, throw.Content(), page.Path+"/throw/sign", "staff.draw.confirm"); err != nil {
		return err
	}
	return p.render(w, r, "sign", sign)
}

// signThrow keeps a throw that its official confirmed with a passkey.
func (p *Pages) signThrow(w http.ResponseWriter, r *http.Request, m people.Member) error {
	var throw planner.Throw
	if err := json.Unmarshal(p.Sessions.Spend(r.Context(), "throw "+r.PathValue("n")), &throw); err != nil {
		return fault.New(fault.TooLate, "staff.passkey.again", "no throw is typed in: %w", err)
	}
	c, response, err := p.answered(r, throw.ID)
	if err != nil {
		return err
	}
	sign := p.Staff.Signing(r.Context(), m, people.Lead, throw.ID, throw.Content(), c, response)
	if _, err := p.Planner.Throw(r.Context(), m, throw, sign); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathDraws)
}

func (p *Pages) takeHash(w http.ResponseWriter, r *http.Request, m people.Member) error {
	return p.takeOfParty(w, r, m, func(n int64, party, text string) error { return p.Planner.Commit(r.Context(), m, n, party, text) })
}

func (p *Pages) takeValue(w http.ResponseWriter, r *http.Request, m people.Member) error {
	return p.takeOfParty(w, r, m, func(n int64, party, text string) error { return p.Planner.Disclose(r.Context(), m, n, party, text) })
}

// takeOfParty takes what a party said.
func (p *Pages) takeOfParty(w http.ResponseWriter, r *http.Request, m people.Member, keep func(n int64, party, text string) error) error {
	page, a, err := p.newDrawPage(r, m)
	if err != nil {
		return err
	}
	for i := range page.Parties {
		line := &page.Parties[i]
		if line.Name != r.PathValue("party") || line.Action == "" {
			continue
		}
		if err := form.Read(r, &line.Field); err != nil {
			return err
		}
		err := keep(a.N, line.Name, joined(line.Field.Value))
		if fault.Is(err, fault.Invalid) {
			line.Field.Error = fault.Key(err)
			page.Problems = form.Problems(&line.Field)
			return p.render(w, r, "place-draw", page)
		}
		if err != nil {
			return err
		}
		return p.site.Redirect(w, r, page.Path)
	}
	return fault.New(fault.NotFound, "", "no such party")
}
