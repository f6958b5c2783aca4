package photo

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"loket/internal/fault"
)

// secret stands in every place of a hostile file where its sender may write.
const secret = "N52.0000-E004.0000"

// hostile is a file and what must come of it: a key, "picture", or, if empty,
// either of them; of one that is "slow", also that nobody waited for it.
type hostile struct {
	name string
	raw  []byte
	want string
}

// TestHostileFiles cleans at least five hundred files by which somebody could try
// to get out of the child, into a browser, or at the memory of this machine.
func TestHostileFiles(t *testing.T) {
	files := hostileFiles(t)
	if len(files) < 500 {
		t.Errorf("%d files, want 500", len(files))
	}
	cleaner := ownCleaner(t)
	cleaner.patience = time.Minute // a machine that tests is busy
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var all tallied
	var workers sync.WaitGroup
	work := make(chan hostile)
	for range 2 {
		workers.Go(func() {
			for h := range work {
				all.add(t, cleaner, h)
			}
		})
	}
	for i, h := range files {
		if i%slow == 0 { // all, where the race detector does not make each child start slowly
			work <- h
		}
	}
	close(work)
	workers.Wait()
	runtime.ReadMemStats(&after)
	t.Logf("%d files: %v; the largest child had %d MB", len(files), all.ends, all.memory>>10)
	if all.memory > (memoryBytes>>10)*slow {
		t.Errorf("a child had %d MB", all.memory>>10)
	}
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 200<<20 {
		t.Errorf("the parent grew by %d MB", grown>>20)
	}
	if err := cleaner.Confined(t.Context()); err != nil {
		t.Error(err)
	}
}

// tallied is what came of the files.
type tallied struct {
	mu     sync.Mutex
	ends   map[string]int // by key
	memory int64          // of the largest child, in kilobytes
}

func (a *tallied) add(t *testing.T, cleaner *Cleaner, h hostile) {
	answer, err := cleaner.clean(t.Context(), h.raw, "Copy for a test")
	var p Picture
	end := "picture"
	if err == nil {
		p, err = read(answer.out)
	}
	if err != nil {
		end = fault.Key(err)
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error repeats the file", h.name)
		}
	} else if found := leftover(p.JPEG); found != "" { // T12
		t.Errorf("%s: the new picture holds %q", h.name, found)
	}
	known := slices.Contains([]string{KeyEmpty, KeyType, KeyHEIC, KeyPDF, KeyLarge, KeyPixels, KeyBroken, "picture"}, end)
	if h.want == "slow" {
		known, h.want = known || end == KeyBusy, ""
	}
	if !known || h.want != "" && end != h.want {
		t.Errorf("%s: %s (%v), want %q", h.name, end, err, h.want)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ends == nil {
		a.ends = map[string]int{}
	}
	a.ends[end]++
	if answer.state != nil {
		a.memory = max(a.memory, answer.state.SysUsage().(*syscall.Rusage).Maxrss)
	}
}

// leftover looks for what senders wrote, anywhere in a new picture.
func leftover(picture []byte) string {
	for _, word := range []string{secret, "Exif", "GPS", "<script", "<?php", "PK\x03\x04", "ICC_PROFILE", "Adobe", "\xff\xd9\xff", "http"} {
		if bytes.Contains(picture, []byte(word)) {
			return word
		}
	}
	return ""
}

func hostileFiles(t *testing.T) []hostile {
	t.Helper()
	small := drawCard(card{w: 240, h: 180, noise: 3})
	goodJPEG, goodPNG := small.jpeg(80), small.png()
	files := slices.Concat(
		wrongTypes(), polyglots(t, goodJPEG, goodPNG), withMetadata(goodJPEG, goodPNG), bombs(goodPNG),
		truncated("jpeg", goodJPEG, 50), truncated("png", goodPNG, 40),
		flipped("jpeg", goodJPEG, 60), flipped("png", goodPNG, 20),
	)
	for _, name := range strangers(t) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		name = filepath.Base(name)
		files = append(files, hostile{name, raw, ""})
		files = append(files, truncated(name, raw, 1)...)
		files = append(files, flipped(name, raw, 1)...)
	}
	return files
}

