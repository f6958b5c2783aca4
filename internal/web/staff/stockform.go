package staff

import (
	"strconv"
	"time"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/rules"
	"loket/internal/stock"
	"loket/internal/web/asking"
	"loket/internal/web/form"
)

// Values of choices that stand for nothing chosen of a list.
const (
	nowhere     = "nowhere" // stock.Central, or everywhere
	noDelivery  = "none"
	saysEnough  = "enough"
	saysNothing = "nothing"
)

// stockForm is every field that a change of stock can have. Which of them are on a page,
// its act says.
type stockForm struct {
	Location, To, Cause, Pause                asking.PackChoice
	Delivery, Came                            asking.PackChoice // Came may be one that nobody expected
	Confidence, Says                          form.Choice
	Number, Owner, Ground, Hour               form.Text
	Day, Stated, Starts, Expected, First, End form.Date
	Gives                                     form.Date
	Spares                                    []*spareTick
}

// spareTick is something that a pause leaves alone.
type spareTick struct {
	form.Tick
	ID   string
	Said lang.Text
}

// stockField is one field on the page: the one that is not nil.
type stockField struct {
	Text   *form.Text
	Date   *form.Date
	Choice *form.Choice
	Pack   *asking.PackChoice
	Ticks  []*spareTick
}

// newStockForm returns the fields for a product.
func newStockForm(s screen, sheet stock.Sheet, places []location.Location, store *stock.Store, anywhere string) *stockForm {
	f := &stockForm{
		Confidence: form.Choice{Name: "confidence", Label: "staff.stock.confidence"},
		Says: form.Choice{Name: "says", Label: "staff.stock.says", Options: []form.Option{{Value: saysEnough, Label: "staff.stock.says-enough"},
			{Value: saysNothing, Label: "staff.stock.says-nothing"}}},
		Number:   form.Text{Name: "n", Label: "staff.stock.n", Width: 10, Latin: true, Autocomplete: "off", InputMode: "numeric"},
		Owner:    form.Text{Name: "owner", Label: "staff.stock.owner", Hint: "staff.stock.owner-hint", Autocomplete: "off"},
		Ground:   form.Text{Name: "ground", Label: "staff.stock.ground", Autocomplete: "off"},
		Hour:     form.Text{Name: "hour", Label: "staff.stock.hour", Hint: "staff.stock.hour-hint", Width: 5, Latin: true, Autocomplete: "off", Value: "00:00"},
		Day:      form.Date{Name: "day", Label: "staff.stock.day"},
		Stated:   form.Date{Name: "stated", Label: "staff.stock.stated"},
		Starts:   form.Date{Name: "starts", Label: "staff.stock.starts"},
		Expected: form.Date{Name: "expected", Label: "staff.stock.expected", Hint: "staff.stock.expected-hint"},
		First:    form.Date{Name: "first", Label: "staff.stock.first"},
		End:      form.Date{Name: "last", Label: "staff.stock.last", Hint: "staff.stock.last-hint"},
		Gives:    form.Date{Name: "gives", Label: "staff.stock.gives"},
	}
	for _, day := range []*form.Date{&f.Stated, &f.Starts, &f.First, &f.Gives} {
		setDay(day, store.Today())
	}
	for _, c := range stock.Confidences() {
		f.Confidence.Options = append(f.Confidence.Options, form.Option{Value: string(c), Label: "staff.stock.sure-" + string(c)})
	}
	f.Location = placesToChoose(s, "location", "staff.stock.location", places, anywhere)
	f.To = placesToChoose(s, "to", "staff.stock.to", places, "staff.stock.central")
	f.Cause.Choice = form.Choice{Name: "cause", Label: "staff.stock.cause"}
	for _, item := range store.Causes() {
		f.Cause.Add(item.ID, s.words(item.Name), lang.Text{})
	}
	for _, item := range store.Spared() {
		f.Spares = append(f.Spares, &spareTick{form.Tick{Name: "spares-" + item.ID}, item.ID, s.words(item.Name)})
	}
	f.listed(s, sheet, places, store.Today())
	return f
}

