package schema

import (
	"context"
	"fmt"
	"slices"

	"loket/internal/db"
)

// Differences compares the schema with a live database: one sentence for each
// table or column that is in one of them only. Promise 12 of Loket is that there
// is none.
func (s *Schema) Differences(ctx context.Context, d *db.DB) ([]string, error) {
	live, err := d.Columns(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the live schema: %w", err)
	}
	var out []string
	seen := map[string]bool{}
	for _, c := range live {
		seen[c.Table], seen[c.Table+"."+c.Name] = true, true
		t := s.Table(c.Table)
		if t == nil || t.column(c.Name) == nil {
			out = append(out, fmt.Sprintf("the database has %s.%s, and schema.yaml does not", c.Table, c.Name))
		}
	}
	for _, t := range s.Tables {
		if !seen[t.Name] {
			out = append(out, fmt.Sprintf("schema.yaml has table %s, and the database does not", t.Name))
			continue
		}
		for _, c := range t.Columns {
			if !seen[t.Name+"."+c.Name] {
				out = append(out, fmt.Sprintf("schema.yaml has %s.%s, and the database does not", t.Name, c.Name))
			}
		}
	}
	slices.Sort(out)
	return out, nil
}
