package sheet

import (
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"loket/internal/fault"
	"loket/internal/qr"
)

// Measures in millimetres. The specification of EU certificates wants a symbol
// with a diagonal of 35 to 60 on paper; this one has its quiet zone besides.
const (
	margin     = 18.0
	pageWidth  = 210.0
	symbolSide = 42.0
	quiet      = 4    // modules
	labelWidth = 62.0 // of the table
	faint      = 90   // of 255: the second language
	points     = 0.3528
)

// page draws one proof.
type page struct {
	pdf     *fpdf.Fpdf
	letters *sfnt.Font
	buffer  sfnt.Buffer
}

// Write writes the sheet as a PDF. A sheet without a day or a proof is
// fault.Internal.
func Write(w io.Writer, s Sheet) error {
	if len(s.Proofs) == 0 || s.Made.IsZero() {
		return fault.New(fault.Internal, "", "print a sheet: it has %d proofs and a day: %t", len(s.Proofs), !s.Made.IsZero())
	}
	letters, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return fault.New(fault.Internal, "", "read the font of sheets: %w", err)
	}
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true) // or the order of its dictionaries is another one each time
	day := s.Made.UTC().Truncate(24 * time.Hour)
	pdf.SetCreationDate(day)
	pdf.SetModificationDate(day)
	pdf.SetProducer("Loket", false)
	pdf.SetTitle(s.Proofs[0].Title[0], true)
	pdf.SetLang(s.Lang)
	pdf.SetMargins(margin, margin, margin)
	pdf.SetCellMargin(0)
	pdf.SetAutoPageBreak(true, margin)
	pdf.AddUTF8FontFromBytes("go", "", goregular.TTF)
	pdf.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p := page{pdf: pdf, letters: letters}
	for _, proof := range s.Proofs {
		if err := p.draw(proof, s.Notes); err != nil {
			return err
		}
	}
	if err := pdf.Output(w); err != nil {
		return fault.New(fault.Internal, "", "write a sheet: %w", err)
	}
	return nil
}

func (p *page) draw(proof Proof, notes [][2]string) error {
	symbol, err := qr.Encode(proof.QR, qr.Q)
	if err != nil {
		return err
	}
	p.pdf.AddPage()
	p.pdf.SetXY(margin, margin)
	p.write(22, "B", 0, pageWidth-2*margin, proof.Title[0])
	p.write(14, "", faint, pageWidth-2*margin, proof.Title[1])
	p.rule(4)

	top := p.pdf.GetY()
	side := symbolSide * float64(symbol.Size()+2*quiet) / float64(symbol.Size())
	p.symbol(symbol, margin, top, side)
	p.pdf.SetLeftMargin(margin + side + 8)
	p.pdf.SetXY(margin+side+8, top+3)
	beside := pageWidth - 2*margin - side - 8
	for _, line := range proof.Who {
		p.write(9, "", faint, beside, line.Label[0]+" · "+line.Label[1])
		p.write(15, "B", 0, beside, p.printable(line))
		p.pdf.Ln(3)
	}
	p.write(10, "", 0, beside, proof.Show[0])
	p.write(10, "", faint, beside, proof.Show[1])
	p.pdf.SetLeftMargin(margin)
	p.pdf.SetXY(margin, max(p.pdf.GetY(), top+side))
	p.rule(3)

	for _, line := range proof.Rows {
		p.row(line)
	}
	p.pdf.Ln(4)
	for _, note := range notes {
		p.write(10, "", 0, pageWidth-2*margin, note[0])
		p.write(10, "", faint, pageWidth-2*margin, note[1])
		p.pdf.Ln(2)
	}
	return nil
}

// row draws a line of the table: labels on the left, the value on the right.
func (p *page) row(line Line) {
	top := p.pdf.GetY()
	p.write(10, "", 0, labelWidth, line.Label[0])
	p.write(9, "", faint, labelWidth, line.Label[1])
	left := p.pdf.GetY()
	p.pdf.SetLeftMargin(margin + labelWidth)
	p.pdf.SetXY(margin+labelWidth, top)
	p.write(11, "", 0, pageWidth-2*margin-labelWidth, p.printable(line))
	p.pdf.SetLeftMargin(margin)
	p.pdf.SetXY(margin, max(left, p.pdf.GetY()))
	p.rule(1)
}

// write writes a text in so many points, breaking it within a width.
func (p *page) write(size float64, style string, gray int, width float64, text string) {
	p.pdf.SetFont("go", style, size)
	p.pdf.SetTextColor(gray, gray, gray)
	p.pdf.MultiCell(width, size*points*1.3, text, "", "L", false)
}

// rule draws a line across the page, with so much room above and below.
func (p *page) rule(room float64) {
	y := p.pdf.GetY() + room
	p.pdf.SetDrawColor(faint, faint, faint)
	p.pdf.SetLineWidth(0.1)
	p.pdf.Line(margin, y, pageWidth-margin, y)
	p.pdf.SetXY(margin, y+room)
}

// symbol draws the dark modules as rectangles, those beside each other as one.
func (p *page) symbol(symbol *qr.Symbol, left, top, side float64) {
	module := side / float64(symbol.Size()+2*quiet)
	p.pdf.SetFillColor(0, 0, 0)
	for y := range symbol.Size() {
		for x := 0; x < symbol.Size(); x++ {
			start := x
			for symbol.Dark(x, y) {
				x++
			}
			if x > start {
				p.pdf.Rect(left+float64(quiet+start)*module, top+float64(quiet+y)*module, float64(x-start)*module, module, "F")
			}
		}
	}
}

// printable returns the value of a line, or its standardised form if the font
// lacks a letter of it, or at the last the value without those letters.
func (p *page) printable(line Line) string {
	if p.has(line.Value) {
		return line.Value
	}
	if line.Latin != "" && p.has(line.Latin) {
		return line.Latin
	}
	var rest []rune
	for _, r := range line.Value {
		if !p.has(string(r)) {
			r = '?'
		}
		rest = append(rest, r)
	}
	return string(rest)
}

// has reports whether the font has every letter of a text.
func (p *page) has(text string) bool {
	for _, r := range text {
		if glyph, err := p.letters.GlyphIndex(&p.buffer, r); err != nil || glyph == 0 {
			return false
		}
	}
	return true
}
