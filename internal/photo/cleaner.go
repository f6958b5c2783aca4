package photo

import (
	"context"
	"sync"
	"time"

	"loket/internal/fault"
)

// waitingPerChild is how many files may wait for each child that runs. They
// lie in memory, and somebody waits for the answer.
const waitingPerChild = 8

// Cleaner makes photos harmless. It is safe for use by many goroutines.
type Cleaner struct {
	command  []string
	patience time.Duration // with one child
	room     chan struct{} // one for each file that is here, waiting or in a child
	running  chan struct{} // one for each child

	mu       sync.Mutex
	confined bool // a probe was denied everything
}

// New returns a cleaner that starts children with command, the program and its
// arguments, of which at most parallel run at a time.
func New(command []string, parallel int) *Cleaner {
	return &Cleaner{
		command:  command,
		patience: patience,
		room:     make(chan struct{}, parallel*(1+waitingPerChild)),
		running:  make(chan struct{}, parallel),
	}
}

// Confined returns nil if this host confines the child; else fault.Unavailable
// with KeyUnavailable. It has a child try until one was denied everything, and
// not again after that.
func (c *Cleaner) Confined(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.confined {
		return nil
	}
	answer, err := c.run(ctx, []string{probeName}, nil)
	if err == nil {
		err = judge(string(answer.out))
	}
	if err != nil {
		return fault.New(fault.Unavailable, KeyUnavailable, "confine the child: %w", err)
	}
	c.confined = true
	return nil
}

// Clean returns the photo in raw as a picture that holds nothing else, with the
// mark burnt in: a short text in Latin letters that says what the copy is for.
// The errors are faults with the keys of this package.
func (c *Cleaner) Clean(ctx context.Context, raw []byte, mark string) (Picture, error) {
	answer, err := c.clean(ctx, raw, mark)
	if err != nil {
		return Picture{}, err
	}
	return read(answer.out)
}

// clean returns what the child answered.
func (c *Cleaner) clean(ctx context.Context, raw []byte, mark string) (answer, error) {
	if err := look(raw); err != nil {
		return answer{}, err
	}
	return c.cleanFrom(ctx, func() ([]byte, error) { return raw, nil }, mark)
}

// CleanFrom is as Clean, of a photo that load brings into memory once there is room for it.
func (c *Cleaner) CleanFrom(ctx context.Context, load func() ([]byte, error), mark string) (Picture, error) {
	answer, err := c.cleanFrom(ctx, load, mark)
	if err != nil {
		return Picture{}, err
	}
	return read(answer.out)
}

func (c *Cleaner) cleanFrom(ctx context.Context, load func() ([]byte, error), mark string) (answer, error) {
	if mark == "" || len(mark) > markBytes {
		return answer{}, fault.New(fault.Internal, "", "clean a photo: a mark of %d bytes", len(mark))
	}
	if err := c.Confined(ctx); err != nil {
		return answer{}, err
	}
	select {
	case c.room <- struct{}{}:
		defer func() { <-c.room }()
	default:
		return answer{}, fault.New(fault.Unavailable, KeyBusy, "clean a photo: too many are waiting")
	}
	raw, err := load()
	if err != nil {
		return answer{}, err
	}
	if err := look(raw); err != nil {
		return answer{}, err
	}
	select {
	case c.running <- struct{}{}:
		defer func() { <-c.running }()
	case <-ctx.Done():
		return answer{}, fault.New(fault.Unavailable, KeyBusy, "wait for a child: %w", ctx.Err())
	}
	return c.run(ctx, nil, send(mark, raw))
}
