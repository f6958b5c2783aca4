package request_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/registry"
	"loket/internal/request"
)

// switchable is a registry that can be down.
type switchable struct {
	registry.Registry
	err error
}

func (s *switchable) Candidates(ctx context.Context, q registry.Query) ([]registry.Record, error) {
	if s.err != nil {
		return nil, s.err
	}
	return s.Registry.Candidates(ctx, q)
}

// count runs a query that counts.
func count(t *testing.T, w *apptest.World, query string, args ...any) int64 {
	t.Helper()
	n, err := db.Get[int64](t.Context(), w.DB, query, args...)
	check(t, err)
	return n
}

// V2.3.1: whatever order of moves is tried, a round goes along the arrows and ends.
func TestStatesOnlyMoveAlongTheArrows(t *testing.T) {
	states := []request.State{request.Received, request.Decided, request.Proved, request.Asked, request.Answered,
		request.Refused, request.Counter, request.Expired, request.Withdrawn}
	rapid.Check(t, func(t *rapid.T) {
		at := request.Received
		seen := map[request.State]int{}
		for _, to := range rapid.SliceOfN(rapid.SampledFrom(states), 1, 60).Draw(t, "moves") {
			if !at.May(to) {
				continue
			}
			if to == request.Received {
				t.Fatal("back to the beginning within a round")
			}
			if to == request.Proved && at != request.Decided {
				t.Fatalf("a proof straight from %s", at)
			}
			if seen[request.Withdrawn] > 0 {
				t.Fatal("moved on after it was withdrawn")
			}
			at = to
			seen[to]++
		}
	})
}

// earlierDose is the day of a dose that withEvent invents.
const earlierDose = "2021-01-15"

// withEvent is a registry into whose first record an earlier dose is written after some
// questions.
type withEvent struct {
	registry.Registry
	after int
}

func (r *withEvent) Candidates(ctx context.Context, q registry.Query) ([]registry.Record, error) {
	records, err := r.Registry.Candidates(ctx, q)
	if r.after--; r.after >= 0 || err != nil || len(records) == 0 {
		return records, err
	}
	event := records[0].Events[0]
	event.Day = earlierDose
	records[0].Events = append([]registry.Event{event}, records[0].Events...)
	return records, nil
}
