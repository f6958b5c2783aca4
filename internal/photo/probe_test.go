//go:build linux && (amd64 || arm64)

package photo

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// aim makes what the probes aim at: a folder, and listeners that count who came.
func aim(t *testing.T) (aims []string, came func() int) {
	t.Helper()
	folder, err := os.MkdirTemp("", "p") // t.TempDir is too long a path for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	socket, abstract := filepath.Join(folder, "socket"), "@loket-photo-"+strconv.Itoa(os.Getpid())
	guests := make(chan struct{}, 100)
	var tcp string
	for _, l := range [][2]string{{"tcp", "127.0.0.1:0"}, {"unix", socket}, {"unix", abstract}} {
		listener, err := net.Listen(l[0], l[1])
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { listener.Close() })
		if l[0] == "tcp" {
			tcp = listener.Addr().String()
		}
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				guests <- struct{}{}
				io.Copy(io.Discard, conn)
				conn.Close()
			}
		}()
	}
	if err := os.Chmod(socket, 0o777); err != nil {
		t.Fatal(err)
	}
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { packets.Close() })
	go func() {
		for buf := make([]byte, 10); ; guests <- struct{}{} {
			if _, _, err := packets.ReadFrom(buf); err != nil {
				return
			}
		}
	}()
	return []string{folder, tcp, packets.LocalAddr().String(), socket, abstract, strconv.Itoa(os.Getpid())},
		func() int { return len(guests) }
}

// tried runs the probes in a child and returns what it says of each.
func tried(t *testing.T, confinement string, attr *syscall.SysProcAttr, aims []string) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", append([]string{"test-child", confinement}, aims...)...)
	var errs bytes.Buffer
	cmd.Env, cmd.SysProcAttr, cmd.Stderr = []string{}, attr, &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s%s", err, out, errs.Bytes())
	}
	results := map[string]string{}
	for line := range strings.Lines(string(out)) {
		result, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		results[name] = result
		if result == "environment" && name != "" {
			t.Errorf("the child has an environment of %d bytes", len(name))
		}
	}
	return results
}

// TestChildCanDoNothing aims every probe at something that is there to be hit (T12).
func TestChildCanDoNothing(t *testing.T) {
	aims, came := aim(t)
	results := tried(t, "confined", apart(), aims)
	if len(probes()) < 20 {
		t.Errorf("%d probes", len(probes()))
	}
	for _, p := range probes() {
		if results[p.name] != "denied" { // G-33, G-34: what reads a document can tell nobody
			t.Errorf("%s: %s, want denied", p.name, results[p.name])
		}
	}
	if n := came(); n != 0 {
		t.Errorf("%d connections came from the child", n)
	}
}

// TestFilterAlone takes the namespaces away: the filter denies all by itself.
func TestFilterAlone(t *testing.T) {
	aims, came := aim(t)
	results := tried(t, "confined", nil, aims)
	for _, p := range probes() {
		if results[p.name] != "denied" {
			t.Errorf("%s: %s, want denied", p.name, results[p.name])
		}
	}
	if n := came(); n != 0 {
		t.Errorf("%d connections came from the child", n)
	}
}

// TestNamespacesAlone takes the filter away: nothing outside can be reached still.
func TestNamespacesAlone(t *testing.T) {
	aims, came := aim(t)
	results := tried(t, "bare", apart(), aims)
	for _, name := range []string{
		"connect by TCP", "send by UDP", "ask as the DNS is asked", "connect to an abstract Unix socket",
		"mount",
	} {
		if got := results[name]; got != "denied" && got != "failed" {
			t.Errorf("%s: %q, want denied or failed", name, got)
		}
	}
	if n := came(); n > 1 { // the Unix socket with a path is a file, which namespaces do not hide
		t.Errorf("%d connections came from the child", n)
	}
}

// TestLandlockAlone: files are out of reach on every kernel that has Landlock.
func TestLandlockAlone(t *testing.T) {
	aims, _ := aim(t)
	results := tried(t, "landlock", nil, aims)
	for _, name := range []string{"read a file", "list a folder", "write a file", "read another's environment", "run a program", "mount"} {
		if results[name] != "denied" {
			t.Errorf("%s: %s, want denied", name, results[name])
		}
	}
}

// TestProbesAreNotBlind runs the probes where nothing stops them.
func TestProbesAreNotBlind(t *testing.T) {
	aims, came := aim(t)
	results := tried(t, "bare", nil, aims)
	for _, p := range probes() {
		rootOnly := p.name == "mount" || p.name == "make a namespace"
		if got := results[p.name]; got != "open" && !(rootOnly && os.Getuid() != 0) {
			t.Errorf("%s: %s, want open", p.name, got)
		}
	}
	for want := 5; came() < want; { // they may still be on their way; all are, or this hangs
		runtime.Gosched()
	}
}

// TestConfinedIsProbed takes a child that confines nothing for what it is.
func TestConfinedIsProbed(t *testing.T) {
	aims, _ := aim(t)
	bare := New(append([]string{"/proc/self/exe", "test-child", "bare"}, aims...), 1)
	wantKey(t, bare.Confined(t.Context()), KeyUnavailable)
	_, err := bare.Clean(t.Context(), drawCard(card{}).jpeg(90), "Copy for a test")
	wantKey(t, err, KeyUnavailable)
	for _, report := range []string{"", "denied\tread a file\n", fmt.Sprint(strings.Repeat("denied\tread a file\n", len(probes())))} {
		if judge(report) == nil {
			t.Errorf("judge took %q for a child that can do nothing", report)
		}
	}
	good := ownCleaner(t)
	if err := good.Confined(t.Context()); err != nil {
		t.Error(err)
	}
	good.command = []string{"/nowhere"}
	if err := good.Confined(t.Context()); err != nil {
		t.Errorf("it was probed again: %v", err)
	}
}
