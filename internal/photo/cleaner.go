package photo

import (
	"context"
	"io"

	"loket/internal/fault"
)

// Cleaner makes photos harmless. It is safe for use by many goroutines.
type Cleaner struct {
	command []string
}

// New returns a cleaner that starts children with command, the program and its
// arguments, of which at most parallel run at a time.
func New(command []string, parallel int) *Cleaner {
	return &Cleaner{command: command}
}

// Confined returns nil if this host confines the child, which is probed until it
// was so once; else fault.Unavailable with KeyUnavailable.
func (c *Cleaner) Confined(ctx context.Context) error {
	return fault.New(fault.Unavailable, KeyUnavailable, "not built yet")
}

// Clean returns the photo in raw as a picture that holds nothing else, with the
// mark burnt in: a short text in Latin letters that says what the copy is for.
// The errors are those of the keys of this package.
func (c *Cleaner) Clean(ctx context.Context, raw []byte, mark string) (Picture, error) {
	return Picture{}, fault.New(fault.Unavailable, KeyUnavailable, "not built yet")
}

// childName is the first argument of a child.
const childName = "photo-child"

// IsChild reports whether a program with these arguments, its own name not among
// them, is a child and must do nothing but call Child and exit with its result.
func IsChild(args []string) bool { return len(args) > 0 && args[0] == childName }

// Child is what the child runs, first thing in main and in TestMain.
func Child(args []string, stdin io.Reader, stdout io.Writer) int { return 1 }
