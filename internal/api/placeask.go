package api

import (
	"net/http"
	"slices"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/lang"
	"loket/internal/location"
	"loket/internal/planner"
	"loket/internal/rules"
)

// Members of the body of an ask. Those that requests have too have their names.
const (
	memberHasProof   = "hasProof"
	memberRegistered = "registered"
	memberPostcode   = "postcode"
	memberRegion     = "region"
	memberPeople     = "members"
	memberExpires    = "documentExpires"
	memberDeskLang   = "deskLanguage"
	memberSoon       = "soon"
)

// placeMember returns the member that tells a fact of a pack of places.
func placeMember(fact string) string {
	switch fact {
	case "has_proof":
		return memberHasProof
	case "registered":
		return memberRegistered
	case "paper":
		return memberDocument
	case "paper_expires_before":
		return memberExpires
	case "age":
		return memberBirthDate
	}
	return ""
}

// placeMissing returns the members that the pack still needs for a decision.
func placeMissing(d rules.Decision) []string {
	members := []string{}
	for _, fact := range d.Missing {
		if member := placeMember(fact); member != "" {
			members = append(members, member)
		}
	}
	return members
}

// eligibility is who may ask, and what those who come get.
type eligibility struct {
	decision
	Region  *item  `json:"region,omitempty"`
	Members []gets `json:"members"`
}

// gets is what one of the people gets, and why.
type gets struct {
	Product string   `json:"product"`
	Reasons []reason `json:"reasons"`
	Missing []string `json:"missing"`
}

// decidePlace tells whether somebody may ask, by what they say of themselves, and, if
// asked, which region a postcode is in and what people get. Nothing is kept.
func (a *api) decidePlace(c *call) (answer, error) {
	facts := placeFacts(c.in)
	place, _ := parse(c.in, memberPostcode, a.Planner.Region)
	people := []planner.Member{}
	for _, part := range c.in.objects(memberPeople, planner.MostMembers, "planner.members") {
		people = append(people, a.paper(part))
	}
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	d, err := a.Planner.Eligible(facts)
	if err != nil {
		return answer{}, err
	}
	pack := a.Planner.Pack
	out := eligibility{decision: decision{Outcome: d.Outcome, Pack: d.Pack, Hash: d.Hash, On: d.On.String(),
		Reasons: c.reasons(pack, d), Missing: placeMissing(d)}, Members: []gets{}}
	if place.ID != "" {
		shown := c.item(pack, place)
		out.Region = &shown
	}
	if !mayStillAsk(d) {
		people = nil // there is nothing for them to get
	}
	for _, m := range people {
		d, err := a.Planner.Product(m, a.Planner.Today())
		if err != nil {
			return answer{}, err
		}
		out.Members = append(out.Members, gets{d.Outcome, c.reasons(pack, d), placeMissing(d)})
	}
	return answer{status: http.StatusOK, body: out}, nil
}

// mayStillAsk reports whether somebody may ask, or may with the answers that are missing.
func mayStillAsk(d rules.Decision) bool {
	return d.Outcome == planner.MayAsk || d.Outcome == rules.NotKnownYet
}

// otherWay is the fault of who asks and needs no place: its key says what they need.
func (a *api) otherWay(outcome string) error {
	key := "public.place.way." + outcome
	if !a.Catalogue.In(lang.Dutch).Has(key) {
		key = "public.place.way.other"
	}
	return fault.New(fault.Invalid, key, "the pack says %s", outcome)
}

// askFacts are the facts that everybody who asks tells.
var askFacts = [...]string{"has_proof", "registered"}

// placeFacts takes what decides whether somebody may ask.
func placeFacts(b *body) rules.Facts {
	facts := rules.Facts{}
	for _, fact := range askFacts {
		if said := b.flag(placeMember(fact)); said != nil {
			facts[fact] = *said
		}
	}
	return facts
}

// askReceipt is what a person keeps of an ask.
type askReceipt struct {
	Number   string  `json:"number"`
	Code     string  `json:"code"`
	Ticket   string  `json:"ticket"`
	Region   string  `json:"region"`
	Closes   string  `json:"closes"`
	Receipt  string  `json:"receipt"` // signed
	Warnings []field `json:"warnings,omitempty"`
}

