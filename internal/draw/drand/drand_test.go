package drand_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loket/internal/draw"
	"loket/internal/draw/drand"
	"loket/internal/fault"
)

// noon is a time between two rounds.
var noon = time.Date(2023, 9, 1, 12, 0, 1, 0, time.UTC)

func newSigner(t *testing.T) *draw.Signer {
	t.Helper()
	s, err := draw.NewSigner(strings.NewReader(strings.Repeat("an invented beacon", 2)), draw.Quicknet().Clock, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// network answers as drand does, for the rounds of a signer.
func network(t *testing.T, s *draw.Signer) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		var round uint64
		if _, err := fmt.Sscanf(r.URL.Path, "/"+s.Trusted().Chain+"/public/%d", &round); err != nil {
			http.NotFound(w, r)
			return
		}
		signature, err := s.Value(r.Context(), round)
		if err != nil {
			w.WriteHeader(http.StatusTooEarly)
			return
		}
		fmt.Fprintf(w, `{"round":%d,"randomness":"","signature":"%s"}`, round, signature)
	})
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func newClient(t *testing.T, beacon draw.Trusted, bases ...string) *drand.Client {
	t.Helper()
	c, err := drand.New(beacon, bases...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The contract of a beacon, kept by the client and by the signer of demonstrations alike.
func TestBeacons(t *testing.T) {
	s := newSigner(t)
	for name, b := range map[string]interface {
		Source(time.Time) draw.Source
		Value(context.Context, uint64) (string, error)
	}{"signer": s, "client": newClient(t, s.Trusted(), network(t, s)+"/")} {
		t.Run(name, func(t *testing.T) {
			source := b.Source(noon)
			if next := b.Source(noon.Add(time.Hour)); source.Round == 0 || next.Round != source.Round+1200 || source.PublicKey != s.PublicKey() {
				t.Errorf("now %+v, an hour later %+v", source, next)
			}
			if _, err := b.Value(t.Context(), source.Round); !fault.Is(err, fault.Unavailable) {
				t.Errorf("a round that comes later: %v", err)
			}
			value, err := b.Value(t.Context(), source.Round-1)
			if err != nil {
				t.Fatal(err)
			}
			if err := draw.VerifyRound(source.PublicKey, source.Round-1, value); err != nil {
				t.Error(err)
			}
		})
	}
}

// A signature of quicknet is taken from whoever has it.
func TestQuicknet(t *testing.T) {
	const answer = `{"round":1000,"randomness":"fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",` +
		`"signature":"b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"}`
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, answer) })
	c := newClient(t, draw.Quicknet(), base)
	if _, err := c.Value(t.Context(), 1000); err != nil {
		t.Error(err)
	}
	if _, err := c.Value(t.Context(), 1001); !fault.Is(err, fault.Unavailable) {
		t.Errorf("another round: %v", err)
	}
}

// Whatever is not the round is as good as nothing, and the next address is asked.
func TestBadAnswers(t *testing.T) {
	s := newSigner(t)
	good := network(t, s)
	signature := s.Sign(5)
	for name, handler := range map[string]http.HandlerFunc{
		"404":       http.NotFound,
		"425":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooEarly) },
		"500":       func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, good+r.URL.Path, http.StatusFound) },
		"a page":    func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<h1>hello</h1>") },
		"nothing":   func(http.ResponseWriter, *http.Request) {},
		"another round": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":6,"signature":"%s"}`, s.Sign(6))
		},
		"a lie": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":5,"signature":"%s"}`, s.Sign(6))
		},
		"no signature": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"round":5}`) },
		"without end":  func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"pad":"`+strings.Repeat("x", 1<<20)) },
		"something after": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"round":5,"signature":"%s"}{}`, signature)
		},
		"broken off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, `{"round":5`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			bad := serve(t, handler)
			if value, err := newClient(t, s.Trusted(), bad).Value(t.Context(), 5); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%q, %v", value, err)
			}
			if value, err := newClient(t, s.Trusted(), bad, good).Value(t.Context(), 5); err != nil || value != signature {
				t.Errorf("with a second address: %q, %v", value, err)
			}
		})
	}
}

// Somebody who does not answer holds nobody up beyond the context.
func TestSlow(t *testing.T) {
	s := newSigner(t)
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{})
	base := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	})
	go func() {
		<-asked
		cancel()
	}()
	if _, err := newClient(t, s.Trusted(), base).Value(ctx, 5); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, bases := range [][]string{nil, {""}, {"api.drand.sh"}, {"http://api.drand.sh"}, {"ftp://localhost"}, {"https://api.drand.sh", "http://192.0.2.1"}} {
		if _, err := drand.New(draw.Quicknet(), bases...); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bases, err)
		}
	}
}
