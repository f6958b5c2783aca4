package api_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"loket/internal/api"
	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/outbox/sms"
	"loket/internal/testclock"
)

// What a provider posts is taken only with its secret, once, and shows up in no log.
func TestTextsThatComeIn(t *testing.T) {
	c := config.Default(t.TempDir())
	c.Database.URL = dbtest.URL(t, db.SQLite)
	c.Places.Pack, c.Texts.SecretFile = "refugeehelp-2022", filepath.Join(t.TempDir(), "secret")
	w := apptest.Open(t, c, testclock.At(apptest.Season), nil)

	var log bytes.Buffer
	secret := []byte("signed by the provider")
	sign := func(body string) string {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(body))
		return hex.EncodeToString(mac.Sum(nil))
	}
	signed := api.NewTexts(w.Texting, sms.Inbound{SignatureHeader: "X-Signature", SignatureSecret: secret, ID: "message.id", From: "message.from", Text: "message.text"},
		slog.New(slog.NewJSONHandler(&log, nil)))
	byPath := api.NewTexts(w.Texting, sms.Inbound{PathSecret: "only-the-provider-knows", ID: "MessageSid", From: "From", Text: "Body"},
		slog.New(slog.NewJSONHandler(&log, nil)))
	text := func(id, from, text string) string {
		return `{"message": {"id": "` + id + `", "from": "` + from + `", "text": "` + text + `"}}`
	}
	form := url.Values{"MessageSid": {"SM1"}, "From": {"+31612345601"}, "Body": {"geheim"}}.Encode()
	const one = "31612345600" // some providers leave the plus out
	for _, test := range []struct {
		path, kind, body, signature string
		want                        int
		answers                     int64 // that there are then
	}{
		{"/hooks/sms-in", "", text("1", one, "geheim"), "", 403, 0},
		{"/hooks/sms-in", "", text("1", one, "geheim"), sign("other"), 403, 0},
		{"/hooks/sms-in", "", text("1", one, "geheim"), sign(text("1", one, "geheim")), 204, 1},
		{"/hooks/sms-in", "", text("1", one, "geheim"), sign(text("1", one, "geheim")), 204, 1}, // again
		{"/hooks/sms-in", "", text("1", one, "anders"), sign(text("1", one, "anders")), 204, 1}, // the same id
		{"/hooks/sms-in", "", text("2", "1234", "geheim"), sign(text("2", "1234", "geheim")), 204, 1},
		{"/hooks/sms-in", "", text("3", "+31201234567", "geheim"), sign(text("3", "+31201234567", "geheim")), 204, 1},
		{"/hooks/sms-in", "", text("", one, "geheim"), sign(text("", one, "geheim")), 400, 1},
		{"/hooks/sms-in", "", "{}", sign("{}"), 400, 1},
		{"/hooks/sms-in", "", "not json", sign("not json"), 400, 1},
		{"/hooks/sms-in", "", strings.Repeat("x", 65<<10), sign(""), 413, 1},
		{"/hooks/sms-in/wrong", "application/x-www-form-urlencoded", form, "", 403, 1},
		{"/hooks/sms-in/only-the-provider-knows", "application/x-www-form-urlencoded; charset=utf-8", form, "", 204, 2},
	} {
		r := httptest.NewRequest("POST", test.path, strings.NewReader(test.body))
		r.Header.Set("X-Signature", test.signature)
		r.Header.Set("Content-Type", test.kind)
		answer := httptest.NewRecorder()
		if strings.HasPrefix(test.kind, "application/x-www") {
			byPath.ServeHTTP(answer, r)
		} else {
			signed.ServeHTTP(answer, r)
		}
		answers, err := db.Get[int64](t.Context(), w.DB, `SELECT count(*) AS n FROM text_answer`)
		if answer.Code != test.want || err != nil || answers != test.answers {
			t.Errorf("%s %.60s: status %d and %d answers, want %d and %d; %v", test.path, test.body, answer.Code, answers, test.want, test.answers, err)
		}
	}
	for _, private := range []string{"only-the-provider-knows", "61234560", "geheim", "1234567", "anders"} {
		if strings.Contains(log.String(), private) {
			t.Errorf("the log holds %q:\n%s", private, &log)
		}
	}
	w.Promises(t)
}
