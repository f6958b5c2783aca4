package api_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loket/internal/api"
	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/outbox"
	"loket/internal/outbox/sms"
)

func TestDeliveryReports(t *testing.T) {
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		p.send(known(), 1)
		w.Pass(t, time.Hour)
		p.call("POST", "/api/v1/message-codes", form{"link": w.Link(t, "abena@example.org"), "browser": browser, "channel": "sms"}).want(200)
		w.Settle(t)
		calls := w.Gateway.Calls()
		id := calls[len(calls)-1].ID

		var log bytes.Buffer
		secret := []byte("signed by the provider")
		statuses := map[string]outbox.Status{"sent": outbox.Accepted, "delivered": outbox.Delivered, "failed": outbox.Failed}
		hooks := api.NewReports(w.Outbox, map[outbox.Channel]sms.Reports{
			outbox.SMS:   {SignatureHeader: "X-Signature", SignatureSecret: secret, Reference: "id", Status: "status", Statuses: statuses},
			outbox.Voice: {PathSecret: "only-the-provider-knows", Reference: "id", Status: "status", Statuses: statuses},
		}, slog.New(slog.NewJSONHandler(&log, nil)))
		post := func(path, body, signature string) int {
			r := httptest.NewRequest("POST", path, strings.NewReader(body))
			r.Header.Set("X-Signature", signature)
			answer := httptest.NewRecorder()
			hooks.ServeHTTP(answer, r)
			return answer.Code
		}
		sign := func(body string) string {
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(body))
			return hex.EncodeToString(mac.Sum(nil))
		}
		report := func(id, status string) string { return `{"id": "` + id + `", "status": "` + status + `"}` }
		for _, test := range []struct {
			path, body, signature string
			want                  int
		}{
			{"/hooks/sms", report(id, "delivered"), "", 403},
			{"/hooks/sms", report(id, "delivered"), sign("other"), 403},
			{"/hooks/sms", report(id, "Delivered"), sign(report(id, "Delivered")), 204},
			{"/hooks/sms", report(id, "failed"), sign(report(id, "failed")), 204}, // too late: it was delivered
			{"/hooks/sms", report(id, "new word"), sign(report(id, "new word")), 204},
			{"/hooks/sms", report("nobody", "sent"), sign(report("nobody", "sent")), 404}, // the provider comes back
			{"/hooks/sms", "{}", sign("{}"), 400},
			{"/hooks/sms", strings.Repeat("x", 65<<10), sign(""), 413},
			{"/hooks/voice/wrong", report(id, "sent"), "", 403},
			{"/hooks/voice/only-the-provider-knows", report(id, "sent"), "", 404}, // that line went by sms
			{"/hooks/letter", "{}", "", 404},
		} {
			if got := post(test.path, test.body, test.signature); got != test.want {
				t.Errorf("%s %.40s: status %d, want %d", test.path, test.body, got, test.want)
			}
		}
		delivery, err := db.Get[string](t.Context(), w.DB, "SELECT delivery FROM outbox WHERE channel = 'sms' AND reference = $1", id)
		if err != nil || delivery != string(outbox.Delivered) {
			t.Errorf("delivery is %q, %v", delivery, err)
		}
		for _, secret := range []string{"only-the-provider-knows", id, "12345678"} {
			if strings.Contains(log.String(), secret) {
				t.Errorf("the log holds %q:\n%s", secret, &log)
			}
		}
	})
}
