package staff

import (
	"net/http"

	people "loket/internal/staff"
)

const (
	pathReport = "/report"
	pathLog    = "/log"
)

// Log is what the pages tell of the audit log: acts, never content.
type Log struct{}

func (p *Pages) privacyRoutes() []route { return nil }

// privacyTasks are what a privacy officer can begin.
func (p *Pages) privacyTasks(*http.Request, people.Member) ([]task, error) { return nil, nil }
