package local

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"loket/internal/ident"
	"loket/internal/registry"
	"loket/internal/registry/local/demo"
)

// The demonstration needs one of each, and all must be importable.
func TestDemoPeople(t *testing.T) {
	type variety struct {
		People, NoNumber, VNumberOnly, PartialBirth, NoContact, OneWord, NoEvent int
		Series, SingleDose, Recovered, Negative                                  int
	}
	each(t, func(t *testing.T, s *Store) {
		counts, err := s.Import(t.Context(), Import{File: demo.People(), Refused: func(r Refusal) {
			t.Errorf("line %d: %s %s", r.Line, r.Column, r.Reason)
		}})
		if err != nil || counts.Refused != 0 {
			t.Fatalf("imported %+v, %v", counts, err)
		}
		people, _ := all(t, s)
		var got variety
		count := func(n *int, is bool) {
			if is {
				*n++
			}
		}
		for _, r := range people {
			got.People++
			count(&got.NoNumber, len(r.Numbers) == 0)
			count(&got.VNumberOnly, len(r.Numbers) == 1 && r.Numbers[0].Kind() == ident.VNumber)
			count(&got.PartialBirth, !r.Birth.Complete())
			count(&got.NoContact, r.Phone.IsZero() && r.Email.IsZero())
			count(&got.OneWord, len(r.Name.Tokens()) == 1)
			count(&got.NoEvent, len(r.Events) == 0)
			for _, e := range r.Events {
				count(&got.Series, e.Doses == 2 && e.Dose == 2)
				count(&got.SingleDose, e.Doses == 1 && e.Product == "EU/1/20/1525")
				count(&got.Recovered, e.Kind == registry.PositiveTest)
				count(&got.Negative, e.Kind == registry.NegativeTest)
			}
			// Each can be found and agrees with themselves.
			q := registry.Query{Name: r.Name, Birth: r.Birth}
			if len(r.Numbers) > 0 {
				q.Number = r.Numbers[0]
			}
			found, err := s.Candidates(t.Context(), q)
			if err != nil || len(found) == 0 || cmp.Diff(r, found[0]) != "" {
				t.Errorf("one of the demo people is not the first found for themselves: %v", err)
			}
			a := registry.Compare(registry.Asked{Query: q, Phone: r.Phone, Email: r.Email}, r)
			if !a.BirthAgrees || !a.NameAgrees || a.NumberFound != (len(r.Numbers) > 0) || a.ContactAgrees == r.Phone.IsZero() {
				t.Errorf("one of the demo people does not agree with themselves: %+v", a)
			}
		}
		want := variety{People: 12, NoNumber: 2, VNumberOnly: 4, PartialBirth: 3, NoContact: 1, OneWord: 1, NoEvent: 1,
			Series: 5, SingleDose: 1, Recovered: 3, Negative: 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the demo people (-want +got):\n%s", diff)
		}
	})
}
