package photo

import "golang.org/x/sys/unix"

// machine is what the kernel calls this machine.
const machine = unix.AUDIT_ARCH_AARCH64

// callsOfMachine are calls that only this machine has: none.
var callsOfMachine = []uint32{}
