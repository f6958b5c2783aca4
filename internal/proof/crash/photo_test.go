package crash

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// card is a photo of an invented card, small so that many people can send one.
func card() ([]byte, error) {
	const width, height = 640, 480
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.SetGray(x, y, color.Gray{Y: uint8(60 + (x/16*37+y/16*91)%150)})
		}
	}
	var file bytes.Buffer
	err := jpeg.Encode(&file, picture, nil)
	return file.Bytes(), err
}

// photo sends a photo of a document in the open message, as a form without script does,
// until it is taken.
func (a *applicant) photo(ctx context.Context) error {
	picture, err := card()
	if err != nil {
		return err
	}
	for {
		status, err := a.post(ctx, picture)
		switch {
		case err == nil && status == http.StatusSeeOther:
			return nil
		case err == nil && status < 500 && status != http.StatusTooManyRequests:
			return fmt.Errorf("the photo of person %d was answered %d", a.n, status)
		}
		if !pause(ctx, 200*time.Millisecond) {
			return fmt.Errorf("nobody takes the photo of person %d: %d, %w", a.n, status, ctx.Err())
		}
	}
}

func (a *applicant) post(ctx context.Context, picture []byte) (int, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("photo", "photo.jpg")
	if err != nil {
		return 0, err
	}
	if _, err := part.Write(picture); err != nil {
		return 0, err
	}
	if err := form.Close(); err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, "POST", a.in.loaded.Public.URL+"/nl/message/photos/document", &body)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("X-Forwarded-For", a.program.From)
	r.AddCookie(&http.Cookie{Name: "session", Value: a.opened})
	client := &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// photosEnd are the points on the way of a photo to its end.
var photosEnd = []string{"seal.photo-overwritten", "upload.ending", "upload.unkeyed", "upload.destroyed", "upload.orphan-told"}

const (
	countLiving = `SELECT count(*) AS n FROM photo WHERE state IN ('arriving', 'kept')`
	countEnding = `SELECT count(*) AS n FROM photo WHERE state = 'ending'`
	countLost   = `SELECT count(*) AS n FROM audit_entry came WHERE came.act = 'photo.add'
		AND NOT EXISTS (SELECT 1 FROM photo WHERE photo.id = came.object AND photo.state = 'kept')
		AND (SELECT count(*) FROM audit_entry gone WHERE gone.object = came.object AND gone.act = 'photo.destroy') <> 1`
)

// crashOfDestruction has people send photos and withdraw, and the server die on the way to
// the end of what they sent. The next start must finish it: no key, no bytes, one entry each.
func (in *installation) crashOfDestruction(t *testing.T, point string) { // G-35 G-36
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	running := in.start("")
	crowd := begin(ctx, in, 0, few)
	crowd.live.Wait()
	in.must(running.stop())
	if n := in.count(countLiving); n != few/2 {
		t.Fatalf("%d photos live, want %d", n, few/2)
	}
	stray := filepath.Join(in.loaded.Photos.Dir, "pht_0000000000000000000000stray")
	if point == "upload.orphan-told" {
		in.must(os.WriteFile(stray, make([]byte, 32), 0o600))
	}
	running = in.start(point)
	for _, a := range crowd.all {
		// No answer comes once the server has died.
		_, _ = a.program.Call(ctx, "POST", "/request-withdrawals", map[string]any{"number": a.number, "code": a.code})
	}
	in.must(running.dies(ctx))
	in.promises("after the death")
	in.minutesPass()
	running = in.start("")
	if n := in.count(countEnding); n != 0 {
		t.Errorf("%d photos still end when the server listens", n)
	}
	for _, a := range crowd.all { // those who had no answer ask again
		got, err := a.call(ctx, "/request-withdrawals", map[string]any{"number": a.number, "code": a.code})
		if err != nil || got.Status >= 300 && got.Status != http.StatusNotFound && got.Status != http.StatusGone {
			t.Errorf("withdrawal of person %d: %d, %v", a.n, got.Status, err)
		}
	}
	in.settles()
	in.must(running.stop())
	in.promises("in the end")
	keys, err := filepath.Glob(filepath.Join(in.loaded.Photos.Dir, "pht_*"))
	in.must(err)
	if len(keys) != 0 || in.count(countLiving)+in.count(countEnding) != 0 {
		t.Errorf("%d keys and %d photos are left", len(keys), in.count(countLiving)+in.count(countEnding))
	}
	if n := in.count(countLost); n != 0 {
		t.Errorf("%d photos have no entry of their end, or several", n)
	}
}
