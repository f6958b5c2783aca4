package upload

import (
	"context"
	"fmt"
	"time"

	"loket/internal/db"
)

// grace is how long what has ended may wait for the sweep that destroys it.
const grace = 10 * time.Minute

// selectBroken counts for each rule about photos what breaks it. $1 is how long ago
// something must have ended, $2 how long ago a photo that was sent must have come.
const selectBroken = `
	SELECT promise, n FROM (
		SELECT 'a photo is sealed as long as it lives, and then has no bytes' AS promise, count(*) AS n FROM photo
		WHERE (sealed IS NOT NULL) <> (state = 'kept') AND state <> 'ending'
		UNION ALL
		SELECT 'only a photo that arrives has pieces', count(*) FROM photo_part JOIN photo ON photo.id = photo_part.photo_id
		WHERE photo.state NOT IN ('arriving', 'ending')
		UNION ALL
		SELECT 'a photo ends when it expires', count(*) FROM photo WHERE expires_at <= $1 AND state <> 'destroyed'
		UNION ALL
		SELECT 'a destroyed photo has a receipt with rule and day, another has none', count(*) FROM photo
		WHERE (state = 'destroyed') <> (rule IS NOT NULL AND receipt IS NOT NULL AND destroyed_at IS NOT NULL) AND state <> 'ending'
		UNION ALL
		SELECT 'a destroyed photo has one entry in the audit log that names rule and receipt', count(*) FROM photo
		WHERE state = 'destroyed' AND (SELECT count(*) FROM audit_entry WHERE audit_entry.object = photo.id
			AND act = 'photo.destroy' AND result = rule || ' ' || receipt) <> 1
		UNION ALL
		SELECT 'a photo that the audit log calls destroyed is so', count(*) FROM photo
		WHERE state <> 'destroyed' AND EXISTS (SELECT 1 FROM audit_entry WHERE audit_entry.object = photo.id AND act = 'photo.destroy')
		UNION ALL
		SELECT 'a photo that came has an entry in the audit log', count(*) FROM photo
		WHERE state = 'kept' AND NOT EXISTS (SELECT 1 FROM audit_entry WHERE audit_entry.object = photo.id AND act = 'photo.add')
		UNION ALL
		SELECT 'of a photo that came so long ago the audit log tells the destruction', count(*) FROM audit_entry came
		WHERE came.act = 'photo.add' AND came.at <= $2 AND NOT EXISTS
			(SELECT 1 FROM audit_entry gone WHERE gone.object = came.object AND gone.act = 'photo.destroy')
	) promises WHERE n > 0 ORDER BY promise`

type broken struct {
	Promise string
	N       int64
}

// Check returns a line for each promise about photos that does not hold: every one that
// was decided on or has expired is destroyed, without key and bytes, with one receipt and
// one entry in the audit log, and there are as many keys as living photos (promise 6).
func (s *Store) Check(ctx context.Context) ([]string, error) {
	now := s.now()
	rows, err := db.Select[broken](ctx, s.DB, selectBroken, now.Add(-grace), now.Add(-s.life.photo-grace))
	if err != nil {
		return nil, fmt.Errorf("check photos: %w", err)
	}
	var lines []string
	for _, row := range rows {
		lines = append(lines, fmt.Sprintf("photos: %s: %d do not", row.Promise, row.N))
	}
	stray, err := s.stray(ctx, now.Add(-grace))
	if err != nil {
		return nil, err
	}
	if stray > 0 {
		lines = append(lines, fmt.Sprintf("photos: %d keys have no living photo", stray))
	}
	without, err := s.withoutKey(ctx)
	if err != nil {
		return nil, err
	}
	if without > 0 {
		lines = append(lines, fmt.Sprintf("photos: %d living photos have no key", without))
	}
	return lines, nil
}

const countToldSince = `
	SELECT count(*) AS n FROM audit_entry WHERE object = $1 AND act = 'photo.destroy' AND at > $2
	AND NOT EXISTS (SELECT 1 FROM photo WHERE photo.id = audit_entry.object)`

// stray counts the keys that no living photo has, but for those without a row whose end was
// told since: they are on their way.
func (s *Store) stray(ctx context.Context, since time.Time) (n int, err error) {
	orphans, err := s.orphans(ctx)
	if err != nil {
		return 0, err
	}
	for _, id := range orphans {
		told, err := db.Get[int64](ctx, s.DB, countToldSince, id, since)
		if err != nil {
			return 0, fmt.Errorf("look whether the end of a key was told: %w", err)
		}
		if told == 0 {
			n++
		}
	}
	return n, nil
}

// withoutKey counts the photos that are kept and have no key. Each is looked for again: it
// may have ended meanwhile.
func (s *Store) withoutKey(ctx context.Context) (n int64, err error) {
	candidates, err := s.keyless(ctx)
	if err != nil || len(candidates) == 0 {
		return 0, err
	}
	kept, err := db.Select[string](ctx, s.DB, selectKept)
	if err != nil {
		return 0, fmt.Errorf("find photos: %w", err)
	}
	return int64(len(candidates) - len(missing(candidates, kept))), nil
}
