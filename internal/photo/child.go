package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"loket/internal/fault"
)

// childName is the first argument of a child, and probeName a second one that
// makes it try what it must not be able to do.
const (
	childName = "photo-child"
	probeName = "probe"
)

// The limits of a child. It starts with the address space that its runtime has
// reserved and gets memoryBytes more, enough for a progressive JPEG of 24 million
// pixels, which is the hungriest picture that passes the gate.
const (
	memoryBytes    = 640 << 20
	processSeconds = 5 * slow // of processor time
	openFiles      = 32       // its pipes, and what the runtime and Landlock open
	threads        = 64       // of this user in the child's own user namespace: no bomb
)

// IsChild reports whether a program with these arguments, its own name not among
// them, is a child and must do nothing but call Child and exit with its result.
func IsChild(args []string) bool { return len(args) > 0 && args[0] == childName }

// Child is what the child runs, first thing in main and in TestMain: it confines
// itself, reads one file from stdin and answers on stdout.
//
// What it reads is the length of the mark in two bytes, the mark, and the file.
// It answers with a line and the new picture, "ok 1200 900 dark,small" and a line
// feed before the JPEG, or with "no" and a key.
func Child(args []string, stdin io.Reader, stdout io.Writer) int {
	if err := confine(); err != nil {
		fmt.Fprintf(stdout, "no %s\n", KeyUnavailable)
		return 1
	}
	if len(args) > 1 && args[1] == probeName {
		if err := probeAll(stdout, defaultTargets()); err != nil {
			return 1
		}
		return 0
	}
	if err := serve(stdin, stdout); err != nil {
		return 1
	}
	return 0
}

// collectBytes is the size of the heap from which on the child collects garbage
// whatever it costs: below the limit of its address space.
const collectBytes = 448 << 20

// serve answers one file.
func serve(stdin io.Reader, stdout io.Writer) error {
	debug.SetMemoryLimit(collectBytes)
	mark, raw, err := receive(stdin)
	if err != nil {
		return err
	}
	picture, err := remake(raw, mark, bounds{MaxPixels, MaxSide})
	if err != nil {
		_, err := fmt.Fprintf(stdout, "no %s\n", fault.Key(err))
		return err
	}
	advice := make([]string, len(picture.Advice))
	for i, a := range picture.Advice {
		advice[i] = string(a)
	}
	if _, err := fmt.Fprintf(stdout, "ok %d %d %s\n", picture.Width, picture.Height, strings.Join(advice, ",")); err != nil {
		return err
	}
	_, err = stdout.Write(picture.JPEG)
	return err
}

// send is what the parent writes to a child.
func send(mark string, raw []byte) io.Reader {
	head := binary.BigEndian.AppendUint16(nil, uint16(len(mark)))
	return io.MultiReader(bytes.NewReader(append(head, mark...)), bytes.NewReader(raw))
}

// receive reads what send wrote.
func receive(stdin io.Reader) (mark string, raw []byte, err error) {
	message, err := io.ReadAll(io.LimitReader(stdin, 2+markBytes+MaxBytes+1))
	if err != nil {
		return "", nil, fmt.Errorf("receive a file: %w", err)
	}
	if len(message) < 2 || len(message)-2 < int(binary.BigEndian.Uint16(message)) {
		return "", nil, errors.New("receive a file: it ends early")
	}
	end := 2 + int(binary.BigEndian.Uint16(message))
	return string(message[2:end]), message[end:], nil
}
