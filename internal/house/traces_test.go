package house

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// traces are what a committed file may not tell: the machine it was written on,
// where packages were fetched from, an address or a key that is somebody's. The
// patterns are written so that they do not find themselves.
var traces = []struct {
	pattern *regexp.Regexp
	what    string
}{
	{regexp.MustCompile(`(?:^|[^\w.~<])/(?:work|root|home|Users|workspace)/\w`), "an absolute path of a machine"},
	{regexp.MustCompile(`(?i)\b(?:registry\.(?:npmjs|yarnpkg)|proxy\.golang|sum\.golang|files\.pythonhosted|pypi)\.(?:org|com)\b`), "the host of a package registry"},
	{regexp.MustCompile(`"resolved": *"http`), "where a package was fetched from"},
	{regexp.MustCompile(`(?i)\b(?:artifactory|nexus|verdaccio|codeartifact)[\w.-]*\.[a-z]{2,}/`), "the host of a package registry"},
	{regexp.MustCompile(`(?i)co-authored[-]by:|generated wit[h] `), "a tool that wrote it"},
	{regexp.MustCompile(`-----BEGI[N] (?:[A-Z]+ )?PRIVATE KEY-----`), "a private key"},
	{regexp.MustCompile(`AGE-SECRET-KEY-[1]`), "a private key"},
}

// TestNoTraces reads every committed file.
func TestNoTraces(t *testing.T) {
	for _, name := range tracked(t) {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) { // taken away and not committed yet
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, tr := range traces {
				if found := tr.pattern.FindString(line); found != "" {
					t.Errorf("%s:%d: %q: %s", name, i+1, found, tr.what)
				}
			}
		}
	}
}

// TestTracesAreFound shows each pattern something that it must find.
func TestTracesAreFound(t *testing.T) {
	for i, example := range []string{
		"see /ho" + "me/somebody/x", "https://registry.npm" + "js.org/x", `"resol` + `ved": "https://x"`, "https://nexus.exam" + "ple.org/x",
		"Co-Authored-" + "By: X", "-----BEG" + "IN EC PRIVATE KEY-----", "AGE-SECRET-KEY-" + "1Q",
	} {
		if !traces[i].pattern.MatchString(example) {
			t.Errorf("%v does not find %q", traces[i].pattern, example)
		}
	}
}

// TestWhatIsCommitted finds files that are installed or built, never committed.
func TestWhatIsCommitted(t *testing.T) {
	for _, name := range tracked(t) {
		if strings.Contains(name, "node_modules/") || strings.HasPrefix(name, "internal/web/dist/") && !strings.HasSuffix(name, ".placeholder") {
			t.Errorf("%s is committed", name)
		}
		if info, err := os.Stat(filepath.Join(root, name)); err == nil && info.Size() > 600<<10 {
			t.Errorf("%s has %d kB", name, info.Size()>>10)
		}
	}
}

// tracked are the files that git knows.
func tracked(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	return strings.Split(strings.Trim(string(out), "\x00"), "\x00")
}
