package staff

import (
	"net/http"
	"strconv"
	"strings"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/rules"
	people "loket/internal/staff"
	"loket/internal/upload"
	"loket/internal/web"
	"loket/internal/web/questions"
)

// casePage is one case in front of who decides: what its person told, up to five
// records with what differs, the photos, and the decision, all on one screen.
type casePage struct {
	web.Page
	*caseForm
	Action, Compare string // paths without language
	Number          string
	Received        string // YYYY-MM-DD
	Until           string // HH:MM
	Left            int    // seconds of the lease
	Told            []fact
	SeenBefore      bool // the document was seen in person, in another case
	Written         []writtenView
	Candidates      []candidateView
	Photos          []photoView
	Alike           []alikeView
	Checklist       []checkItem
	Zone            *zoneView // the machine-readable zone compared, or nil
	Proposal        []fact    // what a colleague proposes; nil for who compares
	Sign            signing
}

// writtenView is what the person wrote.
type writtenView struct{ Day, Text string }

// candidateView is a record of the registry beside what the person told.
type candidateView struct {
	ID, Value string
	Key       int // on the keyboard, from 1
	Checked   bool
	Earlier   bool // chosen when the document was seen before
	Name      string
	NameMarks []markView
	Facts     []fact
}

// photoView is a photo on the screen.
type photoView struct {
	ID, Source string
	Key        string // on the keyboard; empty for a second of its kind
	Label      string // message key
	Advice     []string
}

// Zooms are how much larger a photo can be shown.
func (photoView) Zooms() []int { return []int{1, 2, 4} }

// Turns are how far it can be turned, in degrees.
func (photoView) Turns() []int { return []int{0, 90, 180, 270} }

// checkItem is one thing to look at on the document.
type checkItem struct {
	ID, Value string
	Text      lang.Text
	On        bool
}

// signing is what is to be confirmed with a passkey.
type signing struct {
	Action, Options string
	Lines           []fact
	Hidden          []hidden
}

func (p *Pages) showCase(as deciding) handler {
	return func(w http.ResponseWriter, r *http.Request, m people.Member) error {
		page, err := p.newCasePage(r, m, as, &caseForm{})
		if err != nil {
			return err
		}
		return p.render(w, r, "check", page)
	}
}

// newCasePage reads the case in hand, which writes it in the log, and joins it with what
// was typed.
func (p *Pages) newCasePage(r *http.Request, m people.Member, as deciding, typed *caseForm) (*casePage, error) {
	d, err := p.Requests.Desk(r.Context(), m, r.PathValue("lease"))
	if err != nil {
		return nil, err
	}
	if d.Role != as.role {
		return nil, fault.New(fault.Denied, "staff.check.other-desk", "the lease is for a %s", d.Role)
	}
	s := p.screen(r)
	s.asked = d.Answers.Name
	tag := s.tag
	path := as.path + "/" + d.Lease.ID
	page := &casePage{
		Page: web.Page{Title: "staff.check.title"}, caseForm: typed, Action: path, Compare: path + "/compare",
		Number: d.Number.Spoken(), Received: d.Received.String(), Until: d.Lease.Until.In(p.Requests.Zone).Format("15:04"),
		Left: int(d.Lease.Until.Sub(p.Now()).Seconds()), Told: s.told(d.Answers), SeenBefore: d.SeenBefore,
		Sign: signing{Action: path + "/decide"},
	}
	typed.Class, typed.Reader = p.classOf(d.Answers.Document), d.Lang
	typed.prepare(p.reasons(tag, as))
	for _, text := range d.Written {
		page.Written = append(page.Written, writtenView{text.Day, text.Text.Reveal()})
	}
	if d.Proposal != nil {
		typed.Candidate, page.Proposal = d.Proposal.Ruling.RecordID, s.lines(d.Proposal.Lines)
	}
	for i, c := range d.Candidates {
		page.Candidates = append(page.Candidates, s.candidate(i, c, typed.Candidate))
	}
	for _, other := range d.Alike {
		page.Alike = append(page.Alike, newAlikeView(path, other))
	}
	if page.Proposal == nil {
		page.Checklist = s.checklist(typed)
	}
	page.Photos = photoViews(d.Lease.ID, d.Photos, tag)
	if typed.MRZ.Value != "" && typed.MRZ.Error == "" {
		page.Zone = s.zone(p.Requests, typed, d)
	}
	page.Problems = typed.problems()
	return page, nil
}

// photoViews are the living photos. The first of each kind has a key.
func photoViews(lease string, photos []upload.Photo, tag lang.Tag) []photoView {
	keys := map[upload.Kind]string{upload.Document: "d", upload.Card: "c"}
	var views []photoView
	for _, photo := range photos {
		if !photo.Living() {
			continue
		}
		view := photoView{
			ID: "photo-" + strconv.Itoa(len(views)+1), Source: web.Path(tag, "/check/"+lease+"/photo/"+photo.ID),
			Key: keys[photo.Kind], Label: "staff.check.photo-" + string(photo.Kind),
		}
		delete(keys, photo.Kind)
		for _, advice := range photo.Advice {
			view.Advice = append(view.Advice, "staff.check.advice-"+string(advice))
		}
		views = append(views, view)
	}
	return views
}

// The lists of the pack that only who decides sees.
const (
	listChecklist = "checklist"
	listReasons   = "refusal_reasons"
	listNextSteps = "next_steps"
)

// classOf is the class of a kind of document in the pack; empty where none was told.
func (p *Pages) classOf(document string) string {
	item, _ := p.Requests.Pack.Item(questions.ListDocuments, document)
	return item.Fields["class"]
}

// checkedFor returns what is looked at on a document of a class.
func checkedFor(pack *rules.Pack, class string) []rules.Item {
	var items []rules.Item
	for _, item := range pack.List(listChecklist) {
		if class == "" || strings.Contains(" "+item.Fields["classes"]+" ", " "+class+" ") {
			items = append(items, item)
		}
	}
	return items
}
