package request

import (
	"slices"

	"loket/internal/ident"
	"loket/internal/registry"
)

// Mark says how one field of what somebody told stands to the same field of a record, or
// of a document.
type Mark struct {
	Field string        // FieldNumber and so on
	Part  string        // of a birth date: "year", "month" or "day"
	Word  ident.Private // of a name: the word, folded
	Stand Stand
}

// The fields that are marked.
const (
	FieldNumber   = "number"
	FieldName     = "name"
	FieldBirth    = "birth"
	FieldPhone    = "phone"
	FieldEmail    = "email"
	FieldDocument = "document-number"
)

// Stand is how two values stand to each other.
type Stand string

// The ways two values stand to each other.
const (
	Agrees   Stand = "agrees"
	Differs  Stand = "differs"
	OnlyTold Stand = "only-told" // the other side does not hold it
	OnlyHeld Stand = "only-held" // the person did not tell it
)

// marksOf compares what a person told with a record, field by field. What neither has is
// left out.
func marksOf(a Answers, r registry.Record) []Mark {
	var marks []Mark
	marks = append(marks, numberMarks(a.Number, r.Numbers)...)
	marks = append(marks, nameMarks(a.Name, r.Name)...)
	marks = append(marks, birthMarks(a.Birth, r.Birth)...)
	marks = append(marks, mark(FieldPhone, a.Phone.Private, r.Phone.Private)...)
	return append(marks, mark(FieldEmail, a.Email.Private, r.Email.Private)...)
}

func mark(field string, told, held ident.Private) []Mark {
	switch {
	case told.IsZero() && held.IsZero():
		return nil
	case held.IsZero():
		return []Mark{{Field: field, Stand: OnlyTold}}
	case told.IsZero():
		return []Mark{{Field: field, Stand: OnlyHeld}}
	case told.Equal(held):
		return []Mark{{Field: field, Stand: Agrees}}
	}
	return []Mark{{Field: field, Stand: Differs}}
}

func numberMarks(told ident.Number, held []ident.Number) []Mark {
	if len(held) == 0 {
		return mark(FieldNumber, told.Private, ident.Private{})
	}
	if slices.ContainsFunc(held, told.Equal) {
		return []Mark{{Field: FieldNumber, Stand: Agrees}}
	}
	return mark(FieldNumber, told.Private, held[0].Private)
}

// nameMarks marks each word of both names: a married name or a slip of the pen shows as
// one word among others. Of a name in two scripts the form counts that agrees best: what
// the one says in Latin letters is not missing because the other says it in its own.
func nameMarks(told, held ident.Name) []Mark {
	if told.IsZero() || held.IsZero() {
		return mark(FieldName, told.Full, held.Full)
	}
	var best []Mark
	fewest := -1
	for _, mine := range forms(told) {
		for _, theirs := range forms(held) {
			marks, differ := wordMarks(mine.Tokens(), theirs.Tokens())
			if fewest < 0 || differ < fewest {
				best, fewest = marks, differ
			}
		}
	}
	return best
}

// forms are the ways in which a name is written.
func forms(n ident.Name) []ident.Name {
	list := []ident.Name{{Full: n.Full}}
	if !n.Latin.IsZero() {
		list = append(list, ident.Name{Full: n.Latin})
	}
	return list
}

// wordMarks marks each word of two names, and counts those that only one has.
func wordMarks(mine, theirs []string) (marks []Mark, differ int) {
	add := func(word string, stand Stand) {
		marks = append(marks, Mark{Field: FieldName, Word: ident.NewPrivate(word), Stand: stand})
		if stand != Agrees {
			differ++
		}
	}
	for _, word := range mine {
		if slices.Contains(theirs, word) {
			add(word, Agrees)
		} else {
			add(word, OnlyTold)
		}
	}
	for _, word := range theirs {
		if !slices.Contains(mine, word) {
			add(word, OnlyHeld)
		}
	}
	return marks, differ
}

// birthParts are the places of a stored date.
func birthParts(b ident.BirthDate) [3]ident.Private {
	text := b.Reveal()
	if len(text) != len("2006-01-02") {
		return [3]ident.Private{}
	}
	var parts [3]ident.Private
	for i, part := range [3]string{text[0:4], text[5:7], text[8:10]} {
		if part != "00" {
			parts[i] = ident.NewPrivate(part)
		}
	}
	return parts
}

func birthMarks(told, held ident.BirthDate) []Mark {
	mine, theirs := birthParts(told), birthParts(held)
	var marks []Mark
	for i, part := range [3]string{"year", "month", "day"} {
		for _, m := range mark(FieldBirth, mine[i], theirs[i]) {
			m.Part = part
			marks = append(marks, m)
		}
	}
	return marks
}
