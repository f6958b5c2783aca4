package timing

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// wire stands between a program and its PostgreSQL and notes what passes.
type wire struct {
	server     string // path of the socket of the server
	mu         sync.Mutex
	statements map[string]string // by the name under which they were prepared
	sent       []string
	got        []string
}

// listen returns a wire, and the url by which the database is reached through it.
func listen(t testing.TB, databaseURL string) (*wire, string) {
	t.Helper()
	const socket = ".s.PGSQL.5432"
	at, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	w := &wire{server: filepath.Join(query.Get("host"), socket), statements: map[string]string{}}
	dir, err := os.MkdirTemp("", "wire") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close(); os.RemoveAll(dir) })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(client)
		}
	}()
	query.Set("host", dir)
	at.RawQuery = query.Encode()
	return w, at.String()
}

// carry passes one connection through.
func (w *wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("unix", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	go pass(client, server, false, w.noteAnswer)
	pass(server, client, true, w.noteMessage)
}

// pass passes messages on, each noted before the other side can react to it.
func pass(to, from net.Conn, bareFirst bool, note func(message []byte)) {
	for first := bareFirst; ; first = false {
		message, err := readMessage(from, first)
		if err != nil {
			return
		}
		if !first {
			note(message)
		}
		if _, err := to.Write(message); err != nil {
			return
		}
	}
}

// readMessage reads one message of the protocol. The first of a connection has no type.
func readMessage(r io.Reader, first bool) ([]byte, error) {
	head := make([]byte, 5)
	if first {
		head = head[1:]
	}
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[len(head)-4:])
	body := make([]byte, size-4)
	_, err := io.ReadFull(r, body)
	return append(head, body...), err
}

// noteMessage keeps the type and length of what the program sends, and which
// statement it is.
func (w *wire) noteMessage(message []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	line := fmt.Sprintf("%c %d", message[0], len(message))
	texts := strings.Split(string(message[5:]), "\x00")
	switch message[0] {
	case 'P': // Parse: name, text
		w.statements[texts[0]] = texts[1]
		line += " " + texts[1]
	case 'B': // Bind: portal, name
		line += " " + w.statements[texts[1]]
	case 'Q': // Query: text
		line += " " + texts[0]
	}
	w.sent = append(w.sent, line)
}

// noteAnswer keeps the type and length of what the database answers.
func (w *wire) noteAnswer(message []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.got = append(w.got, fmt.Sprintf("%c %d", message[0], len(message)))
}

// trace is what passed.
type trace struct{ Sent, Got []string }

// take returns what passed since the last time.
func (w *wire) take() trace {
	w.mu.Lock()
	defer w.mu.Unlock()
	passed := trace{w.sent, w.got}
	w.sent, w.got = nil, nil
	return passed
}
