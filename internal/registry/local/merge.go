package local

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"loket/internal/ident"
	"loket/internal/registry"
)

// recordID returns the id of the record that a row is about. Its numbers
// are in order. The id is made with the oldest index key: under the newest, an import
// after a rotation would make everybody again.
func (s *Store) recordID(r registry.Record) string {
	parts := append([]string{r.Birth.Reveal()}, r.Name.Tokens()...)
	kind := "record of a name"
	if len(r.Numbers) > 0 {
		kind, parts = "record of a number", []string{r.Numbers[0].Reveal()}
	}
	sums := s.index.Versions(kind, parts...)
	return base64.RawURLEncoding.EncodeToString(sums[slices.Min(slices.Collect(maps.Keys(sums)))])
}

// contradicts reports whether two rows of one file and one id are of two people.
func contradicts(a, b registry.Record) bool {
	return !a.Birth.IsZero() && !b.Birth.IsZero() && a.Birth.Matches(b.Birth) == ident.Differs
}

// merge returns what is known after row, when old was known before. Merging rows
// one by one gives the same as merging them in groups.
func merge(old, row registry.Record) registry.Record {
	out := row
	if row.Birth.IsZero() || old.Birth.Complete() && row.Birth.Matches(old.Birth) == ident.Possible {
		out.Birth = old.Birth // it knows more
	}
	if row.Phone.IsZero() {
		out.Phone = old.Phone
	}
	if row.Email.IsZero() {
		out.Email = old.Email
	}
	out.Numbers = inOrder(append(slices.Clone(old.Numbers), row.Numbers...))
	out.Events = sortEvents(append(slices.Clone(old.Events), row.Events...))
	return out
}

// inOrder sorts numbers, BSN before V-number before others, without doubles. So
// the first one does not depend on the order in which a file has them.
func inOrder(numbers []ident.Number) []ident.Number {
	rank := func(n ident.Number) int {
		return slices.Index([]ident.NumberKind{ident.BSN, ident.VNumber, ident.UnknownNumber, ident.Voucher}, n.Kind())
	}
	slices.SortFunc(numbers, func(a, b ident.Number) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a.Reveal(), b.Reveal())
	})
	return slices.CompactFunc(numbers, ident.Number.Equal)
}

// what an event is about: two events with the same are one, told twice.
type what struct {
	kind                       registry.EventKind
	day, product, test, sample string
}

func whatOf(e registry.Event) what {
	return what{e.Kind, e.Day, e.Product, e.TestType, e.Sampled}
}

// sortEvents sorts events by day; of those that are one the last counts.
func sortEvents(events []registry.Event) []registry.Event {
	last := make(map[what]registry.Event, len(events))
	for _, e := range events {
		last[whatOf(e)] = e
	}
	out := events[:0]
	for _, e := range last {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b registry.Event) int {
		x, y := whatOf(a), whatOf(b)
		for _, d := range [...]int{strings.Compare(x.day, y.day), strings.Compare(x.sample, y.sample),
			strings.Compare(string(x.kind), string(y.kind)), strings.Compare(x.product, y.product),
			strings.Compare(x.test, y.test)} {
			if d != 0 {
				return d
			}
		}
		return 0
	})
	return out
}