// strangers are the pictures that Go's own decoders are tested with: progressive,
// CMYK, interlaced, of 16 bits, broken.
func strangers(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "src", "image")
	var names []string
	for _, pattern := range []string{"testdata/*", "png/testdata/*.png", "png/testdata/pngsuite/*.png"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	return names
}

func wrongTypes() []hostile {
	return []hostile{
		{"nothing", nil, KeyEmpty},
		{"text", []byte("not a picture " + secret), KeyType},
		{"HTML", []byte("<!doctype html><script>" + secret + "</script>"), KeyType},
		{"SVG", []byte(`<svg xmlns="x" onload="` + secret + `"/>`), KeyType},
		{"GIF", []byte("GIF89a" + secret), KeyType},
		{"WebP", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), KeyType},
		{"TIFF", []byte("II*\x00\x08\x00\x00\x00"), KeyType},
		{"BMP", []byte("BM" + secret), KeyType},
		{"program", []byte("\x7fELF\x02\x01\x01"), KeyType},
		{"PDF", []byte("%PDF-1.7\n" + secret), KeyPDF},
		{"PDF behind something", []byte("\n\n  %PDF-1.4"), KeyPDF},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), KeyHEIC},
		{"AVIF", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00"), KeyHEIC},
		{"film", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00"), KeyType},
		{"too large", bytes.Repeat([]byte("\xff\xd8\xff"), MaxBytes/3+1), KeyLarge},
		{"only zeros", make([]byte, 1<<20), KeyType},
		{"the start of a JPEG", []byte("\xff\xd8\xff"), KeyBroken},
		{"the start of a PNG", []byte("\x89PNG\r\n\x1a\n"), KeyBroken},
		{"a JPEG of fillings", append([]byte("\xff\xd8"), bytes.Repeat([]byte{0xff}, 8<<20)...), KeyBroken},
	}
}

