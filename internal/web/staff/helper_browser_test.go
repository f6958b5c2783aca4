package staff_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"loket/internal/browsertest"
	"loket/internal/qr"
	people "loket/internal/staff"
)

// Hana helps three people on one laptop, each to their own end: a proof at once, photos
// and then a proof, both in their own mailbox, and one who stops.
func TestHanaHelpsThreePeople(t *testing.T) { // G-42 T1
	browser := browsertest.Start(t)
	w := openFor(t)
	group := three()
	group[1].onFile = "Bram Verzinsels" // another name on file: a document is asked
	w.register(t, group...)
	hana := w.sit(t, browser, "Hana Voorbeeld", people.Helper)
	hana.Go("/nl/helper")
	hana.Axe()
	var numbers []string
	for i, a := range group {
		numbers = append(numbers, hana.beginsWith(t, i, a))
	}
	hana.Shot("helper-person")
	hana.Axe()
	hana.Choose("De persoon wil stoppen")
	hana.Press("Stop de aanvraag")
	hana.Sees("De aanvraag is gestopt")

	hana.Go("/nl/helper")
	hana.Sees(numbers[0], numbers[1])
	hana.Shot("helper-list")
	w.Clock.Advance(time.Hour)
	w.Settle(t)
	w.opened(t, group[1]) // before, the form would tell which message it is
	hana.Go("/nl/sign-in")
	hana.Press("Log in met uw passkey")
	hana.Go("/nl/helper")
	hana.Press(numbers[1])
	hana.Sees("Foto van het document")
	hana.Axe()
	file := filepath.Join(t.TempDir(), "document.jpg")
	if err := os.WriteFile(file, w.Photo(t, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	hana.Attach("Foto van het document", file)
	hana.Press("Stuur deze foto")
	hana.Sees("De foto is aangekomen")
	hana.Press("Klaar met foto's")
	hana.Press("Ik help deze persoon niet meer")
	hana.Sees("U helpt deze persoon niet meer")
	hana.Press("Log uit")
	if left := hana.Cookies(); len(left) > 0 {
		t.Errorf("cookies %v are left", left)
	}
	hana.Go("/nl/helper")
	hana.Sees("Inloggen")
	hana.SeesNot(numbers[0], numbers[1], numbers[2])

	w.Settle(t)
	w.Decide(t, true, "", "")
	w.Pass(t, time.Hour)
	for _, a := range group[:2] {
		thread, err := w.Mailbox.Read(t.Context(), w.opened(t, a))
		if err != nil || len(thread.Body.Proofs) == 0 {
			t.Fatalf("the proof of %s: %d, %v", a.name, len(thread.Body.Proofs), err)
		}
		w.judged(t, drawn(t, thread.Body.Proofs[0].QR))
	}
	w.Promises(t)
}

// drawn is the symbol of a text as a picture.
func drawn(t *testing.T, text string) []byte {
	t.Helper()
	symbol, err := qr.Encode(text, qr.Q)
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := symbol.WritePNG(&picture, 4); err != nil {
		t.Fatal(err)
	}
	return picture.Bytes()
}

// beginsWith asks a person what Hana may do, fills the form in with them and prints what
// they keep. It returns the number of their request.
func (hana *desk) beginsWith(t *testing.T, i int, a applicant) string {
	hana.Go("/nl/helper")
	hana.Press("Iemand nieuw helpen")
	hana.Sees("Lees dit voor", "Mag ik dit voor u doen?")
	if i == 0 {
		hana.Choose("Engels")
		hana.Press("Toon in deze taal")
		hana.Sees("May I do this for you?")
		hana.Axe()
		hana.Shot("helper-mandate")
		hana.Press("Naar het formulier")
		hana.Sees("Ga pas verder als de persoon ja zegt")
	}
	if i == 2 {
		hana.Choose("de aanvraag stoppen")
	}
	hana.Choose("De persoon is hier of aan de telefoon, en zegt ja")
	hana.Press("Naar het formulier")
	hana.fillFor(a)
	hana.Press("Verstuur en print")
	hana.Sees("Iemand helpt u", a.receipt(i))
	number := browsertest.Eval[string](hana.Tab, `document.querySelector(".loket-tiles dd").innerText`)
	if i == 0 {
		hana.Axe()
		hana.Shot("helper-receipt")
		onePage(t, "helper-receipt", hana.Print())
	}
	hana.Press("Ga verder")
	hana.Sees(number)
	hana.SeesNot(a.name)
	return number
}

// receipt is a word on the paper of the first person, which is English, and of the others.
func (a applicant) receipt(i int) string {
	if i == 0 {
		return "Your code"
	}
	return "Uw code"
}

// fillFor fills the form in for somebody with an e-mail address and a phone.
func (d *desk) fillFor(a applicant) {
	for _, answer := range []string{"Amsterdam", "Nee, ik heb geen BSN", "GGD Amsterdam", "Paspoort van een ander land"} {
		d.Choose(answer)
	}
	browsertest.Eval[bool](d.Tab, `(() => { document.getElementById("tested-positive-2").click(); return true })()`)
	d.Fill("Uw naam", a.name)
	d.FillDate("Uw geboortedatum", a.birth[8:], a.birth[5:7], a.birth[:4])
	d.Fill("Nummer op uw brief", a.number)
	d.Fill("E-mailadres", a.email)
	d.Fill("Mobiel nummer", a.phone)
}
