package location

import (
	"strconv"
	"strings"

	"loket/internal/rules"
)

// The lists of a plan as they stand in a field of a pack, and as staff write them: entries
// with semicolons between, each of words. An entry begins with its days, "2022-07-18.."
// or "2022-07-18..2022-08-31" or ".." or one day:
//
//	2022-07-21.. 2x15 uk,en; 2022-07-21.. 2x15     desks: number, minutes, languages
//	..2022-09-04 sticker; .. o-document walk-in    products
//	2022-10-12.. central                           other regions
//	2022-07-19 Hoofdstraat 1, Assen                addresses: from which day on

// FormatDesks returns what ParseDesks reads.
func FormatDesks(list []Desks) string {
	return join(list, func(d Desks) string {
		text := formatDays(d.First, d.Last) + " " + strconv.Itoa(d.Number) + "x" + strconv.Itoa(d.Minutes)
		if len(d.Langs) > 0 {
			text += " " + strings.Join(d.Langs, ",")
		}
		return text
	})
}

// ParseDesks reads "2022-07-21.. 2x15 uk,en; …". What it refuses is a fault of kind Invalid.
func ParseDesks(text string) ([]Desks, error) {
	return split(text, "location.desks", func(words []string) (d Desks, ok bool) {
		if len(words) < 2 || len(words) > 3 {
			return d, false
		}
		d.First, d.Last, ok = parseDays(words[0])
		number, minutes, sized := strings.Cut(words[1], "x")
		d.Number, d.Minutes = count(number), count(minutes)
		if len(words) == 3 {
			d.Langs = strings.Split(words[2], ",")
		}
		return d, ok && sized && d.valid()
	})
}

// FormatOfferings returns what ParseOfferings reads.
func FormatOfferings(list []Offering) string {
	return join(list, func(o Offering) string {
		text := formatDays(o.First, o.Last) + " " + o.Product
		if o.WalkIn {
			text += " " + walkIn
		}
		return text
	})
}

const walkIn = "walk-in"

// ParseOfferings reads "2022-07-19.. sticker; 2022-08-18.. o-document walk-in". What it
// refuses is a fault of kind Invalid.
func ParseOfferings(text string) ([]Offering, error) {
	return split(text, "location.products", func(words []string) (o Offering, ok bool) {
		if len(words) < 2 || len(words) > 3 {
			return o, false
		}
		o.First, o.Last, ok = parseDays(words[0])
		o.Product, o.WalkIn = words[1], len(words) == 3
		return o, ok && o.valid() && (!o.WalkIn || words[2] == walkIn)
	})
}

// FormatAddresses returns what ParseAddresses reads.
func FormatAddresses(list []Address) string {
	return join(list, func(a Address) string { return a.First.String() + " " + a.Text })
}

// ParseAddresses reads "2022-07-19 Hoofdstraat 1, Assen; …", in order of day. What it
// refuses is a fault of kind Invalid.
func ParseAddresses(text string) ([]Address, error) {
	list, err := split(text, "location.addresses", func(words []string) (a Address, ok bool) {
		if len(words) < 2 {
			return a, false
		}
		day, err := rules.ParseDay(words[0])
		a = Address{day, strings.Join(words[1:], " ")}
		return a, err == nil && a.valid()
	})
	if err == nil && !inOrder(list) {
		err = invalid("location.addresses", "addresses out of the order of their days")
	}
	if err != nil {
		return nil, err
	}
	return list, nil
}

// FormatServings returns what ParseServings reads.
func FormatServings(list []Serving) string {
	return join(list, func(s Serving) string { return formatDays(s.First, s.Last) + " " + s.Region })
}

// ParseServings reads "2022-10-12.. central; …". What it refuses is a fault of kind Invalid.
func ParseServings(text string) ([]Serving, error) {
	return split(text, "location.also", func(words []string) (s Serving, ok bool) {
		if len(words) != 2 {
			return s, false
		}
		s.First, s.Last, ok = parseDays(words[0])
		s.Region = words[1]
		return s, ok && s.valid()
	})
}

// parseClosures reads "2022-12-26 holiday; …", where words of the item say why: those of
// the key "closed-holiday".
func parseClosures(text string, words map[string]rules.Words) ([]Closure, error) {
	return split(text, "location.closed", func(w []string) (c Closure, ok bool) {
		if len(w) != 2 {
			return c, false
		}
		c.First, c.Last, ok = parseDays(w[0])
		c.Why = words["closed-"+w[1]]
		return c, ok && c.Why != nil && c.valid()
	})
}

// maxEntries is how many entries a list of a plan may have.
const maxEntries = 60

// split reads entries with semicolons between; an empty text is none.
func split[T any](text, key string, parse func(words []string) (T, bool)) ([]T, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	parts := strings.Split(text, ";")
	if len(parts) > maxEntries {
		return nil, invalid(key, "more entries than a plan has")
	}
	list := make([]T, 0, len(parts))
	for _, part := range parts {
		entry, ok := parse(strings.Fields(part))
		if !ok {
			return nil, invalid(key, "an entry of a plan that cannot be read")
		}
		list = append(list, entry)
	}
	return list, nil
}

func join[T any](list []T, format func(T) string) string {
	parts := make([]string, len(list))
	for i, entry := range list {
		parts[i] = format(entry)
	}
	return strings.Join(parts, "; ")
}

const dots = ".."

// parseDays reads first..last, where either may be missing, or one day.
func parseDays(text string) (first, last rules.Day, ok bool) {
	from, to, ranged := strings.Cut(text, dots)
	if !ranged {
		to = from
		if from == "" {
			return first, last, false
		}
	}
	if first.UnmarshalText([]byte(from)) != nil || last.UnmarshalText([]byte(to)) != nil {
		return first, last, false
	}
	return first, last, ordered(first, last)
}

func formatDays(first, last rules.Day) string {
	if first == last && !first.IsZero() {
		return first.String()
	}
	return first.String() + dots + last.String()
}

// count reads a small number without sign; -1 if it is none.
func count(text string) int {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return -1
	}
	return int(n)
}
