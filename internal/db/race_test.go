package db_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"loket/internal/db"
	"loket/internal/db/dbtest"
)

const (
	racers = 2   // processes
	seats  = 300 // that each of them tries to get
)

// TestMain lets the test binary be one of the processes that race.
func TestMain(m *testing.M) {
	if url := os.Getenv("LOKET_TEST_RACER"); url != "" {
		os.Exit(raceForSeats(url))
	}
	os.Exit(m.Run())
}

// Two processes insert the same rows on a condition: each row has one winner,
// and both say so.
func TestTwoProcessesRaceForRows(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			url := dbtest.URL(t, engine)
			d, err := db.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			mustExec(t, d, `CREATE TABLE seat (id TEXT NOT NULL PRIMARY KEY, winner BIGINT NOT NULL)`)
			won := 0
			for i, p := range startRacers(t, url) {
				if err := p.Wait(); err != nil {
					t.Errorf("racer %d: %v\n%s", i, err, p.Stderr)
				}
				var n int
				if _, err := fmt.Sscan(p.Stdout.(*bytes.Buffer).String(), &n); err != nil {
					t.Error(err)
				}
				t.Logf("racer %d won %d", i, n)
				won += n
			}
			n, err := db.Get[int](t.Context(), d, `SELECT count(*) FROM seat`)
			if err != nil || n != seats || won != seats {
				t.Errorf("%d rows and %d wins, want %d; %v", n, won, seats, err)
			}
		})
	}
}

func startRacers(t *testing.T, url string) []*exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var all []*exec.Cmd
	for range racers {
		p := exec.CommandContext(t.Context(), self)
		p.Env = append(os.Environ(), "LOKET_TEST_RACER="+url)
		p.Stdout, p.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// raceForSeats prints how many rows this process was the first to insert.
func raceForSeats(url string) int {
	ctx := context.Background()
	d, err := db.Open(ctx, url)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer d.Close()
	var won int64
	for i := range seats {
		n, err := db.Exec(ctx, d, `INSERT INTO seat (id, winner) VALUES ($1, $2) ON CONFLICT DO NOTHING`, fmt.Sprint(i), os.Getpid())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		won += n
	}
	fmt.Println(won)
	return 0
}
