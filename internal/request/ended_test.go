package request_test

import (
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/fault"
	"loket/internal/request"
)

// A decision of staff outlives its case: check holds nothing against it when the content
// has gone with the case, and the confirmations still verify.
func TestADecisionOutlivesItsCase(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		answers := other(t, w)
		receipt := answered(t, w, answers)
		w.Decide(t, true, "", "")
		w.Pass(t, 10*time.Minute)
		thread := open(t, w, answers.Email.Reveal(), answers.Phone.Reveal())
		if thread.Body.Kind != request.MessageProof {
			t.Fatalf("message %q", thread.Body.Kind)
		}
		w.Pass(t, 70*24*time.Hour)
		if _, err := w.Requests.Status(t.Context(), receipt.Number, receipt.Code); !fault.Is(err, fault.NotFound) {
			t.Errorf("the case is still there: %v", err)
		}
		w.Promises(t)
	})
}
