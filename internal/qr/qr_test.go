package qr

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"rsc.io/qr/coding"

	"loket/internal/fault"
)

// naivePenalty scores module by module, straight from the words of the standard.
func naivePenalty(dark func(x, y int) bool, size int) int {
	score, count := 0, 0
	for y := range size {
		row, column := make([]bool, size), make([]bool, size)
		for x := range size {
			row[x], column[x] = dark(x, y), dark(y, x)
			if row[x] {
				count++
			}
			if x > 0 && y > 0 && dark(x, y) == dark(x-1, y) && dark(x, y) == dark(x, y-1) && dark(x, y) == dark(x-1, y-1) {
				score += 3
			}
		}
		score += naiveLine(row) + naiveLine(column)
	}
	percent := float64(count) * 100 / float64(size*size)
	for step := 5.0; step <= max(percent-50, 50-percent)+1e-9; step += 5 {
		score += 10
	}
	return score
}

func naiveLine(l []bool) int {
	score, text := 0, ""
	for i := 0; i < len(l); {
		n := i
		for n < len(l) && l[n] == l[i] {
			n++
		}
		if n-i >= 5 {
			score += 3 + n - i - 5
		}
		i = n
	}
	for _, dark := range l {
		text += map[bool]string{true: "1", false: "0"}[dark]
	}
	for i := range text {
		for _, pattern := range []string{"10111010000", "00001011101"} {
			if strings.HasPrefix(text[i:], pattern) {
				score += 40
			}
		}
	}
	return score
}

// TestPenaltyEqualsTheReference compares on noise of different densities and on
// lines that provoke runs and look-alikes, in all sizes.
func TestPenaltyEqualsTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := 17 + 4*rapid.IntRange(1, 40).Draw(t, "version")
		density := rapid.IntRange(0, 10).Draw(t, "density")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		rows, columns := make(grid, size), make(grid, size)
		put := func(x, y int) { rows[y].set(x); columns[x].set(y) }
		for y := range size {
			for x := 0; x < size; x++ {
				if random.IntN(40) == 0 {
					for i, c := range "00001011101000010111010000" {
						if x+i < size && c == '1' {
							put(x+i, y)
						}
					}
					x += 26
				} else if random.IntN(10) < density {
					put(x, y)
				}
			}
		}
		got := newScorer(size).penalty(rows, columns)
		if want := naivePenalty(func(x, y int) bool { return rows[y].bit(x) }, size); got != want {
			t.Fatalf("penalty of size %d = %d, want %d", size, got, want)
		}
	})
}

// TestEncodeTakesTheBestMask draws the symbol with the coding package for each
// mask: ours is one of them, and none has a smaller penalty.
func TestEncodeTakesTheBestMask(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for version := 1; version <= 40; version += 3 {
		for level := L; level <= H; level++ {
			v := coding.Version(version)
			text := randomText(random, (v.DataBytes(coding.Level(level))*8-17)*2/11)
			s, err := Encode(text, level)
			if err != nil {
				t.Fatal(err)
			}
			if s.Version() != version || s.Size() != 17+4*version {
				t.Fatalf("version %d of size %d for a text that fills version %d", s.Version(), s.Size(), version)
			}
			least := -1
			for mask := range masks {
				plan, err := coding.NewPlan(v, coding.Level(level), coding.Mask(mask))
				if err != nil {
					t.Fatal(err)
				}
				code, err := plan.Encode(coding.Alpha(text))
				if err != nil {
					t.Fatal(err)
				}
				if p := naivePenalty(code.Black, code.Size); least < 0 || p < least {
					least = p
				}
				if mask == s.mask && !sameModules(s, code) {
					t.Errorf("%d-%v, mask %d: other modules than the coding package", version, level, mask)
				}
			}
			if got := naivePenalty(s.Dark, s.Size()); got != least {
				t.Errorf("%d-%v: penalty %d, the least is %d", version, level, got, least)
			}
		}
	}
}

func sameModules(s *Symbol, code *coding.Code) bool {
	for y := -1; y <= s.Size(); y++ {
		for x := -1; x <= s.Size(); x++ {
			if s.Dark(x, y) != code.Black(x, y) {
				return false
			}
		}
	}
	return true
}

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

func randomText(random *rand.Rand, n int) string {
	text := []byte("A") // a digit alone would be numeric
	for len(text) < n {
		text = append(text, alphanumeric[random.IntN(len(alphanumeric))])
	}
	return string(text)
}

// zbar lets ZBar, which is not ours, read a picture.
func zbar(t *testing.T, picture []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "symbol.png")
	if err := os.WriteFile(file, picture, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "-q", "--raw", "--oneshot", "-Sbinary", file).Output()
	if err != nil {
		t.Errorf("zbarimg (Debian package zbar-tools): %v", err)
	}
	return string(out)
}

// Both drawings are read by a program that is not ours, in all sizes.
func TestZBarReadsBothDrawings(t *testing.T) { // G-54
	random := rand.New(rand.NewPCG(5, 6))
	texts := []string{"A", "0123456789", "https://example.org/a?b=c", "Größe 日本", "HC1:" + randomText(random, 600)}
	for _, n := range []int{40, 200, 900, 1700} {
		texts = append(texts, randomText(random, n))
	}
	for _, text := range texts {
		for _, level := range []Level{L, Q} {
			s, err := Encode(text, level)
			if err != nil {
				t.Fatal(err)
			}
			var picture, drawing bytes.Buffer
			if err := s.WritePNG(&picture, 4); err != nil {
				t.Fatal(err)
			}
			if got := zbar(t, picture.Bytes()); got != text {
				t.Errorf("PNG %d-%v reads %q, want %q", s.Version(), level, got, text)
			}
			if err := s.WriteSVG(&drawing, SVG{Label: "A symbol"}); err != nil {
				t.Fatal(err)
			}
			if got := zbar(t, render(t, drawing.String(), 4)); got != text {
				t.Errorf("SVG %d-%v reads %q, want %q", s.Version(), level, got, text)
			}
		}
	}
}

