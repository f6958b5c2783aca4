package public

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"loket/internal/location"
)

// drawMap returns the map as SVG. It says nothing that the list beside it does not say.
func (p *Pages) drawMap(ctx context.Context) ([]byte, error) {
	outline, err := p.Planner.Outline()
	if err != nil || len(outline) == 0 {
		return nil, err
	}
	all, err := p.Planner.Locations.Of(ctx)
	if err != nil {
		return nil, err
	}
	m := newMap(outline)
	for i, l := range all {
		if !l.Point.IsZero() && l.On(p.Planner.Today()) != location.Closed {
			m.put(i+1, l.Point)
		}
	}
	return m.svg(), nil
}

// mapSize is how large a map is, in pixels.
type mapSize struct{ Width, Height int }

// mapView is the outline of a country with a number at each location: that of the list.
type mapView struct {
	mapSize
	lines []string // for the attribute points of a polygon
	dots  []dot

	west, north, narrow float64
}

// dot is a location on the map, with the numbers of those that lie there.
type dot struct {
	x, y  int
	label string
}

// A dot is as wide as its label, which stands in the middle of it.
const (
	dotSize  = 18
	dotExtra = 7 // for each character after the first
)

func (d dot) width() int { return dotSize + dotExtra*(len(d.label)-1) }

// mapScale is how many pixels a degree of latitude has.
const mapScale = 100

// newMap draws an outline. Degrees of longitude are made narrower, as they are in the
// middle of the country.
func newMap(outline [][]location.Point) *mapView {
	least, most := outline[0][0], outline[0][0]
	for _, line := range outline {
		for _, at := range line {
			least = location.Point{North: math.Min(least.North, at.North), East: math.Min(least.East, at.East)}
			most = location.Point{North: math.Max(most.North, at.North), East: math.Max(most.East, at.East)}
		}
	}
	const margin = 0.08 // degrees, so that no dot is cut
	m := &mapView{west: least.East - margin, north: most.North + margin, narrow: math.Cos((least.North + most.North) / 2 * math.Pi / 180)}
	m.Width, m.Height = m.at(location.Point{North: least.North - margin, East: most.East + margin})
	for _, line := range outline {
		var points []string
		for _, at := range line {
			x, y := m.at(at)
			points = append(points, fmt.Sprintf("%d,%d", x, y))
		}
		m.lines = append(m.lines, strings.Join(points, " "))
	}
	return m
}

func (m *mapView) at(p location.Point) (x, y int) {
	return int(math.Round((p.East - m.west) * m.narrow * mapScale)), int(math.Round((m.north - p.North) * mapScale))
}

// put adds a location; those that lie at one point share a dot.
func (m *mapView) put(n int, p location.Point) {
	x, y := m.at(p)
	label := strconv.Itoa(n)
	for i := range m.dots {
		if m.dots[i].x == x && m.dots[i].y == y {
			m.dots[i].label += " " + label
			return
		}
	}
	m.dots = append(m.dots, dot{x, y, label})
}

// svg writes the map. Its colours stand by themselves, on whatever the browser puts behind.
func (m *mapView) svg() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d">`, m.Width, m.Height)
	fmt.Fprintf(&out, `<rect width="%d" height="%d" fill="#fff"/><g fill="#f3f2f1" stroke="#0b0c0c">`, m.Width, m.Height)
	for _, line := range m.lines {
		fmt.Fprintf(&out, `<polygon points="%s"/>`, line)
	}
	out.WriteString(`</g><g font-family="sans-serif" font-size="13" font-weight="bold" text-anchor="middle">`)
	for _, d := range m.dots {
		fmt.Fprintf(&out, `<rect x="%d" y="%d" width="%d" height="%d" rx="%d" fill="#fff" stroke="#0b0c0c" stroke-width="1.5"/>`,
			d.x-d.width()/2, d.y-dotSize/2, d.width(), dotSize, dotSize/2)
		fmt.Fprintf(&out, `<text x="%d" y="%d">%s</text>`, d.x, d.y+dotSize/4, d.label)
	}
	out.WriteString(`</g></svg>`)
	return out.Bytes()
}
