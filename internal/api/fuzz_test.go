package api

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/request"
	"loket/internal/rules"
	"loket/locales"
	"loket/packs"
)

// bare returns an API without a database: everything up to it.
func bare(t testing.TB) *api {
	t.Helper()
	catalogue, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	pack, err := rules.Load(packs.FS("gkvi-amsterdam-2021"))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2021, 12, 20, 9, 0, 0, 0, time.UTC) }
	return &api{Parts: Parts{Catalogue: catalogue, Region: "NL", Log: slog.New(slog.DiscardHandler), NewID: func() string { return "err_1" },
		Requests: &request.Store{Parts: request.Parts{Pack: pack, Zone: time.UTC, Now: now}}}}
}

// FuzzAnswers reads any body as answers. What it takes it gives back the same, and
// what it refuses it refuses as a fault of who sent it.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"municipality": "amsterdam", "digid": "no-bsn", "vaccinatedBy": "doctor", "testedPositive": true, "document": "none",
		"documentExpired": null, "name": "\u0623\u0628", "latinName": "A", "birthDate": "XX-XX-1976", "number": "BSN 999990019", "email": null,
		"phone": "06 12345678", "keepDocumentNumber": true, "documentNumber": "ab 1234"}`))
	f.Add([]byte(`{"name": {"name": 1}}`))
	f.Add([]byte(`{"number": "٩٩٩٩٩٠٠١٩", "email": "A@Exämple.org"} `))
	f.Add([]byte(`[`))
	a := bare(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := parseBody(data)
		if err != nil {
			refused(t, err)
			return
		}
		answers := a.answers(b)
		if err := b.err(); err != nil {
			refused(t, err)
			return
		}
		if _, err := a.Requests.Route(answers); err != nil {
			t.Fatalf("the pack cannot decide on what was taken: %v", err)
		}
		w := httptest.NewRecorder()
		writeJSON(w, kindJSON, http.StatusOK, tell(answers))
		again, err := parseBody(w.Body.Bytes())
		if err != nil {
			t.Fatalf("what was told cannot be read: %v\n%s", err, w.Body)
		}
		second := a.answers(again)
		if err := again.err(); err != nil {
			t.Fatalf("what was told is refused: %v\n%s", err, w.Body)
		}
		w2 := httptest.NewRecorder()
		writeJSON(w2, kindJSON, http.StatusOK, tell(second))
		if !bytes.Equal(w.Body.Bytes(), w2.Body.Bytes()) {
			t.Errorf("answers change when they are read again:\n%s\n%s", w.Body, w2.Body)
		}
	})
}

// refused fails the test when an error is not a 400.
func refused(t *testing.T, err error) {
	t.Helper()
	if status, _ := statusOf(err); status != http.StatusBadRequest {
		t.Errorf("status %d: %v", status, err)
	}
}

// FuzzBodies sends any body to each call that takes one. Nothing gets to the database
// that is not complete, so that what comes back is a problem of the caller's.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"link": "x", "browser": "y", "code": "1", "channel": "sms"}`, `{"number": "0000-0000-000", "code": "x"}`, `{"text": ""}`,
		`{"link": null, "browser": 1, "channel": ["sms"]}`, `{"language": "nl", "draftCode": "0", "answers": {}}`, `null`, "\xff", `{"a": 1, "a": 2}`,
	} {
		f.Add([]byte(seed))
	}
	a := bare(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, take := range []func(*body){
			func(b *body) {
				needed(b, "browser", parseBrowser)
				b.need("link")
				b.choice("channel", []string{"sms"})
			},
			func(b *body) { b.need("text"); b.flag("text"); b.text("text") },
		} {
			b, err := parseBody(data)
			if err != nil {
				refused(t, err)
				continue
			}
			take(b)
			err = b.err()
			if err == nil {
				continue
			}
			refused(t, err)
			wrong, ok := errors.AsType[wrongFields](err)
			if !ok {
				t.Fatalf("error without members: %v", err)
			}
			for _, field := range a.problem(a.Catalogue.In(lang.Dutch), err).Errors {
				if !strings.HasPrefix(field.Pointer, "/") || field.Detail == "" {
					t.Errorf("of %d wrong members one is told as %+v", len(wrong.fields), field)
				}
			}
		}
	})
}

// FuzzAsks reads any body as an ask. What it takes the pack can decide on, and what it
// refuses it refuses at a member that is named.
func FuzzAsks(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"hasProof": false, "registered": true, "postcode": "١٠١٢ ab", "members": [{"name": "Oksana", "birthDate": "1991-04-12",
		"number": "2800000001", "document": "passport", "documentExpires": "2030-01-01"}, {"name": "A", "birthDate": "2020-01-01", "document": "none"}]}`))
	f.Add([]byte(`{"region": "south", "members": [{"birthDate": "0000-00-00", "document": "id-card", "number": "AB"}, {"a/b~c": {"a": []}}]}`))
	f.Add([]byte(`{"members": [[]], "postcode": null}`))
	f.Add([]byte(`{"members": {}}`))
	f.Add([]byte(`{"members": [{},{},{},{},{},{},{}]}`))
	a := bare(f)
	pack, err := rules.Load(packs.FS("refugeehelp-2022"))
	if err != nil {
		f.Fatal(err)
	}
	now := func() time.Time { return time.Date(2022, 8, 16, 9, 0, 0, 0, time.UTC) }
	a.Planner = &planner.Store{Parts: planner.Parts{Pack: pack, Zone: time.UTC, Now: now}}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := parseBody(data)
		if err != nil {
			refused(t, err)
			return
		}
		if _, err := a.Planner.Eligible(placeFacts(b)); err != nil {
			t.Fatalf("the pack cannot decide on what was taken: %v", err)
		}
		region := a.region(b)
		parts := b.objects(memberPeople, planner.MostMembers, "planner.members")
		for i, part := range parts {
			if _, err := a.member(part, i == 0); err != nil {
				t.Fatalf("the pack cannot decide on what was taken: %v", err)
			}
		}
		err = b.err()
		if err == nil {
			if region == "" || len(parts) > planner.MostMembers {
				t.Errorf("%d people in region %q", len(parts), region)
			}
			return
		}
		refused(t, err)
		for _, field := range a.problem(a.Catalogue.In("uk"), err).Errors {
			if !strings.HasPrefix(field.Pointer, "/") || field.Detail == "" || field.Detail == field.Code {
				t.Errorf("one is told as %+v", field)
			}
		}
	})
}

func FuzzAccepts(f *testing.F) {
	f.Add("text/html, */*;q=0.1")
	f.Add("application/json;q=0")
	f.Add(",;q=x, application/*")
	f.Fuzz(func(t *testing.T, header string) {
		if !accepts([]string{header, "*/*"}, kindJSON) {
			t.Error("whoever takes anything is refused")
		}
	})
}
