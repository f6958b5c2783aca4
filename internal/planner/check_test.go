package planner_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"loket/internal/db"
	"loket/internal/planner"
)

// damage is done to a database in which one person waits, one is offered a slot and one has
// an appointment; wants is what Check says of it.
func damage() []struct{ query, wants string } {
	return []struct{ query, wants string }{
		{`DROP INDEX appointment_slot_id; DROP INDEX appointment_ask_id_member;
			INSERT INTO appointment SELECT 'apt_twice', ask_id, member + 1, slot_id, product, issue, state, why, made_at, changed_at FROM appointment WHERE state = 'booked'`,
			"slots hold two people"},
		{`DROP INDEX appointment_ask_id_member; DROP INDEX appointment_slot_id;
			INSERT INTO appointment SELECT 'apt_twice', ask_id, member, slot_id, product, issue, state, why, made_at, changed_at FROM appointment WHERE state = 'booked'`,
			"people have two appointments"},
		{`DROP INDEX ask_member_sum; UPDATE ask_member SET sum = (SELECT min(sum) FROM ask_member)`, "numbers are held by two asks"},
		{`UPDATE slot SET state = 'free', offer_id = '' WHERE state = 'booked'`, "slots are booked without an appointment"},
		{`UPDATE appointment SET state = 'served' WHERE state = 'booked'`, "people were served at slots"},
		{`UPDATE slot SET state = 'free', offer_id = '' WHERE state = 'offered'`, "open offers have not a slot"},
		{`UPDATE offer SET state = 'lapsed' WHERE state = 'open'`, "slots are held without an open offer"},
		{`UPDATE ask SET size = 2 WHERE state = 'offered'`, "open offers have not a slot|asks have another size"},
		{`UPDATE slot SET offer_id = 'off_x' WHERE id = (SELECT min(id) FROM slot WHERE state = 'free')`, "slots are free and somebody's"},
		{`UPDATE ask SET state = 'waiting' WHERE state = 'offered'`, "asks are offered without an open offer"},
		{`UPDATE ask SET state = 'waiting' WHERE state = 'booked'`, "asks are booked without an appointment"},
		{`UPDATE ask SET size = 3 WHERE state = 'booked'`, "households are booked in part"},
		{`UPDATE ask SET closed_at = 1 WHERE state = 'waiting'`, "asks ended without a day|asks that ended have no day|asks that ended hold numbers"},
		{`UPDATE ask SET line = NULL WHERE state = 'offered'`, "asks of a draw have no place|asks had a turn before"},
		{`UPDATE ask_member SET product = 'none'`, "asks have another size"},
		{`UPDATE ask_member SET holds = FALSE`, "asks had a turn without holding"},
		{`INSERT INTO ask_move SELECT id, 1, 'person', 'waiting', '2022-08-18', 0, 0, '', 0, 0 FROM ask WHERE state = 'waiting'`, "asks look for another time"},
		{`INSERT INTO ask_move SELECT id, 1, 'person', 'offered', '2022-08-18', 0, 0, 'off_x', 0, 0 FROM ask WHERE state = 'booked'`, "other times are offered without"},
		{`UPDATE appointment SET state = 'moved'`, "appointments were moved to nowhere"},
		{`INSERT INTO appointment SELECT 'apt_next', ask_id, member, slot_id, product, 1, 'cancelled', why, made_at, changed_at FROM appointment`, "people have a place that they moved away from"},
		{`DELETE FROM ask_address`, "people have a place and were not told"},
		{`INSERT INTO disruption SELECT 'dis_x', location_id, day, 'trains', '', 0, '', NULL FROM slot WHERE state = 'booked';
			INSERT INTO disrupted SELECT 'dis_x', ask_id, day, '', 0, NULL FROM ask_address; UPDATE appointment SET state = 'missed'`, "people were marked as missed"},
		{`INSERT INTO voucher (sum, made_at, expires_at, used_at) SELECT sum, 1, 4000000000, NULL FROM ask_member WHERE holds`, "vouchers are in an ask"},
		{`UPDATE ask_member SET holds = FALSE; UPDATE ask_member SET sum = (SELECT min(sum) FROM ask_member);
			INSERT INTO voucher (sum, made_at, expires_at, used_at) SELECT min(sum), 1, 4000000000, 2 FROM ask_member`, "vouchers are in two asks"},
		{`DELETE FROM case_key`, "asks have no key"},
		{`UPDATE case_key SET ends_at = 1`, "asks that ended have no day"},
		{`DELETE FROM ask_phone; UPDATE ask SET door = 'sms'`, "asks by text message have no phone"},
		{`UPDATE audit_entry SET act = 'other'`, "asks have no audit entry"},
		{`UPDATE ask_figure SET n = n + 1 WHERE what = 'asked'`, "asks came"},
		{`INSERT INTO reminder SELECT id, 'last', '1999-01-01', TRUE, 1 FROM ask WHERE state = 'booked'`, "reminders are of a day"},
		{`INSERT INTO reminder SELECT id, 'last', '1999-01-01', TRUE, 1 FROM ask WHERE state = 'booked';
			INSERT INTO reminder SELECT id, 'first', '1999-01-01', TRUE, 2 FROM ask WHERE state = 'booked'`, "first reminders came after"},
		{`UPDATE slip SET issue = 7`, "short codes are of an issue that is not"},
		{`UPDATE draw SET drawn_by = ''`, "draws were drawn by nothing"},
		{`UPDATE draw SET drawn_by = 'dice' WHERE state = 'drawn'`, "draws were drawn by dice that no two"},
		{`INSERT INTO draw_throw SELECT 'thr_1', id, 1, 1, 'stf_a', '1', 'agreed', 1 FROM draw WHERE n = 1;
			INSERT INTO draw_throw SELECT 'thr_2', id, 1, 2, 'stf_b', '2', 'agreed', 1 FROM draw WHERE n = 1`, "throws of dice agree that differ"},
		{`INSERT INTO location SELECT 'loc_x', 'open', '', '', '', '', '', 1, 'stf_a', 1;
			INSERT INTO location_list SELECT 'loc_x', 1, TRUE, '', NULL, NULL`, "locations were opened without their checklist"}, // H-51
		{`INSERT INTO location_list SELECT 'loc_x', 1, TRUE, 'ict signs', 1, NULL`, "checklists are complete without their items"},
		{`INSERT INTO location_list SELECT 'loc_x', 1, FALSE, '', NULL, NULL; INSERT INTO location_tick SELECT 'loc_x', 1, 'ict', 'stf_a', 1`, "items of checklists were done by nobody"},
		{`INSERT INTO urgent SELECT 'urg_x', id, 'work', 'granted', 'stf_a', 1, 'stf_a', 1 FROM ask WHERE state = 'waiting'`,
			"asks are urgent by the word of one|figures of the urgent lane lack"},
		{`INSERT INTO urgent_week VALUES ('assen', '2022-08-15', 19, 2, 10)`, "weeks gave the urgent lane more than its share"},
		{`INSERT INTO urgent_offer SELECT id, ask_id, 'urg_x', location_id, '2022-08-15' FROM offer WHERE state = 'open'`,
			"weeks have slots of the urgent lane that are not counted|offers are urgent that nobody granted"},
		{`UPDATE offer SET line = 0 WHERE state = 'open'`, "offers were made before the line to somebody"},
		{`UPDATE ask SET asked_at = (SELECT closes_at FROM draw WHERE draw.id = ask.draw_id)`, "asks are on a list that was closed"},
		{`DELETE FROM ask_pace`, "lack asks that had a place"},
		{`DELETE FROM ask_skip; UPDATE ask SET line = 1, changed_at = 1 WHERE state = 'waiting'`, "asks were passed over without a reason"},
	}
}

