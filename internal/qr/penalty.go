package qr

import "math/bits"

// The weights of ISO/IEC 18004 table 11.
const (
	weightRun    = 3  // five modules of one colour in a line; 1 more for each further one
	weightBlock  = 3  // a square of two by two of one colour
	weightFinder = 40 // dark-light-dark-dark-dark-light-dark with four light modules before or after
	weightDark   = 10 // each full 5 per cent by which the dark share departs from half
)

// penalty scores a symbol, 64 modules at a time. The look-alike of a finder
// pattern counts if its four light modules lie inside the symbol.
func penalty(rows, columns grid) int {
	size := len(rows)
	score, dark := 0, 0
	for i := range rows {
		score += linePenalty(&rows[i], size) + linePenalty(&columns[i], size)
		dark += bits.OnesCount64(rows[i][0]) + bits.OnesCount64(rows[i][1]) + bits.OnesCount64(rows[i][2])
		if i > 0 {
			score += weightBlock * blocks(&rows[i-1], &rows[i], size)
		}
	}
	total := size * size
	away := dark*20 - total*10 // a twentieth is 5 per cent
	if away < 0 {
		away = -away
	}
	return score + weightDark*(away/total)
}

// linePenalty scores runs and look-alikes of a finder pattern in one line.
func linePenalty(l *line, size int) int {
	// same has a bit where a module and its successor have one colour; four such
	// bits in a row start a window of five modules in a run. A run of n modules has
	// n-4 windows and costs n-2, so each window costs 1, and each run 2 more.
	same := l.equalNext(size)
	two := same.and(same.shift(1))
	windows := two.and(two.shift(2))
	starts := windows.andNot(windows.shiftUp())
	score := windows.count() + (weightRun-1)*starts.count()
	return score + weightFinder*finders(l, size)
}

// finders counts the look-alikes, each side with four light modules for itself.
func finders(l *line, size int) int {
	if size < 11 {
		return 0
	}
	l1, l2, l3, l4 := l.shift(1), l.shift(2), l.shift(3), l.shift(4)
	l5, l6 := l.shift(5), l.shift(6)
	// core has a bit where 1011101 starts; it ends in a dark module, so it lies
	// inside the line.
	core := l.and(l2).and(l3).and(l4).and(l6).andNot(l1).andNot(l5)
	if core.empty() {
		return 0
	}
	// light has a bit where four light modules start, inside the line.
	light := until(size - 3).andNot(*l).andNot(l1).andNot(l2).andNot(l3)
	after := core.and(light.shift(7))
	before := core.shift(4).and(light)
	return after.count() + before.count()
}

// blocks counts squares of one colour between two neighbouring lines.
func blocks(a, b *line, size int) int {
	across := until(size).andNot(xor(a, b)) // the same colour in both lines
	return a.equalNext(size).and(across).and(across.shift(1)).count()
}

// equalNext has bit i where modules i and i+1 have one colour.
func (l *line) equalNext(size int) line {
	next := l.shift(1)
	return until(size - 1).andNot(xor(l, &next))
}

// until returns a line with its first n bits set.
func until(n int) (l line) {
	for i := range l {
		switch {
		case n >= 64:
			l[i] = ^uint64(0)
		case n > 0:
			l[i] = 1<<n - 1
		}
		n -= 64
	}
	return l
}

// shift moves the line n places towards its start, 0 < n < 64.
func (l *line) shift(n uint) line {
	return line{l[0]>>n | l[1]<<(64-n), l[1]>>n | l[2]<<(64-n), l[2] >> n}
}

// shiftUp moves the line one place towards its end.
func (l *line) shiftUp() line {
	return line{l[0] << 1, l[1]<<1 | l[0]>>63, l[2]<<1 | l[1]>>63}
}

func (l line) and(m line) line    { return line{l[0] & m[0], l[1] & m[1], l[2] & m[2]} }
func (l line) andNot(m line) line { return line{l[0] &^ m[0], l[1] &^ m[1], l[2] &^ m[2]} }
func (l line) empty() bool        { return l[0]|l[1]|l[2] == 0 }
func (l line) count() int {
	return bits.OnesCount64(l[0]) + bits.OnesCount64(l[1]) + bits.OnesCount64(l[2])
}
