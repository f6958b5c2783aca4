package staff

import (
	"net/http"

	people "loket/internal/staff"
)

func (p *Pages) checkRoutes() []route { return nil }

// checkTasks are what waits here for m.
func (p *Pages) checkTasks(*http.Request, people.Member) ([]task, error) { return nil, nil }
