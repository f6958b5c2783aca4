package public_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/upload"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// drawn returns a drawn card of lines on a dark table, in the given brightness of 255.
func drawn(light uint8) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	fill := func(r image.Rectangle, v uint8) {
		draw.Draw(picture, r, image.NewUniform(color.Gray{v}), image.Point{}, draw.Src)
	}
	fill(picture.Rect, light/5)
	fill(image.Rect(200, 250, 1400, 950), light)
	for y := 320; y < 900; y += 24 {
		for x := 260; x < 1340; x += 18 {
			fill(image.Rect(x, y, x+9, y+14), light/8)
		}
	}
	return picture
}

// photograph returns a drawn card as a JPEG.
func photograph(t testing.TB, light uint8) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, drawn(light), &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload sends a file with the form of the open page, as a browser without script does.
func (v *visitor) upload(content []byte) *visitor {
	v.t.Helper()
	if !strings.Contains(v.page, `enctype="multipart/form-data"`) {
		v.t.Fatalf("%s takes no file:\n%s", v.path, v.text())
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, one := range [][]byte{content, nil} { // the camera, and nothing from the files
		part, err := form.CreateFormFile("photo", "IMG_0001.jpg")
		if err == nil {
			_, err = part.Write(one)
		}
		if err != nil {
			v.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		v.t.Fatal(err)
	}
	return v.post(v.path, form.FormDataContentType(), &b)
}

// ask opens the message in which nobody is asked for a document.
func askedForDocument(t *testing.T, w *apptest.World, base, lang string) *visitor {
	t.Helper()
	v := visit(t, base, lang)
	v.get(letter(t, w, nobody))
	return nobody.read(w, v)
}

// living returns the photos of the only request that live.
func living(t *testing.T, w *apptest.World) []upload.Photo {
	t.Helper()
	caseID, err := db.Get[string](t.Context(), w.DB, "SELECT DISTINCT case_id FROM photo")
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.Uploads.List(t.Context(), w.DB, caseID)
	if err != nil {
		t.Fatal(err)
	}
	var alive []upload.Photo
	for _, p := range list {
		if p.Living() {
			alive = append(alive, p)
		}
	}
	return alive
}

// Two photos from a phone without script: a bad one gets advice and may be sent, is taken
// back and taken again; the card may stay away; sent once. Nothing is shown back.
func TestPhotosAreSentInTheMessage(t *testing.T) { // G-27 G-28 G-33 G-34
	each(t, func(t *testing.T, w *apptest.World, base string) {
		v := askedForDocument(t, w, base, "nl").sees("Stuur foto's")
		v.get("/message/photos").sees("Er zijn nog geen foto's", "Alleen het team van GGD Amsterdam", "IND", "na 7 dagen")
		v.get("/message/photos/document").sees("Maak een foto van uw document", "Paspoort", "hoeken")
		v.upload(photograph(t, 40)).at("/message/photos").sees("De foto is aangekomen", "erg donker", "Dan mag u deze sturen")
		v.send("/message/photos/remove").at("/message/photos").sees("Er zijn nog geen foto's")
		v.get("/message/photos/document").upload(photograph(t, 230)).at("/message/photos").sees("aangekomen. Hij lijkt duidelijk", "Verstuur uw foto's")
		if strings.Contains(v.page, "<img") {
			t.Error("the photo is shown back")
		}
		v.get("/message").sees("Er is 1 foto aangekomen", "nog niet op versturen")
		v.get("/message/photos/card").sees("Kaartje kwijt?").upload(photograph(t, 230)).at("/message/photos")
		v.send("/message/photos/send").at("/message?photos").sees("Uw foto's zijn verstuurd", "Er zijn 2 foto's aangekomen").seesNot("nog niet op versturen")
		v.get("/message/photos").sees("U hebt deze foto verstuurd").seesNot("Verstuur uw foto's")
		if got := living(t, w); len(got) != 2 || !got[0].Sent || !got[1].Sent {
			t.Errorf("photos %v", got)
		}
		w.Settle(t)
	})
}

// Whoever gave no number sees in the form that a document will be asked, and may send its
// photo with it; whoever gave all sees nothing of it, known or not.
func TestPhotosGoWithAForm(t *testing.T) { // G-28 G-46
	each(t, func(t *testing.T, w *apptest.World, base string) {
		for _, a := range []applicant{abena, nobody} {
			v := a.fill(visit(t, base, "nl")).seesNot("foto van uw document")
			v.get("/proof/photos").at("/proof/check")
		}
		without := nobody
		without.number = ""
		v := without.fill(visit(t, base, "nl")).sees("Wij gaan u om een foto vragen", "of later")
		v.get("/proof/photos").sees("Dat doe ik later", "gaan mee met uw aanvraag")
		v.get("/proof/photos/document").upload(photograph(t, 230)).at("/proof/photos").sees("Hij lijkt duidelijk")
		v.get("/proof/check").sees("Er is 1 foto aangekomen").send("/proof/send").at("/proof/receipt")
		if got := living(t, w); len(got) != 1 || !got[0].Sent {
			t.Errorf("photos %v, want one that was sent", got)
		}
		w.Settle(t)
	})
}

func TestAFormThatIsErasedTakesItsPhotosAlong(t *testing.T) { // G-36
	w, base := open(t, db.SQLite)
	without := nobody
	without.number = ""
	v := without.fill(visit(t, base, "nl"))
	v.get("/proof/photos/document").upload(photograph(t, 230)).at("/proof/photos")
	v.get("/proof/stop").send("/proof/stop").sees("gewist")
	if got := living(t, w); len(got) != 0 {
		t.Errorf("%d photos live after their form", len(got))
	}
	w.Promises(t)
}

// What is wrong with a file is said at its field, in the person's language, and another
// can be sent at once.
func TestWhatIsWrongWithAPhotoIsSaidAtItsField(t *testing.T) { // G-28
	var large bytes.Buffer
	if err := png.Encode(&large, image.NewGray(image.Rect(0, 0, 6000, 5000))); err != nil {
		t.Fatal(err)
	}
	heic := append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), make([]byte, 100)...)
	for _, test := range []struct {
		content  []byte
		key      string
		nl       string
		messages [2]string // English and Arabic
	}{
		{nil, "missing", "Maak of kies eerst een foto", [2]string{"Take or choose a photo first", "التقط صورة أو اختر صورة أولا"}},
		{bytes.Repeat([]byte("x"), 13<<20), "large", "hooguit 12 MB", [2]string{"at most 12 MB", "12 ميغابايت"}},
		{[]byte("%PDF-1.7 and so on"), "pdf", "Een PDF kunnen wij niet aannemen", [2]string{"We cannot take a PDF", "لا نستطيع قبول ملف PDF"}},
		{heic, "heic", "HEIC", [2]string{"HEIC", "HEIC"}},
		{[]byte("just words"), "type", "geen foto die wij kunnen lezen", [2]string{"no photo that we can read", "ليست صورة نستطيع قراءتها"}},
		{large.Bytes(), "pixels", "te groot om te openen", [2]string{"too large to open", "أكبر من أن نفتحها"}},
		{photograph(t, 230)[:9000], "broken", "beschadigd", [2]string{"damaged", "تالفة"}},
	} {
		for lang, want := range map[string]string{"nl": test.nl, "en": test.messages[0], "ar": test.messages[1]} {
			t.Run(test.key+"-"+lang, func(t *testing.T) {
				t.Parallel()
				w, base := open(t, db.SQLite)
				v := askedForDocument(t, w, base, lang)
				v.get("/message/photos/document").upload(test.content).at("/message/photos/document").sees(want)
				if v.status != http.StatusUnprocessableEntity || !strings.Contains(v.page, `aria-invalid="true"`) || !strings.Contains(v.page, `href="#photo"`) {
					t.Errorf("status %d, or nothing leads to the field", v.status)
				}
				v.upload(photograph(t, 230)).at("/message/photos")
			})
		}
	}
}

