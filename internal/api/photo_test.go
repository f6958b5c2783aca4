package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// card returns a drawn card as a JPEG.
func card(t testing.TB) string {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, 1200, 900))
	for y := range 900 {
		for x := range 1200 {
			switch inside := x > 150 && x < 1050 && y > 150 && y < 750; {
			case inside && x%18 < 9 && y%24 < 12 && x > 200 && x < 1000 && y > 200 && y < 700:
				picture.SetGray(x, y, color.Gray{30})
			case inside:
				picture.SetGray(x, y, color.Gray{225})
			default:
				picture.SetGray(x, y, color.Gray{50})
			}
		}
	}
	var b bytes.Buffer
	check(t, jpeg.Encode(&b, picture, nil))
	return b.String()
}

const pieces = "application/octet-stream"

// photograph sends a photo in three pieces below path, the second after the line broke.
func (p *program) photograph(path, kind, content string, header []string) string {
	p.t.Helper()
	begun := p.call("POST", path, form{"kind": kind, "size": len(content)}, header...).want(http.StatusCreated)
	id := begun.get("id")
	piece := func(start, end int) reply {
		p.t.Helper()
		return p.call("PUT", fmt.Sprintf("%s/%s/pieces/%d", path, id, start), content[start:end], append(header, "Content-Type", pieces)...)
	}
	third := len(content) / 3
	piece(0, third).want(http.StatusOK)
	if got := piece(2*third, len(content)).want(http.StatusConflict).get("code"); got != "upload.offset" {
		p.t.Errorf("a piece after a hole is %s", got)
	}
	if got := p.call("GET", path+"/"+id, nil, header...).want(http.StatusOK).get("have"); got != fmt.Sprint(third) {
		p.t.Errorf("%s bytes came, want %d", got, third)
	}
	p.call("POST", path+"/"+id+"/completions", form{}, header...).want(http.StatusConflict)
	piece(third, 2*third).want(http.StatusOK)
	piece(2*third, len(content)).want(http.StatusOK)
	done := p.call("POST", path+"/"+id+"/completions", form{}, header...).want(http.StatusOK)
	if again := p.call("POST", path+"/"+id+"/completions", form{}, header...).want(http.StatusOK); again.body != done.body {
		p.t.Errorf("finished twice:\n%s\n%s", done.body, again.body)
	}
	return id
}

// A program sends photos in pieces, takes one back, sends the rest with a reply, and
// reads the receipts.
func TestAProgramSendsPhotos(t *testing.T) { // G-28 G-33 G-37
	apptest.Door(t, func(t *testing.T, w *apptest.World) {
		p := connect(t, w, nil)
		mine := p.send(unknown(), 1)
		w.Pass(t, time.Hour)
		open := p.open(w, "niemand@example.org", "+31612345699")
		const path = "/api/v1/message-photos"
		content := card(t)
		first := p.photograph(path, "document", content, open)
		p.photograph(path, "card", content, open)
		p.call("DELETE", path+"/"+first, nil, open...).want(http.StatusNoContent)
		p.call("DELETE", path+"/"+first, nil, open...).want(http.StatusNoContent)
		p.photograph(path, "document", content, open)
		if got := p.call("GET", path, nil, open...).want(200).body; strings.Count(got, `"kept"`) != 2 || strings.Count(got, `"destroyed"`) != 2 {
			t.Errorf("photos: %s", got) // the state, and the day
		}
		p.call("POST", "/api/v1/message-replies", form{}, append(open, "Idempotency-Key", key(t, 2))...).want(http.StatusNoContent)
		p.call("POST", "/api/v1/message-replies", form{}, append(open, "Idempotency-Key", key(t, 2))...).want(http.StatusNoContent)
		p.call("POST", "/api/v1/message-replies", form{}, append(open, "Idempotency-Key", key(t, 3))...).want(http.StatusBadRequest)
		w.Settle(t)
		status := p.call("POST", "/api/v1/request-status", mine).want(200)
		if !strings.Contains(status.body, `"rule":"removed","receipt":"R-`) || strings.Contains(status.body, first) {
			t.Errorf("status: %s", status.body)
		}
		w.Promises(t)
	})
}

