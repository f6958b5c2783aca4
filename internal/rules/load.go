package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"loket/internal/fault"
)

// maxFile is the size of the largest file a pack may have, in bytes.
const maxFile = 1 << 20

// packFile is pack.yaml.
type packFile struct {
	Pack      `yaml:",inline"`
	Sources   []placed[Source]   `yaml:"sources"`
	Facts     []placed[Fact]     `yaml:"facts"`
	Questions []placed[Question] `yaml:"questions"`
	Lists     []placed[List]     `yaml:"lists"`
	Settings  []placed[Setting]  `yaml:"settings"`
}

// Load reads the pack whose files are at the root of fsys, checks it and runs
// its cases. If anything is wrong the error is a fault of kind Invalid that
// lists all problems found, each with file and line.
func Load(fsys fs.FS) (*Pack, error) {
	found := &problems{}
	p := load(fsys, found)
	if err := found.err(); err != nil {
		return nil, fault.New(fault.Invalid, "rules.pack", "load pack: %w", err)
	}
	return p, nil
}

func load(fsys fs.FS, found *problems) *Pack {
	files, hash := readFiles(fsys, found)
	if len(found.list) > 0 {
		return nil
	}
	var (
		main  packFile
		rules []placed[Rule]
		cases []placed[testCase]
	)
	decode("pack.yaml", files["pack.yaml"], &main, found)
	decode("rules.yaml", files["rules.yaml"], &rules, found)
	decode("cases.yaml", files["cases.yaml"], &cases, found)
	texts := readTexts(files, found)
	if len(found.list) > 0 {
		return nil
	}
	p := &main.Pack
	p.Hash = hash
	p.declare(&main, found)
	p.addRules(rules, found)
	p.addTexts(texts, found)
	if len(found.list) > 0 {
		return nil
	}
	p.compile(found)
	if len(found.list) > 0 {
		return nil
	}
	p.runCases(cases, found)
	return p
}

var textPath = regexp.MustCompile(`^texts/([a-zA-Z-]+)/([a-z0-9-]+)\.md$`)

// readFiles returns the contents of all files and their hash. A file that has
// no place in a pack is a problem: a misspelt name must not pass for an absence.
func readFiles(fsys fs.FS, found *problems) (map[string][]byte, string) {
	files := make(map[string][]byte)
	sum := sha256.New()
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if base := path.Dir(name) == "." && (name == "pack.yaml" || name == "rules.yaml" || name == "cases.yaml"); !base && !textPath.MatchString(name) {
			found.add(position{file: name}, "is not a file of a pack")
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if len(data) > maxFile {
			found.add(position{file: name}, "is larger than %d bytes", maxFile)
		}
		files[name] = data
		// WalkDir goes in lexical order; lengths keep two packs from having one hash.
		fmt.Fprintf(sum, "%d %s\n%d\n", len(name), name, len(data))
		sum.Write(data)
		return nil
	})
	if err != nil {
		found.add(position{file: "."}, "read the pack: %v", err)
	}
	for _, name := range []string{"pack.yaml", "rules.yaml", "cases.yaml"} {
		if _, ok := files[name]; !ok {
			found.add(position{file: name}, "is missing")
		}
	}
	return files, hex.EncodeToString(sum.Sum(nil))
}

// compile makes the rules ready to run.
func (p *Pack) compile(found *problems) {
	env, err := p.environment()
	if err != nil {
		found.add(position{file: "pack.yaml"}, "declare facts to CEL: %v", err)
		return
	}
	for _, r := range p.rules {
		r.compile(p, env, found)
	}
}

func readTexts(files map[string][]byte, found *problems) []*Text {
	var texts []*Text
	for name, data := range files {
		if m := textPath.FindStringSubmatch(name); m != nil {
			if t := parseText(name, strings.ReplaceAll(string(data), "\r\n", "\n"), found); t != nil {
				t.Lang, t.Name = m[1], m[2]
				texts = append(texts, t)
			}
		}
	}
	return texts
}
