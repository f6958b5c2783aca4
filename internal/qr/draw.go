package qr

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strconv"

	"loket/internal/fault"
)

// SVG says how a symbol stands in a page.
type SVG struct {
	Role  string // ARIA role; empty means img
	Label string // what a screen reader says instead of the picture; needed unless Role is presentation
	Class string // CSS class; the size is the page's to give
}

// WriteSVG draws the symbol as one svg element with one path, a unit of which is
// a module. It carries no styles, so it may stand in a page with a strict content
// security policy, and names its colours, so that no dark theme inverts it.
func (s *Symbol) WriteSVG(w io.Writer, o SVG) error {
	role := o.Role
	if role == "" {
		role = "img"
	}
	if o.Label == "" && role != "presentation" && role != "none" {
		return fault.New(fault.Internal, "", "draw a QR symbol: a picture without a label")
	}
	side := s.size + 2*quietZone
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="%s"`, side, side, html.EscapeString(role))
	if o.Label != "" {
		fmt.Fprintf(b, ` aria-label="%s"`, html.EscapeString(o.Label))
	}
	if o.Class != "" {
		fmt.Fprintf(b, ` class="%s"`, html.EscapeString(o.Class))
	}
	fmt.Fprintf(b, ` shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="`, side, side)
	b.Write(s.path())
	b.WriteString(`"/></svg>`)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write a QR symbol: %w", err)
	}
	return nil
}

// path draws each run of dark modules in a row as a rectangle.
func (s *Symbol) path() []byte {
	d := make([]byte, 0, s.size*s.size*3)
	for y := range s.size {
		for x := 0; x < s.size; x++ {
			if !s.rows[y].bit(x) {
				continue
			}
			start := x
			for x < s.size && s.rows[y].bit(x) {
				x++
			}
			d = strconv.AppendInt(append(d, 'M'), int64(start+quietZone), 10)
			d = strconv.AppendInt(append(d, ' '), int64(y+quietZone), 10)
			d = strconv.AppendInt(append(d, 'h'), int64(x-start), 10)
			d = strconv.AppendInt(append(d, "v1h-"...), int64(x-start), 10)
			d = append(d, 'z')
		}
	}
	return d
}
