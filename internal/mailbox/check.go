package mailbox

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
)

// selectBroken counts for each rule of the mailbox what breaks it. $1 is how
// long ago something must have ended, $2 the beginning of the last 24 hours.
const selectBroken = `
	SELECT rule, n FROM (
		SELECT 'messages that can be opened have one to three links, others none' AS rule, count(*) AS n FROM message m
		WHERE (SELECT count(*) FROM message_link l WHERE l.message_id = m.id) NOT BETWEEN
				(CASE WHEN direction = 'out' AND state IN ('sent', 'opened') THEN 1 ELSE 0 END) AND
				(CASE WHEN direction = 'out' AND state IN ('sent', 'opened') THEN 3 ELSE 0 END)
		UNION ALL
		SELECT 'the queue wraps the key of a message until it is opened or ends', count(*) FROM message
		WHERE (queue_wrap IS NOT NULL) <> (direction = 'out' AND state IN ('waiting', 'sent'))
		UNION ALL
		SELECT 'a message has a body until it ends', count(*) FROM message
		WHERE (body IS NULL) <> (state IN ('expired', 'recalled'))
		UNION ALL
		SELECT 'a message ends when it expires', count(*) FROM message
		WHERE expires_at <= $1 AND state NOT IN ('expired', 'recalled')
		UNION ALL
		SELECT 'what has ended has no code', count(*) FROM message_code c JOIN message m ON m.id = c.message_id
		WHERE m.state IN ('waiting', 'expired', 'recalled')
		UNION ALL
		SELECT 'only an opened message has a session', count(*) FROM message_session x JOIN message m ON m.id = x.message_id
		WHERE m.state <> 'opened'
		UNION ALL
		SELECT 'a code bears three tries', count(*) FROM message_code WHERE tries > 3
		UNION ALL
		SELECT 'the digits of a code go when it is sent, used or over', count(*) FROM message_code c
		WHERE sealed IS NOT NULL AND (used_at IS NOT NULL OR expires_at <= $1
			OR NOT EXISTS (SELECT 1 FROM outbox o WHERE o.object = c.id AND o.state IN ('waiting', 'dead')))
		UNION ALL
		SELECT 'a message has five codes in 24 hours at most', count(*) FROM (
			SELECT message_id FROM message_code WHERE made_at > $2 GROUP BY message_id HAVING count(*) > 5) many
		UNION ALL
		SELECT 'one code of a message counts at a time', count(*) FROM (
			SELECT message_id FROM message_code WHERE used_at IS NULL AND expires_at > $3 GROUP BY message_id HAVING count(*) > 1) several
	) rules WHERE n > 0 ORDER BY rule`

type broken struct {
	Rule string
	N    int64
}

// Check returns a line of text for each rule of the mailbox that the database
// breaks. grace is how long ended things may wait for the job that ends them.
func Check(ctx context.Context, q db.Queryer, now time.Time, grace time.Duration) ([]string, error) {
	rows, err := db.Select[broken](ctx, q, selectBroken, now.Add(-grace), now.Add(-codeWindow), now)
	if err != nil {
		return nil, fmt.Errorf("check the mailbox: %w", err)
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("mailbox: %s: %d do not", row.Rule, row.N))
	}
	return lines, nil
}
