package public

import (
	"net/url"
	"strings"

	"loket/internal/lang"
	"loket/internal/rules"
	"loket/internal/web"
	"loket/internal/web/questions"
)

// homePage says what can be done here, and who helps.
type homePage struct {
	web.Page
	Phones []Route
	Places bool // people can ask for a place here
}

func (p *Pages) home(lang.Tag) (web.Document, error) {
	page := &homePage{Page: web.Page{Title: "public.home.title"}, Places: p.Planner != nil}
	for _, route := range p.routes() {
		if route.Phone != "" {
			page.Phones = append(page.Phones, route)
		}
	}
	return page, nil
}

// Route is another way to a proof or to help.
type Route struct {
	Name     string // message key
	Phone    string
	Shown    string // the phone as it is shown, on one line
	Link     string // address
	Host     string // of the address, for people to read
	Language string // message key of the language they speak there
	Owner    string
	Checked  rules.Day // last day somebody compared it with its source
}

func (p *Pages) routes() []Route {
	var all []Route
	for _, item := range p.pack.List(questions.ListRoutes) {
		all = append(all, routeOf(item))
	}
	return all
}

func routeOf(item rules.Item) Route {
	const noBreak = "\u2011" // a dash at which no line ends
	r := Route{Name: questions.Key(questions.ListRoutes, item.ID, "name"), Phone: item.Fields["phone"], Owner: item.Owner, Checked: item.Checked}
	r.Shown = strings.ReplaceAll(r.Phone, "-", noBreak)
	if tag := item.Fields["language"]; tag != "" {
		r.Language = "common.language." + tag
	}
	if link, err := url.Parse(item.Fields["link"]); err == nil && link.Scheme == "https" {
		r.Link, r.Host = link.String(), link.Hostname()
	}
	return r
}
