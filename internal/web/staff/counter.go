package staff

import (
	"net/http"

	people "loket/internal/staff"
)

func (p *Pages) counterRoutes() []route { return nil }

// counterTasks are what waits here for m.
func (p *Pages) counterTasks(*http.Request, people.Member) ([]task, error) { return nil, nil }
