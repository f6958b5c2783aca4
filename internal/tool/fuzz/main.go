// Command fuzz runs every fuzz target of the repository, one after another:
//
//	go run ./internal/tool/fuzz -time 20s [folder]
//
// It looks for functions named Fuzz… in the files of tests below the folder,
// which is the working directory if none is named. It goes on after a failure,
// and ends with 1 if there was one; what failed lies in the package's
// testdata/fuzz then, and go test runs it from there on.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// target is one fuzz target.
type target struct{ dir, name string }

func main() {
	each := flag.Duration("time", 20*time.Second, "how long each target runs")
	flag.Parse()
	root := "."
	if flag.NArg() > 0 {
		root = flag.Arg(0)
	}
	targets, err := find(root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(1)
	}
	var failed []target
	for i, t := range targets {
		fmt.Printf("%d of %d: %s in %s\n", i+1, len(targets), t.name, t.dir)
		if err := t.run(*each); err != nil {
			failed = append(failed, t)
		}
	}
	fmt.Printf("%d fuzz targets, %d failed\n", len(targets), len(failed))
	for _, t := range failed {
		fmt.Printf("failed: %s in %s\n", t.name, t.dir)
	}
	if len(targets) == 0 || len(failed) > 0 {
		os.Exit(1)
	}
}

// run lets the target run for a while; ten minutes more are for building it.
func (t target) run(each time.Duration) error {
	cmd := exec.Command("go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+each.String(),
		"-timeout="+(each+10*time.Minute).String(), "./"+filepath.ToSlash(t.dir))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

var fuzzFunc = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(\w+ \*testing\.F\)`)

func find(root string) ([]target, error) {
	var targets []target
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range fuzzFunc.FindAllSubmatch(text, -1) {
			targets = append(targets, target{filepath.Dir(path), string(m[1])})
		}
		return nil
	})
	return targets, err
}
