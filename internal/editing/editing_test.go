package editing_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/editing"
	"loket/internal/fault"
	"loket/internal/rules"
	"loket/internal/staff"
	"loket/packs"
)

const (
	first, second = "stf_one", "stf_two"
	intro         = "texts/nl/intro.md"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// text returns a text of the pack with another sentence at its end.
func text(t *testing.T, w *apptest.World, sentence string) string {
	t.Helper()
	data, err := packs.FS(w.Config.Route.Pack).Open(intro)
	check(t, err)
	defer data.Close()
	var b strings.Builder
	buf := make([]byte, 1<<16)
	n, _ := data.Read(buf)
	b.Write(buf[:n])
	return b.String() + "\n" + sentence + "\n"
}

func plain(t *testing.T, p *rules.Pack) string {
	t.Helper()
	words, err := p.Text("nl", "intro").Plain(nil)
	check(t, err)
	return words
}

// G-43, G-55: a text changes with two people, and not before.
func TestTwoPeopleChangeAText(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const sentence = "De balie is nu ook op zaterdag open."
		e, err := w.Editing.Propose(t.Context(), first, intro, text(t, w, sentence), "new hours")
		check(t, err)
		seen, err := w.Editing.Preview(t.Context(), e)
		check(t, err)
		if !strings.Contains(plain(t, seen), sentence) {
			t.Error("the preview does not show the change")
		}
		before, version, err := w.Editing.Load(t.Context())
		check(t, err)
		if strings.Contains(plain(t, before), sentence) || version != "" {
			t.Error("a proposal is live")
		}
		if err := w.Editing.Approve(t.Context(), first, e.ID, nil); !fault.Is(err, fault.Denied) {
			t.Errorf("one person alone: %v", err)
		}
		check(t, w.Editing.Approve(t.Context(), second, e.ID, nil))
		after, version, err := w.Editing.Load(t.Context())
		check(t, err)
		if !strings.Contains(plain(t, after), sentence) || version != e.ID || after.Hash == before.Hash {
			t.Errorf("version %q, hash changed: %v", version, after.Hash != before.Hash)
		}
		if err := w.Editing.Approve(t.Context(), second, e.ID, nil); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLate) {
			t.Errorf("approved twice: %v", err)
		}
		again, err := w.Editing.Propose(t.Context(), second, intro, text(t, w, "Toch niet."), "it was wrong")
		check(t, err)
		check(t, w.Editing.Approve(t.Context(), first, again.ID, nil))
		history, err := w.Editing.History(t.Context(), intro)
		check(t, err)
		if len(history) != 2 {
			t.Errorf("history %+v", history)
		}
		acts, err := db.Select[string](t.Context(), w.DB, `SELECT act FROM audit_entry WHERE role = 'editor' ORDER BY act`)
		if err != nil || len(acts) != 4 {
			t.Errorf("acts %v, %v", acts, err)
		}
		w.Settle(t)
		w.Promises(t)
	})
}

func TestASettingChangesFromADayOn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		value := `value: false
from: 2021-12-22
source: loket
owner: GGD Amsterdam
why: {nl: Proef, en: Trial, ar: "تجربة", uk: "Проба"}`
		one, two := w.Hire(t, staff.Editor), w.Hire(t, staff.Editor)
		e, err := w.Editing.Draft(t.Context(), one.ID, "settings/four_eyes/2021-12-22", "{"+strings.ReplaceAll(value, "\n", ", ")+"}", "a trial")
		check(t, err)
		if err := w.Editing.Keep(t.Context(), e, nil); !fault.Is(err, fault.Denied) {
			t.Errorf("proposed without a passkey: %v", err) // T17
		}
		check(t, w.Editing.Keep(t.Context(), e, sign(t, w, one, e)))
		if err := w.Editing.Approve(t.Context(), two.ID, e.ID, nil); !fault.Is(err, fault.Denied) {
			t.Errorf("approved without a passkey: %v", err)
		}
		check(t, w.Editing.Approve(t.Context(), two.ID, e.ID, sign(t, w, two, e)))
		pack, _, err := w.Editing.Load(t.Context())
		check(t, err)
		for day, want := range map[string]bool{"2021-12-21": true, "2021-12-22": false} {
			on, err := rules.ParseDay(day)
			check(t, err)
			if v, ok := pack.Setting("four_eyes", on, on); !ok || v.Value != want {
				t.Errorf("on %s: %v", day, v.Value)
			}
		}
	})
}

// sign confirms a change with a passkey.
func sign(t *testing.T, w *apptest.World, c *apptest.Colleague, e editing.Edit) editing.Sign {
	t.Helper()
	ceremony, response := c.Confirm(t, e.ID, e.Content())
	return w.Staff.Signing(t.Context(), c.Member, staff.Editor, e.ID, e.Content(), ceremony, response)
}