// ask takes an ask in. Whoever needs no place is told so, and none is used. The answer says
// nothing of whether a number is in another ask.
func (a *api) ask(c *call) (answer, error) {
	facts := placeFacts(c.in)
	decision, err := a.Planner.Eligible(facts)
	if err != nil {
		return answer{}, err
	}
	if !mayStillAsk(decision) {
		return answer{}, a.otherWay(decision.Outcome)
	}
	asking, doubtful, err := a.asking(c)
	if err != nil {
		return answer{}, err
	}
	for _, fact := range askFacts {
		if _, told := facts[fact]; !told && !c.in.isBad(placeMember(fact)) {
			c.in.bad(placeMember(fact), "api.missing")
		}
	}
	key, keyErr := c.idempotencyKey()
	if err := c.in.err(); err != nil {
		return answer{}, err
	}
	if keyErr != nil {
		return answer{}, keyErr
	}
	asking.Facts, asking.Key = facts, key
	receipt, err := a.Planner.Ask(c.Context(), asking)
	if err != nil {
		return answer{}, c.atMember(err)
	}
	return answer{status: http.StatusCreated, body: askReceipt{receipt.Number.Spoken(), receipt.Code.Reveal(), receipt.Ticket, asking.Region,
		instant(receipt.Closes), receipt.Asked, c.explained(doubtful)}}, nil
}

// atMember names the member that the planner does not take.
func (c *call) atMember(err error) error {
	key := fault.Key(err)
	switch key {
	case "planner.region", "planner.region-closed":
		c.in.bad(memberRegion, key)
	case "planner.desk-language":
		c.in.bad(memberDeskLang, key)
	case "planner.members", "planner.nothing", "planner.member.twice":
		c.in.bad(memberPeople, key)
	default:
		return err
	}
	return c.in.err()
}

// asking takes a form out of a body; what is wrong with it is noted there. Doubtful are
// numbers to be looked at again.
func (a *api) asking(c *call) (asking planner.Asking, doubtful []field, err error) {
	b := c.in
	asking = planner.Asking{Lang: a.language(c), Door: planner.API, Region: a.region(b)}
	people := b.objects(memberPeople, planner.MostMembers, "planner.members")
	if len(people) == 0 && !b.isBad(memberPeople) {
		b.bad(memberPeople, "planner.members")
	}
	for i, part := range people {
		m, err := a.member(part, i == 0)
		if err != nil {
			return asking, nil, err
		}
		if slices.ContainsFunc(asking.Members, func(other planner.Member) bool { return !m.Number.IsZero() && m.Number.Equal(other.Number) }) {
			part.bad(memberNumber, "planner.member.twice")
		}
		if !m.Number.IsZero() && !m.Number.Plausible() {
			doubtful = append(doubtful, field{Pointer: part.at + pointer(memberNumber), Code: "api.number-doubtful"})
		}
		asking.Members = append(asking.Members, m)
	}
	all, err := a.Planner.Locations.Of(c.Context())
	if err != nil {
		return asking, nil, err
	}
	asking.DeskLang = b.choice(memberDeskLang, location.Languages(all, asking.Region, a.Planner.Today()))
	if soon := b.flag(memberSoon); soon != nil {
		asking.Soon = *soon
	}
	asking.Email, _ = parse(b, memberEmail, ident.ParseEmail)
	asking.Phone, _ = parse(b, memberPhone, func(text string) (ident.Phone, error) { return ident.ParsePhone(text, a.Region) })
	if asking.Email.IsZero() && asking.Phone.IsZero() && !b.isBad(memberEmail) && !b.isBad(memberPhone) {
		b.bad(memberEmail, "planner.contact")
	}
	return asking, doubtful, nil
}

// region takes the region, or the postcode that gives it and is not kept. A region counts
// where both are there: somebody may well stay elsewhere than their letters go.
func (a *api) region(b *body) string {
	region := b.choice(memberRegion, itemIDs(a.Planner.Pack, listRegions))
	found, _ := parse(b, memberPostcode, a.Planner.Region)
	if region == "" {
		region = found.ID
	}
	if region == "" && !b.isBad(memberRegion) && !b.isBad(memberPostcode) {
		b.bad(memberRegion, "api.missing")
	}
	return region
}

// itemIDs returns the ids of a list of a pack.
func itemIDs(pack *rules.Pack, list string) (ids []string) {
	for _, i := range pack.List(list) {
		ids = append(ids, i.ID)
	}
	return ids
}
