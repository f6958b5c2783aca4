package local

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/registry"
	"loket/internal/seal"
)

// BenchmarkMatch matches one request at a time among LOKET_BENCH_PEOPLE people
// (200,000 if not set; the bar is set for 17,600,000), in a process of its own that does
// nothing else, on SQLite. It reports the time of the whole, and of the raw primitive,
// one SELECT of one row by its key, from the same run. The bar: p99 under 5 ms, and
// under 300 MB resident at most.
//
// LOKET_BENCH_DIR keeps the registry for the next run; an import that was
// interrupted goes on.
//
// Measured with 17.6 million people on two cores and a shared disk (20,000 requests,
// half of them known): p50 0.14 ms and p99 3.4 ms, 6.5 and 1.8 times the raw SELECT; 35 MB
// resident; 583 bytes a person. With 200,000, whose birthdays are as crowded: p50
// 0.08 ms, p99 0.6 ms. Importing: 14,600 people a second over the whole, 29,000 for the
// first million.
func BenchmarkMatch(b *testing.B) {
	people := 200_000
	if text := os.Getenv("LOKET_BENCH_PEOPLE"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		people = n
	}
	dir := os.Getenv("LOKET_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	fillBench(b, dir, people)
	for b.Loop() {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), matchDir+"="+dir, matchPeople+"="+strconv.Itoa(people))
		child.Stderr = os.Stderr
		out, err := child.Output()
		if err != nil {
			b.Fatal(err)
		}
		var m matched
		if err := json.Unmarshal(out, &m); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(m.P50, "p50-ms")
		b.ReportMetric(m.P99, "p99-ms")
		b.ReportMetric(m.Max, "max-ms")
		b.ReportMetric(m.P50/m.RawP50, "p50/raw")
		b.ReportMetric(m.P99/m.RawP99, "p99/raw")
		b.ReportMetric(m.ResidentMB, "resident-MB")
	}
}

