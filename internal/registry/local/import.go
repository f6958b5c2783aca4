package local

import (
	"cmp"
	"context"
	"crypto/sha256"
	"io"
	"iter"
	"runtime"
	"sync"

	"loket/internal/fault"
	"loket/internal/point"
)

const (
	// batchRows is how many rows are committed at once.
	batchRows = 2000

	// firstRows is how many rows of the first import are sorted together. With a million
	// several keys fall on each page of an index of 17.6 million people, and the page is written
	// once for all of them.
	firstRows = 1_000_000

	// partRows is how many rows of a table a transaction of the first import has.
	partRows = 50_000

	// strideRows is how many rows are read between two looks at the context.
	strideRows = 4096
)

// Import is what is to be imported, and who hears of it.
type Import struct {
	File     io.ReadSeeker  // read from its beginning, twice
	Refused  func(Refusal)  // for each row refused, in order; may be nil
	Progress func(Progress) // after each batch; may be nil
}

// Refusal is one row that was not taken. It holds nothing of the row.
type Refusal struct {
	Line   int64  // of the file, from 1
	Column string // empty if it is the whole row
	Reason Reason
}

// Counts say how far an import is. Rows is the sum of the other two.
type Counts struct{ Rows, Accepted, Refused int64 }

// Progress is Counts and where in the file that is, in bytes.
type Progress struct {
	Counts
	Read, Size int64
}

// DryRun reads a file, reports the rows that would be refused and stores nothing. It
// does not see conflicts between rows, for which it would have to keep them.
func (s *Store) DryRun(ctx context.Context, in Import) (Counts, error) {
	r, err := s.start(in)
	if err != nil {
		return Counts{}, err
	}
	defer r.stop()
	var counts Counts
	for {
		batch, err := r.batch(ctx, s, s.batch)
		if err != nil {
			return counts, err
		}
		if len(batch) == 0 {
			return counts, nil
		}
		counts = in.tell(counts, batch, refusals(batch), r)
	}
}

// Import stores the people of a file. It goes on where an earlier import of the same
// file stopped, and returns the counts of all of it. A fault.Taken says that another
// process is importing this file, fault.Invalid that the file cannot be read
// beyond a line; what was before it is stored.
func (s *Store) Import(ctx context.Context, in Import) (Counts, error) {
	digest := sha256.New()
	if _, err := in.File.Seek(0, io.SeekStart); err != nil {
		return Counts{}, unreadable(err)
	}
	if _, err := io.Copy(digest, in.File); err != nil {
		return Counts{}, unreadable(err)
	}
	r, err := s.start(in)
	if err != nil {
		return Counts{}, err
	}
	defer r.stop()
	run, err := s.begin(ctx, r.source, digest.Sum(nil))
	if err != nil || run.FinishedAt != nil {
		return run.counts(), err
	}
	if err := r.skip(ctx, run.Position); err != nil {
		return run.counts(), err
	}
	size := s.batch
	if run.first() {
		size = s.first
	}
	for {
		batch, err := r.batch(ctx, s, size)
		if err != nil {
			return run.counts(), err
		}
		if len(batch) == 0 {
			break
		}
		refused, err := s.store(ctx, run, batch)
		point.Reach("registry.batch-kept")
		if err != nil {
			return run.counts(), err
		}
		after := in.tell(run.counts(), batch, refused, r)
		run.Position, run.Accepted, run.Refused = after.Rows, after.Accepted, after.Refused
	}
	return run.counts(), s.finish(ctx, run)
}

// tell reports a batch and returns the counts after it.
func (in Import) tell(before Counts, batch []person, refused []Refusal, r *reading) Counts {
	n := int64(len(refused))
	after := Counts{before.Rows + int64(len(batch)), before.Accepted + int64(len(batch)) - n, before.Refused + n}
	if in.Refused != nil {
		for _, refusal := range refused {
			in.Refused(refusal)
		}
	}
	if in.Progress != nil {
		in.Progress(Progress{after, r.read, r.size})
	}
	return after
}

// refusals returns those of the rows that are refused already.
func refusals(batch []person) []Refusal {
	var all []Refusal
	for _, p := range batch {
		if p.wrong != nil {
			all = append(all, Refusal{p.line, p.wrong.column, p.wrong.reason})
		}
	}
	return all
}

// reading is a file that is being read.
type reading struct {
	source string
	parser *parser
	next   func() (row, error, bool)
	stop   func()
	file   io.Reader
	read   int64
	size   int64
	failed error // the file cannot be read on
}

func (r *reading) Read(p []byte) (int, error) {
	n, err := r.file.Read(p)
	r.read += int64(n)
	return n, err
}

// start reads the beginning of a file. The caller calls stop.
func (s *Store) start(in Import) (*reading, error) {
	size, err := in.File.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, unreadable(err)
	}
	if _, err := in.File.Seek(0, io.SeekStart); err != nil {
		return nil, unreadable(err)
	}
	r := &reading{parser: s.parser(), file: in.File, size: size}
	source, rows, err := readRows(r)
	if err != nil {
		return nil, err
	}
	r.source = source
	r.next, r.stop = iter.Pull2(rows)
	return r, nil
}

// skip passes over rows that were stored before.
func (r *reading) skip(ctx context.Context, rows int64) error {
	for range rows {
		if err := ctx.Err(); err != nil {
			return fault.New(fault.Unavailable, "", "import: %w", err)
		}
		if _, err, ok := r.next(); err != nil || !ok {
			return cmp.Or(err, broken(0, "the file ends before the position of the import"))
		}
	}
	return nil
}

// batch reads the next rows; none at the end. An error of the file comes after the
// rows before it, and then again and again.
func (r *reading) batch(ctx context.Context, s *Store, size int) ([]person, error) {
	var batch []person
	for len(batch) < size {
		if err := ctx.Err(); err != nil {
			return nil, fault.New(fault.Unavailable, "", "import: %w", err)
		}
		rows := r.rows(min(strideRows, size-len(batch)))
		if len(rows) == 0 {
			break
		}
		people := make([]person, len(rows))
		var wg sync.WaitGroup
		share := max(50, (len(rows)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
		for from := 0; from < len(rows); from += share {
			wg.Go(func() {
				for i := from; i < min(from+share, len(rows)); i++ {
					people[i] = s.take(r.parser, rows[i])
				}
			})
		}
		wg.Wait()
		batch = append(batch, people...)
	}
	if len(batch) == 0 {
		return nil, r.failed
	}
	return batch, nil
}

// rows reads up to n rows, fewer at the end or where the file fails.
func (r *reading) rows(n int) []row {
	var rows []row
	for r.failed == nil && len(rows) < n {
		next, err, ok := r.next()
		if !ok {
			break
		}
		if err != nil {
			r.failed = err
			break
		}
		rows = append(rows, next)
	}
	return rows
}
