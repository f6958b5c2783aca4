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

// wire stands between a program and its PostgreSQL and notes what the program sends.
type wire struct {
	server string // path of the socket of the server
	mu     sync.Mutex
	trace  []string
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
	w := &wire{server: filepath.Join(query.Get("host"), socket)}
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
	go io.Copy(client, server)
	for first := true; ; first = false {
		message, err := readMessage(client, first)
		if err != nil {
			return
		}
		if !first { // before the server can answer
			w.note(message)
		}
		if _, err := server.Write(message); err != nil {
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

// note keeps the type and length of a message: which statement it is, and how long
// what is sealed in it.
func (w *wire) note(message []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kind := message[0]
	line := fmt.Sprintf("%c %d", kind, len(message))
	if kind == 'B' { // Bind: portal, then the name of the statement
		if parts := strings.SplitN(string(message[5:]), "\x00", 3); len(parts) == 3 {
			line += " " + parts[1]
		}
	}
	if kind == 'P' || kind == 'Q' {
		line += " " + strings.ReplaceAll(string(message[5:]), "\x00", " ")
	}
	w.trace = append(w.trace, line)
}

// take returns what was noted and begins anew.
func (w *wire) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	trace := w.trace
	w.trace = nil
	return trace
}
