package location

import (
	"strconv"
	"strings"
)

// Postcodes are ranges of Dutch postcodes by their four digits, in order, none twice.
type Postcodes []PostcodeRange

// PostcodeRange is the postcodes from First to Last, both included.
type PostcodeRange struct{ First, Last int }

// First and last number that a Dutch postcode can have.
const (
	firstPostcode = 1000
	lastPostcode  = 9999
)

// ParsePostcodes reads "1000-1299,1300". What it refuses is a fault of kind Invalid.
func ParsePostcodes(text string) (Postcodes, error) {
	var list Postcodes
	last := firstPostcode - 1
	for part := range strings.SplitSeq(text, ",") {
		from, to, ranged := strings.Cut(part, "-")
		if !ranged {
			to = from
		}
		r := PostcodeRange{postcode(from), postcode(to)}
		if r.First <= last || r.Last < r.First {
			return nil, invalid("location.postcodes", "postcodes that do not read 1000-1299,1300, or are out of order")
		}
		list, last = append(list, r), r.Last
	}
	return list, nil
}

// postcode reads four digits; 0 if it cannot be a postcode.
func postcode(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || len(text) != 4 || n < firstPostcode || n > lastPostcode {
		return 0
	}
	return n
}

// Holds reports whether the four digits of a postcode lie in one of the ranges.
func (p Postcodes) Holds(digits int) bool {
	for _, r := range p {
		if r.First <= digits && digits <= r.Last {
			return true
		}
	}
	return false
}

// String returns the ranges as ParsePostcodes reads them.
func (p Postcodes) String() string {
	parts := make([]string, len(p))
	for i, r := range p {
		parts[i] = strconv.Itoa(r.First)
		if r.Last != r.First {
			parts[i] += "-" + strconv.Itoa(r.Last)
		}
	}
	return strings.Join(parts, ",")
}
