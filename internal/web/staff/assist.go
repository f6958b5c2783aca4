package staff

import (
	"net/http"

	people "loket/internal/staff"
)

func (p *Pages) assistRoutes() []route { return nil }

// assistTasks are what waits here for m.
func (p *Pages) assistTasks(*http.Request, people.Member) ([]task, error) { return nil, nil }
