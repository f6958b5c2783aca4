package photo

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestMain is also the child, and, by another name, a child that nothing confines.
func TestMain(m *testing.M) {
	args := os.Args[1:]
	switch {
	case IsChild(args):
		os.Exit(Child(args, os.Stdin, os.Stdout))
	case len(args) > 0 && args[0] == "test-child":
		os.Exit(testChild(args[1], args[2:]))
	}
	os.Exit(m.Run())
}

// testChild gives up what is asked, tries the probes at targets of the test, and
// says what it knows of its surroundings.
func testChild(confinement string, aims []string) int {
	var err error
	switch confinement {
	case "confined":
		err = confine()
	case "landlock":
		err = lockFiles()
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	to := targets{folder: aims[0], tcp: aims[1], udp: aims[2], socket: aims[3], abstract: aims[4]}
	fmt.Sscan(aims[5], &to.process)
	if err := probeAll(os.Stdout, to); err != nil {
		return 1
	}
	fmt.Printf("environment\t%s\n", strings.Join(syscall.Environ(), " "))
	return 0
}
