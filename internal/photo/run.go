package photo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"loket/internal/fault"
)

// patience is how long a child may take in all. A picture that is made to take
// long ends before that, by the limit of processor time (processSeconds); this is
// for a machine that is busy with other things.
const patience = 15 * time.Second * slow

// answerBytes is how much a child may answer: a picture of 2400 by 2400 pixels
// in the best quality has less.
const answerBytes = 8 << 20

// answer is what a child wrote, and how it ended.
type answer struct {
	out   []byte
	state *os.ProcessState
}

// run starts a child, writes to it, and returns what it answered. A child that
// used up its processor time got a picture that is made to do that; one that used
// up only ours is not to blame.
func (c *Cleaner) run(ctx context.Context, args []string, stdin io.Reader) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	var out capped
	all := slices.Concat(c.command, args)
	cmd := exec.CommandContext(ctx, all[0], all[1:]...)
	cmd.Env = []string{} // nothing of ours
	cmd.Dir = "/"
	cmd.Stdin, cmd.Stdout = stdin, &out
	cmd.SysProcAttr = apart()
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	a := answer{out.Bytes(), cmd.ProcessState}
	switch {
	case a.state == nil:
		return a, fault.New(fault.Unavailable, KeyUnavailable, "start a child: %w", err)
	case err == nil:
		return a, nil
	case ctx.Err() != nil && a.state.UserTime() < processSeconds*time.Second/2:
		return a, fault.New(fault.Unavailable, KeyBusy, "wait for a child: %w", ctx.Err())
	case bytes.HasPrefix(a.out, []byte("no "+KeyUnavailable)):
		return a, fault.New(fault.Unavailable, KeyUnavailable, "the child could not confine itself")
	}
	return a, fault.New(fault.Invalid, KeyBroken, "a child gave up on a photo: %w", err)
}

// capped keeps what is written to it up to answerBytes, and then fails.
type capped struct{ bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > answerBytes {
		return 0, errors.New("the child writes too much")
	}
	return c.Buffer.Write(p)
}

// refusals are the keys by which a child may refuse a photo.
var refusals = []string{KeyEmpty, KeyType, KeyPixels, KeyBroken}

// read reads the answer of a child, and believes nothing in it.
func read(out []byte) (Picture, error) {
	line, picture, found := bytes.Cut(out, []byte("\n"))
	if key, no := strings.CutPrefix(string(line), "no "); no && slices.Contains(refusals, key) {
		return Picture{}, fault.New(fault.Invalid, key, "a child refused a photo: %s", key)
	}
	var p Picture
	var advice string
	if n, err := fmt.Sscanf(string(line), "ok %d %d %s", &p.Width, &p.Height, &advice); !found || n < 2 {
		return Picture{}, fault.New(fault.Invalid, KeyBroken, "a child answered what is no answer: %w", err)
	}
	for _, word := range strings.FieldsFunc(advice, func(r rune) bool { return r == ',' }) {
		a := Advice(word)
		if !slices.Contains([]Advice{Dark, Bright, Blurred, Small, CutOff}, a) || slices.Contains(p.Advice, a) {
			return Picture{}, fault.New(fault.Invalid, KeyBroken, "a child gave advice that there is not")
		}
		p.Advice = append(p.Advice, a)
	}
	if err := checkBaseline(picture, p.Width, p.Height); err != nil {
		return Picture{}, fault.New(fault.Invalid, KeyBroken, "a child answered with what it should not make: %w", err)
	}
	p.JPEG = picture
	return p, nil
}