var (
	viewBox   = regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)"`)
	rectangle = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
)

// render paints the rectangles of the dark path, which is all a browser does.
func render(t *testing.T, drawing string, scale int) []byte {
	t.Helper()
	if err := xml.Unmarshal([]byte(drawing), new(struct{})); err != nil {
		t.Fatalf("not XML: %v", err)
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	side := number(viewBox.FindStringSubmatch(drawing)[1])
	picture := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for i := range picture.Pix {
		picture.Pix[i] = 0xff
	}
	_, path, ok := strings.Cut(drawing, `<path fill="#000" d="`)
	if !ok {
		t.Fatal("no dark path")
	}
	path, _, _ = strings.Cut(path, `"`)
	if left := rectangle.ReplaceAllString(path, ""); left != "" {
		t.Fatalf("a path that the test cannot paint: %.40q", left)
	}
	for _, m := range rectangle.FindAllStringSubmatch(path, -1) {
		x, y, w := number(m[1]), number(m[2]), number(m[3])
		if m[3] != m[4] {
			t.Fatalf("not a rectangle: %s", m[0])
		}
		for py := y * scale; py < (y+1)*scale; py++ {
			for px := x * scale; px < (x+w)*scale; px++ {
				picture.SetGray(px, py, color.Gray{})
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPNGHasOneBitAPixel(t *testing.T) {
	s, err := Encode("A", Q)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := s.WritePNG(&out, 3); err != nil {
		t.Fatal(err)
	}
	if depth := out.Bytes()[24]; depth != 1 {
		t.Errorf("%d bits a pixel", depth)
	}
	picture, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := picture.Bounds().Dx(), 3*(21+8); got != want {
		t.Errorf("%d pixels wide, want %d", got, want)
	}
	for _, scale := range []int{0, -1, maxScale + 1} {
		if err := s.WritePNG(&out, scale); err == nil {
			t.Errorf("scale %d is drawn", scale)
		}
	}
}

func TestSVGEscapesAndNeedsALabel(t *testing.T) {
	s, err := Encode("A", Q)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := s.WriteSVG(&out, SVG{Label: `"><script>`, Class: "qr", Role: "figure"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`role="figure"`, `aria-label="&#34;&gt;&lt;script&gt;"`, `class="qr"`, `shape-rendering="crispEdges"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %.300s", want, out.String())
		}
	}
	if err := s.WriteSVG(&out, SVG{}); err == nil {
		t.Error("a picture without a label is drawn")
	}
	if err := s.WriteSVG(&out, SVG{Role: "presentation"}); err != nil {
		t.Error(err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	if _, err := Encode(strings.Repeat("A", 4296), L); err != nil {
		t.Errorf("the longest alphanumeric text: %v", err)
	}
	if _, err := Encode(strings.Repeat("0", 7089), L); err != nil {
		t.Errorf("the longest number: %v", err)
	}
	for _, text := range []string{strings.Repeat("A", 4297), strings.Repeat("a", 2954), strings.Repeat("1", 1<<20)} {
		if _, err := Encode(text, L); !fault.Is(err, fault.Invalid) || fault.Key(err) != KeyTooLong {
			t.Errorf("%d bytes: %v", len(text), err)
		}
	}
	if _, err := Encode("A", 4); err == nil {
		t.Error("level 4 is taken")
	}
	if got := fmt.Sprint(L, Q, Level(9)); got != "L Q Level(9)" {
		t.Errorf("levels print as %s", got)
	}
}

func FuzzEncode(f *testing.F) {
	for _, seed := range []string{"", "A", "007", "HC1:6BF", "ü", "\x00\xff"} {
		f.Add(seed, 2)
	}
	f.Fuzz(func(t *testing.T, text string, level int) {
		s, err := Encode(text, Level(level))
		if err != nil {
			return
		}
		if s.Size() != 17+4*s.Version() || !s.Dark(0, 0) || s.Dark(7, 7) || !s.Dark(8, s.Size()-8) {
			t.Error("the fixed patterns are not in place")
		}
	})
}

// BenchmarkEncode is a symbol of an EU certificate, version 20-Q, with all eight
// masks scored; at least 1,500 a second and core are asked for.
func BenchmarkEncode(b *testing.B) {
	text := "HC1:" + randomText(rand.New(rand.NewPCG(7, 8)), 678)
	for b.Loop() {
		if _, err := Encode(text, Q); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "symbols/s")
}

func BenchmarkSVG(b *testing.B) {
	benchmarkDraw(b, func(s *Symbol, w *bytes.Buffer) error { return s.WriteSVG(w, SVG{Label: "x"}) })
}
func BenchmarkPNG(b *testing.B) {
	benchmarkDraw(b, func(s *Symbol, w *bytes.Buffer) error { return s.WritePNG(w, 4) })
}

func benchmarkDraw(b *testing.B, draw func(*Symbol, *bytes.Buffer) error) {
	s, err := Encode("HC1:"+randomText(rand.New(rand.NewPCG(7, 8)), 678), Q)
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := draw(s, &out); err != nil {
			b.Fatal(err)
		}
	}
}
