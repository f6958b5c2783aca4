//go:build linux && (amd64 || arm64)

package photo

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// nobody is the user and group of a child, inside and, if this process is root,
// also outside of its user namespace.
const nobody = 65534

// apart is how a child starts: a user, network and IPC namespace of its own. Root
// hands it to nobody; another user stays who it is, without any right. It has no
// process namespace: Landlock counts its threads in /proc, which would show others.
func apart() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		Setsid:     true,
	}
	user, group := os.Getuid(), os.Getgid()
	if user == 0 {
		user, group = nobody, nobody
		attr.GidMappingsEnableSetgroups = true
		attr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: user, Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: group, Size: 1}}
	return attr
}

// confine takes from this process what it does not need, for good.
func confine() error {
	reserved, err := addressSpace()
	if err != nil {
		return err
	}
	for _, l := range []struct {
		what  int
		limit uint64
	}{
		{unix.RLIMIT_AS, reserved + memoryBytes},
		{unix.RLIMIT_CPU, processSeconds},
		{unix.RLIMIT_NOFILE, openFiles},
		{unix.RLIMIT_NPROC, threads},
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_MEMLOCK, 0},
	} {
		if err := unix.Setrlimit(l.what, &unix.Rlimit{Cur: l.limit, Max: l.limit}); err != nil {
			return fmt.Errorf("limit resource %d: %w", l.what, err)
		}
	}
	if err := lockFiles(); err != nil {
		return err
	}
	// Nobody may look into this process, and no dump of it is written.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid core dumps: %w", err)
	}
	// Set on this thread, it is set on all by the filter that follows.
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	return filterCalls()
}

// lockFiles forbids files, TCP and what leads to other processes by Landlock, as
// far as this kernel has it. It is the second wall: the filter does not depend on
// it, nor it on the filter.
func lockFiles() error {
	if err := landlock.V6.BestEffort().Restrict(); err != nil {
		return fmt.Errorf("lock files: %w", err)
	}
	return nil
}

// addressSpace returns how many bytes of addresses this process has taken.
func addressSpace() (uint64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, fmt.Errorf("read the size of this process: %w", err)
	}
	pages, _, _ := strings.Cut(string(text), " ")
	n, err := strconv.ParseUint(pages, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the size of this process: %w", err)
	}
	return n * uint64(os.Getpagesize()), nil
}
