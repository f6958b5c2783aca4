package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// reportWait is how long a report waits for its answer.
const reportWait = 10 * time.Second

// Call is an SMS or a voice call that a gateway took.
type Call struct {
	At        time.Time `json:"at"`
	ID        string    `json:"id"` // the gateway's own reference
	Channel   string    `json:"channel"`
	To        string    `json:"to"`
	Text      string    `json:"text"`
	Reference string    `json:"reference"` // the client's
}

// Gateway is an HTTP gateway for SMS and voice that keeps what it is given. It
// takes, with a bearer token,
//
//	POST /send {"channel": "sms", "to": "+31…", "text": "…", "reference": "…"}
//
// and answers {"messages": [{"id": "demo-1"}]}. A call whose reference it has
// seen is not kept again: the promise that good gateways make.
type Gateway struct {
	mood
	listener net.Listener
	server   *http.Server
	serving  sync.WaitGroup
	token    string
	now      func() time.Time

	callsMu sync.Mutex
	calls   []Call
	taken   int
}

// ListenGateway starts a gateway on a loopback address, such as "localhost:0",
// that wants token.
func ListenGateway(addr, token string, now func() time.Time) (*Gateway, error) {
	g := &Gateway{token: token, now: now}
	listener, err := listen(addr, &g.mood)
	if err != nil {
		return nil, err
	}
	g.listener = listener
	mux := http.NewServeMux()
	mux.HandleFunc("POST /send", g.take)
	g.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	g.serving.Go(func() {
		// Serve ends with an error when Close closes the listener.
		_ = g.server.Serve(listener)
	})
	return g, nil
}

// URL returns where calls are sent to.
func (g *Gateway) URL() string { return "http://" + g.listener.Addr().String() + "/send" }

// Calls returns what has arrived, oldest first.
func (g *Gateway) Calls() []Call {
	g.callsMu.Lock()
	defer g.callsMu.Unlock()
	return slices.Clone(g.calls)
}

// Close hangs up and stops listening.
func (g *Gateway) Close() error {
	g.Misbehave(Down)
	err := g.server.Close()
	g.listener.Close() // the server does not know of it before it serves
	g.serving.Wait()
	if err != nil {
		return fmt.Errorf("close the gateway: %w", err)
	}
	return nil
}

func (g *Gateway) take(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+g.token {
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	var call Call
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&call); err != nil {
		http.Error(w, "not a call", http.StatusBadRequest)
		return
	}
	b := g.behaviour()
	switch b {
	case Down:
		panic(http.ErrAbortHandler) // a connection from better days: net/http's way to hang up
	case Busy:
		http.Error(w, "try "+call.To+" later", http.StatusServiceUnavailable)
		return
	case Refuse:
		http.Error(w, "no phone "+call.To, http.StatusUnprocessableEntity)
		return
	}
	id := g.keep(b, call)
	if b == Cut {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	// The client may be gone; that is its affair.
	_ = json.NewEncoder(w).Encode(map[string]any{"messages": []map[string]string{{"id": id}}})
}

// keep keeps a call and returns its reference.
func (g *Gateway) keep(b Behaviour, call Call) string {
	g.callsMu.Lock()
	defer g.callsMu.Unlock()
	seen := slices.IndexFunc(g.calls, func(c Call) bool { return c.Reference == call.Reference })
	if seen >= 0 && b != Double {
		return g.calls[seen].ID
	}
	g.taken++
	call.At, call.ID = g.now(), "demo-"+strconv.Itoa(g.taken)
	if b == Repeat {
		call.ID = "demo-1"
	}
	switch b {
	case Lose:
	case Double:
		g.calls = add(g.calls, call, call)
	default:
		g.calls = add(g.calls, call)
	}
	return call.ID
}

// Report posts a delivery report to url as the gateway of a provider would: the
// reference and the status as JSON, signed under secret. Tests call it late,
// twice, in the wrong order and with things that never were.
func (g *Gateway) Report(ctx context.Context, url string, secret []byte, reference, status string) (code int, err error) {
	body, err := json.Marshal(map[string]string{"id": reference, "status": status})
	if err != nil {
		return 0, fmt.Errorf("encode report: %w", err)
	}
	return post(ctx, url, secret, body)
}

// Text posts a text message that a phone sent to our number, as the gateway of a provider
// would: its id, the sender and the text as JSON, signed under secret. The same id again is
// a provider that did not hear our answer.
func (g *Gateway) Text(ctx context.Context, url string, secret []byte, id, from, text string) (code int, err error) {
	body, err := json.Marshal(map[string]string{"id": id, "from": from, "text": text})
	if err != nil {
		return 0, fmt.Errorf("encode text: %w", err)
	}
	return post(ctx, url, secret, body)
}

func post(ctx context.Context, url string, secret, body []byte) (code int, err error) {
	request, err := signed(ctx, url, secret, body)
	if err != nil {
		return 0, err
	}
	client := &http.Client{Timeout: reportWait}
	response, err := client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("post to a hook: %w", err)
	}
	return response.StatusCode, response.Body.Close()
}
