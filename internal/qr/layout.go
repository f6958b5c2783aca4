package qr

import (
	"sync"

	"rsc.io/qr/coding"
)

const (
	masks   = 8
	maxSize = 177 // modules on a side of version 40
)

// line is a row or a column of modules, the first in the lowest bit of a; bits
// past the end are zero. Three fields, not an array: the compiler keeps them in
// registers, which makes scoring three times as fast.
type line struct{ a, b, c uint64 }

func (l *line) set(i int) {
	switch bit := uint64(1) << (i & 63); i >> 6 {
	case 0:
		l.a |= bit
	case 1:
		l.b |= bit
	default:
		l.c |= bit
	}
}

func (l *line) bit(i int) bool {
	switch i >> 6 {
	case 0:
		return l.a>>i&1 != 0
	case 1:
		return l.b>>(i-64)&1 != 0
	}
	return l.c>>(i-128)&1 != 0
}

// grid is the lines of one symbol.
type grid []line

// layout is what symbols of one version and level have in common.
type layout struct {
	size int
	// rows and columns, for each mask: function patterns, format, and the mask over
	// the place of the data. A symbol is this and the data bits, exclusive or.
	rows, columns [masks]grid
	// places holds, for each bit of the codewords, its module: row << 8 | column.
	places []uint16
}

// layouts gives the layout of a version and level, worked out when first used.
var layouts = func() (all [coding.MaxVersion + 1][H + 1]func() *layout) {
	for v := coding.MinVersion; v <= coding.MaxVersion; v++ {
		for l := L; l <= H; l++ {
			all[v][l] = sync.OnceValue(func() *layout { return newLayout(coding.Version(v), coding.Level(l)) })
		}
	}
	return all
}()

func newLayout(v coding.Version, level coding.Level) *layout {
	l := new(layout)
	for mask := range masks {
		plan, err := coding.NewPlan(v, level, coding.Mask(mask))
		if err != nil {
			panic(err) // the arguments are in range
		}
		l.size = len(plan.Pixel)
		if l.places == nil {
			l.places = make([]uint16, (plan.DataBytes+plan.CheckBytes)*8)
		}
		l.rows[mask], l.columns[mask] = make(grid, l.size), make(grid, l.size)
		for y, row := range plan.Pixel {
			for x, pixel := range row {
				if pixel&coding.Black != 0 {
					l.rows[mask][y].set(x)
					l.columns[mask][x].set(y)
				}
				if r := pixel.Role(); r == coding.Data || r == coding.Check {
					l.places[pixel.Offset()] = uint16(y<<8 | x)
				}
			}
		}
	}
	return l
}

// fill puts the codewords into the symbol and takes the best mask.
func (l *layout) fill(version int, codewords []byte) *Symbol {
	var dataRows, dataColumns, rows, columns [maxSize]line
	for i, place := range l.places {
		if codewords[i>>3]>>(7-i&7)&1 != 0 {
			y, x := int(place>>8), int(place&0xff)
			dataRows[y].set(x)
			dataColumns[x].set(y)
		}
	}
	score := newScorer(l.size)
	best, least := 0, -1
	for mask := range masks {
		for i := range l.size {
			rows[i] = l.rows[mask][i].xor(dataRows[i])
			columns[i] = l.columns[mask][i].xor(dataColumns[i])
		}
		if p := score.penalty(rows[:l.size], columns[:l.size]); least < 0 || p < least {
			best, least = mask, p
		}
	}
	s := &Symbol{version: version, mask: best, size: l.size, rows: make(grid, l.size)}
	for i := range s.rows {
		s.rows[i] = l.rows[best][i].xor(dataRows[i])
	}
	return s
}
