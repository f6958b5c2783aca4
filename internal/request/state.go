package request

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
	"loket/internal/fault"
)

// State is how far a request is.
type State string

// The states. See the package comment.
const (
	Received  State = "received"
	Decided   State = "decided"
	Proved    State = "proved"
	Asked     State = "asked"
	Answered  State = "answered"
	Refused   State = "refused"
	Counter   State = "counter"
	Expired   State = "expired"
	Withdrawn State = "withdrawn"
)

// May reports whether a request in state s may go to another state within one
// round. Reopening begins a new round, from any state that has ended.
func (s State) May(to State) bool {
	switch s {
	case Received:
		return to == Decided || to == Withdrawn
	case Decided:
		return slices.Contains([]State{Proved, Asked, Answered, Withdrawn}, to)
	case Asked:
		return slices.Contains([]State{Answered, Counter, Expired, Withdrawn}, to)
	case Answered:
		return slices.Contains([]State{Decided, Refused, Asked, Counter, Withdrawn}, to)
	case Counter:
		return slices.Contains([]State{Decided, Refused, Asked, Expired, Withdrawn}, to)
	case Proved, Refused:
		return to == Counter || to == Withdrawn
	case Expired:
		return to == Withdrawn
	}
	return false
}

const updateState = `UPDATE request SET state = $4 WHERE id = $1 AND state = $2 AND round = $3`

// move changes the state of a request if it is still where r has it, and reports
// whether it was.
func (s *Store) move(ctx context.Context, tx *db.Tx, r row, to State) (bool, error) {
	if !r.State.May(to) {
		return false, fmt.Errorf("a request may not go from %s to %s", r.State, to)
	}
	n, err := db.Exec(ctx, tx, updateState, r.ID, r.State, r.Round, string(to))
	if err != nil {
		return false, fmt.Errorf("move request to %s: %w", to, err)
	}
	return n == 1, nil
}

// moveOrFail moves a request, and fails when somebody else was first.
func (s *Store) moveOrFail(ctx context.Context, tx *db.Tx, r row, to State) error {
	moved, err := s.move(ctx, tx, r, to)
	if err != nil {
		return err
	}
	if !moved {
		return fault.New(fault.TooLate, "request.state", "request %s moved on", r.ID)
	}
	return nil
}
