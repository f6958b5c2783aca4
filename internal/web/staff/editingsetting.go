package staff

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"loket/internal/editing"
	"loket/internal/fault"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/web"
	"loket/internal/web/form"
)

// settingPage gives a setting another value from a day on.
type settingPage struct {
	web.Page
	Action  string
	Line    settingLine
	Allowed []string // empty where anything can be typed
	Value   form.Text
	From    form.Text
	Reasons []*form.Text // one for each language of the pack
	Why     form.Text

	kept rules.SettingValue // the newest, whose owner and source stay
	kind rules.Type
}

func (p *Pages) settingPage(r *http.Request) (*settingPage, error) {
	pack, _, err := p.Editing.Load(r.Context())
	if err != nil {
		return nil, err
	}
	settings := pack.Settings()
	i := slices.IndexFunc(settings, func(s *rules.Setting) bool { return s.ID == r.PathValue("id") })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "", "no such setting")
	}
	s := settings[i]
	meaning, _ := pack.In(string(p.site.Language(r)), s.Meaning)
	page := &settingPage{
		Page: web.Page{Title: "staff.editing.setting", Back: pathEditing}, Action: pathEditing + "/setting/" + s.ID,
		Line: settingLine{ID: s.ID, Meaning: meaning}, Allowed: s.Allowed, Why: whyField(), kind: s.Type, kept: s.Values[len(s.Values)-1],
		Value: form.Text{Name: "value", Label: "staff.editing.value", Width: 20},
		From:  form.Text{Name: "from", Label: "staff.editing.from", Hint: "staff.editing.from-hint", Type: "date", Width: 10, Latin: true, Value: p.Requests.Today().Add(1).String()},
	}
	if s.Type == rules.YesNo {
		page.Allowed = []string{"true", "false"}
	}
	for _, v := range s.Values {
		page.Line.Values = append(page.Line.Values, settingValue{v.From.String(), printed(v.Value), v.Owner})
	}
	for _, l := range pack.Languages {
		if l.Complete {
			page.Reasons = append(page.Reasons, &form.Text{Name: "why-" + l.Tag, Label: "staff.editing.reason-" + l.Tag, Lines: 2})
		}
	}
	return page, nil
}

func (p *Pages) editSetting(w http.ResponseWriter, r *http.Request, _ people.Member) error {
	page, err := p.settingPage(r)
	if err != nil {
		return err
	}
	return p.render(w, r, "editing-setting", page)
}

func (p *Pages) takeSetting(w http.ResponseWriter, r *http.Request, m people.Member) error {
	page, err := p.settingPage(r)
	if err != nil {
		return err
	}
	fields := []form.Field{&page.Value, &page.From}
	for _, reason := range page.Reasons {
		fields = append(fields, reason)
	}
	fields = append(fields, &page.Why)
	if err := form.Read(r, fields...); err != nil {
		return err
	}
	value := page.value(p.Requests.Today())
	if page.Problems = form.Problems(fields...); page.Problems != nil {
		return p.render(w, r, "editing-setting", page)
	}
	change := editing.Setting(page.Line.ID, value, page.Why.Value)
	draft, err := p.Editing.Draft(r.Context(), m.ID, change.File, change.Value, change.Why)
	if fault.Is(err, fault.Invalid) {
		page.Value.Error = fault.Key(err)
		page.Problems = form.Problems(fields...)
		return p.render(w, r, "editing-setting", page)
	}
	if err != nil {
		return err
	}
	kept, err := json.Marshal(draft)
	if err != nil {
		return err
	}
	p.Sessions.Keep(r.Context(), "setting "+page.Line.ID, kept)
	sign := &signPage{Page: page.Page, Text: "staff.editing.sign", About: draft.File, Value: draft.Value}
	if sign.Confirm, err = p.ask(r, m, draft.ID, draft.Content(), page.Action+"/sign", "staff.editing.propose"); err != nil {
		return err
	}
	return p.render(w, r, "sign", sign)
}

// signSetting proposes a setting that its person confirmed with a passkey.
func (p *Pages) signSetting(w http.ResponseWriter, r *http.Request, m people.Member) error {
	var draft editing.Edit
	if err := json.Unmarshal(p.Sessions.Spend(r.Context(), "setting "+r.PathValue("id")), &draft); err != nil {
		return fault.New(fault.TooLate, "staff.passkey.again", "no setting is proposed: %w", err)
	}
	sign, err := p.signing(r, m, draft)
	if err != nil {
		return err
	}
	if err := p.Editing.Keep(r.Context(), draft, sign); err != nil {
		return err
	}
	return p.site.Redirect(w, r, pathEditing)
}

// value reads the fields; what is wrong stays in them. A setting changes from
// tomorrow at the earliest, so that each day is decided by one value.
func (page *settingPage) value(today rules.Day) rules.SettingValue {
	v := rules.SettingValue{Source: page.kept.Source, Owner: page.kept.Owner, Why: rules.Words{}}
	page.Value.Require("staff.editing.value-missing")
	page.Why.Require("editing.why")
	switch {
	case page.Value.Error != "":
	case len(page.Allowed) > 0 && !slices.Contains(page.Allowed, page.Value.Value):
		page.Value.Error = "staff.editing.value-missing"
	case page.kind == rules.YesNo:
		v.Value = page.Value.Value == "true"
	case page.kind == rules.Number:
		n, err := strconv.Atoi(page.Value.Value)
		if err != nil {
			page.Value.Error = "staff.editing.value-number"
		}
		v.Value = n
	default:
		v.Value = page.Value.Value
	}
	day, err := rules.ParseDay(page.From.Value)
	if v.From = day; err != nil || !day.After(today) {
		page.From.Error = "staff.editing.from-wrong"
	}
	for _, reason := range page.Reasons {
		if reason.Require("staff.editing.reason-missing") {
			v.Why[reason.Name[len("why-"):]] = reason.Value
		}
	}
	return v
}
