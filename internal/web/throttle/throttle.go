// Package throttle slows down whoever tries too much, without keeping who
// that was.
//
// A Limit says how many tries may come at once and how fast they grow back.
// A Throttle counts them with the generic cell rate algorithm: one number for
// each key, the time at which that key will have used nothing. Keys are
// sources on the network, or identifiers that a caller gave, such as a case
// number; both exist only as a truncated HMAC under a key that is random, is
// held in memory alone, and is replaced every day together with all counts.
// Nobody can turn a count back into an address, tomorrow not even into a
// guess.
//
//	if wait, ok := t.Try(limits.Code, caseID); !ok {
//		return throttle.Refuse(limits.Code, wait)
//	}
//
// A source is not a machine but its neighbourhood: the /24 of an IPv4 address,
// the /56 of an IPv6 address. Many people share one in a shelter, a library or
// behind a provider, so limits by source must be wide, and whoever meets one
// is told when to come back and where else to go.
//
// Counts live in the memory of one process. Where several serve the same site,
// each allows the whole limit.
package throttle

import (
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"sync"
	"time"

	"loket/internal/fault"
)

// Limit is one line of the table of limits.
type Limit struct {
	Name  string        // unique; lower case with dashes
	By    By            // what is counted
	Burst int           // tries at once after a time of rest; at least 1
	Every time.Duration // after which one try grows back
	Why   string        // a sentence for the documentation
}

// By says what a limit counts.
type By string

// What limits count.
const (
	Source     By = "source"     // the network neighbourhood a request comes from
	Identifier By = "identifier" // something the caller names, such as a case number
)

// maxKeys bounds the memory of a Throttle, at some 60 bytes a key. A flood of
// more sources than this shares the counts of the overflow key.
const maxKeys = 1 << 20

type key [16]byte

// Throttle counts tries. Its methods may be called at the same time.
type Throttle struct {
	now  func() time.Time
	rand io.Reader

	mu     sync.Mutex
	day    int64 // since 1970 in UTC; the day secret was made for
	secret [32]byte
	free   map[key]int64 // when the key will have used nothing, in Unix nanoseconds
	swept  int64         // when keys that use nothing were last dropped

	places map[string]int // held in all, by the name of Places
	held   map[key]int    // and by whom
}

// New returns a Throttle that has counted nothing. The daily keys come from
// rand, which must be cryptographically strong.
func New(now func() time.Time, rand io.Reader) *Throttle {
	return &Throttle{now: now, rand: rand, day: -1, free: make(map[key]int64), places: map[string]int{}, held: map[key]int{}}
}

// Try counts one try of who under limit. If the limit is used up the try is
// not counted, and wait tells when the next may come. An error of the random
// source refuses the try: without a daily key nothing may be kept.
func (t *Throttle) Try(limit Limit, who string) (wait time.Duration, ok bool) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.turn(now); err != nil {
		return limit.Every, false
	}
	k := t.key(limit.Name, who)
	at := now.UnixNano()
	t.sweep(at)
	free, known := t.free[k]
	if !known && len(t.free) >= maxKeys {
		k = t.key(limit.Name, "")
		free = t.free[k]
	}
	free = max(free, at)
	// A try moves the free time one step on; it may be Burst steps away at most.
	next := free + int64(limit.Every)
	if over := next - at - int64(limit.Every)*int64(limit.Burst); over > 0 {
		return time.Duration(over), false
	}
	t.free[k] = next
	return 0, true
}

// turn replaces the daily key and forgets all counts at midnight UTC.
func (t *Throttle) turn(now time.Time) error {
	day := now.Unix() / (24 * 60 * 60)
	if day == t.day {
		return nil
	}
	if _, err := io.ReadFull(t.rand, t.secret[:]); err != nil {
		return err
	}
	t.day = day
	clear(t.free)
	return nil
}

func (t *Throttle) key(limit, who string) (k key) {
	mac := hmac.New(sha256.New, t.secret[:])
	io.WriteString(mac, limit)
	mac.Write([]byte{0})
	io.WriteString(mac, who)
	copy(k[:], mac.Sum(nil))
	return k
}

// sweep drops the keys that use nothing, once a minute at most.
func (t *Throttle) sweep(at int64) {
	if at-t.swept < int64(time.Minute) {
		return
	}
	t.swept = at
	for k, free := range t.free {
		if free <= at {
			delete(t.free, k)
		}
	}
}

// Len returns how many keys have used something lately, for a metric.
func (t *Throttle) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.free)
}

// Refused is the error of a try over its limit: a Throttled fault that knows
// when to come back.
type Refused struct {
	Limit string
	Wait  time.Duration
	fault error
}

// Refuse returns the error for a try over limit.
func Refuse(limit Limit, wait time.Duration) error {
	return &Refused{Limit: limit.Name, Wait: wait,
		fault: fault.New(fault.Throttled, "", "limit %s is used up for %v", limit.Name, wait.Round(time.Second))}
}

// Error names the limit and the wait.
func (r *Refused) Error() string { return r.fault.Error() }

// Unwrap returns the fault.
func (r *Refused) Unwrap() error { return r.fault }
