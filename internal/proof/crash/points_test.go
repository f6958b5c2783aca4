package crash

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/db/dbtest"
)

var reach = regexp.MustCompile(`point\.Reach\("([a-z.-]+)"\)`)

// points reads the names of all points from the source.
func points(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "internal/point/") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || filepath.Base(filepath.Dir(path)) == "point" {
			return err
		}
		for _, found := range reach.FindAllStringSubmatch(string(text), -1) {
			names = append(names, found[1])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	if double := slices.Compact(slices.Clone(names)); len(double) != len(names) || len(names) < 20 {
		t.Fatalf("%d points with %d names", len(names), len(double))
	}
	return names
}

// promises 1 and 4 at each point between two durable steps.
func TestCrashAtEachPoint(t *testing.T) {
	for _, engine := range engines() {
		t.Run(string(engine), func(t *testing.T) {
			for _, point := range points(t) {
				if strings.HasPrefix(point, ofPlaces) || slices.Contains(notReached(), point) {
					continue // TestCrashAtEachPointOfPlaces
				}
				t.Run(point, func(t *testing.T) {
					t.Parallel()
					in := install(t, engine)
					switch {
					case point == "registry.batch-kept":
						in.crashOfImport(point)
					case point == "app.copied":
						in.crashOfBackup(engine, point)
					case slices.Contains(photosEnd, point):
						in.crashOfDestruction(t, point)
					case strings.HasPrefix(point, "seal.") && point != "seal.epoch-made":
						in.crashOfSweep(point)
					default:
						in.crashOfService(t, point)
					}
				})
			}
		})
	}
}

// few is how many people come while the program dies.
const few = 6

// crashOfService lets people come to a server that dies at the point, and go on when
// it is back.
func (in *installation) crashOfService(t *testing.T, point string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	running := in.start(point)
	crowd := begin(ctx, in, 0, few)
	in.must(running.dies(ctx))
	in.promises("after the death")
	in.minutesPass()
	running = in.start("")
	crowd.end(t, in)
	in.exactly(crowd.all)
	in.must(running.stop())
	in.promises("in the end")
}

// crashOfSweep ends cases, or lets weeks pass, and has the first sweep of the next
// start die. The start after that must finish it.
func (in *installation) crashOfSweep(point string) {
	in.t.Helper()
	ctx, cancel := context.WithTimeout(in.t.Context(), patience)
	defer cancel()
	running := in.start("")
	crowd := begin(ctx, in, 0, few)
	crowd.live.Wait()
	gone, stays := crowd.all[:few/2], crowd.all[few/2:]
	for _, a := range gone {
		_, err := a.call(ctx, "/request-withdrawals", map[string]any{"number": a.number, "code": a.code})
		in.must(err)
	}
	in.must(running.stop())
	if point == "seal.rewrapped" {
		in.weeksPass()
	}
	in.must(in.start(point).dies(ctx))
	in.promises("after the death")
	running = in.start("")
	in.settles()
	for _, a := range stays {
		a.truth(in.t)
	}
	in.exactly(stays)
	for _, a := range gone {
		if got, err := a.call(ctx, "/request-status", map[string]any{"number": a.number, "code": a.code}); err != nil || got.Status != 404 {
			in.t.Errorf("a case that was ended is answered %d, %v", got.Status, err)
		}
	}
	in.must(running.stop())
	in.promises("in the end")
}

// weeksPass makes this week's epoch key 30 days older, so that the next sweep wraps
// the keys of living cases anew.
func (in *installation) weeksPass() {
	in.t.Helper()
	dir := filepath.Join(in.loaded.Keys.Dir, "epoch")
	names, err := os.ReadDir(dir)
	in.must(err)
	year, week := time.Now().AddDate(0, 0, -30).ISOWeek()
	old := fmt.Sprintf("%04d-W%02d", year, week)
	in.must(os.Rename(filepath.Join(dir, names[0].Name()), filepath.Join(dir, old)))
	d := in.open()
	defer d.Close()
	_, err = db.Exec(in.t.Context(), d, `UPDATE case_key SET epoch = $1`, old)
	in.must(err)
}

// crashOfImport has an import die after a batch; run again it goes on from there.
func (in *installation) crashOfImport(point string) {
	in.t.Helper()
	file := in.write("people.csv", strings.ReplaceAll(register(), "Verzonnen", "Andere"))
	if out, err := in.command(point, "registry", "import", "--write", file); err == nil {
		in.t.Fatalf("it lives on: %s", out)
	}
	in.promises("after the death")
	out, err := in.command("", "registry", "import", "--write", file)
	if want := "400 rows: 400 accepted, 0 refused"; err != nil || !strings.Contains(out, want) {
		in.t.Errorf("the second import: %v, %s, want %s", err, out, want)
	}
	if n := in.count(`SELECT count(*) AS n FROM registry_record`); n != crowd {
		in.t.Errorf("%d records, want %d", n, crowd)
	}
}

// crashOfBackup has a backup die: what it leaves is no backup, and the next is whole.
func (in *installation) crashOfBackup(engine db.Engine, point string) {
	in.t.Helper()
	broken, whole := filepath.Join(in.dir, "broken.age"), filepath.Join(in.dir, "whole.age")
	if out, err := in.command(point, "backup", broken); err == nil {
		in.t.Fatalf("it lives on: %s", out)
	}
	in.promises("after the death")
	if out, err := in.command("", "backup", whole); err != nil {
		in.t.Fatalf("the next backup: %v, %s", err, out)
	}
	officer := filepath.Join(in.dir, "officer.txt")
	text, err := os.ReadFile(in.config)
	in.must(err)
	in.config = in.write("empty.toml", strings.Replace(string(text), in.loaded.Database.URL, dbtest.URL(in.t, engine), 1))
	if _, err := in.command("", "restore", "--identity", officer, broken); err == nil {
		in.t.Error("a backup that was cut off can be restored")
	}
	if out, err := in.command("", "restore", "--identity", officer, whole); err != nil {
		in.t.Errorf("restore: %v, %s", err, out)
	}
	in.promises("restored")
}