func TestWhatIsNoPhotoIsRefusedInWords(t *testing.T) { // G-28
	w := apptest.New(t, db.SQLite, nil)
	p := connect(t, w, nil)
	p.send(unknown(), 1)
	w.Pass(t, time.Hour)
	open := p.open(w, "niemand@example.org", "+31612345699")
	const path = "/api/v1/message-photos"
	p.call("POST", path, form{"kind": "document", "size": 13 << 20}, open...).want(http.StatusBadRequest)
	if got := p.call("POST", path, form{"kind": "selfie", "size": "many"}, open...).want(http.StatusBadRequest).wrong(); got["/kind"] == "" || got["/size"] != "api.number" {
		t.Errorf("wrong: %v", got)
	}
	id := p.call("POST", path, form{"kind": "document", "size": 8}, open...).want(http.StatusCreated).get("id")
	p.call("PUT", path+"/"+id+"/pieces/0", "%PDF-1.7", append(open, "Content-Type", pieces)...).want(http.StatusOK)
	got := p.call("POST", path+"/"+id+"/completions", form{}, append(open, "Accept-Language", "ar")...).want(http.StatusBadRequest)
	if got.get("code") != "photo.pdf" || got.get("language") != "ar" {
		t.Errorf("a PDF is refused with %s", got.body)
	}
	p.call("POST", path+"/"+id+"/completions", form{}, open...).want(http.StatusNotFound) // it was removed
	p.call("GET", path, nil).want(http.StatusUnauthorized)
}

// Photos of a form go with the request that is sent with its draft code, and with nothing
// else; a form that shows no need of them takes none.
func TestPhotosOfADraft(t *testing.T) { // G-28 G-46
	w := apptest.New(t, db.SQLite, nil)
	p := connect(t, w, nil)
	const path = "/api/v1/draft-photos"
	begin := func(f form) (string, []string) {
		code := p.call("POST", "/api/v1/drafts", f).want(http.StatusCreated).get("draftCode")
		return code, []string{"Draft-Code", code}
	}
	_, with := begin(unknown())
	p.call("GET", path, nil, with...).want(http.StatusNotFound)
	code, without := begin(unknown().with("number", nil))
	p.photograph(path, "document", card(t), without)
	p.call("POST", "/api/v1/requests", unknown().with("number", nil, "draftCode", code), "Idempotency-Key", key(t, 1)).want(http.StatusCreated)
	if n, err := db.Get[int](t.Context(), w.DB, "SELECT count(*) FROM photo JOIN request ON request.id = photo.case_id WHERE sent"); err != nil || n != 1 {
		t.Errorf("%d photos went with the request, %v", n, err)
	}

	_, left := begin(unknown().with("number", nil))
	p.photograph(path, "document", card(t), left)
	p.call("DELETE", "/api/v1/draft", nil, left...).want(http.StatusNoContent)
	if n, err := db.Get[int](t.Context(), w.DB, "SELECT count(*) FROM photo WHERE state = 'kept' AND NOT sent"); err != nil || n != 0 {
		t.Errorf("%d photos are left of a form that was thrown away, %v", n, err)
	}
	w.Settle(t)
	w.Promises(t)
}

func TestCountersAndWhatIsOnesOwn(t *testing.T) { // G-39 G-43
	w := apptest.New(t, db.SQLite, nil)
	p := connect(t, w, nil)
	got := p.call("GET", "/api/v1/counters", nil).want(200)
	if !strings.Contains(got.body, `"state":"announced"`) || strings.Contains(got.body, "opensOn") || strings.Contains(got.body, "address") {
		t.Errorf("a counter that was only announced: %s", got.body)
	}
	mine := p.send(unknown().with("keepDocumentNumber", true, "documentNumber", "AB1234567"), 1)
	if kept := p.call("POST", "/api/v1/request-status", mine).want(200).get("documentNumberKept"); kept != "true" {
		t.Errorf("the number is kept: %s", kept)
	}
	p.call("POST", "/api/v1/document-number-erasures", mine).want(http.StatusNoContent)
	if kept := p.call("POST", "/api/v1/request-status", mine).want(200).get("documentNumberKept"); kept != "false" {
		t.Errorf("the number is kept after it was erased: %s", kept)
	}
	p.call("POST", "/api/v1/document-number-erasures", mine).want(http.StatusNoContent)
	p.call("POST", "/api/v1/mandate-revocations", mine.with("mandate", "man_none")).want(http.StatusNotFound)
	p.call("POST", "/api/v1/paper-openings", form{"link": "nothing", "code": "12345678"}).want(http.StatusNotFound)
}