// The environment by which a process knows that it is to match only.
const (
	matchDir    = "LOKET_MATCH_DIR"
	matchPeople = "LOKET_MATCH_PEOPLE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(matchDir); dir != "" {
		people, err := strconv.Atoi(os.Getenv(matchPeople))
		if err == nil {
			err = matchOnly(dir, people)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	m.Run()
}

// matched is what the matching process found. Times are milliseconds.
type matched struct{ P50, P99, Max, RawP50, RawP99, ResidentMB float64 }

// barPeople is for how many people the bar is set.
const barPeople = 17_600_000

// matches is how many requests a run makes.
const matches = 20_000

func matchOnly(dir string, people int) error {
	s, err := openBench(dir)
	if err != nil {
		return err
	}
	defer s.db.Close()
	ctx, random := context.Background(), mathrand.New(mathrand.NewPCG(1, 2))
	var whole, raw []float64
	for i := range matches {
		q, err := benchQuery(i, random, people)
		if err != nil {
			return err
		}
		start := time.Now()
		found, err := s.Candidates(ctx, q.Query)
		if err != nil {
			return err
		}
		agrees := slices.ContainsFunc(found, func(r registry.Record) bool {
			a := registry.Compare(q, r)
			return a.NameAgrees && a.BirthAgrees
		})
		whole = append(whole, float64(time.Since(start))/1e6)
		if !agrees && i%2 == 0 && !q.Number.IsZero() {
			return fmt.Errorf("request %d: known, but nobody was found who agrees", i)
		}
		p, err := benchPerson(random.IntN(people), people)
		if err != nil {
			return err
		}
		id := s.recordID(p)
		start = time.Now()
		if _, err := db.Get[[]byte](ctx, s.db, `SELECT sealed FROM registry_record WHERE id = $1`, id); err != nil {
			return err
		}
		raw = append(raw, float64(time.Since(start))/1e6)
	}
	slices.Sort(whole)
	slices.Sort(raw)
	resident, err := highWater()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(matched{whole[matches/2], whole[matches*99/100], whole[matches-1],
		raw[matches/2], raw[matches*99/100], resident})
}

// benchQuery makes the i-th request: each other one is from somebody who is not in
// the registry, and every tenth has no number.
func benchQuery(i int, random *mathrand.Rand, people int) (registry.Asked, error) {
	p, err := benchPerson(random.IntN(people)+i%2*people, people)
	q := registry.Asked{Query: registry.Query{Name: p.Name, Birth: p.Birth}}
	if err == nil && i%20 > 1 {
		q.Number = p.Numbers[0]
	}
	return q, err
}

// highWater returns the most memory that this process had resident, in MB.
func highWater() (float64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	return kb / 1000, err
}

func openBench(dir string) (*Store, error) {
	keys, err := seal.OpenKeys(filepath.Join(dir, "keys"), noon, rand.Reader)
	if err != nil {
		return nil, err
	}
	d, err := db.Open(context.Background(), "sqlite:"+filepath.Join(dir, "bench.db"))
	if err != nil {
		return nil, err
	}
	return New(d, keys, settings()), nil
}

// fillBench imports the people of the benchmark, and reports how fast.
func fillBench(b *testing.B, dir string, people int) {
	b.Helper()
	path := filepath.Join(dir, fmt.Sprintf("people-%d.csv", people))
	if err := writeBench(path, people); err != nil {
		b.Fatal(err)
	}
	if err := seal.InitKeys(filepath.Join(dir, "keys"), rand.Reader); err != nil {
		b.Fatal(err)
	}
	s, err := openBench(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer s.db.Close()
	if err := s.db.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	start, last, first := time.Now(), int64(0), int64(-1)
	counts, err := s.Import(b.Context(), Import{File: file, Progress: func(p Progress) {
		if first < 0 {
			first = max(0, p.Rows-firstRows)
		}
		if p.Rows-last >= 500_000 {
			last = p.Rows
			b.Logf("%d people after %v", p.Rows, time.Since(start).Round(time.Second))
		}
	}})
	if err != nil || counts.Refused > 0 {
		b.Fatalf("imported %+v: %v", counts, err)
	}
	if first >= 0 {
		b.Logf("imported %d people in %v, %.0f a second", counts.Rows-first, time.Since(start), float64(counts.Rows-first)/time.Since(start).Seconds())
	}
	if err := s.db.Checkpoint(b.Context()); err != nil {
		b.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "bench.db")); err == nil {
		b.Logf("database: %d MB, %d bytes a person", info.Size()>>20, info.Size()/int64(people))
	}
}

func writeBench(path string, people int) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	io.WriteString(w, "v_number,name,birth_date,phone,kind,day,country,prophylaxis,product,manufacturer,dose,doses\n")
	for i := range people {
		p := benchRow(i, people)
		phone := ""
		if i%4 == 0 {
			phone = fmt.Sprintf("06%08d", 10000000+i%80000000)
		}
		fmt.Fprintf(w, "%s,%s,%s,%s,vaccination,2021-06-%02d,NL,1119349007,EU/1/20/1528,ORG-100030215,%d,2\n", p.VNumber, p.Name, p.BirthDate, phone, 1+i%30, 1+i%2)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// benchRow invents the i-th person. A few names are much more frequent than
// others, every third has particles, and every thirtieth was born on 1 January, as
// registers say of refugees. With fewer people the span of birth dates is shorter, so that as
// many share a day and a name as among those of the bar: such a crowd is what
// takes longest to match.
func benchRow(i, people int) rawPerson {
	random := mathrand.New(mathrand.NewPCG(uint64(i), 7))
	word := func(common float64, words float64) string {
		n := int(words * pow(random.Float64(), common))
		var b strings.Builder
		for range 4 {
			b.WriteByte("bdfgklmnprst"[n%12])
			b.WriteByte("aiou"[n/12%4])
			n /= 48
		}
		return b.String()
	}
	name := word(3, 2000)
	if random.IntN(3) == 0 {
		name += " van der"
	}
	name += " " + word(2, 40_000) + "s"
	birth := time.Date(1930, 1, 1+random.IntN(max(1, 31_000*people/barPeople)), 0, 0, 0, 0, time.UTC)
	if random.IntN(30) == 0 {
		birth = time.Date(birth.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return rawPerson{VNumber: fmt.Sprint(2_000_000_001 + i), Name: name, BirthDate: birth.Format(time.DateOnly)}
}

func pow(x, n float64) float64 {
	for y := x; n > 1; n-- {
		x *= y
	}
	return x
}

func benchPerson(i, people int) (registry.Record, error) {
	raw := benchRow(i, people)
	p := parser{today: "2021-11-20", region: "NL"}
	r, wrong := p.record(&raw)
	if wrong != nil {
		return r, fmt.Errorf("an invented person is refused: %s %s", wrong.column, wrong.reason)
	}
	return r, nil
}
