package staff

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/stock"
	"loket/internal/web"
)

// Stock: what there is of each product, what is expected, and what is paused. Whoever may
// change a location may change it, after seeing whom the change touches. The pages say
// nothing of people but how many they are.

const (
	pathStock  = pathPlace + "/stock"
	listCauses = "pause_causes" // of the pack of places
	listSpared = "spared"
)

func (p *Pages) stockRoutes() []route {
	return []route{
		{pattern: "GET /place/stock", roles: editors, handle: p.stocks},
		{pattern: "GET /place/stock/{product}", roles: editors, handle: p.stock},
		{pattern: "GET /place/stock/{product}/{act}", roles: editors, handle: p.stockChange},
		{pattern: "POST /place/stock/{product}/{act}", roles: editors, handle: p.takeStock},
	}
}

func stockPath(product string) string { return pathStock + "/" + url.PathEscape(product) }

// stocksPage lists the products.
type stocksPage struct {
	web.Page
	Shelves []*shelfView
}

// shelfView is a product with what is known of it.
type shelfView struct {
	Path       string
	Name       lang.Text
	Counted    bool
	Total      int64
	Kept       int64
	Issued     int64
	Ahead      []planner.Ahead
	Deliveries []deliveryView
	Pauses     []haltView
	Enough     bool
	Owner, On  string // of Enough
}

// deliveryView is a delivery that is expected.
type deliveryView struct {
	Day, From  string // YYYY-MM-DD: expected, and handed out from
	N          int64
	Where      lang.Text
	Confidence string // the end of a message key
	Owner      string
	Stated     string // YYYY-MM-DD
	Counts     bool   // it is in the forecast
}

// haltView is a pause, for the template "place-pause".
type haltView struct {
	Product, Where, Cause lang.Text
	Since, Expected       string // YYYY-MM-DD
	Confidence, Owner     string
	Changed               struct{ Day string }
	Spares                []lang.Text
	Back                  []restartView
	Over                  bool
}

// restartView is where and when a product is handed out again.
type restartView struct {
	Where       lang.Text
	First, Last string
}

func (p *Pages) stocks(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	list, err := p.Planner.Shelves(r.Context())
	if err != nil {
		return err
	}
	places, err := p.Planner.Locations.Of(r.Context())
	if err != nil {
		return err
	}
	page := &stocksPage{Page: web.Page{Title: "staff.stock.title", Back: pathHome}}
	for _, shelf := range list {
		page.Shelves = append(page.Shelves, p.shelfView(p.placeScreen(r), shelf, places))
	}
	return p.render(w, r, "place-stocks", page)
}

func (p *Pages) shelfView(s screen, shelf planner.Shelf, places []location.Location) *shelfView {
	v := &shelfView{Path: stockPath(shelf.Product), Name: s.product(shelf.Product), Counted: shelf.Counted, Total: shelf.Total(), Kept: shelf.Kept(),
		Issued: shelf.Issued, Ahead: shelf.Ahead, Enough: shelf.Said.Enough, Owner: shelf.Said.Owner, On: shelf.Said.On.String()}
	for _, d := range shelf.Deliveries {
		from, counts := shelf.Comes(d)
		v.Deliveries = append(v.Deliveries, deliveryView{d.Day.String(), from.String(), d.N, s.place(places, d.Location, "staff.stock.central"),
			string(d.Confidence), d.Owner, d.StatedOn.String(), counts})
	}
	for _, pause := range shelf.Pauses {
		v.Pauses = append(v.Pauses, p.haltView(s, pause, places))
	}
	return v
}

