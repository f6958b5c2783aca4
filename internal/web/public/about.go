package public

import (
	"net/http"

	"loket/internal/lang"
	"loket/internal/web"
	"loket/internal/web/questions"
)

// privacyPage says what exists and how long. The times come from the schema file,
// which the sweeper obeys, so that the page cannot promise another.
type privacyPage struct {
	web.Page
	Hours                         int // a draft
	Code, Idle                    int // minutes
	Message, Request, Case, Epoch int // days
	Photo                         int // days, at most
	Places                        bool
	Report, Served                int // days
}

func (p *Pages) privacy(lang.Tag) (web.Document, error) {
	life := p.Requests.Schema.Lifetimes
	return &privacyPage{
		Page: web.Page{Title: "public.privacy.title", Back: "/"}, Hours: life["draft"].Hours,
		Code: life["code"].Minutes, Idle: life["session"].IdleMinutes,
		Photo:  life["photo"].Days,
		Places: p.Planner != nil, Report: life["report"].Days, Served: life["served-number"].Days,
		Message: life["message"].Days, Request: life["request"].Days, Case: life["closed-case"].Days, Epoch: life["epoch"].Days,
	}, nil
}

// whoSeesPage lists each thing that is asked, what for, and who sees it.
type whoSeesPage struct {
	web.Page
	Fields []fieldWords
	Places []fieldWords // what places keep
}

// fieldWords are the message keys of one thing that is asked.
type fieldWords struct{ Name, Purpose, Who string }

func (p *Pages) whoSees(tag lang.Tag) (web.Document, error) {
	page := &whoSeesPage{Page: web.Page{Title: "web.footer.who-sees", Back: "/"}}
	for _, item := range p.pack.List(questions.ListFields) {
		if item.Words["purpose"] == nil || item.Words["seen_by"] == nil {
			continue
		}
		var f fieldWords
		f.Name, f.Purpose, f.Who = questions.Field(item.ID)
		page.Fields = append(page.Fields, f)
	}
	if p.Planner != nil {
		for _, thing := range []string{"ask", "sum", "slot", "figure", "postcode", "report"} {
			key := "public.place.kept-" + thing
			page.Places = append(page.Places, fieldWords{key + ".name", key + ".purpose", key + ".who"})
		}
	}
	return page, nil
}

// plainPage is a page of messages alone.
type plainPage struct {
	web.Page
	Contact string
}

func (p *Pages) accessibility(lang.Tag) (web.Document, error) {
	return &plainPage{Page: web.Page{Title: "web.footer.accessibility", Back: "/"}}, nil
}

func (p *Pages) security(lang.Tag) (web.Document, error) {
	return &plainPage{Page: web.Page{Title: "web.footer.security", Back: "/"}, Contact: p.Security.Contact}, nil
}

// auditPage says how anybody can keep an eye on the log of who did what.
type auditPage struct {
	web.Page
	Checkpoint string // as signed; empty before the first
	Key        string
}

func (p *Pages) audit(w http.ResponseWriter, r *http.Request) error {
	checkpoint, err := p.Audit.Checkpoint(r.Context())
	if err != nil {
		return err
	}
	return p.site.Render(w, r, "audit", &auditPage{Page: web.Page{Title: "web.footer.audit", Back: "/"}, Checkpoint: checkpoint, Key: p.Audit.Key})
}
