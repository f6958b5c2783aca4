package staff

import (
	"net/http"
	"strings"

	"loket/internal/planner"
	"loket/internal/report"
	people "loket/internal/staff"
	"loket/internal/web"
)

// Route is a route as tests see it.
type Route struct {
	Method, Path    string // the path with a word in place of each wildcard
	Pattern         string
	Roles           []people.Role
	Fields, Scripts []string
}

// What stands in place of a role.
const (
	Anyone  = anyone
	Members = members
)

// Routes returns all routes.
func Routes() []Route {
	var list []Route
	for _, rt := range New(Parts{Planner: &planner.Store{}, Reports: &report.Store{}}).routes() {
		method, path, _ := strings.Cut(rt.pattern, " ")
		list = append(list, Route{method, fill(path), rt.pattern, rt.roles, rt.fields, rt.scripts})
	}
	return list
}

// fill puts a word in place of each wildcard.
func fill(path string) string {
	parts := strings.Split(strings.TrimSuffix(path, "{$}"), "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "nothing"
		}
	}
	return strings.Join(parts, "/")
}

// RegisterProbes adds all routes with a handler that answers 204 to whoever gets
// through to it, and one that declares no roles.
func (p *Pages) RegisterProbes(site *web.Site) {
	p.site = site
	site.Dress = p.dress
	for _, rt := range append(p.routes(), route{pattern: "GET /forgotten"}) {
		rt.scripts = nil
		rt.handle = func(w http.ResponseWriter, _ *http.Request, _ people.Member) error {
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
		site.Page(rt.pattern, p.serve(rt))
	}
}

// PageData returns the data of each page by the name of its template.
func PageData() map[string]web.Document {
	return map[string]web.Document{
		"home": &homePage{}, "sign-in": &signInPage{}, "signed-out": &signInPage{}, "enrol": &enrolPage{}, "keys": &keysPage{},
		"accounts": &accountsPage{}, "account": &accountPage{}, "invite": &invitePage{}, "account-change": &accountChangePage{}, "sign": &signPage{}, "counter-wait": &waitPage{},
		"report": &reportPage{}, "log": &logPage{},
		"check": &casePage{}, "check-queue": &queuePage{}, "check-over": &overPage{},
		"counter": &counterStart{}, "counter-case": &seatPage{}, "counter-done": &donePage{}, "counter-proof": &proofsPage{}, "paper": &paperPage{},
		"sheet": &sheetPage{}, "location": &placePage{}, "locations": &placesPage{}, "helper": &helpedPage{}, "helper-mandate": &mandatePage{},
		"helper-person": &personPage{}, "ticket-choose": &deskChoice{}, "ticket-desk": &deskPage{}, "ticket-number": &numberPage{},
		"place-where": &wherePage{}, "place-turns": &turnsPage{}, "place-desk": &guestPage{}, "place-plan": &planPage{Open: &openPlan{}, After: &afterPlan{}}, "place-strike": &strikePage{},
		"place-urgent": &urgentPage{}, "place-urgent-sign": &urgentSignPage{}, "place-draws": &drawsPage{}, "place-draw": &drawPage{},
		"place-stocks": &stocksPage{}, "place-stock": &stockPage{shelfView: &shelfView{}}, "place-stock-change": &stockChangePage{},
		"fraud-queue": &fraudQueuePage{}, "fraud": &fraudPage{}, "place-cards": &cardsPage{},
		"place-help": &helpPage{placeAsk: &placeAsk{}}, "place-sheet": &wishPage{}, "place-form": &blankPage{}, "place-stand": &standPage{}, "place-voucher": &voucherPage{},
		"helper-place": &placeHelpedPage{}, "helper-place-person": &placePersonPage{}, "helper-place-mandate": &placeMandatePage{mandatePage: &mandatePage{}},
		"ticket-board": &boardPage{}, "ticket-kiosk": &kioskPage{},
		"editing": &editingPage{}, "editing-change": &changePage{}, "editing-setting": &settingPage{}, "editing-text": &textPage{},
	}
}
