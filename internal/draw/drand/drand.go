// Package drand asks the public randomness network drand for the values of its rounds,
// over HTTP. Whoever answers need not be trusted: a signature that is not that of the
// round under the beacon's key is refused, and there is no other right one. So any of the
// network's addresses, or a relay on an own machine, will do.
//
//	beacon, err := drand.New(draw.Quicknet(), "https://api.drand.sh", "https://drand.cloudflare.com")
//	source := beacon.Source(closes.Add(draw.Delay))
//	value, err := beacon.Value(ctx, source.Round)
package drand

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"loket/internal/draw"
	"loket/internal/fault"
)

const (
	timeout   = 10 * time.Second // for one answer
	maxAnswer = 4 << 10          // bytes
)

// Client is a beacon of drand. It is safe for concurrent use.
type Client struct {
	beacon draw.Trusted
	bases  []string
	http   *http.Client
}

// New returns a client that asks at the bases, in their order, until one answers. A base is
// an https address, or http on loopback. It does not connect.
func New(beacon draw.Trusted, bases ...string) (*Client, error) {
	if len(bases) == 0 {
		return nil, fault.New(fault.Invalid, "", "drand: there is no address to ask")
	}
	c := &Client{beacon: beacon, http: &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, base := range bases {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
			return nil, fault.New(fault.Invalid, "", "drand: %q is not an https address, nor on loopback", base)
		}
		c.bases = append(c.bases, strings.TrimSuffix(base, "/"))
	}
	return c, nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// Source names the first round that comes at t or later.
func (c *Client) Source(t time.Time) draw.Source { return c.beacon.Source(t) }

// Value returns the signature of a round, hex, verified. The error is a fault.Unavailable:
// the round is not there yet, or nobody gives a right answer.
func (c *Client) Value(ctx context.Context, round uint64) (string, error) {
	var failures []error
	for _, base := range c.bases {
		value, err := c.ask(ctx, base, round)
		if err == nil {
			return value, nil
		}
		failures = append(failures, err)
	}
	return "", fault.New(fault.Unavailable, "", "ask drand for round %d: %w", round, errors.Join(failures...))
}

func (c *Client) ask(ctx context.Context, base string, round uint64) (string, error) {
	address := fmt.Sprintf("%s/%s/public/%d", base, c.beacon.Chain, round)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("ask %s: %w", base, err)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return "", fmt.Errorf("ask %s: %w", base, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK { // 404 and 425 where the round is not there yet
		return "", fmt.Errorf("ask %s: %s", base, answer.Status)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return "", fmt.Errorf("read the answer of %s: %w", base, err)
	}
	var told struct {
		Round     uint64 `json:"round"`
		Signature string `json:"signature"`
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return "", fmt.Errorf("read the answer of %s: %w", base, err)
	}
	if told.Round != round {
		return "", fmt.Errorf("the answer of %s is of round %d", base, told.Round)
	}
	if err := draw.VerifyRound(c.beacon.PublicKey, round, told.Signature); err != nil {
		return "", fmt.Errorf("the answer of %s: %w", base, err)
	}
	return told.Signature, nil
}