func polyglots(t *testing.T, goodJPEG, goodPNG []byte) []hostile {
	t.Helper()
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	f, err := archive.Create("x.html")
	if err == nil {
		_, err = f.Write([]byte("<script>" + secret + "</script>"))
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	var files []hostile
	for name, tail := range map[string]string{
		"ZIP": packed.String(), "HTML": "<script>" + secret + "</script>", "PHP": "<?php system('" + secret + "'); ?>",
		"PDF": "%PDF-1.7 " + secret, "another JPEG": string(goodJPEG), "another PNG": string(goodPNG), "zeros": strings.Repeat("\x00", 1<<20),
	} {
		files = append(files,
			hostile{"JPEG and " + name, append(slices.Clone(goodJPEG), tail...), "picture"},
			hostile{"PNG and " + name, append(slices.Clone(goodPNG), tail...), "picture"})
		if len(tail) < 0xf000 {
			files = append(files,
				hostile{"JPEG with a comment of " + name, withSegment(goodJPEG, 0xfe, tail), "picture"},
				hostile{"JPEG with an APP13 of " + name, withSegment(goodJPEG, 0xed, tail), "picture"},
				hostile{"PNG with a text of " + name, withChunk(goodPNG, "tEXt", "Comment\x00"+tail), "picture"})
		}
	}
	return files
}

func withMetadata(goodJPEG, goodPNG []byte) []hostile {
	var files []hostile
	for orientation := range uint16(12) {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			tiff := string(exifBlock(order, orientation))
			files = append(files,
				hostile{fmt.Sprintf("JPEG with GPS and orientation %d, %v", orientation, order), withSegment(goodJPEG, 0xe1, "Exif\x00\x00"+tiff), "picture"},
				hostile{fmt.Sprintf("PNG with GPS and orientation %d, %v", orientation, order), withChunk(goodPNG, "eXIf", tiff), "picture"})
		}
	}
	profile := strings.Repeat(secret, 3000)
	many := goodJPEG
	for range 200 {
		many = withSegment(many, 0xe2, "ICC_PROFILE\x00\x01\x01"+profile)
	}
	twice := withChunk(withChunk(goodPNG, "gAMA", "\x00\x00\xb1\x8f"), "gAMA", "\x00\x00\xb1\x8f")
	return append(files,
		hostile{"JPEG with a profile of 10 MB", many, "picture"},
		hostile{"JPEG with XMP", withSegment(goodJPEG, 0xe1, "http://ns.adobe.com/xap/1.0/\x00"+secret), "picture"},
		hostile{"PNG with XMP", withChunk(goodPNG, "iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+secret), "picture"},
		hostile{"PNG with a profile", withChunk(goodPNG, "iCCP", "x\x00\x00"+string(deflated(16<<20))), "picture"},
		hostile{"PNG with a packed text", withChunk(goodPNG, "zTXt", "x\x00\x00"+string(deflated(64<<20))), "picture"},
		hostile{"PNG with a chunk twice", twice, "picture"},
		hostile{"PNG with two headers", withChunk(goodPNG, "IHDR", "\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"), KeyBroken},
		hostile{"animated PNG", withChunk(goodPNG, "acTL", "\x00\xff\xff\xff\x00\x00\x00\x00"), "picture"},
		hostile{"PNG with an unknown chunk that must be known", withChunk(goodPNG, "BADD", secret), ""},
	)
}

func bombs(goodPNG []byte) []hostile {
	var files []hostile
	for _, size := range [][2]int{{20000, 20000}, {8001, 1}, {1, 8001}, {8000, 3001}, {5000, 5000}, {1 << 30, 1 << 30}, {0x7fffffff, 1}} {
		files = append(files, hostile{fmt.Sprintf("PNG of %d by %d", size[0], size[1]), flatPNG(size[0], size[1], 0), ""})
	}
	for _, size := range [][2]int{{65535, 65535}, {8001, 10}, {6000, 4001}} {
		files = append(files, hostile{fmt.Sprintf("JPEG of %d by %d", size[0], size[1]), grayScans(0xc0, size[0], size[1], 3, 0), KeyPixels})
	}
	files = append(files,
		hostile{"PNG of 400 million pixels, complete", flatPNG(20000, 20000, 400<<20), KeyPixels},
		hostile{"PNG of 8000 by 3000 that says more than it has", flatPNG(8000, 3000, 1000), KeyBroken},
		hostile{"PNG of 8000 by 3000", flatPNG(8000/slow, 3000/slow, -1), "picture"},
		hostile{"PNG of no pixels", flatPNG(0, 0, 10), KeyBroken},
		hostile{"PNG of one pixel", flatPNG(1, 1, -1), "picture"},
		hostile{"PNG of one row", flatPNG(8000, 1, -1), "picture"},
		hostile{"PNG of one column", flatPNG(1, 8000, -1), "picture"},
		hostile{"PNG of 8000 by 3000 that unpacks to a gigabyte", flatPNG(8000/slow, 3000/slow, 1<<30/slow), ""},
		hostile{"PNG with its length wrong", bytes.Replace(goodPNG, []byte("\x00\x00\x00\rIHDR"), []byte("\xff\xff\xff\xffIHDR"), 1), KeyBroken},
		hostile{"progressive JPEG of 24 million pixels, complete", grayScans(0xc2, 6000/slow, 4000/slow, 3, 1), "picture"},
		hostile{"progressive JPEG of 24 million pixels in four colours", grayScans(0xc2, 6000/slow, 4000/slow, 4, 1), ""},
		hostile{"progressive JPEG of 240 scans", grayScans(0xc2, 6000/slow, 4000/slow, 3, 240), "slow"},
	)
	for _, sof := range []byte{0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf} {
		for _, precision := range []byte{8, 12, 16} {
			files = append(files, hostile{fmt.Sprintf("JPEG of kind %x with %d bits", sof, precision), frameOnly(sof, precision, 100, 100, 3), KeyBroken})
		}
	}
	return files
}

func truncated(name string, raw []byte, pieces int) []hostile {
	var files []hostile
	for i := range pieces {
		end := len(raw) * (2*i + 1) / (2 * pieces)
		files = append(files, hostile{fmt.Sprintf("%s up to byte %d", name, end), raw[:end], ""})
	}
	return files
}

func flipped(name string, raw []byte, times int) []hostile {
	var files []hostile
	state := uint32(len(raw))
	for i := range times {
		changed := slices.Clone(raw)
		for range 1 + i%3 {
			state = state*1664525 + 1013904223
			at := int(state>>8) % len(changed)
			if i%2 == 0 { // half of them where the tables are
				at %= min(len(changed), 700)
			}
			changed[at] ^= 1 << (state & 7)
		}
		files = append(files, hostile{fmt.Sprintf("%s with bits flipped, %d", name, i), changed, ""})
	}
	return files
}

// withSegment puts a segment behind the first two bytes of a JPEG.
func withSegment(raw []byte, marker byte, content string) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, marker}, uint16(2+len(content)))
	return slices.Concat(head, []byte(content), raw[2:])
}

