package planner_test

import (
	"slices"
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/staff"
)

// askWith sends a form that a helper fills in, with what was agreed.
func (w *world) askWith(t testing.TB, m staff.Member, asking planner.Asking, days int, scope ...planner.Act) (planner.Receipt, planner.Mandate) {
	t.Helper()
	receipt, mandate, err := w.AskWith(t.Context(), m, by(planner.ByHelper, asking), planner.Agreed{Scope: scope, Days: days})
	must(t, err)
	w.promises(t)
	return receipt, *mandate
}

// A helper sees whom they help, first those who have to answer, does what was agreed and
// nothing else; the person sees each act.
func TestAHelperActsWithinTheMandate(t *testing.T) { // H-03
	each(t, func(t *testing.T, w *world) {
		hana, hugo := w.hire(t, staff.Helper), w.hire(t, staff.Helper)
		_, quiet := w.askWith(t, hana, w.person(t), 30, planner.MayApply)
		receipt, mandate := w.askWith(t, hana, w.person(t), 30, planner.MayFollow, planner.MayAnswer)
		w.pass(t, w.untilClosing(t)+time.Hour)
		list, err := w.HelpedBy(t.Context(), hana)
		must(t, err)
		if len(list) != 2 || list[0].ID != quiet.ID && list[0].ID != mandate.ID {
			t.Fatalf("the helper sees %+v", list)
		}
		for _, h := range list {
			if follows := h.ID == mandate.ID; follows != (h.State == planner.Offered) || follows != !h.Until.IsZero() {
				t.Errorf("of %v the helper sees %q until %v", h.Scope, h.State, h.Until)
			}
		}
		status, err := w.StatusFor(t.Context(), hana, mandate.ID)
		if err != nil || status.Offer == nil || status.Number != receipt.Number {
			t.Fatalf("the helper follows %+v, %v", status, err)
		}
		for name, err := range map[string]error{
			"without following":       second(w.StatusFor(t.Context(), hana, quiet.ID)),
			"another helper":          second(w.StatusFor(t.Context(), hugo, mandate.ID)),
			"beyond the scope":        w.WithdrawFor(t.Context(), hana, mandate.ID),
			"declining ends it":       w.AnswerFor(t.Context(), hana, mandate.ID, status.Offer.ID, planner.Decline),
			"no mandate at all":       w.WakeFor(t.Context(), hana, "man_none"),
			"another helper ends it":  w.EndMandate(t.Context(), hugo, mandate.ID),
			"another helper's answer": w.AnswerFor(t.Context(), hugo, mandate.ID, status.Offer.ID, planner.Accept),
		} {
			if !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := w.entries(t, "staff.refused", "mandate"); n != 6 {
			t.Errorf("%d entries of what was refused", n)
		}
		must(t, w.AnswerFor(t.Context(), hana, mandate.ID, status.Offer.ID, planner.Accept))
		w.promises(t)
		must(t, w.CancelFor(t.Context(), hana, mandate.ID))
		w.promises(t)
		others, err := w.Others(t.Context(), receipt.Number, receipt.Code)
		must(t, err)
		var acts []string
		for _, d := range others.Acts {
			if d.Role != staff.Helper {
				t.Errorf("%s was done by a %s", d.Act, d.Role)
			}
			acts = append(acts, d.Act)
		}
		slices.Sort(acts)
		if want := []string{"answer", "cancel", "grant", "look", "submit"}; !slices.Equal(acts, want) || len(others.Mandates) != 1 {
			t.Errorf("the person sees %v and %d mandates, want %v", acts, len(others.Mandates), want)
		}
	})
}

// A mandate ends by its day, by its person's word, at the counter, and by its helper.
func TestAMandateForAPlaceEnds(t *testing.T) { // H-03
	each(t, func(t *testing.T, w *world) {
		hana, carla := w.hire(t, staff.Helper), w.hire(t, staff.Counter)
		receipt, mandate := w.askWith(t, hana, w.person(t), 7, planner.MayFollow)
		w.pass(t, 6*24*time.Hour)
		must(t, second(w.StatusFor(t.Context(), hana, mandate.ID)))
		w.clock.Advance(24 * time.Hour)
		denied := func(when string) {
			t.Helper()
			if err := second(w.StatusFor(t.Context(), hana, mandate.ID)); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v", when, err)
			}
			if list, err := w.HelpedBy(t.Context(), hana); err != nil || len(list) != 0 {
				t.Errorf("%s the helper sees %d people, %v", when, len(list), err)
			}
			if others, err := w.Others(t.Context(), receipt.Number, receipt.Code); err != nil || len(others.Mandates) != 0 {
				t.Errorf("%s the person sees %d mandates, %v", when, len(others.Mandates), err)
			}
		}
		denied("after its last day")
		for when, end := range map[string]func() error{
			"by its person": func() error { return w.Revoke(t.Context(), receipt.Number, receipt.Code, mandate.ID) },
			"by its helper": func() error { return w.EndMandate(t.Context(), hana, mandate.ID) },
			"at the counter": func() error {
				return w.RevokeAt(t.Context(), carla, w.atDesk(t, carla, receipt).Lease.ID, mandate.ID)
			},
		} {
			var err error
			mandate, err = w.Grant(t.Context(), hana, receipt.Number, receipt.Code, planner.Agreed{Scope: planner.Acts(), Days: 7})
			must(t, err)
			must(t, second(w.StatusFor(t.Context(), hana, mandate.ID)))
			must(t, end())
			denied(when)
			if err := end(); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s, twice: %v", when, err)
			}
		}
		wrong, err := ident.ParseCode("12345678")
		must(t, err)
		if _, err := w.Grant(t.Context(), hana, receipt.Number, wrong, planner.Agreed{Scope: planner.Acts(), Days: 7}); !fault.Is(err, fault.NotFound) {
			t.Errorf("with a wrong code: %v", err)
		}
		for _, agreed := range []planner.Agreed{{}, {Scope: planner.Acts(), Days: 31}, {Scope: []planner.Act{"read"}, Days: 1}} {
			if _, err := w.Grant(t.Context(), hana, receipt.Number, receipt.Code, agreed); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v was granted: %v", agreed, err)
			}
		}
		w.promises(t)
	})
}

// A helper asks for so many a day and no more; the next day goes on.
func TestAHelperAsksForSoManyADay(t *testing.T) { // H-03
	each(t, func(t *testing.T, w *world) {
		hana := w.hire(t, staff.Helper)
		var first planner.Asking
		for n := range 40 {
			asking := by(planner.ByHelper, w.person(t))
			if n == 0 {
				first = asking
			}
			must(t, second(w.AskFor(t.Context(), hana, asking)))
		}
		if _, err := w.AskFor(t.Context(), hana, by(planner.ByHelper, w.person(t))); !fault.Is(err, fault.Throttled) {
			t.Errorf("for one more: %v", err)
		}
		if n := w.entries(t, "staff.refused", "cap"); n != 1 {
			t.Errorf("%d entries of what was too many", n)
		}
		must(t, second(w.AskFor(t.Context(), hana, first))) // sent again, it is none more
		w.promises(t)
		w.pass(t, 15*time.Hour)
		must(t, second(w.AskFor(t.Context(), hana, by(planner.ByHelper, w.person(t)))))
		w.promises(t)
	})
}
