// Command prepare installs the programs that the tests need, from Debian's
// packages, where they are missing:
//
//	go run ./internal/tool/prepare
//
// It prints what is missing and what for. As root it installs at once; else it
// asks sudo, which must not ask for a password; else it says what to type. On
// another system than Debian it says what is missing and stops.
package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// need is a program or file, the packages that bring it, and what uses it.
type need struct {
	program  string // found in PATH
	files    string // or a pattern of files
	packages []string
	why      string
}

var needs = []need{
	{"gcc", "", []string{"gcc", "libc6-dev"}, "the race detector and the HSM"},
	{"git", "", []string{"git"}, "the test of what is committed"},
	{"postgres", "/usr/lib/postgresql/*/bin/postgres", []string{"postgresql"}, "the second database; tests start a server of their own"},
	{"chromium", "", []string{"chromium"}, "the pages in a real browser"},
	{"", "/usr/share/fonts/truetype/noto/NotoSansArabic-*", []string{"fonts-noto-core"}, "letters of all languages on screenshots"},
	{"softhsm2-util", "", []string{"softhsm2"}, "an HSM in software"},
	{"zbarimg", "", []string{"zbar-tools"}, "reading QR codes with a reader that is not ours"},
	{"pdftotext", "", []string{"poppler-utils"}, "reading printed pages"},
	{"node", "", []string{"nodejs"}, "stylesheets, axe, the API linter, the outside judge of certificates"},
	{"npm", "", []string{"npm"}, "installing those"},
	{"wrk", "", []string{"wrk"}, "asking for pages faster than they are served (make bench)"},
}

func main() {
	if err := prepare(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "prepare:", err)
		os.Exit(1)
	}
}

func prepare(w io.Writer) error {
	var packages []string
	for _, n := range needs {
		if !n.present() {
			fmt.Fprintf(w, "missing: %s, for %s\n", strings.Join(n.packages, " "), n.why)
			packages = append(packages, n.packages...)
		}
	}
	if len(packages) == 0 {
		return nodeIsNew()
	}
	if err := install(w, packages); err != nil {
		return err
	}
	return nodeIsNew()
}

func install(w io.Writer, packages []string) error {
	apt, err := exec.LookPath("apt-get")
	if err != nil {
		return fmt.Errorf("this is not Debian; please install what brings %s", strings.Join(packages, ", "))
	}
	var before []string
	if os.Getuid() != 0 {
		if exec.Command("sudo", "-n", "true").Run() != nil {
			return fmt.Errorf("no right to install; please type: sudo apt-get install %s", strings.Join(packages, " "))
		}
		before = []string{"sudo", "-n"}
	}
	before = append(before, "env", "DEBIAN_FRONTEND=noninteractive", apt)
	for _, step := range [][]string{
		{"-q", "update"},
		append([]string{"-q", "-y", "--no-install-recommends", "install"}, packages...),
	} {
		if err := run(w, slices.Concat(before, step)); err != nil {
			return err
		}
	}
	return nil
}

func run(w io.Writer, args []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// nodeIsNew refuses a Node older than the packages in package.json can run on:
// Debian 12 has 18, Debian 13 has 20.
func nodeIsNew() error {
	out, err := exec.Command("node", "--version").Output()
	if err != nil {
		return fmt.Errorf("ask node for its version: %w", err)
	}
	var major int
	if _, err := fmt.Sscanf(string(out), "v%d.", &major); err != nil || major < 20 {
		return fmt.Errorf("node is %s; the stylesheet and the tests need 20 or newer", strings.TrimSpace(string(out)))
	}
	return nil
}

func (n need) present() bool {
	if n.program != "" {
		if _, err := exec.LookPath(n.program); err == nil {
			return true
		}
	}
	if n.files == "" {
		return false
	}
	found, err := filepath.Glob(n.files)
	return err == nil && len(found) > 0
}
