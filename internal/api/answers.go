package api

import (
	"slices"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/rules"
)

// Members of the body by which answers are known, and the facts of the pack that
// they tell.
const (
	memberMunicipality = "municipality"
	memberDigiD        = "digid"
	memberVaccinatedBy = "vaccinatedBy"
	memberPositive     = "testedPositive"
	memberDocument     = "document"
	memberExpired      = "documentExpired"
	memberName         = "name"
	memberLatinName    = "latinName"
	memberBirthDate    = "birthDate"
	memberNumber       = "number"
	memberEmail        = "email"
	memberPhone        = "phone"
	memberKeepNumber   = "keepDocumentNumber"
	memberDocNumber    = "documentNumber"
)

// memberOf returns the member that tells a fact.
func memberOf(fact string) string {
	switch fact {
	case "municipality":
		return memberMunicipality
	case "can_use_digid", "has_bsn":
		return memberDigiD
	case "vaccinated_by":
		return memberVaccinatedBy
	case "tested_positive":
		return memberPositive
	case "has_email":
		return memberEmail
	case "has_mobile":
		return memberPhone
	}
	return ""
}

// answers takes the answers out of a body, as far as they are given. An e-mail address,
// phone or number that is null was asked and there is none; one that is left out was
// not asked yet.
func (a *api) answers(b *body) request.Answers {
	pack, today := a.Requests.Pack, a.Requests.Today().String()
	got := request.Answers{
		Municipality:   b.choice(memberMunicipality, values(pack, "municipality")),
		DigiD:          b.choice(memberDigiD, []string{request.NoBSN, request.BSNNoDigiD, request.DigiDWorks}),
		VaccinatedBy:   b.choice(memberVaccinatedBy, values(pack, "vaccinated_by")),
		TestedPositive: b.flag(memberPositive),
		Document:       b.choice(memberDocument, values(pack, "document")),
		Expired:        b.flag(memberExpired),
		KeepNumber:     b.flag(memberKeepNumber),
	}
	latin, _ := b.text(memberLatinName)
	got.Name, _ = parse(b, memberName, func(full string) (ident.Name, error) { return ident.NewName(full, latin) })
	got.Birth, _ = parse(b, memberBirthDate, func(text string) (ident.BirthDate, error) { return ident.ParseBirthDate(text, today) })
	got.Number, got.NumberAsked = parse(b, memberNumber, ident.ParseNumber)
	got.Email, got.EmailAsked = parse(b, memberEmail, ident.ParseEmail)
	got.Phone, got.PhoneAsked = parse(b, memberPhone, func(text string) (ident.Phone, error) { return ident.ParsePhone(text, a.Region) })
	got.DocumentNumber, _ = parse(b, memberDocNumber, ident.ParseDocumentNumber)
	if !got.DocumentNumber.IsZero() && (got.KeepNumber == nil || !*got.KeepNumber) {
		b.bad(memberDocNumber, "api.permission") // nothing of it is kept without
	}
	return got
}

// values returns what a choice of the pack may be.
func values(pack *rules.Pack, fact string) []string {
	if f := pack.Fact(fact); f != nil {
		return f.Values
	}
	return nil
}

// warnings are what a person should look at again. They stop nothing: whoever types
// for somebody else may not have the letter at hand.
func warnings(answers request.Answers) []field {
	if answers.Number.IsZero() || answers.Number.Plausible() {
		return nil
	}
	return []field{{Pointer: pointer(memberNumber), Code: "api.number-doubtful"}}
}

// explained gives the texts of fields in the language of the call.
func (c *call) explained(fields []field) []field {
	for i := range fields {
		fields[i].Detail, fields[i].Language = detail(c.texts, fields[i].Code, fault.Invalid)
	}
	return fields
}

// told is the JSON of answers, for their own person. What was not asked is left out.
type told struct {
	Municipality string   `json:"municipality,omitempty"`
	DigiD        string   `json:"digid,omitempty"`
	VaccinatedBy string   `json:"vaccinatedBy,omitempty"`
	Positive     *bool    `json:"testedPositive,omitempty"`
	Document     string   `json:"document,omitempty"`
	Expired      *bool    `json:"documentExpired,omitempty"`
	Name         string   `json:"name,omitempty"`
	LatinName    string   `json:"latinName,omitempty"`
	BirthDate    string   `json:"birthDate,omitempty"`
	Number       **string `json:"number,omitempty"` // null: asked, and there is none
	Email        **string `json:"email,omitempty"`
	Phone        **string `json:"phone,omitempty"`
	KeepNumber   *bool    `json:"keepDocumentNumber,omitempty"`
	DocNumber    string   `json:"documentNumber,omitempty"`
}

// tell reveals answers to whoever holds the code of their draft.
func tell(a request.Answers) told {
	return told{
		Municipality: a.Municipality, DigiD: a.DigiD, VaccinatedBy: a.VaccinatedBy, Positive: a.TestedPositive,
		Document: a.Document, Expired: a.Expired, Name: a.Name.Full.Reveal(), LatinName: a.Name.Latin.Reveal(),
		BirthDate: a.Birth.Reveal(), Number: asked(a.NumberAsked, a.Number.Private), Email: asked(a.EmailAsked, a.Email.Private),
		Phone: asked(a.PhoneAsked, a.Phone.Private), KeepNumber: a.KeepNumber, DocNumber: a.DocumentNumber.Reveal(),
	}
}

// asked returns nil for what was not asked, and a pointer to nil for what is not there.
func asked(was bool, text ident.Private) **string {
	if !was {
		return nil
	}
	var value *string
	if !text.IsZero() {
		value = new(text.Reveal())
	}
	return &value
}

// missing returns the members that the pack still needs for a decision.
func missing(d rules.Decision) []string {
	members := []string{}
	for _, fact := range d.Missing {
		if member := memberOf(fact); member != "" && !slices.Contains(members, member) {
			members = append(members, member)
		}
	}
	return members
}
