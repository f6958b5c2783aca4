// Package demo catches what Loket sends: a mail server and a gateway for SMS and
// voice, both real, both on loopback, both keeping what arrived in memory. The
// demo shows it on a page, and tests read it.
//
//	mail, err := demo.ListenMail("localhost:0", time.Now)
//	defer mail.Close()
//	… send to mail.Addr() …
//	for _, m := range mail.Messages() { … }
//
// Both can be told to misbehave as real ones do, so that each misbehaviour is a
// test and not a hope.
//
// Nothing here leaves the machine: a listener on another address than loopback
// is refused.
package demo

import (
	"fmt"
	"net"
	"sync"
	"time"
)

// Behaviour is how a server treats what it is given.
type Behaviour string

// The behaviours.
const (
	Well   Behaviour = ""
	Down   Behaviour = "down"   // hangs up at once
	Slow   Behaviour = "slow"   // answers after half a minute, if then
	Busy   Behaviour = "busy"   // refuses, and says that it will pass
	Refuse Behaviour = "refuse" // refuses for good, quoting the recipient
	Lose   Behaviour = "lose"   // says yes and keeps nothing
	Double Behaviour = "double" // keeps it twice
	Cut    Behaviour = "cut"    // keeps it and hangs up without an answer
	Repeat Behaviour = "repeat" // says yes, with the reference of something else
)

// slowness is how long Slow lasts: longer than anybody waits.
const slowness = 30 * time.Second

// kept bounds what a server holds in memory; the oldest goes.
const kept = 1000

// mood is the behaviour of a server, which may change while it serves.
type mood struct {
	mu      sync.Mutex
	current Behaviour
	over    chan struct{} // closed when the mood changes
}

// Misbehave changes how the server treats what comes from now on.
func (m *mood) Misbehave(b Behaviour) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over != nil {
		close(m.over)
	}
	m.current, m.over = b, make(chan struct{})
}

// behaviour returns the mood of this moment; when it is slow, after its time.
func (m *mood) behaviour() Behaviour {
	m.mu.Lock()
	current, over := m.current, m.over
	m.mu.Unlock()
	if current == Slow {
		select {
		case <-time.After(slowness):
		case <-over:
		}
	}
	return current
}

// listen listens on a loopback address. What is accepted while the mood is Down
// is hung up.
func listen(addr string, m *mood) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for the demo: %w", err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		listener.Close()
		return nil, fmt.Errorf("the demo listens on loopback only, not on %s", addr)
	}
	return moody{listener, m}, nil
}

type moody struct {
	net.Listener
	mood *mood
}

func (l moody) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.mood.mu.Lock()
		down := l.mood.current == Down
		l.mood.mu.Unlock()
		if !down {
			return conn, nil
		}
		conn.Close()
	}
}

// add appends to a list of bounded length.
func add[T any](list []T, items ...T) []T {
	list = append(list, items...)
	return list[max(0, len(list)-kept):]
}
