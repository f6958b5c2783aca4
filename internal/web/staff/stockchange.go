package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	people "loket/internal/staff"
	"loket/internal/stock"
	"loket/internal/web"
	"loket/internal/web/form"
)

// stockChangePage is the form of one change: first what it does, then the change.
type stockChangePage struct {
	web.Page
	Name    lang.Text // of the product
	Text    string    // message key
	Path    string
	Fields  []stockField
	Seen    string // the version that was previewed
	Shown   string // fingerprint of the change that was previewed
	Changed bool   // somebody else changed the product after the preview
	Preview *stockPreview

	act    stockAct
	form   *stockForm
	sheet  stock.Sheet
	places []location.Location
}

// stockPreview is what a change does.
type stockPreview struct {
	Lines    []beforeAfter
	Affected planner.Affected
	Waiting  int
	Begins   bool // nobody counted it before: from now on there is an end to what is promised
}

// beforeAfter is a number that a change makes another.
type beforeAfter struct {
	Label         string // message key
	About         lang.Text
	Before, After int64
}

func (p *Pages) newStockChange(r *http.Request) (*stockChangePage, error) {
	act, known := findAct(r.PathValue("act"))
	if !known {
		return nil, noAct(r.PathValue("act"))
	}
	sheet, places, err := p.sheetOf(r)
	if err != nil {
		return nil, err
	}
	s := p.placeScreen(r)
	page := &stockChangePage{Page: web.Page{Title: "staff.stock.act-" + act.name, Back: stockPath(sheet.Product)}, Name: s.product(sheet.Product),
		Text: "staff.stock.text-" + act.name, Path: stockPath(sheet.Product) + "/" + act.name, act: act, sheet: sheet, places: places,
		form: newStockForm(s, sheet, places, p.Planner.Stock, act.anywhere)}
	if act.name == "pause" || act.name == "estimate" {
		page.form.Confidence.Options = append(page.form.Confidence.Options, form.Option{Value: string(stock.Unknown), Label: "staff.stock.sure-unknown"})
	}
	page.Fields = act.fields(page.form)
	return page, nil
}

func (p *Pages) stockChange(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page, err := p.newStockChange(r)
	if err != nil {
		return err
	}
	return p.render(w, r, "place-stock-change", page)
}

// takeStock shows what a change would do, and makes it when its person has seen that, and
// nobody changed the product meanwhile: then it is shown again.
func (p *Pages) takeStock(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.newStockChange(r)
	if err != nil {
		return err
	}
	if err := form.Read(r, page.fields()...); err != nil {
		return err
	}
	change := page.act.change(page.sheet.Product, page.form, p.Planner.Zone)
	if page.Problems = form.Problems(page.fields()...); page.Problems != nil {
		return p.render(w, r, "place-stock-change", page)
	}
	shown := stockPrint(change)
	if r.PostForm.Get("sure") != "" && r.PostForm.Get("shown") == shown { // what was typed after the preview is previewed again
		err := p.Planner.Stock.Do(r.Context(), m, change, parseVersion(r.PostForm.Get("seen")))
		if err == nil {
			return p.site.Redirect(w, r, page.Back+"?done")
		}
		if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLate) {
			return err
		}
		page.Changed = fault.Is(err, fault.TooLate)
	}
	before, after, err := p.Planner.Stock.Preview(r.Context(), m, change, page.sheet.Version)
	if err == nil {
		page.Seen, page.Shown = formatVersion(page.sheet.Version), shown
		page.Preview, err = p.stockPreview(r.Context(), p.placeScreen(r), before, after, page.places)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLate) {
		page.wrong(fault.Key(err))
		err = nil
	}
	if err != nil {
		return err
	}
	return p.render(w, r, "place-stock-change", page)
}

// stockPrint is another for every other change.
func stockPrint(c stock.Change) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%T %+v", c, c))
	return hex.EncodeToString(sum[:])
}

// stockPreview says what becomes of the numbers, and of how many people.
func (p *Pages) stockPreview(ctx context.Context, s screen, before, after stock.Sheet, places []location.Location) (*stockPreview, error) {
	v := &stockPreview{}
	was, err := p.Planner.Shelf(ctx, before)
	if err != nil {
		return nil, err
	}
	then, err := p.Planner.Shelf(ctx, after)
	if err != nil {
		return nil, err
	}
	v.add("staff.stock.total", before.Total(), after.Total(), lang.Text{})
	for _, here := range hereLines(s, after, places) {
		n := int64(0)
		for _, line := range hereLines(s, before, places) {
			if line.Where == here.Where {
				n = line.N
			}
		}
		v.add("", n, here.N, here.Where)
	}
	v.add("staff.stock.deliveries", int64(len(before.Deliveries)), int64(len(after.Deliveries)), lang.Text{})
	v.Begins = after.Counted && !before.Counted
	for i, ahead := range was.Ahead {
		v.add("staff.stock.left-on", ahead.Left, then.Ahead[i].Left, s.line(ahead.Day.String()))
	}
	v.add("staff.stock.pauses", int64(len(before.Pauses)), int64(len(after.Pauses)), lang.Text{})
	if v.Affected, err = p.Planner.Affected(ctx, after); err != nil {
		return nil, err
	}
	v.Waiting = int(v.Affected.Waiting)
	return v, nil
}

// add adds a line, if the number becomes another.
func (v *stockPreview) add(label string, before, after int64, about lang.Text) {
	if before != after {
		v.Lines = append(v.Lines, beforeAfter{label, about, before, after})
	}
}

// fields are those of the page.
func (page *stockChangePage) fields() (list []form.Field) {
	for _, f := range page.Fields {
		switch {
		case f.Text != nil:
			list = append(list, f.Text)
		case f.Date != nil:
			list = append(list, f.Date)
		case f.Choice != nil:
			list = append(list, f.Choice)
		case f.Pack != nil:
			list = append(list, &f.Pack.Choice)
		}
		for _, tick := range f.Ticks {
			list = append(list, &tick.Tick)
		}
	}
	return list
}

// wrong puts what the domain refused at its field, or at the first of the page.
func (page *stockChangePage) wrong(key string) {
	f := page.form
	field := map[string]*string{"stock.place": &f.Location.Error, "stock.number": &f.Number.Error, "stock.less": &f.Number.Error, "stock.ground": &f.Ground.Error,
		"stock.owner": &f.Owner.Error, "stock.delivery": &f.Delivery.Error, "stock.past": &f.Day.Error, "stock.stated": &f.Stated.Error,
		"stock.confidence": &f.Confidence.Error, "stock.cause": &f.Cause.Error, "stock.starts": &f.Starts.Error, "stock.same": &f.Expected.Error,
		"stock.pause": &f.Pause.Error, "stock.window": &f.End.Error, "stock.gives": &f.Gives.Error}[key]
	switch {
	case key == "stock.place" && page.act.name == "moved":
		field = &f.To.Error
	case key == "stock.delivery" && page.act.name == "arrived":
		field = &f.Came.Error
	case key == "stock.spares":
		field = &f.Spares[0].Error
	}
	if field == nil {
		field = &f.Location.Error
	}
	*field = key
	page.Problems = form.Problems(page.fields()...)
}