func (p *Pages) haltView(s screen, pause stock.Pause, places []location.Location) haltView {
	item := func(list, id string) lang.Text {
		found, _ := s.pack.Item(list, id)
		return s.words(found.Name)
	}
	e := pause.Estimate()
	v := haltView{Product: s.product(pause.Product), Where: s.place(places, pause.Location, "staff.stock.everywhere"), Cause: item(listCauses, pause.Cause),
		Since: pause.StartsOn.String(), Expected: e.Expected.String(), Confidence: string(e.Confidence), Owner: pause.Owner, Over: pause.Over(p.Planner.Today())}
	v.Changed.Day = rules.DayOf(e.Stated.In(p.Planner.Zone)).String()
	for _, id := range pause.Spares {
		v.Spares = append(v.Spares, item(listSpared, id))
	}
	for _, back := range pause.Restarts {
		v.Back = append(v.Back, restartView{s.place(places, back.Location, "staff.stock.everywhere"), back.First.String(), back.Last.String()})
	}
	return v
}

// stockPage is one product: where it lies, the last movements, and what can be changed.
type stockPage struct {
	web.Page
	*shelfView
	Here  []hereLine
	Moves []moveLine
	Acts  []actLink
	Done  bool // something was changed, just now
}

// hereLine is how much lies somewhere.
type hereLine struct {
	Where lang.Text
	N     int64
}

// moveLine is a line in the book.
type moveLine struct {
	Day, Time, Kind string // the last is the end of a message key
	Where           lang.Text
	N               string // with its sign
	Ground          string
}

// actLink leads to the form of a change.
type actLink struct{ Path, Title string }

func (p *Pages) stock(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page, err := p.newStockPage(r)
	if err != nil {
		return err
	}
	return p.render(w, r, "place-stock", page)
}

func (p *Pages) newStockPage(r *http.Request) (*stockPage, error) {
	sheet, places, err := p.sheetOf(r)
	if err != nil {
		return nil, err
	}
	shelf, err := p.Planner.Shelf(r.Context(), sheet)
	if err != nil {
		return nil, err
	}
	moves, err := p.Planner.Stock.Moves(r.Context(), sheet.Product)
	if err != nil {
		return nil, err
	}
	s := p.placeScreen(r)
	page := &stockPage{Page: web.Page{Title: "staff.stock.one", Back: pathStock}, shelfView: p.shelfView(s, shelf, places), Done: r.URL.Query().Has("done")}
	page.Here = hereLines(s, sheet, places)
	for _, m := range moves {
		n := strconv.FormatInt(m.N, 10)
		if m.N > 0 {
			n = "+" + n
		}
		page.Moves = append(page.Moves, moveLine{m.At.Format("2006-01-02"), m.At.Format(wallClock), string(m.Kind), s.place(places, m.Location, "staff.stock.central"), n, m.Ground})
	}
	fields := newStockForm(s, sheet, places, p.Planner.Stock, "staff.stock.central")
	for _, act := range stockActs() {
		if act.open(sheet, fields) {
			page.Acts = append(page.Acts, actLink{page.Path + "/" + act.name, "staff.stock.act-" + act.name})
		}
	}
	return page, nil
}

// sheetOf returns the sheet of the product of the path, and the locations.
func (p *Pages) sheetOf(r *http.Request) (sheet stock.Sheet, places []location.Location, err error) {
	if sheet, err = p.Planner.Stock.Sheet(r.Context(), p.Planner.DB, r.PathValue("product")); err != nil {
		return sheet, nil, err
	}
	places, err = p.Planner.Locations.Of(r.Context())
	return sheet, places, err
}

// hereLines are where some lies, in the order of the locations; what lies centrally first.
func hereLines(s screen, sheet stock.Sheet, places []location.Location) (list []hereLine) {
	ids := []string{stock.Central}
	for _, l := range places {
		ids = append(ids, l.ID)
	}
	for id := range sheet.OnHand { // of a location that the pack does not have any more
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids[1+len(places):])
	for _, id := range ids {
		if n, known := sheet.OnHand[id]; known {
			list = append(list, hereLine{s.place(places, id, "staff.stock.central"), n})
		}
	}
	return list
}

// stockTask leads those who may change stock to it.
func stockTask() task {
	return task{Title: "staff.stock.title", Text: "staff.stock.task", Action: pathStock, Button: "staff.stock.begin"}
}

func noAct(name string) error { return fault.New(fault.NotFound, "", "stock has no change %s", name) }
