package qr

import "math/bits"

// The weights of ISO/IEC 18004 table 11.
const (
	weightRun    = 3  // five modules of one colour in a line; 1 more for each further one
	weightBlock  = 3  // a square of two by two of one colour
	weightFinder = 40 // dark-light-dark-dark-dark-light-dark with four light modules before or after
	weightDark   = 10 // each full 5 per cent by which the dark share departs from half
)

// scorer scores symbols of one size, 64 modules at a time.
type scorer struct {
	size  int
	all   line // a bit for each module of a line
	pairs line // for each that has a next one
	quads line // for each that has three after it
}

func newScorer(size int) *scorer {
	return &scorer{size, until(size), until(size - 1), until(size - 3)}
}

// penalty returns the penalty of a symbol. A look-alike of a finder pattern
// counts if its four light modules lie inside the symbol.
func (s *scorer) penalty(rows, columns grid) int {
	score, dark := 0, 0
	var above, aboveSame line
	for i := range rows {
		row, column := rows[i], columns[i]
		same := s.sameAsNext(row)
		score += s.line(row, same) + s.line(column, s.sameAsNext(column))
		dark += row.count()
		if i > 0 {
			// A block: two neighbours alike in the line above, and both alike below.
			across := s.all.andNot(row.xor(above))
			score += weightBlock * aboveSame.and(across).and(across.shift(1)).count()
		}
		above, aboveSame = row, same
	}
	total := s.size * s.size
	away := dark*20 - total*10 // a twentieth is 5 per cent
	if away < 0 {
		away = -away
	}
	return score + weightDark*(away/total)
}

// sameAsNext has a bit for each module that has the colour of the next one.
func (s *scorer) sameAsNext(l line) line { return s.pairs.andNot(l.xor(l.shift(1))) }

// line scores runs and look-alikes in one line. Four bits in a row of same start a
// window of five modules in a run. A run of n modules has n-4 windows and costs
// n-2, so each window costs 1, and each run 2 more.
func (s *scorer) line(l, same line) int {
	two := same.and(same.shift(1))
	windows := two.and(two.shift(2))
	score := 0
	if !windows.empty() {
		starts := windows.andNot(windows.shiftUp())
		score = windows.count() + (weightRun-1)*starts.count()
	}
	// core has a bit where 1011101 starts; it ends in a dark module, so it lies
	// inside the line.
	core := l.and(l.shift(2)).and(l.shift(3)).and(l.shift(4)).and(l.shift(6)).andNot(l.shift(1)).andNot(l.shift(5))
	if core.empty() {
		return score
	}
	// light has a bit where four light modules start, inside the line.
	light := s.quads.andNot(l).andNot(l.shift(1)).andNot(l.shift(2)).andNot(l.shift(3))
	after, before := core.and(light.shift(7)), core.shift(4).and(light)
	return score + weightFinder*(after.count()+before.count())
}

// until returns a line with its first n bits set.
func until(n int) (l line) {
	for i := range n {
		l.set(i)
	}
	return l
}

// shift moves the line n places towards its start, 0 < n < 64.
func (l line) shift(n uint) line {
	return line{l.a>>n | l.b<<(64-n), l.b>>n | l.c<<(64-n), l.c >> n}
}

// shiftUp moves the line one place towards its end.
func (l line) shiftUp() line {
	return line{l.a << 1, l.b<<1 | l.a>>63, l.c<<1 | l.b>>63}
}

func (l line) and(m line) line    { return line{l.a & m.a, l.b & m.b, l.c & m.c} }
func (l line) andNot(m line) line { return line{l.a &^ m.a, l.b &^ m.b, l.c &^ m.c} }
func (l line) xor(m line) line    { return line{l.a ^ m.a, l.b ^ m.b, l.c ^ m.c} }
func (l line) empty() bool        { return l.a|l.b|l.c == 0 }
func (l line) count() int {
	return bits.OnesCount64(l.a) + bits.OnesCount64(l.b) + bits.OnesCount64(l.c)
}
