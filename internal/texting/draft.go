package texting

import (
	"context"
	"slices"
	"strconv"

	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
)

// Lists of the pack that questions number.
const (
	listRegions   = "regions"
	listPapers    = "papers"
	listLanguages = "languages" // not the pack's: those of the catalogue
)

// draft is a form that is being filled in. It is kept only sealed.
type draft struct {
	Key    string // idempotency key of the ask
	Texts  int    // how many texts it took so far
	Warned bool
	Facts  []fact // in the order in which they were asked
	Region string
	Pick   bool // the region is picked, as its postcode is not known
	People []person
	Desk   string // yes: the person at the desk speaks the language of the form
	Soon   string // yes or no
	Doubt  string // a number that cannot be right, and is taken when it comes again
}

type fact struct {
	Name string
	Yes  bool
}

// person is one of those who come, as far as they were told.
type person struct {
	Name    ident.Name
	Birth   ident.BirthDate
	Paper   string
	Expires string // day
	Number  ident.Number
	Without bool // has no number, and needs none
}

func (p person) member() planner.Member {
	m := planner.Member{Name: p.Name, Birth: p.Birth, Number: p.Number, Document: p.Paper}
	if day, err := rules.ParseDay(p.Expires); err == nil {
		m.Expires = day
	}
	return m
}

func (d *draft) facts() rules.Facts {
	facts := rules.Facts{}
	for _, f := range d.Facts {
		facts[f.Name] = f.Yes
	}
	return facts
}

// form knows the questions.
type form struct {
	places *planner.Store
	texts  *lang.Catalogue
}

// question is one step of a form.
type question struct {
	key   string // after "texting.ask."
	args  map[string]string
	list  string // whose items are numbered
	done  bool
	undo  func()
	take  func(said Said) bool // reports whether the answer was understood
	again string               // message key of why it was not, if that can be said
}

// questions returns those of a form as it stands, in their order, up to the one that waits
// where what comes after hangs on it. outcome is the pack's, where the form ends without an
// ask.
func (f form) questions(ctx context.Context, t *thread) (list []question, outcome string, err error) {
	d := t.Draft
	list = append(list, f.languageQuestion(t), f.warning(d))
	decision, err := f.places.Eligible(d.facts())
	if err != nil {
		return nil, "", err
	}
	for i := range d.Facts {
		list = append(list, f.factQuestion(d, d.Facts[i].Name, i))
	}
	switch {
	case decision.Outcome == rules.NotKnownYet && len(decision.Missing) > 0:
		return append(list, f.factQuestion(d, decision.Missing[0], len(d.Facts))), "", nil
	case decision.Outcome != planner.MayAsk:
		return list, decision.Outcome, nil
	}
	list = append(list, f.regionQuestion(ctx, d), f.peopleQuestion(d))
	for i := range d.People {
		list = append(list, f.personQuestions(d, i)...)
	}
	speaks, err := f.speaks(ctx, d.Region, t.Lang)
	if err != nil {
		return nil, "", err
	}
	if speaks {
		list = append(list, yesNo("desk", &d.Desk, map[string]string{"Language": f.autonym(t.Lang)}))
	}
	return append(list, yesNo("soon", &d.Soon, nil)), "", nil
}

// waiting is the first that is not answered; nil when all are.
func waiting(list []question) *question {
	i := slices.IndexFunc(list, func(q question) bool { return !q.done })
	if i < 0 {
		return nil
	}
	return &list[i]
}

// back takes the last answer away.
func (d *draft) back(list []question) {
	if d.Pick && d.Region == "" { // that the postcode is not known was an answer too
		d.Pick = false
		return
	}
	for _, q := range slices.Backward(list) {
		if q.done {
			q.undo()
			return
		}
	}
}

// choice reads a number from one to most, or none.
func choice(said Said, most int) int {
	n, err := strconv.Atoi(said.Digits)
	if err != nil || n < 1 || n > most || len(said.Plain) > len("1.) ")+1 {
		return 0
	}
	return n
}

