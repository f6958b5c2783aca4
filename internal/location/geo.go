package location

import (
	"math"
	"strconv"
	"strings"
)

// Point is where something is on the earth, in degrees. The zero Point is nowhere.
type Point struct{ North, East float64 }

// IsZero reports whether nobody said where it is.
func (p Point) IsZero() bool { return p == Point{} }

// earth is its mean radius in kilometres (IUGG).
const earth = 6371.0

// Kilometres returns how far it is to another point, as the crow flies.
func (p Point) Kilometres(to Point) float64 {
	const degree = math.Pi / 180
	north, east := math.Sin((to.North-p.North)*degree/2), math.Sin((to.East-p.East)*degree/2)
	a := north*north + math.Cos(p.North*degree)*math.Cos(to.North*degree)*east*east
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(a)))
}

// ParsePoint reads "52.31,4.95": degrees north and east. What it refuses is a fault of
// kind Invalid.
func ParsePoint(text string) (Point, error) {
	north, east, _ := strings.Cut(text, ",")
	n, wrongNorth := strconv.ParseFloat(north, 64)
	e, wrongEast := strconv.ParseFloat(east, 64)
	if wrongNorth != nil || wrongEast != nil || !(math.Abs(n) <= 90) || !(math.Abs(e) <= 180) {
		return Point{}, invalid("", "a point that does not read 52.31,4.95")
	}
	return Point{n, e}, nil
}

// ParseLines reads lines of a map: points with spaces between, lines with semicolons. What
// it refuses is a fault of kind Invalid.
func ParseLines(text string) ([][]Point, error) {
	var lines [][]Point
	for part := range strings.SplitSeq(text, ";") {
		var line []Point
		for word := range strings.FieldsSeq(part) {
			p, err := ParsePoint(word)
			if err != nil {
				return nil, err
			}
			line = append(line, p)
		}
		if len(line) < 3 {
			return nil, invalid("", "a line of fewer than three points")
		}
		lines = append(lines, line)
	}
	return lines, nil
}
