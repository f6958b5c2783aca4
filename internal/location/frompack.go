package location

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"loket/internal/rules"
)

// At returns the locations that the items of a list tell of, as they stand at t by what the
// pack says, in the order of the list. Those of which nothing was known at t are left out.
// The zone of t is that of the clocks on the wall.
//
// An item says how it stands in the field "state", or in "stands" from when on:
//
//	stands: "2022-07-04 dated; 2022-07-13T10:00 bookable; 2022-07-18 open; 2022-11-01 closed"
//
// and with it address, opens_on, hours, point (degrees north and east), and the plan:
// region, also, first, last, desks, products, addresses, closed, successor, news, direct
// (yes), bookable (an instant), and horizon, from when on:
//
//	horizon: "2022-07-13 2022-08-01; 2022-08-02 14 days"
//
// Words with a key that begins with "travel-" are notes for whoever comes that way.
func At(items []rules.Item, t time.Time) ([]Location, error) {
	var list []Location
	for _, item := range items {
		l, err := fromPack(item, t)
		if err != nil {
			return nil, wrapItem(item.ID, err)
		}
		if l.State != "" {
			list = append(list, l)
		}
	}
	Inherit(list)
	return list, nil
}

// fromPack reads an item. The state is empty if nothing was known of it at t.
func fromPack(item rules.Item, t time.Time) (Location, error) {
	l := Location{ID: item.ID, Name: item.Name, When: item.Words["when"], State: State(item.Fields["state"]), Address: item.Fields["address"]}
	var err error
	if l.Week, err = ParseWeek(item.Fields["hours"]); err != nil {
		return l, err
	}
	if l.OpensOn, err = parseDay(item.Fields["opens_on"]); err != nil {
		return l, err
	}
	if text := item.Fields["point"]; text != "" {
		if l.Point, err = ParsePoint(text); err != nil {
			return l, err
		}
	}
	if l.Plan, err = planOf(item, t); err != nil {
		return l, err
	}
	if text := item.Fields["stands"]; text != "" {
		stages, err := parseStages(text, t.Location())
		if err != nil {
			return l, err
		}
		l.stand(stages, t)
		if l.State == "" {
			return l, nil
		}
	}
	if !l.State.valid() {
		return l, invalid("location.state", "a state that no counter has")
	}
	l.settle(t)
	return l, nil
}

// planOf reads the fields of a plan.
func planOf(item rules.Item, t time.Time) (p Plan, err error) {
	read := func(name string, parse func(text string) error) {
		if text := item.Fields[name]; text != "" && err == nil {
			err = parse(text)
		}
	}
	p.Region, p.Successor, p.Direct = item.Fields["region"], item.Fields["successor"], item.Fields["direct"] == "yes"
	read("news", func(text string) (err error) { p.News, err = parseDay(text); return err })
	read("also", func(text string) (err error) { p.Also, err = ParseServings(text); return err })
	read("bookable", func(text string) (err error) { p.Bookable, err = parseInstant(text, t.Location()); return err })
	read("first", func(text string) (err error) { p.First, err = parseDay(text); return err })
	read("last", func(text string) (err error) { p.Last, err = parseDay(text); return err })
	read("horizon", func(text string) (err error) {
		p.Horizon, p.Ahead, err = parseHorizon(text, rules.DayOf(t))
		return err
	})
	read("desks", func(text string) (err error) { p.Desks, err = ParseDesks(text); return err })
	read("products", func(text string) (err error) { p.Products, err = ParseOfferings(text); return err })
	read("addresses", func(text string) (err error) { p.Addresses, err = ParseAddresses(text); return err })
	read("closed", func(text string) (err error) { p.Closed, err = parseClosures(text, item.Words); return err })
	for _, key := range slices.Sorted(maps.Keys(item.Words)) {
		if by, ok := strings.CutPrefix(key, "travel-"); ok {
			p.Travel = append(p.Travel, Travel{by, item.Words[key]})
		}
	}
	if err == nil {
		err = p.check()
	}
	return p, err
}