// listed fills the choices with what the sheet has: deliveries, and pauses that go on.
func (f *stockForm) listed(s screen, sheet stock.Sheet, places []location.Location, today rules.Day) {
	f.Delivery.Choice = form.Choice{Name: "delivery", Label: "staff.stock.delivery"}
	f.Came.Choice = form.Choice{Name: "delivery", Label: "staff.stock.came", Value: noDelivery}
	f.Came.Add(noDelivery, s.say("staff.stock.came-none"), lang.Text{})
	for _, d := range sheet.Deliveries {
		for _, c := range []*asking.PackChoice{&f.Delivery, &f.Came} {
			c.Add(d.ID, s.line(d.Day.String()+": "+strconv.FormatInt(d.N, 10)), s.place(places, d.Location, "staff.stock.central"))
		}
	}
	f.Pause.Choice = form.Choice{Name: "pause", Label: "staff.stock.pause"}
	for _, p := range sheet.Pauses {
		if !p.Over(today) {
			f.Pause.Add(p.ID, s.line(p.StartsOn.String()), s.place(places, p.Location, "staff.stock.everywhere"))
		}
	}
	if len(f.Pause.Options) == 1 {
		f.Pause.Value = f.Pause.Options[0].Value
	}
}

func placesToChoose(s screen, name, label string, places []location.Location, anywhere string) (c asking.PackChoice) {
	c.Choice = form.Choice{Name: name, Label: label}
	c.Add(nowhere, s.say(anywhere), lang.Text{})
	for _, l := range places {
		c.Add(l.ID, s.words(l.Name), lang.Text{})
	}
	return c
}

// line is a text that is the same in every language.
func (s screen) line(text string) lang.Text { return lang.Text{Text: text, Lang: s.tag} }

// place is the name of a location; none has the text of a key.
func (s screen) place(places []location.Location, id, none string) lang.Text {
	for _, l := range places {
		if l.ID == id {
			return s.words(l.Name)
		}
	}
	if id != stock.Central {
		return s.line(id)
	}
	return s.say(none)
}

// at is the id of the location that was chosen.
func at(c asking.PackChoice) string {
	if c.Value == nowhere {
		return stock.Central
	}
	return c.Value
}

// number reads how many.
func (f *stockForm) number() int64 {
	f.Number.Require("stock.number")
	return form.Parse(&f.Number, func(text string) (int64, error) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, fault.New(fault.Invalid, "stock.number", "not a number: %w", err)
		}
		return n, nil
	})
}

// day reads a day that must be there.
func day(f *form.Date, key string) rules.Day {
	f.Require(key)
	return form.ParseDate(f, openingDay)
}

// moment reads the day and the hour from which days are given again.
func (f *stockForm) moment(zone *time.Location) time.Time {
	on := day(&f.Gives, "stock.gives")
	f.Hour.Require("stock.gives")
	return form.Parse(&f.Hour, func(text string) (time.Time, error) {
		at, err := time.ParseInLocation("2006-01-02 15:04", on.String()+" "+text, zone)
		if err != nil {
			return at, fault.New(fault.Invalid, "stock.gives", "not a time: %w", err)
		}
		return at, nil
	})
}

// estimate reads when a product is expected back.
func (f *stockForm) estimate() stock.Estimate {
	f.Confidence.Require("stock.confidence")
	return stock.Estimate{Expected: form.ParseDate(&f.Expected, openingDay), Confidence: stock.Confidence(f.Confidence.Value), Owner: f.Owner.Value}
}

func (f *stockForm) spared() (list []string) {
	for _, tick := range f.Spares {
		if tick.On {
			list = append(list, tick.ID)
		}
	}
	return list
}
