package outbox

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
)

// Status is what a provider reports of a line that it took.
type Status string

// The statuses, each outranking those before it: reports come in any order, and
// a message that was delivered stays so whatever else is said.
const (
	Accepted  Status = "accepted"  // on its way
	Failed    Status = "failed"    // given up
	Delivered Status = "delivered" // on the person's phone, or in the mailbox
)

// rank orders the statuses; 0 is no status.
func (s Status) rank() int {
	switch s {
	case Accepted:
		return 1
	case Failed:
		return 2
	case Delivered:
		return 3
	}
	return 0
}

const (
	selectDelivery = `SELECT coalesce(delivery, '') AS delivery FROM outbox WHERE channel = $1 AND reference = $2 FOR UPDATE`
	updateDelivery = `UPDATE outbox SET delivery = $3 WHERE channel = $1 AND reference = $2`
)

// Deliver keeps what a provider reports under the reference that Send returned.
// Reports that repeat, or come after one that outranks them, change nothing. An
// unknown reference is a fault.NotFound: the report may be faster than the record
// of the sending, so the edge should let the provider repeat it.
func (b *Box) Deliver(ctx context.Context, channel Channel, reference string, status Status) error {
	if status.rank() == 0 {
		return fault.New(fault.Invalid, "", "delivery report with a status that does not exist")
	}
	err := b.db.Update(ctx, func(tx *db.Tx) error {
		had, err := db.Get[string](ctx, tx, selectDelivery, string(channel), reference)
		if err != nil || Status(had).rank() >= status.rank() {
			return err
		}
		_, err = db.Exec(ctx, tx, updateDelivery, string(channel), reference, string(status))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep delivery report: %w", err)
	}
	return nil
}

const deleteDone = `DELETE FROM outbox WHERE state <> 'waiting' AND expires_at <= $1`

// Sweep deletes lines that have ended and whose expiry lies longer back than
// keep, which is how late a delivery report may come.
func (b *Box) Sweep(ctx context.Context, keep time.Duration) error {
	if _, err := db.Exec(ctx, b.db, deleteDone, b.now().Add(-keep)); err != nil {
		return fmt.Errorf("sweep the outbox: %w", err)
	}
	return nil
}

const selectBroken = `
	SELECT state, count(*) AS lines FROM outbox
	WHERE state = 'waiting' AND expires_at < $1
		OR state <> 'waiting' AND lease_until IS NOT NULL
		OR state = 'sent' AND tries = 0
	GROUP BY state ORDER BY state`

type broken struct {
	State string
	Lines int64
}

// Check returns a line of text for each way in which the outbox breaks the
// promise that every line ends as sent, recalled or dead: lines that wait after
// their expiry, that have ended and are still leased, or were sent without being
// begun. grace is how long an expired line may wait for a worker to end it.
func Check(ctx context.Context, q db.Queryer, now time.Time, grace time.Duration) ([]string, error) {
	rows, err := db.Select[broken](ctx, q, selectBroken, now.Add(-grace))
	if err != nil {
		return nil, fmt.Errorf("check the outbox: %w", err)
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("outbox: %d lines are %s and should not be", row.Lines, row.State))
	}
	return lines, nil
}
