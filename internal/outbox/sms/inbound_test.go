package sms_test

import (
	"net/http"
	"strings"
	"testing"

	"loket/internal/outbox/demo"
	"loket/internal/outbox/sms"
)

func FuzzInbound(f *testing.F) {
	f.Add(`{"id":"a","from":"+31612345678","text":"ja 4821"}`, "application/json")
	f.Add(`id=a&from=%2B31612345678&text=ja+4821`, "application/x-www-form-urlencoded")
	f.Add(`id=%zz`, "application/x-www-form-urlencoded; charset=x")
	f.Add("\x00", ";")
	f.Fuzz(func(t *testing.T, body, kind string) {
		in := sms.Inbound{SignatureHeader: demo.SignatureHeader, SignatureSecret: []byte("secret"), ID: "id", From: "from", Text: "text"}
		header := http.Header{demo.SignatureHeader: {demo.Sign([]byte("secret"), []byte(body))}, "Content-Type": {kind}}
		got, err := in.Parse("", header, []byte(body))
		if err == nil && (got.ID == "" || len(got.ID) > 200 || strings.ContainsRune(got.ID, 0) || got.From.IsZero() || len(got.Text.Reveal()) > 4000) {
			t.Errorf("Parse gives the id %q", got.ID)
		}
		in.SignatureSecret = []byte("other")
		if _, err := in.Parse("", header, []byte(body)); err == nil {
			t.Error("Parse takes what another signed")
		}
	})
}
