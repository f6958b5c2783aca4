package staff

import (
	"net/http"

	people "loket/internal/staff"
)

const pathAccounts = "/accounts"

func (p *Pages) accountRoutes() []route { return nil }

// accountTasks are what a lead can begin.
func (p *Pages) accountTasks(*http.Request, people.Member) ([]task, error) { return nil, nil }