// yesOrNo reads an answer to what is yes or no: a word, or 1 or 2. It is "" for neither.
func yesOrNo(said Said) string {
	switch {
	case said.Word == Yes || said.Word == "" && choice(said, 2) == 1:
		return "yes"
	case said.Word == No || said.Word == "" && choice(said, 2) == 2:
		return "no"
	}
	return ""
}

// yesNo is a question whose answer goes into a field.
func yesNo(key string, field *string, args map[string]string) question {
	return question{key: key, args: args, done: *field != "", undo: func() { *field = "" }, take: func(said Said) bool {
		*field = yesOrNo(said)
		return *field != ""
	}}
}

func (f form) languageQuestion(t *thread) question {
	languages := f.texts.Languages()
	return question{key: "language", list: listLanguages, done: t.Lang != "", undo: func() { t.Lang = "" }, take: func(said Said) bool {
		if n := choice(said, len(languages)); n > 0 {
			t.Lang = languages[n-1].Tag
		}
		return t.Lang != ""
	}}
}

// warning comes before anything is asked that tells of a person.
func (f form) warning(d *draft) question {
	return question{key: "warning", done: d.Warned, undo: func() { d.Warned = false }, take: func(said Said) bool {
		d.Warned = yesOrNo(said) == "yes"
		return d.Warned
	}}
}

func (f form) factQuestion(d *draft, name string, i int) question {
	return question{key: "fact." + name, done: i < len(d.Facts), undo: func() { d.Facts = d.Facts[:i] }, take: func(said Said) bool {
		answer := yesOrNo(said)
		if answer != "" {
			d.Facts = append(d.Facts, fact{name, answer == "yes"})
		}
		return answer != ""
	}}
}

// regionQuestion asks for the postcode, which goes no further, or lets the region be
// picked.
func (f form) regionQuestion(ctx context.Context, d *draft) question {
	undo := func() { d.Region, d.Pick = "", false }
	if d.Pick && d.Region == "" {
		items := f.places.Pack.List(listRegions)
		return question{key: "region", list: listRegions, undo: undo, take: func(said Said) bool {
			if n := choice(said, len(items)); n > 0 {
				d.Region = items[n-1].ID
			}
			return d.Region != ""
		}}
	}
	return question{key: "postcode", done: d.Region != "", undo: undo, take: func(said Said) bool {
		item, err := f.places.Region(said.Plain)
		if err != nil {
			d.Pick = true
			return said.Digits == "0"
		}
		d.Region = item.ID
		return true
	}}
}

func (f form) peopleQuestion(d *draft) question {
	return question{key: "people", done: len(d.People) > 0, undo: func() { d.People = nil }, take: func(said Said) bool {
		d.People = make([]person, choice(said, planner.MostMembers))
		return len(d.People) > 0
	}}
}

// speaks reports whether it makes a difference to ask for a language at the desk.
func (f form) speaks(ctx context.Context, region string, tag lang.Tag) (bool, error) {
	if region == "" {
		return false, nil
	}
	all, err := f.places.Locations.Of(ctx)
	if err != nil {
		return false, err
	}
	return slices.Contains(location.Languages(all, region, f.places.Today()), string(tag)), nil
}

func (f form) autonym(tag lang.Tag) string {
	for _, l := range f.texts.Languages() {
		if l.Tag == tag {
			return l.Autonym
		}
	}
	return string(tag)
}

// asking is a form all of which is answered.
func (f form) asking(t thread) planner.Asking {
	d := t.Draft
	a := planner.Asking{Facts: d.facts(), Region: d.Region, Soon: d.Soon == "yes", Phone: t.Phone, Lang: string(t.Lang), Door: planner.ByText, Key: d.Key}
	if d.Desk == "yes" {
		a.DeskLang = string(t.Lang)
	}
	for _, p := range d.People {
		a.Members = append(a.Members, p.member())
	}
	return a
}