// fourEyesOff is a change that lets one person decide from a day on.
func fourEyesOff(from rules.Day) editing.Edit {
	return editing.Setting("four_eyes", rules.SettingValue{Value: false, Dates: rules.Dates{From: from}, Source: "loket", Owner: "GGD Amsterdam",
		Why: rules.Words{"nl": "x", "en": "x", "ar": "x", "uk": "x"}}, "why")
}

// T16, T17: a row turns the second person off for nobody, and is found.
func TestARowTurnsFourEyesOffForNobody(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	from := w.Requests.Today().Add(1)
	e := fourEyesOff(from)
	_, err := db.Exec(t.Context(), w.DB, `
		INSERT INTO edit (id, pack, file, value, why, state, made_by, made_at, approved_by, approved_at, approval)
		VALUES ('edt_x', $1, $2, $3, 'x', 'live', 'staff_a', $4, 'staff_b', $4, $5)`, w.Requests.Pack.ID, e.File, e.Value, w.Clock.Now(), []byte("approved"))
	check(t, err)
	pack, version, err := w.Editing.Load(t.Context())
	check(t, err)
	if v, ok := pack.Setting("four_eyes", from, from); !ok || v.Value != true || version != "" {
		t.Errorf("four_eyes is %v, version %q", v.Value, version)
	}
	lines, err := w.Editing.Check(t.Context())
	if err != nil || len(lines) != 1 {
		t.Errorf("found %q, %v", lines, err)
	}
}

// T17: each day is decided by one value: a setting that waited too long is for no day that
// has begun. The privacy officer reads of each that is put live.
func TestASettingApprovedLate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		one, two := w.Hire(t, staff.Editor), w.Hire(t, staff.Editor)
		var made []editing.Edit
		for _, days := range []int{1, 2} {
			e := fourEyesOff(w.Requests.Today().Add(days))
			e, err := w.Editing.Draft(t.Context(), one.ID, e.File, e.Value, e.Why)
			check(t, err)
			check(t, w.Editing.Keep(t.Context(), e, sign(t, w, one, e)))
			made = append(made, e)
		}
		w.Clock.Advance(24 * time.Hour)
		if err := w.Editing.Approve(t.Context(), two.ID, made[0].ID, sign(t, w, two, made[0])); !fault.Is(err, fault.TooLate) {
			t.Errorf("approved on its day: %v", err)
		}
		check(t, w.Editing.Approve(t.Context(), two.ID, made[1].ID, sign(t, w, two, made[1])))
		report, err := w.Staff.Daily(t.Context(), w.Requests.Today())
		check(t, err)
		if !slices.Contains(report.Findings, staff.Finding{Signal: "setting", StaffID: two.ID, Object: made[1].ID, Count: 1}) {
			t.Errorf("the report says %+v", report.Findings)
		}
	})
}

func TestAChangeThatWouldBreakTheRouteIsNotTaken(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	for name, c := range map[string]struct{ file, value, why string }{
		"no ground":      {intro, text(t, w, "x"), " "},
		"no head":        {intro, "only words", "x"},
		"a rule":         {"rules.yaml", "[]", "x"},
		"outside":        {"texts/../../etc/passwd", "x", "x"},
		"no setting":     {"settings/nothing/2021-12-22", "{value: 1}", "x"},
		"no such value":  {"settings/contact/2021-12-22", `{value: never, from: 2021-12-22, source: loket, why: {nl: x, en: x, ar: x, uk: x}}`, "x"},
		"breaks a case":  {"settings/four_eyes/2021-12-16", `{value: false, from: 2021-12-17, source: loket, why: {nl: x, en: x, ar: x, uk: x}}`, "x"},
		"more than one":  {"settings/four_eyes/2021-12-23", "{value: false, from: 2021-12-23, source: loket, why: {nl: x, en: x, ar: x, uk: x}}\n- id: contact", "x"},
		"same as before": {intro, strings.TrimSuffix(text(t, w, ""), "\n\n"), ""},
	} {
		if _, err := w.Editing.Propose(t.Context(), first, c.file, c.value, c.why); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list, err := w.Editing.Waiting(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("waiting %v, %v", list, err)
	}
}

// Two people approve at once, or one approves while the other rejects: one counts.
func TestAChangeIsSettledOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		e, err := w.Editing.Propose(t.Context(), first, intro, text(t, w, "Nieuw."), "x")
		check(t, err)
		results := make(chan error, 8)
		for i := range 8 {
			go func() {
				if i%2 == 0 {
					results <- w.Editing.Approve(t.Context(), second, e.ID, nil)
				} else {
					results <- w.Editing.Reject(t.Context(), second, e.ID)
				}
			}()
		}
		done := 0
		for range 8 {
			if err := <-results; err == nil {
				done++
			} else if !fault.Is(err, fault.TooLate) && !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		}
		if done != 1 {
			t.Errorf("settled %d times", done)
		}
	})
}
