package planner_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/planner"
	"loket/internal/staff"
)

// voucher is a number from the counter of a member.
func (w *world) voucher(t testing.TB, m staff.Member, key string) ident.Number {
	t.Helper()
	issued, err := w.IssueVoucher(t.Context(), m, planner.VoucherPapers, key)
	must(t, err)
	w.promises(t)
	return issued.Number
}

// Twins without a number each get one at the counter, and ask with it by two doors in the
// same draw as everybody: same birth date, same contact, and each has a turn.
func TestTwinsWithVouchers(t *testing.T) { // P-30 P-31
	each(t, func(t *testing.T, w *world) {
		carla := w.hire(t, staff.Counter)
		one := w.person(t)
		two := again(one)
		one.Members[0].Number, two.Members[0].Number = w.voucher(t, carla, "visit 1"), w.voucher(t, carla, "visit 2")
		two.Door = planner.AtCounter
		first, second := w.ask(t, one), w.askFor(t, carla, two)
		if same(first, second) || w.status(t, first).Draw != w.status(t, second).Draw {
			t.Fatal("twins are one ask, or are in two draws")
		}
		if got := w.ask(t, one); !same(got, first) {
			t.Error("the same form again is another ask")
		}
		w.pass(t, w.untilClosing(t)+time.Hour)
		for _, receipt := range []planner.Receipt{first, second} {
			if got := w.status(t, receipt); got.State != planner.Offered || got.Contested {
				t.Errorf("a twin is %s", got.State)
			}
		}
		w.promises(t)
	})
}

// A voucher is used once: not for another, not after the ask with it ended, not twice in a
// household, and by one of those who come at the same moment.
func TestAVoucherIsUsedOnce(t *testing.T) { // P-29 P-30
	each(t, func(t *testing.T, w *world) {
		carla := w.hire(t, staff.Counter)
		hers := w.person(t)
		hers.Members[0].Number = w.voucher(t, carla, "visit 1")
		var made, refused int
		var mu sync.Mutex
		var group sync.WaitGroup
		var receipt planner.Receipt
		for range 8 {
			asking := w.person(t)
			asking.Members[0].Number = hers.Members[0].Number
			group.Go(func() {
				r, err := w.Ask(context.WithoutCancel(t.Context()), asking)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					made, receipt = made+1, r
				case fault.Is(err, fault.Invalid) && fault.Key(err) == "planner.voucher.used":
					refused++
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if made != 1 || refused != 7 {
			t.Errorf("%d asks, %d refused", made, refused)
		}
		w.promises(t)
		must(t, w.Withdraw(t.Context(), receipt.Number, receipt.Code))
		if _, err := w.Ask(t.Context(), hers); fault.Key(err) != "planner.voucher.used" {
			t.Errorf("after the ask ended: %v", err)
		}
		if key, err := w.NumberWrong(t.Context(), hers.Members[0].Number); err != nil || key != "planner.voucher.used" {
			t.Errorf("the form says %q, %v", key, err)
		}
		w.promises(t)
	})
}

// A voucher that nobody gave, or that is too old, is none; the last day is whole. The form
// tells nothing of other numbers.
func TestAVoucherExpires(t *testing.T) { // P-31
	each(t, func(t *testing.T, w *world) {
		carla := w.hire(t, staff.Counter)
		asking := w.person(t)
		asking.Members[0].Number = ident.NewVoucher(w.Random)
		if _, err := w.Ask(t.Context(), asking); !fault.Is(err, fault.Invalid) || fault.Key(err) != "planner.voucher.unknown" {
			t.Errorf("a voucher that nobody gave: %v", err)
		}
		issued, err := w.IssueVoucher(t.Context(), carla, planner.VoucherDocument, "visit")
		must(t, err)
		if want := w.Today().Add(30); issued.Last != want {
			t.Errorf("its last day is %s, want %s", issued.Last, want)
		}
		late := w.person(t)
		late.Members[0].Number, asking.Members[0].Number = issued.Number, w.voucher(t, carla, "another visit")
		end := time.Date(2022, 9, 15, 22, 0, 0, 0, time.UTC) // midnight at the counters
		w.clock.Advance(end.Add(-time.Second).Sub(w.clock.Now()))
		w.work(t)
		must(t, second(w.Ask(t.Context(), again(asking))))
		w.clock.Advance(time.Second)
		w.work(t)
		if _, err := w.Ask(t.Context(), late); fault.Key(err) != "planner.voucher.unknown" {
			t.Errorf("after its last day: %v", err)
		}
		used := w.person(t)
		w.ask(t, used)
		if key, err := w.NumberWrong(t.Context(), used.Members[0].Number); err != nil || key != "" {
			t.Errorf("of a V-number in use the form tells %q, %v", key, err)
		}
		w.promises(t)
	})
}

// One visit is one voucher; a member gives so many a day; the log says who and what they
// saw, and nothing of the number.
func TestVouchersAreCounted(t *testing.T) { // P-31
	each(t, func(t *testing.T, w *world) {
		carla, hana := w.hire(t, staff.Counter), w.hire(t, staff.Helper)
		if _, err := w.IssueVoucher(t.Context(), hana, planner.VoucherPapers, "visit"); !fault.Is(err, fault.Denied) {
			t.Errorf("a helper gives one: %v", err)
		}
		if _, err := w.IssueVoucher(t.Context(), carla, "kindness", "visit"); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a ground: %v", err)
		}
		first := w.voucher(t, carla, "visit")
		if !w.voucher(t, carla, "visit").Equal(first) {
			t.Error("one visit, two vouchers")
		}
		for n := range 19 {
			must(t, second(w.IssueVoucher(t.Context(), carla, planner.VoucherTold, string(rune('a'+n)))))
		}
		if _, err := w.IssueVoucher(t.Context(), carla, planner.VoucherTold, "one more"); !fault.Is(err, fault.Throttled) {
			t.Errorf("the one after twenty: %v", err)
		}
		for result, want := range map[string]int64{planner.VoucherPapers: 1, planner.VoucherTold: 19} {
			if n := w.entries(t, "voucher.issue", result); n != want {
				t.Errorf("%d entries with %s", n, result)
			}
		}
		if n := w.count(t, `SELECT count(*) AS n FROM voucher`); n != 20 || w.entries(t, "staff.refused", "cap") != 1 {
			t.Errorf("%d vouchers", n)
		}
		w.promises(t)
	})
}
