package request_test

import (
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/staff"
)

func helped(t *testing.T, w *apptest.World, hana *apptest.Colleague, a request.Answers, agreed request.Agreed) request.Assisted {
	t.Helper()
	done, err := w.Requests.Assist(t.Context(), hana.Member, request.Submission{Answers: a, Lang: "nl", Door: request.ByHelper,
		Key: ident.NewID(w.Random(), "key")}, agreed)
	check(t, err)
	w.Promises(t)
	return done
}

// A helper acts for three people, each by their own mandate, and they never mix.
func TestThreePeopleOfOneHelperNeverMix(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		hana, stranger := w.Hire(t, staff.Helper), w.Hire(t, staff.Helper)
		all := request.Agreed{Scope: request.Acts(), Days: 30}
		three := []request.Assisted{
			helped(t, w, hana, w.Known(t), all),
			helped(t, w, hana, w.Unknown(t), request.Agreed{Scope: []request.Act{request.Follow}, Days: 7}),
			helped(t, w, hana, yusuf(t, w), all),
		}
		for i, one := range three {
			status, err := w.Requests.FollowFor(t.Context(), hana.Member, one.Mandate.ID)
			check(t, err)
			if status.Number != one.Number {
				t.Errorf("person %d: the helper sees %s", i, status.Number)
			}
			if _, err := w.Requests.FollowFor(t.Context(), stranger.Member, one.Mandate.ID); !fault.Is(err, fault.Denied) {
				t.Errorf("another helper: %v", err)
			}
		}
		if err := w.Requests.WithdrawFor(t.Context(), hana.Member, three[1].Mandate.ID); !fault.Is(err, fault.Denied) {
			t.Errorf("beyond the scope: %v", err)
		}
		check(t, w.Requests.WithdrawFor(t.Context(), hana.Member, three[2].Mandate.ID))
		for i, want := range []request.Step{request.StepReceived, request.StepReceived, request.StepWithdrawn} {
			if got := step(t, w, three[i].Receipt); got != want {
				t.Errorf("person %d is %s, want %s", i, got, want)
			}
		}
		list, err := w.Requests.MandatesOf(t.Context(), hana.Member)
		if err != nil || len(list) != 3 || list[0].Number != three[1].Number {
			t.Errorf("%d mandates, %v", len(list), err)
		}
		if n := count(t, w, `SELECT count(*) AS n FROM audit_entry WHERE act = 'staff.refused' AND result = 'mandate'`); n != 4 {
			t.Errorf("%d entries of what was refused", n)
		}
		w.Pass(t, time.Hour)
		w.Promises(t)
		list, err = w.Requests.MandatesOf(t.Context(), hana.Member)
		if err != nil || len(list) != 2 { // the case that was withdrawn is gone, and its mandate
			t.Errorf("%d mandates, %v", len(list), err)
		}
	})
}

// A mandate ends by its day or by its person's word; the person was told of it.
func TestAMandateEnds(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		hana := w.Hire(t, staff.Helper)
		receipt := w.Submit(t, w.Unknown(t))
		week := request.Agreed{Scope: []request.Act{request.Follow}, Days: 7}
		mandate, err := w.Requests.Grant(t.Context(), hana.Member, receipt.Number, receipt.Code, week)
		check(t, err)
		w.Settle(t)
		w.Promises(t)
		told := false
		for _, m := range w.Mail.Messages() {
			told = told || strings.Contains(m.Text, "helpen") && m.To[0] == "niemand@example.org"
		}
		if !told {
			t.Error("the person was not told")
		}
		check(t, follow(t, w, hana, mandate))
		w.Pass(t, 6*24*time.Hour)
		check(t, follow(t, w, hana, mandate))
		w.Pass(t, 24*time.Hour)
		if err := follow(t, w, hana, mandate); !fault.Is(err, fault.Denied) {
			t.Errorf("after its last day: %v", err)
		}
		mandate, err = w.Requests.Grant(t.Context(), hana.Member, receipt.Number, receipt.Code, week)
		check(t, err)
		list, err := w.Requests.Mandates(t.Context(), receipt.Number, receipt.Code)
		if err != nil || len(list) != 2 || list[1].Revoked || list[1].Helper != hana.ID {
			t.Errorf("the person sees %+v, %v", list, err)
		}
		check(t, w.Requests.Revoke(t.Context(), receipt.Number, receipt.Code, mandate.ID))
		if err := follow(t, w, hana, mandate); !fault.Is(err, fault.Denied) {
			t.Errorf("after it was taken back: %v", err)
		}
		if err := w.Requests.Revoke(t.Context(), receipt.Number, receipt.Code, mandate.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("taken back twice: %v", err)
		}
		w.Promises(t)
	})
}

func follow(t *testing.T, w *apptest.World, c *apptest.Colleague, m request.Mandate) error {
	t.Helper()
	_, err := w.Requests.FollowFor(t.Context(), c.Member, m.ID)
	return err
}

// A mandate needs the person's code, a known scope and thirty days at most, and a helper
// has no other way in.
func TestAMandateNeedsItsPerson(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		hana, carla := w.Hire(t, staff.Helper), w.Hire(t, staff.Counter)
		receipt := w.Submit(t, yusuf(t, w))
		wrong, err := ident.ParseCode("00000000")
		check(t, err)
		good := request.Agreed{Scope: []request.Act{request.Follow}, Days: 30}
		if _, err := w.Requests.Grant(t.Context(), hana.Member, receipt.Number, wrong, good); !fault.Is(err, fault.NotFound) {
			t.Errorf("with a wrong code: %v", err)
		}
		for name, agreed := range map[string]request.Agreed{
			"nothing": {Days: 1}, "31 days": {Scope: good.Scope, Days: 31}, "no day": {Scope: good.Scope}, "another act": {Scope: []request.Act{"open"}, Days: 1},
		} {
			if _, err := w.Requests.Grant(t.Context(), hana.Member, receipt.Number, receipt.Code, agreed); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.Requests.Grant(t.Context(), carla.Member, receipt.Number, receipt.Code, good); !fault.Is(err, fault.Denied) {
			t.Errorf("without the role: %v", err)
		}
		if _, err := w.Requests.OpenAt(t.Context(), hana.Member, receipt.Number, receipt.Code); !fault.Is(err, fault.Denied) {
			t.Errorf("a helper opens a case: %v", err)
		}
		if _, err := w.Requests.Next(t.Context(), hana.Member, staff.QueueCheck); !fault.Is(err, fault.Denied) {
			t.Errorf("a helper gets work to check: %v", err)
		}
		mandate, err := w.Requests.Grant(t.Context(), hana.Member, receipt.Number, receipt.Code, good)
		check(t, err)
		lease, err := w.Requests.OpenAt(t.Context(), carla.Member, receipt.Number, receipt.Code)
		check(t, err)
		check(t, w.Requests.RevokeAt(t.Context(), carla.Member, lease.ID, mandate.ID))
		if err := follow(t, w, hana, mandate); !fault.Is(err, fault.Denied) {
			t.Errorf("after it was taken back at the counter: %v", err)
		}
		w.Promises(t)
	})
}
