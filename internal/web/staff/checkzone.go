package staff

import (
	"net/http"
	"slices"
	"strconv"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	people "loket/internal/staff"
)

// zoneView is a machine-readable zone compared with the case. It is not kept.
type zoneView struct {
	Facts   []fact
	Problem string // message key of what is wrong with the zone
}

// compareZone compares the zone that was typed or pasted. The rest of the form stays as
// it was.
func (p *Pages) compareZone(as deciding) handler {
	return func(w http.ResponseWriter, r *http.Request, m people.Member) error {
		typed, err := p.readCase(r, as)
		if err != nil {
			return err
		}
		page, err := p.newCasePage(r, m, as, typed)
		if err != nil {
			return p.again(w, r, m, as, typed, err)
		}
		if page.Zone == nil {
			page.Zone = &zoneView{Problem: "ident.mrz.length"}
		}
		if !wantsData(r) {
			return p.render(w, r, "check", page)
		}
		data := struct {
			Facts   []dataFact `json:"facts"`
			Problem string     `json:"problem,omitempty"`
		}{Facts: dataFacts(page.Zone.Facts)}
		if page.Zone.Problem != "" {
			data.Problem = p.screen(r).say(page.Zone.Problem).Text
		}
		return writeData(w, data)
	}
}

// zone compares what was typed with the case on the screen.
func (s screen) zone(requests *request.Store, typed *caseForm, d request.Desk) *zoneView {
	z, err := requests.CompareMRZ(typed.MRZ.Value, d)
	if err != nil {
		return &zoneView{Problem: fault.Key(err)}
	}
	answers, read := turned(z.Answers), z.Read.Name
	view := &zoneView{Facts: []fact{
		s.own("name", read.Full.Reveal(), false, s.nameMarks(answers, d.Answers.Name, read)...),
		s.birth(z.Read.Birth, s.marks(answers, request.FieldBirth)...),
	}}
	if marks := s.marks(answers, request.FieldDocument); len(marks) > 0 && marks[0].Stand != request.OnlyHeld {
		view.Facts = append(view.Facts, fact{Label: s.say("staff.check.field-document-number"), Marks: marks})
	}
	expiry := s.own("expiry", "", false)
	if z.Read.Expiry != "" {
		expiry = s.text("expiry", s.texts.Date(z.Read.Expiry))
	}
	if z.Expired {
		expiry.Marks = []markView{{Stand: request.Differs, Text: s.say("staff.check.expired")}}
	}
	view.Facts = append(view.Facts, expiry)
	for i, marks := range z.Candidates {
		view.Facts = append(view.Facts, s.zoneCandidate(i, d.Candidates[i].Record.Name, read, turned(marks)))
	}
	return view
}

// zoneCandidate says in one line how the zone stands to a candidate.
func (s screen) zoneCandidate(i int, record, read ident.Name, all []request.Mark) fact {
	var marks []markView
	for _, m := range slices.Concat(s.nameMarks(all, record, read), s.marks(all, request.FieldBirth)) {
		if m.Stand != request.Agrees {
			marks = append(marks, m)
		}
	}
	if marks == nil {
		marks = []markView{s.mark(request.Agrees, "")}
	}
	label := s.texts.Get("staff.check.with-candidate", map[string]any{"Number": strconv.Itoa(i + 1)})
	return fact{Label: label, Marks: marks}
}

// turned are marks of a zone as they are shown: the zone is what is on the screen, and
// lacks or adds words of what was told or is held.
func turned(marks []request.Mark) []request.Mark {
	list := slices.Clone(marks)
	for i, m := range list {
		switch m.Stand {
		case request.OnlyTold:
			list[i].Stand = request.OnlyHeld
		case request.OnlyHeld:
			list[i].Stand = request.OnlyTold
		}
	}
	return list
}
