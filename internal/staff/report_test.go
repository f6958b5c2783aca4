package staff_test

import (
	"slices"
	"testing"

	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/staff"
)

// T8: twenty ways to snoop, each by one member on one day, hidden in two thousand
// ordinary reads, are all found, with few false alarms. The office is in office_test.go.
func TestSnoopersAreFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, 7)
		o.before()
		o.ordinaryDay()
		o.snoop()
		o.run()
		report, err := o.w.store.Daily(t.Context(), day(t, simulated))
		must(t, err)
		found, alarms := map[string]bool{}, 0
		for _, f := range report.Findings {
			switch key := f.Signal + " " + f.StaffID; {
			case o.planted[key]:
				found[key] = true
			case o.besides[key]: // the same act seen from another side
			default:
				alarms++
				t.Logf("false alarm: %s, %d of %d", f.Signal, f.Count, f.Of)
			}
		}
		for key := range o.planted {
			if !found[key] {
				t.Errorf("not found: %s", key)
			}
		}
		t.Logf("%d reads of %d cases by %d members, of them %d ordinary; %d of %d patterns found, %d false alarms, %d findings",
			report.Views, report.Cases, report.Members, o.ordinary, len(found), len(o.planted), alarms, len(report.Findings))
		if o.ordinary < 2000 || len(o.planted) != 20 || len(found) != 20 || alarms > 5 {
			t.Errorf("%d ordinary reads, %d of %d found, %d false alarms", o.ordinary, len(found), len(o.planted), alarms)
		}
	})
}

// Ordinary days by themselves: the alarms are all false, and few.
func TestAnOrdinaryDayIsQuiet(t *testing.T) {
	for seed := range uint64(3) {
		o := newOffice(t, dbtest.SQLite(t), seed)
		o.before()
		o.ordinaryDay()
		o.run()
		report, err := o.w.store.Daily(t.Context(), day(t, simulated))
		must(t, err)
		t.Logf("%d reads, %d alarms", report.Views, len(report.Findings))
		if report.Views != o.ordinary || len(report.Findings) > 2 {
			t.Errorf("%d reads of %d, alarms %+v", report.Views, o.ordinary, report.Findings)
		}
	}
}

func TestADayWithoutReads(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		report, err := w.store.Daily(t.Context(), day(t, "2021-11-03"))
		must(t, err)
		if report.Views != 0 || report.Findings != nil {
			t.Errorf("a day without anybody: %+v", report)
		}
	})
}

func TestEverySignalHasAName(t *testing.T) {
	names := staff.Signals()
	slices.Sort(names)
	if len(names) != 24 || len(slices.Compact(names)) != 24 {
		t.Errorf("signals %v", names)
	}
}
