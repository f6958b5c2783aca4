package registry

import "loket/internal/ident"

// Asked is what a person told, as far as it can be compared with a record.
type Asked struct {
	Query
	Phone ident.Phone
	Email ident.Email
}

// Agreement says what of a request agrees with one record. The zero value is no
// agreement at all. It is input for a rule and must not be shown to people: which
// field differs would tell a stranger what stands in the record.
type Agreement struct {
	NumberFound   bool // the number asked with is one of the record's
	BirthAgrees   bool
	NameAgrees    bool
	ContactOnFile bool // the record has a phone number or an e-mail address
	ContactAgrees bool
}

// Compare compares a request with a record of it.
//
// Birth dates agree if they are the same date with the same parts unknown; a
// partial date does not agree with a complete one that it could be, since many
// people share a year. Names agree as in ident.Agree. Contacts agree if the phone
// number on file is the one given, and the e-mail address too where one is on file. An
// address alone is not enough: who reads somebody's mail often finds their number and
// birth date in it, and would choose the phone themselves.
// A field that is empty on either side agrees with nothing.
func Compare(q Asked, r Record) Agreement {
	var a Agreement
	for _, n := range r.Numbers {
		if !n.IsZero() && n.Equal(q.Number) {
			a.NumberFound = true
		}
	}
	a.BirthAgrees = q.Birth.Matches(r.Birth) == ident.Exact
	a.NameAgrees = !q.Name.IsZero() && !r.Name.IsZero() && ident.Agree(q.Name, r.Name)
	a.ContactOnFile = !r.Phone.IsZero() || !r.Email.IsZero()
	a.ContactAgrees = same(q.Phone.Private, r.Phone.Private) && (r.Email.IsZero() || same(q.Email.Private, r.Email.Private))
	return a
}

func same(given, onFile ident.Private) bool { return !onFile.IsZero() && given.Equal(onFile) }