// withChunk puts a chunk behind the header of a PNG.
func withChunk(raw []byte, name, content string) []byte {
	const header = 8 + 12 + 13
	return slices.Concat(raw[:header], chunk(name, []byte(content)), raw[header:])
}

func chunk(name string, content []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	b = append(append(b, name...), content...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// deflated packs so many zeros.
func deflated(size int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	for part := make([]byte, 1<<20); size > 0; size -= len(part) {
		w.Write(part[:min(len(part), size)])
	}
	w.Close()
	return b.Bytes()
}

// flatPNG is a black PNG of so many bytes of pixels; as many as it needs if negative.
func flatPNG(width, height, size int) []byte {
	if size < 0 {
		size = height * (width + 1)
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(header, 8, 0, 0, 0, 0)), chunk("IDAT", deflated(size)), chunk("IEND", nil))
}

// frameOnly is a JPEG with a header and nothing after it.
func frameOnly(sof, precision byte, width, height, colours int) []byte {
	b := []byte{0xff, 0xd8, 0xff, sof, 0, byte(8 + 3*colours), precision, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(colours)}
	for i := range colours {
		b = append(b, byte(i+1), 0x11, 0)
	}
	return b
}

// grayScans is a JPEG whose every coefficient is nought, in so many scans: few
// bytes that take as much memory and time as a real one.
func grayScans(sof byte, width, height, colours, scans int) []byte {
	b := frameOnly(sof, 8, width, height, colours)
	b = append(b, 0xff, 0xdb, 0, 67, 0)
	b = append(b, bytes.Repeat([]byte{1}, 64)...)
	for _, class := range []byte{0x00, 0x10} { // one code, of one bit, for nought
		b = append(b, 0xff, 0xc4, 0, 20, class, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	blocks := ((width + 7) / 8) * ((height + 7) / 8)
	if scans == 0 { // a scan begins
		b = append(b, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0)
	}
	for i := range scans {
		if i == 0 {
			b = append(b, 0xff, 0xda, 0, byte(6+2*colours), byte(colours))
			for c := range colours {
				b = append(b, byte(c+1), 0)
			}
			b = append(append(b, 0, 0, 0), make([]byte, (blocks*colours+7)/8)...)
			continue
		}
		b = append(b, 0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0)
		b = append(b, make([]byte, (blocks+7)/8)...)
	}
	return append(b, 0xff, 0xd9)
}
