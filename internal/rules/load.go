package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
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
func Load(fsys fs.FS) (*Pack, error) { return LoadChanged(fsys, nil) }

// LoadChanged reads a pack some of whose files were changed or added since: by path
// within the pack, their whole content. Hash is that of the pack as changed.
func LoadChanged(fsys fs.FS, changed map[string][]byte) (*Pack, error) {
	found := &problems{}
	p := load(fsys, changed, found)
	if err := found.err(); err != nil {
		return nil, fault.New(fault.Invalid, "rules.pack", "load pack: %w", err)
	}
	return p, nil
}

func load(fsys fs.FS, changed map[string][]byte, found *problems) *Pack {
	files := readFiles(fsys, found)
	for name, data := range changed {
		keepFile(files, name, data, found)
	}
	if len(found.list) > 0 {
		return nil
	}
	var (
		main  packFile
		rules []placed[Rule]
		cases []placed[testCase]
		later []placed[laterValues]
	)
	decode("pack.yaml", files["pack.yaml"], &main, found)
	decode("rules.yaml", files["rules.yaml"], &rules, found)
	decode("cases.yaml", files["cases.yaml"], &cases, found)
	if data, ok := files[settingsFile]; ok {
		decode(settingsFile, data, &later, found)
	}
	texts := readTexts(files, found)
	if len(found.list) > 0 {
		return nil
	}
	p := &main.Pack
	p.Hash = hashOf(files)
	p.declare(&main, found)
	p.addLater(later, found)
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

// settingsFile holds values that settings got after the pack was published. It may be
// left out.
const settingsFile = "settings.yaml"

var requiredFiles = []string{"pack.yaml", "rules.yaml", "cases.yaml"}

// readFiles returns the contents of all files.
func readFiles(fsys fs.FS, found *problems) map[string][]byte {
	files := make(map[string][]byte)
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		keepFile(files, name, data, found)
		return nil
	})
	if err != nil {
		found.add(position{file: "."}, "read the pack: %v", err)
	}
	for _, name := range requiredFiles {
		if _, ok := files[name]; !ok {
			found.add(position{file: name}, "is missing")
		}
	}
	return files
}

// keepFile adds a file. One that has no place in a pack is a problem: a misspelt name
// must not pass for an absence.
func keepFile(files map[string][]byte, name string, data []byte, found *problems) {
	switch {
	case !slices.Contains(requiredFiles, name) && name != settingsFile && !textPath.MatchString(name):
		found.add(position{file: name}, "is not a file of a pack")
	case len(data) > maxFile:
		found.add(position{file: name}, "is larger than %d bytes", maxFile)
	default:
		files[name] = data
	}
}

// hashOf returns the hash of a pack; lengths keep two packs from having one.
func hashOf(files map[string][]byte) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%d %s\n%d\n", len(name), name, len(files[name]))
		sum.Write(files[name])
	}
	return hex.EncodeToString(sum.Sum(nil))
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
