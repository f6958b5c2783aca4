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
// people share a year. Names agree as in ident.Agree. Contacts agree if a phone number or an
// e-mail address is both on file and given, and whichever of the two is both
// is the same: a stranger who knows the one must not get past with another.
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
	phone := compareContact(q.Phone.Private, r.Phone.Private)
	email := compareContact(q.Email.Private, r.Email.Private)
	a.ContactAgrees = phone != ident.Differs && email != ident.Differs && (phone == ident.Exact || email == ident.Exact)
	return a
}

// compareContact returns Possible if one of the two is not known.
func compareContact(given, onFile ident.Private) ident.Agreement {
	switch {
	case given.IsZero() || onFile.IsZero():
		return ident.Possible
	case given.Equal(onFile):
		return ident.Exact
	}
	return ident.Differs
}
