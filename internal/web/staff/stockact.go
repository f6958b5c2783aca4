package staff

import (
	"time"

	"loket/internal/stock"
	"loket/internal/web/form"
)

// stockAct is one kind of change of stock: which fields its page has, in which order, and
// what they make.
type stockAct struct {
	name     string // the last part of its path, and of the key of its title
	anywhere string // message key of a location that is none
	open     func(sheet stock.Sheet, f *stockForm) bool
	fields   func(f *stockForm) []stockField
	change   func(product string, f *stockForm, zone *time.Location) stock.Change
}

// stockActs are all of them. Each stock.Change has at least one.
func stockActs() []stockAct { return append(movementActs(), pauseActs()...) }

func findAct(name string) (stockAct, bool) {
	for _, act := range stockActs() {
		if act.name == name {
			return act, true
		}
	}
	return stockAct{}, false
}

func always(stock.Sheet, *stockForm) bool { return true }

// movementActs change how much there is, or is expected.
func movementActs() []stockAct {
	moves := func(name string, kind stock.Kind, also func(f *stockForm) []stockField) stockAct {
		return stockAct{name, "staff.stock.central", always,
			func(f *stockForm) []stockField {
				list := append([]stockField{{Pack: &f.Location}}, also(f)...)
				return append(list, stockField{Text: &f.Number}, stockField{Text: &f.Ground})
			},
			func(product string, f *stockForm, _ *time.Location) stock.Change {
				f.Location.Require("stock.place")
				m := stock.Movement{Product: product, Kind: kind, Location: at(f.Location), N: f.number(), Ground: f.Ground.Value}
				switch kind {
				case stock.Moved:
					f.To.Require("stock.place")
					m.To = at(f.To)
				case stock.Delivered:
					if f.Came.Require("staff.stock.delivery-missing"); f.Came.Value != noDelivery {
						m.Delivery = f.Came.Value
					}
				}
				return m
			}}
	}
	nothing := func(*stockForm) []stockField { return nil }
	return []stockAct{
		moves("count", stock.Recounted, nothing),
		moves("arrived", stock.Delivered, func(f *stockForm) []stockField { return []stockField{{Pack: &f.Came}} }),
		moves("damaged", stock.Damaged, nothing),
		moves("moved", stock.Moved, func(f *stockForm) []stockField { return []stockField{{Pack: &f.To}} }),
		{"expected", "staff.stock.central", always,
			func(f *stockForm) []stockField {
				return []stockField{{Pack: &f.Location}, {Text: &f.Number}, {Date: &f.Day}, {Choice: &f.Confidence}, {Text: &f.Owner}, {Date: &f.Stated}}
			},
			func(product string, f *stockForm, _ *time.Location) stock.Change {
				f.Location.Require("stock.place")
				f.Confidence.Require("stock.confidence")
				return stock.Expectation{Product: product, Delivery: stock.Delivery{Location: at(f.Location), Day: day(&f.Day, "stock.past"), N: f.number(),
					Confidence: stock.Confidence(f.Confidence.Value), Owner: f.Owner.Value, StatedOn: day(&f.Stated, "stock.stated")}}
			}},
		{"dropped", "staff.stock.central", func(sheet stock.Sheet, _ *stockForm) bool { return len(sheet.Deliveries) > 0 },
			func(f *stockForm) []stockField { return []stockField{{Pack: &f.Delivery}} },
			func(product string, f *stockForm, _ *time.Location) stock.Change {
				f.Delivery.Require("staff.stock.delivery-missing")
				return stock.Dropped{Product: product, Delivery: f.Delivery.Value}
			}},
	}
}

// pauseActs stop a product, say of it, and let it go on.
func pauseActs() []stockAct {
	paused := func(_ stock.Sheet, f *stockForm) bool { return len(f.Pause.Options) > 0 }
	return []stockAct{
		{"pause", "staff.stock.everywhere", always,
			func(f *stockForm) []stockField {
				return []stockField{{Pack: &f.Location}, {Pack: &f.Cause}, {Ticks: f.Spares}, {Date: &f.Starts}, {Date: &f.Expected}, {Choice: &f.Confidence}, {Text: &f.Owner}}
			},
			func(product string, f *stockForm, _ *time.Location) stock.Change {
				f.Location.Require("stock.place")
				f.Cause.Require("stock.cause")
				return stock.Stop{Pause: stock.Pause{Product: product, Location: at(f.Location), Cause: f.Cause.Value, Spares: f.spared(), Owner: f.Owner.Value,
					StartsOn: day(&f.Starts, "stock.starts")}, Expected: f.estimate()}
			}},
		{"estimate", "staff.stock.everywhere", paused,
			func(f *stockForm) []stockField {
				return []stockField{{Pack: &f.Pause}, {Date: &f.Expected}, {Choice: &f.Confidence}, {Text: &f.Owner}}
			},
			func(product string, f *stockForm, _ *time.Location) stock.Change {
				f.Pause.Require("staff.stock.pause-missing")
				return stock.Later{Product: product, Pause: f.Pause.Value, Expected: f.estimate()}
			}},
		{"resume", "staff.stock.everywhere", paused,
			func(f *stockForm) []stockField {
				return []stockField{{Pack: &f.Pause}, {Pack: &f.Location}, {Date: &f.First}, {Date: &f.End}, {Date: &f.Gives}, {Text: &f.Hour}}
			},
			func(product string, f *stockForm, zone *time.Location) stock.Change {
				f.Pause.Require("staff.stock.pause-missing")
				f.Location.Require("stock.place")
				return stock.Resume{Product: product, Pause: f.Pause.Value, Restart: stock.Restart{Location: at(f.Location), First: day(&f.First, "stock.window"),
					Last: form.ParseDate(&f.End, openingDay), Gives: f.moment(zone)}}
			}},
		{"statement", "staff.stock.central", always,
			func(f *stockForm) []stockField {
				return []stockField{{Choice: &f.Says}, {Text: &f.Owner}, {Date: &f.Stated}}
			},
			func(product string, f *stockForm, _ *time.Location) stock.Change {
				f.Says.Require("staff.stock.says-missing")
				return stock.Assurance{Product: product, Said: stock.Statement{Enough: f.Says.Value == saysEnough, Owner: f.Owner.Value, On: day(&f.Stated, "stock.stated")}}
			}},
	}
}
