package stock

import "loket/internal/rules"

// SheetOn lets tests forecast without a database.
func SheetOn(today rules.Day, counts map[string]int64, deliveries []Delivery, lead int, floor int64) Sheet {
	return Sheet{Counted: true, OnHand: counts, Deliveries: deliveries, today: today, lead: lead, floor: floor}
}
