// Package photo makes a photo that somebody sent harmless, in a child process
// that can do nothing else, and says what its taker could do better.
//
//	cleaner := photo.New([]string{"/proc/self/exe", "photo-child"}, 2)
//	if err := cleaner.Confined(ctx); err != nil { … no photos are taken on this host … }
//	picture, err := cleaner.Clean(ctx, raw, "Copy for the vaccination counter, 12 May 2026")
//
// A picture is a program for a decoder, and its sender may be anybody. So this
// process looks at the length and the first bytes of a file and at nothing else.
// A child, which is this program again and knows itself by its first argument
// ([IsChild], [Child]), gets the file on its standard input, and before it reads
// a byte it gives up everything: it has no environment, no network (an empty
// namespace), a user that owns nothing, and the kernel refuses it every system
// call but those for memory, its own threads and its two pipes (filter_linux.go).
// Landlock forbids files once more. Memory, files and processes are limited, and it
// ends after five seconds of processor time. [Cleaner.Confined] has a child try
// what it must not be able to do; where one thing works, no photo is ever taken.
//
// The child refuses what is too large before it decodes, decodes, turns the
// picture upright as its EXIF data say, scales it to at most 2400 pixels, burns in
// the mark that says what the copy is for, and writes a new baseline JPEG.
// Nothing else of the file survives: no EXIF, no place, no profile, no comment, no
// bytes behind the end. This process believes none of that and reads the
// structure of the answer itself.
//
// [Advice] is computed from the pixels and never refuses: people send what they
// can, and a person decides whether it will do.
//
// Errors are faults with a key that says what to do; none repeats a byte of the
// file.
package photo

// What is taken. The numbers are from the OWASP advice on uploads and from what
// phones make: twelve million pixels, rarely more, in three to six megabytes.
const (
	MaxBytes  = 12 << 20   // of the file
	MaxPixels = 24_000_000 // width times height
	MaxSide   = 8000       // pixels
)

// The keys of the errors. Those up to KeyBroken are fault.Invalid: another photo
// is needed. The last two are fault.Unavailable: the photo may be a good one.
const (
	KeyEmpty       = "photo.empty"
	KeyType        = "photo.type"
	KeyHEIC        = "photo.heic"
	KeyPDF         = "photo.pdf"
	KeyLarge       = "photo.large"
	KeyPixels      = "photo.pixels"
	KeyBroken      = "photo.broken"
	KeyUnavailable = "photo.unavailable"
	KeyBusy        = "photo.busy"
)

// Advice is what the taker of a photo could do better. Its message key is
// "photo.advice." and its text.
type Advice string

// The advice there is.
const (
	Dark    Advice = "dark"    // nearly nothing in it is light
	Bright  Advice = "bright"  // a part is white altogether: glare of a lamp or of the sun
	Blurred Advice = "blurred" // no edge in it is sharp
	Small   Advice = "small"   // too few pixels for small print
	CutOff  Advice = "cut-off" // the document seems to reach over an edge of the picture
)

// Picture is a photo made harmless.
type Picture struct {
	JPEG          []byte // baseline, without any metadata, with the mark
	Width, Height int    // in pixels, upright, with the strip of the mark
	Advice        []Advice
}
