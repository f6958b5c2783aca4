//go:build linux && (amd64 || arm64)

package photo

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// targets are what the probes aim at. Cleaner.Confined aims at what is harmless
// if it is hit; tests aim at listeners of their own, which must not be.
type targets struct {
	folder           string // to write in and to mount on
	tcp, udp         string // addresses
	socket, abstract string // paths of Unix sockets
	process          int    // to signal and to read
}

func defaultTargets() targets {
	return targets{"/nowhere", "127.0.0.1:9", "127.0.0.1:9", "/nowhere/socket", "@nowhere", os.Getppid()}
}

// probe is one thing that a child must not be able to do. It returns nil if it
// was done, and undoes it.
type probe struct {
	name string
	try  func(targets) error
}

// probes are all of them.
func probes() []probe {
	return []probe{
		{"read a file", func(targets) error { _, err := os.ReadFile("/etc/passwd"); return err }},
		{"list a folder", func(targets) error { _, err := os.ReadDir("/"); return err }},
		{"write a file", writeFile},
		{"read another's environment", func(to targets) error {
			_, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", to.process))
			return err
		}},
		{"run a program", func(targets) error { return exec.Command("/bin/true").Run() }},
		{"split in two", split},
		{"connect by TCP", func(to targets) error { return dial("tcp", to.tcp) }},
		{"listen by TCP", func(targets) error { return listen("tcp", "127.0.0.1:0") }},
		{"send by UDP", func(to targets) error { return dial("udp", to.udp) }},
		{"ask as the DNS is asked", sendFrom},
		{"connect to a Unix socket", func(to targets) error { return dial("unix", to.socket) }},
		{"connect to an abstract Unix socket", func(to targets) error { return dial("unix", to.abstract) }},
		{"talk to the kernel by netlink", netlink},
		{"signal another process", func(to targets) error { return unix.Kill(to.process, 0) }},
		{"read another's memory", readMemory},
		{"mount", mount},
		{"make a namespace", func(targets) error { return unix.Unshare(unix.CLONE_NEWNS) }},
		{"change what a file allows", func(to targets) error { return os.Chmod(to.folder, 0o700) }},
		{"make memory executable", func(targets) error { return mapMemory(1<<12, unix.PROT_READ|unix.PROT_EXEC) }},
		{"take two gigabytes", func(targets) error { return mapMemory(2<<30, unix.PROT_READ|unix.PROT_WRITE) }},
		{"open a hundred files", openMany},
	}
}

// probeAll tries everything and writes a line for each: "denied", "open", or
// "failed" where something else was in the way.
func probeAll(w io.Writer, to targets) error {
	for _, p := range probes() {
		result := "open"
		if err := p.try(to); errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.ENOMEM) || errors.Is(err, unix.EMFILE) {
			result = "denied"
		} else if err != nil {
			result = "failed"
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\n", result, p.name); err != nil {
			return err
		}
	}
	return nil
}

// judge reads what probeAll wrote, and returns an error unless all was denied.
func judge(report string) error {
	lines := strings.Split(strings.TrimSuffix(report, "\n"), "\n")
	if len(lines) != len(probes()) {
		return fmt.Errorf("probe the child: %d answers to %d probes", len(lines), len(probes()))
	}
	for i, p := range probes() {
		if lines[i] != "denied\t"+p.name {
			return fmt.Errorf("probe the child: it is not denied to %s", p.name)
		}
	}
	return nil
}

func writeFile(to targets) error {
	name := filepath.Join(to.folder, "written")
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		return err
	}
	return os.Remove(name)
}

// split makes a process by hand, which ends at once.
func split(targets) error {
	pid, _, errno := unix.RawSyscall(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0)
	if errno != 0 {
		return errno
	}
	if pid == 0 {
		unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
	_, err := unix.Wait4(int(pid), nil, 0, nil)
	return err
}

func dial(network, address string) error {
	conn, err := net.Dial(network, address)
	if err != nil {
		return err
	}
	if _, err := conn.Write([]byte("x")); err != nil {
		return errors.Join(err, conn.Close())
	}
	return conn.Close()
}

func listen(network, address string) error {
	l, err := net.Listen(network, address)
	if err != nil {
		return err
	}
	return l.Close()
}

// sendFrom sends from a socket of no connection, as resolvers do.
func sendFrom(to targets) error {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer conn.Close()
	address, err := net.ResolveUDPAddr("udp", to.udp)
	if err != nil {
		return err
	}
	_, err = conn.WriteTo([]byte("x"), address)
	return err
}

func netlink(targets) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

func readMemory(to targets) error {
	var here [1]byte
	local := []unix.Iovec{{Base: &here[0], Len: 1}}
	_, err := unix.ProcessVMReadv(to.process, local, []unix.RemoteIovec{{Base: 8, Len: 1}}, 0)
	if errors.Is(err, unix.EFAULT) { // it was looked for: nothing lies at that address
		return nil
	}
	return err
}

func mount(to targets) error {
	if err := unix.Mount("none", to.folder, "tmpfs", 0, ""); err != nil {
		return err
	}
	return unix.Unmount(to.folder, 0)
}

func mapMemory(size, protection int) error {
	memory, err := unix.Mmap(-1, 0, size, protection, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	return unix.Munmap(memory)
}

func openMany(targets) error {
	for range 100 {
		fd, err := unix.Eventfd(0, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
	}
	return nil
}
