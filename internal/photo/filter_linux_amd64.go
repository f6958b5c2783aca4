package photo

import "golang.org/x/sys/unix"

// machine is what the kernel calls this machine. A call in the 32-bit form comes
// from another one; the x32 form has numbers that are on no list.
const machine = unix.AUDIT_ARCH_X86_64

// callsOfMachine are calls that only this machine has.
var callsOfMachine = []uint32{unix.SYS_EPOLL_WAIT}
