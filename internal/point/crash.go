//go:build crash

package point

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// trap is the point at which this process dies.
type trap struct {
	name string
	left atomic.Int64 // times until then
}

// armed reads the environment, once: a package that people run must not.
var armed = sync.OnceValue(func() *trap {
	name, times, _ := strings.Cut(os.Getenv("LOKET_POINT"), ":")
	n, err := strconv.ParseInt(times, 10, 64)
	if err != nil {
		n = 1
	}
	t := &trap{name: name}
	t.left.Store(n)
	return t
})

// Reach marks a place between two durable steps, and kills the process there if it
// was asked to.
func Reach(name string) {
	t := armed()
	if name != t.name || t.left.Add(-1) != 0 {
		return
	}
	// The signal is delivered before the system call returns.
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}