// A photo of another case is nobody's, and what a message does not ask for is not taken.
func TestPhotosAreOnesOwn(t *testing.T) { // T12
	w, base := open(t, db.SQLite)
	v := askedForDocument(t, w, base, "nl")
	v.get("/message/photos/document").upload(photograph(t, 230)).at("/message/photos")
	id := v.hidden("/message/photos/remove").Get("photo")

	other := nobody
	other.email, other.phone = "ander@example.org", "0612345698"
	stranger := visit(t, base, "nl")
	stranger.get(letter(t, w, other))
	other.read(w, stranger)
	stranger.do("POST", "/message/photos/remove", url.Values{"photo": {id}}).at("/message/photos").sees("nog geen foto's")
	if state, err := db.Get[string](t.Context(), w.DB, "SELECT state FROM photo WHERE id = $1", id); err != nil || state != upload.Kept {
		t.Errorf("a stranger's hand made the photo %s, %v", state, err)
	}
	known := visit(t, base, "nl")
	known.get(letter(t, w, abena))
	abena.read(w, known)
	for _, path := range []string{"/message/photos", "/message/photos/document", "/message/photos/selfie"} {
		if known.get(path); known.status != http.StatusNotFound {
			t.Errorf("%s in a message with a proof has status %d", path, known.status)
		}
	}
	known.get("/message").send("/message/close")
	known.get("/message/photos").sees("niet meer open")
}

// What was not sent is sent for its person after half an hour.
func TestPhotosThatWereForgottenAreSent(t *testing.T) { // G-28
	w, base := open(t, db.SQLite)
	v := askedForDocument(t, w, base, "nl")
	v.get("/message/photos/document").upload(photograph(t, 230)).sees("na een half uur")
	w.Pass(t, 31*time.Minute)
	if got := living(t, w); len(got) != 1 || !got[0].Sent {
		t.Errorf("photos %v, want one that was sent", got)
	}
}
