package staff

import (
	"net/http"
	"net/url"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/questions"
)

var errNobody = fault.New(fault.NotFound, "", "no such colleague")

// accountPage is one colleague, and what can be changed.
type accountPage struct {
	web.Page
	Path  string
	Facts []web.Answer
	Roles []string // message keys
	State web.Tag
	Self  bool   // nobody changes the own account
	Link  string // the one-time link, shown once
	Ended bool   // the account is disabled
}

func (p *Pages) account(w http.ResponseWriter, r *http.Request, by people.Member) error {
	m, err := p.find(r)
	if err != nil {
		return err
	}
	page := &accountPage{Page: web.Page{Title: "staff.account.title", Back: pathAccounts}, Path: accountPath(m.ID), Roles: roleKeys(m.Roles),
		State: p.stateTag(m), Self: m.ID == by.ID, Ended: m.State == people.Disabled}
	if token := p.Sessions.Spend(r.Context(), "link "+m.ID); token != nil {
		page.Link = p.URL + web.Path(m.Lang, "/enrol/"+url.PathEscape(string(token)))
	}
	texts := p.Catalogue.In(p.site.Language(r))
	page.Facts = []web.Answer{
		{Label: "staff.account.name", Value: nameOf(m)},
		{Label: "staff.account.short", Value: m.Short(), Latin: true},
		{Label: "staff.account.trained", Value: texts.Date(m.Trained.String()).Text},
		{Label: "staff.account.screened", Value: texts.Date(m.Screened.String()).Text},
		{Label: "staff.account.place", Key: workplaceKey(m.Place)},
		{Label: "staff.account.lang", Key: "common.language." + string(m.Lang)},
	}
	return p.render(w, r, "account", page)
}

func workplaceKey(place string) string {
	if place == "" {
		return "staff.account.no-place"
	}
	return questions.Key(questions.ListCounters, place, "name")
}

// invitePage is the form of a new account.
type invitePage struct {
	web.Page
	Name              form.Text
	Roles             roleFields
	Trained, Screened form.Date
	Place, Lang       form.Choice
}

func (p *Pages) newInvitePage() *invitePage {
	places := []form.Option{{Value: "none", Label: "staff.account.no-place"}}
	for _, item := range p.Requests.Pack.List(questions.ListCounters) {
		places = append(places, form.Option{Value: item.ID, Label: questions.Key(questions.ListCounters, item.ID, "name")})
	}
	var tags []form.Option
	for _, tag := range languages {
		tags = append(tags, form.Option{Value: string(tag), Label: "common.language." + string(tag)})
	}
	return &invitePage{
		Page:     web.Page{Title: "staff.invite.title", Back: pathAccounts},
		Name:     form.Text{Name: "name", Label: "staff.account.name", Hint: "staff.invite.name-hint", Width: 30, Autocomplete: "off"},
		Roles:    newRoleFields(),
		Trained:  form.Date{Name: "trained", Label: "staff.account.trained"},
		Screened: form.Date{Name: "screened", Label: "staff.account.screened"},
		Place:    form.Choice{Name: "place", Label: "staff.account.place", Options: places, Value: "none"},
		Lang:     form.Choice{Name: "lang", Label: "staff.account.lang", Options: tags, Value: string(lang.Dutch), Inline: true},
	}
}

func (p *Pages) askInvite(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	return p.render(w, r, "invite", p.newInvitePage())
}

// invite makes an account. Its link is shown on the page that follows, once.
func (p *Pages) invite(w http.ResponseWriter, r *http.Request, by people.Member) error {
	page := p.newInvitePage()
	fields := append(page.Roles.all(), &page.Name, &page.Trained, &page.Screened, &page.Place, &page.Lang)
	if err := form.Read(r, fields...); err != nil {
		return err
	}
	page.Name.Require("staff.name.missing")
	roles := page.Roles.take()
	trained, screened := needDay(&page.Trained), needDay(&page.Screened)
	page.Place.Require("staff.place")
	page.Lang.Require("staff.lang")
	fields = append([]form.Field{&page.Name}, append(page.Roles.all(), &page.Trained, &page.Screened, &page.Place, &page.Lang)...)
	if page.Problems = form.Problems(fields...); page.Problems != nil {
		return p.render(w, r, "invite", page)
	}
	n := people.New{Name: ident.NewPrivate(page.Name.Value), Roles: roles, Lang: lang.Tag(page.Lang.Value), Trained: trained, Screened: screened}
	if page.Place.Value != "none" {
		n.Place = page.Place.Value
	}
	token, err := p.Staff.Invite(r.Context(), by.ID, n)
	if fault.Is(err, fault.Taken) {
		page.Name.Error = fault.Key(err)
		page.Problems = form.Problems(fields...)
		return p.render(w, r, "invite", page)
	}
	if err != nil {
		return err
	}
	return p.showLink(w, r, token)
}

// showLink leads to the page of the account that a link is for, which shows it once.
func (p *Pages) showLink(w http.ResponseWriter, r *http.Request, token string) error {
	_, m, err := p.Staff.BeginEnrol(r.Context(), token)
	if err != nil {
		return err
	}
	p.Sessions.Keep(r.Context(), "link "+m.ID, []byte(token))
	return p.site.Redirect(w, r, accountPath(m.ID))
}

// needDay reads a day that must be given.
func needDay(f *form.Date) rules.Day {
	f.Require("staff.days")
	return form.ParseDate(f, parseDay)
}

// parseDay reads a day as typed in three fields.
func parseDay(day, month, year string) (rules.Day, error) {
	pad := func(s string, n int) string {
		for len(s) < n {
			s = "0" + s
		}
		return s
	}
	parsed, err := rules.ParseDay(pad(year, 4) + "-" + pad(month, 2) + "-" + pad(day, 2))
	if err != nil {
		return parsed, fault.New(fault.Invalid, "form.date.invalid", "no such day")
	}
	return parsed, nil
}
