package form

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// How long a body may take. A phone at the edge of a network sends 20 kB a second,
// with breaks; who sends nothing, or drips, holds a connection for nothing.
const (
	stalled = 30 * time.Second // without a byte
	settled = time.Minute      // before the pace counts
	slowest = 4 << 10          // bytes a second after that, on the whole
	replied = 90 * time.Second // after the last byte, to answer
)

// Patient returns the body of r as it arrives. Each byte that came buys more time, so that a
// large body over a slow line gets through where the server's own deadlines would cut
// it, and the connection is cut where nothing comes for half a minute or, over the
// whole, less than 4 kB a second. Reading then fails with [os.ErrDeadlineExceeded].
func Patient(w http.ResponseWriter, r *http.Request) io.ReadCloser {
	return &patient{body: r.Body, line: http.NewResponseController(w), began: time.Now()}
}

// maxIgnored is how much of a body is read for nothing.
const maxIgnored = 32 << 20

// Discard reads the rest of a large body that is of no use, so that whoever sends it gets
// to read why: a browser that is still sending does not see an answer.
func Discard(w http.ResponseWriter, r *http.Request) {
	_, _ = io.CopyN(io.Discard, Patient(w, r), maxIgnored) // it ends or breaks; there is nobody to tell
}

// maxDropped is how much is read of whoever may send nothing: what is on the way when a
// browser sends a small photo.
const maxDropped = 1 << 20

// Drop reads the beginning of a body that nobody asked for, within the deadlines of the
// server, so that an honest browser that came too late mostly gets to read why.
func Drop(r *http.Request) {
	_, _ = io.CopyN(io.Discard, r.Body, maxDropped) // it ends or breaks; there is nobody to tell
}

type patient struct {
	body  io.ReadCloser
	line  *http.ResponseController
	began time.Time
	came  int64 // bytes
}

func (p *patient) Read(b []byte) (int, error) {
	until := time.Now().Add(stalled)
	if pace := p.began.Add(settled + time.Duration(p.came/slowest)*time.Second); pace.Before(until) {
		until = pace
	}
	err := errors.Join(p.line.SetReadDeadline(until), p.line.SetWriteDeadline(until.Add(replied)))
	if err != nil && !errors.Is(err, http.ErrNotSupported) { // a test without a connection has no deadlines
		return 0, err
	}
	n, err := p.body.Read(b)
	p.came += int64(n)
	if errors.Is(err, io.EOF) {
		// The server goes on reading, to notice that somebody left: time that is up
		// would look like that.
		_ = p.line.SetReadDeadline(time.Now().Add(replied)) // it worked above, or nothing has deadlines
	}
	return n, err
}

func (p *patient) Close() error { return p.body.Close() }