// Each promise that is checked is broken once, and Check says so: all that it says is
// named by some damage.
func TestEveryPromiseIsChecked(t *testing.T) {
	whole := newWorld(t, db.SQLite)
	whole.ask(t, whole.person(t))
	whole.booked(t, whole.ask(t, whole.person(t)))
	whole.clock.Advance(time.Hour)
	whole.ask(t, whole.person(t))
	whole.promises(t)
	wanted := ""
	for i, d := range damage() {
		wanted += d.wants + "|"
		t.Run(d.wants, func(t *testing.T) {
			copied := fmt.Sprintf("%s/%d.db", t.TempDir(), i)
			must(t, whole.DB.Backup(t.Context(), copied))
			w := &world{clock: whole.clock, url: "sqlite:" + copied, keys: whole.keys}
			w.open(t)
			for query := range strings.SplitSeq(d.query, ";") {
				_, err := db.Exec(t.Context(), w.DB, query)
				must(t, err)
			}
			broken, err := w.Check(t.Context())
			must(t, err)
			said := strings.Join(broken, "\n")
			for want := range strings.SplitSeq(d.wants, "|") {
				if !strings.Contains(said, want) {
					t.Errorf("Check says %q, want %q", said, want)
				}
			}
		})
	}
	for _, d := range documentDamage() { // TestCheckSeesBrokenDocuments does it
		wanted += d.wants + "|"
	}
	for _, invariant := range planner.Invariants() {
		named := false
		for want := range strings.SplitSeq(wanted, "|") {
			named = named || want != "" && strings.Contains(invariant[1], want)
		}
		if !named {
			t.Errorf("nothing breaks the promise that no %s", invariant[1])
		}
	}
}

// The promises hold on both engines from the first moment on, and while nothing is there.
func TestPromisesOfNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.promises(t)
		w.work(t)
		w.promises(t)
	})
}