// stage is a state from a moment on.
type stage struct {
	from  time.Time
	state State
}

// serves reports whether there is a counter to go to in a state.
func (s State) serves() bool { return s == Open || s == Moving }

// parseStages reads the field "stands". Who says that a place opens says when.
func parseStages(text string, zone *time.Location) ([]stage, error) {
	list, err := split(text, "location.stands", func(words []string) (s stage, ok bool) {
		if len(words) != 2 {
			return s, false
		}
		from, err := parseInstant(words[0], zone)
		s = stage{from, State(words[1])}
		return s, err == nil && s.state.valid()
	})
	if err != nil {
		return nil, err
	}
	for i, s := range list {
		if i > 0 && !list[i-1].from.Before(s.from) {
			return nil, invalid("location.stands", "states out of order")
		}
		dated := s.state == Dated || s.state == Bookable
		if dated && !slices.ContainsFunc(list[i:], func(s stage) bool { return s.state.serves() }) {
			return nil, invalid("location.stands", "a place with a date that never opens")
		}
	}
	return list, nil
}

// stand takes the state of t, and with it the day on which the place opens, or opened, and
// the instant from which its slots are given.
func (l *Location) stand(stages []stage, t time.Time) {
	l.State, l.OpensOn = "", rules.Day{}
	now := -1
	for i, s := range stages {
		if !t.Before(s.from) {
			now = i
		}
	}
	if now < 0 {
		return
	}
	l.State = stages[now].state
	first := now // where this run of bookable and open began
	for first > 0 && given(stages[first].state) && given(stages[first-1].state) {
		first--
	}
	if l.State != Dated && !given(l.State) {
		return
	}
	for _, s := range stages[first:] {
		if given(s.state) && l.Plan.Bookable.IsZero() {
			l.Plan.Bookable = s.from.UTC()
		}
		if s.state.serves() {
			l.OpensOn = rules.DayOf(s.from)
			return
		}
	}
}

// given reports whether slots are given in a state.
func given(s State) bool { return s == Bookable || s.serves() }

// parseHorizon reads the horizon that holds on a day: a day, or a number of days ahead.
func parseHorizon(text string, today rules.Day) (horizon rules.Day, ahead int, err error) {
	type step struct {
		from, to rules.Day
		ahead    int
	}
	steps, err := split(text, "location.horizon", func(words []string) (s step, ok bool) {
		if len(words) < 2 {
			return s, false
		}
		var wrong error
		if s.from, wrong = parseDay(words[0]); wrong != nil || s.from.IsZero() {
			return s, false
		}
		if len(words) == 3 && words[2] == "days" {
			s.ahead, wrong = strconv.Atoi(words[1])
			return s, wrong == nil && s.ahead > 0 && s.ahead <= maxDays
		}
		s.to, wrong = parseDay(words[1])
		return s, wrong == nil && len(words) == 2 && !s.to.Before(s.from)
	})
	for i, s := range steps {
		if i > 0 && !steps[i-1].from.Before(s.from) {
			return horizon, 0, invalid("location.horizon", "horizons out of order")
		}
		if !today.Before(s.from) {
			horizon, ahead = s.to, s.ahead
		}
	}
	return horizon, ahead, err
}

// parseInstant reads a day, which is its midnight, or 2022-07-13T10:00 by the clocks of the
// zone.
func parseInstant(text string, zone *time.Location) (time.Time, error) {
	layout := instantLayout
	if len(text) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	t, err := time.ParseInLocation(layout, text, zone)
	if err != nil {
		return t, invalid("location.instant", "not a day, or a day and a time")
	}
	return t, nil
}

// parseDay reads a day; an empty text is none.
func parseDay(text string) (rules.Day, error) {
	var day rules.Day
	if day.UnmarshalText([]byte(text)) != nil {
		return rules.Day{}, invalid("location.day", "not a day")
	}
	return day, nil
}
