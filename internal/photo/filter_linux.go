//go:build linux && (amd64 || arm64)

package photo

import (
	"fmt"
	"os"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The filter of system calls is the wall that holds whatever else the host has:
// it lists what the Go runtime needs for memory, its own threads and the two
// pipes, and the kernel refuses the rest with EPERM, on every thread of the child.
// Opening, connecting, starting and signalling are not on the list at all. A
// filter by hand is some sixty instructions; the modules that write them bring a
// parser of policies.

// callFree are the calls that are allowed whatever their arguments.
var callFree = append([]uint32{
	// The pipes. No descriptor but 0, 1 and 2 is open, and none can be opened.
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_CLOSE,
	// Memory. (mmap and mprotect below: never executable.)
	unix.SYS_MUNMAP, unix.SYS_MREMAP, unix.SYS_MADVISE, unix.SYS_BRK,
	// Threads and their scheduling.
	unix.SYS_FUTEX, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_GETPID, unix.SYS_GETTID,
	unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_RESTART_SYSCALL, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	// Signals to itself.
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
	// Time and waiting.
	unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_GETTIMEOFDAY,
	unix.SYS_EPOLL_CREATE1, unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EVENTFD2,
	unix.SYS_GETRANDOM,
}, callsOfMachine...)

// Offsets in struct seccomp_data, on machines whose low half comes first.
const (
	offsetCall    = 0
	offsetMachine = 4
	offsetArg     = 16 // of the first argument; each has eight bytes
)

const (
	allow  = unix.SECCOMP_RET_ALLOW
	refuse = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	absent = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
)

// filter returns the program that the kernel runs at each system call of a
// process with this id.
func filter(pid uint32) []unix.SockFilter {
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	jump := func(test uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_K | test, K: k, Jt: yes, Jf: no}
	}
	end := func(result uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: result}
	}
	// only answers a call by a test of the low half of one argument.
	only := func(call, arg uint32, test uint16, k, yes, no uint32) []unix.SockFilter {
		return []unix.SockFilter{
			jump(unix.BPF_JEQ, call, 0, 4), load(offsetArg + 8*arg), jump(test, k, 0, 1), end(yes), end(no),
		}
	}
	program := []unix.SockFilter{
		load(offsetMachine), jump(unix.BPF_JEQ, machine, 1, 0), end(unix.SECCOMP_RET_KILL_PROCESS),
		load(offsetCall),
	}
	for _, call := range callFree {
		program = append(program, jump(unix.BPF_JEQ, call, 0, 1), end(allow))
	}
	return slices.Concat(program,
		only(unix.SYS_CLONE, 0, unix.BPF_JSET, unix.CLONE_THREAD, allow, refuse),  // threads, not processes
		[]unix.SockFilter{jump(unix.BPF_JEQ, unix.SYS_CLONE3, 0, 1), end(absent)}, // its flags cannot be seen; the C library takes clone instead
		only(unix.SYS_MMAP, 2, unix.BPF_JSET, unix.PROT_EXEC, refuse, allow),      // no new code
		only(unix.SYS_MPROTECT, 2, unix.BPF_JSET, unix.PROT_EXEC, refuse, allow),  //
		only(unix.SYS_TGKILL, 0, unix.BPF_JEQ, pid, allow, refuse),                // the scheduler interrupts its threads so
		[]unix.SockFilter{end(refuse)},
	)
}

// filterCalls puts the filter on every thread of this process, for good.
func filterCalls() error {
	program := filter(uint32(os.Getpid()))
	handed := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&handed)))
	if errno != 0 {
		return fmt.Errorf("filter system calls: %w", errno)
	}
	if thread != 0 {
		return fmt.Errorf("filter system calls: thread %d has another filter", thread)
	}
	return nil
}
