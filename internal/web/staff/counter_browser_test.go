package staff_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"loket/internal/browsertest"
	people "loket/internal/staff"
)

// Yusuf has no document, no e-mail and no phone. At the counter he gets a proof on paper
// that ZBar reads and another implementation accepts.
func TestYusufInABrowser(t *testing.T) { // G-14 G-42 G-54
	browser := browsertest.Start(t)
	w := openFor(t)
	w.openCounter(t)
	a := yusuf()
	w.register(t, a)

	carla, anton := w.sit(t, browser, "Carla Voorbeeld", people.Counter), w.sit(t, browser, "Anton Voorbeeld", people.Approver)
	stands := w.sit(t, browser, "Daan Voorbeeld", people.Counter)
	stands.Go("/nl/tickets/" + counter + "/9")
	stands.Press("Maak van dit apparaat de nummerzuil")
	door := stands.Tab
	door.Axe()
	door.Shot("counter-kiosk")
	door.Press("Neem een nummer")
	door.Sees("A-1", "انتظر")
	door.Shot("counter-number")

	carla.calls(door)
	carla.writesFor(t, a)
	carla.choosesFor()

	anton.Go("/nl/approve")
	anton.Press("Volgende")
	anton.Wait("Voorstel van een collega")
	anton.Shot("counter-approve")
	anton.confirms(t)
	w.Settle(t)
	carla.Wait("Klaar om te printen") // by itself
	carla.Shot("counter-ready")
	carla.Press("Print wat de persoon meekrijgt")
	carla.Sees("Proof of vaccination", "Yusuf Mohamed")
	carla.Axe()
	carla.Shot("counter-proof")
	w.judged(t, onePage(t, "counter-proof", carla.Print()))
	carla.Press("Ga verder")
	carla.Press("De persoon gaat weg")
	carla.Sees("Aan de balie")
	carla.Back()
	carla.SeesNot("Yusuf Mohamed")
}

// calls takes a desk and calls the number that waits; the board shows it.
func (carla *desk) calls(door *browsertest.Tab) {
	carla.Go("/nl/tickets")
	carla.Choose("Balie van de GGD Amsterdam")
	carla.Fill("Loket", "3")
	carla.Press("Ga zitten")
	carla.Press("Roep het volgende nummer")
	carla.Sees("A-1", "Dit nummer staat op het bord")
	carla.Axe()
	carla.Shot("counter-desk")
	door.Go("/nl/board/" + counter)
	door.Sees("A-1")
	door.Axe()
	door.Shot("counter-board")
	carla.Press("De persoon is er")
	carla.Press("Naar de aanvraag")
}

// writesFor fills the form in with a, and prints the receipt.
func (carla *desk) writesFor(t *testing.T, a applicant) {
	carla.Axe()
	carla.Shot("counter-start")
	carla.Choose("Arabisch")
	carla.Press("Begin het formulier")
	carla.Sees("أين تسكن أو تنام؟")
	carla.Axe()
	carla.Press("Verstuur en print")
	carla.Sees("Dit moet u nog aanpassen")
	carla.Shot("counter-form-wrong")
	fillForm(carla.Tab, a)
	carla.Shot("counter-form")
	carla.Press("Verstuur en print")
	carla.Sees("رقمك", "Uw nummer", "Uw code")
	carla.Axe()
	carla.Shot("counter-receipt")
	onePage(t, "counter-receipt", carla.Print())
	carla.Press("Ga verder")
}

// choosesFor decides on the case on the screen.
func (carla *desk) choosesFor() {
	carla.Sees("Wie is dit, en wat besluit u?", "Yusuf Mohamed")
	carla.Axe()
	carla.Shot("counter-case")
	carla.Choose("Yusuf Mohamed")
	carla.Choose("Een zorgverlener kent deze persoon")
	carla.Choose("Ja, maak het bewijs")
	carla.Press("Bekijk en bevestig")
	carla.Sees("Dit bevestigt u met uw passkey", "Een zorgverlener kent deze persoon")
	carla.Axe()
	carla.Shot("counter-sign")
	carla.Press("Bevestig met uw passkey")
	carla.Wait("Een tweede medewerker kijkt mee")
	carla.Axe()
	carla.Shot("counter-waits")
}

// confirms gives the passkey to the proposal on the screen.
func (d *desk) confirms(t *testing.T) {
	t.Helper()
	d.decide("a")
	d.Wait("worden nu gewist")
}

// fillForm fills the form in with somebody who has neither document nor contact.
func fillForm(tab *browsertest.Tab, a applicant) {
	for _, answer := range []string{"Amsterdam", "Nee, ik heb geen BSN", "GGD Amsterdam"} {
		tab.Choose(answer)
	}
	browsertest.Eval[bool](tab, `(() => { for (const id of ["tested-positive-2", "document-9", "no-email", "no-phone"]) document.getElementById(id).click(); return true })()`)
	tab.Fill("Uw naam", a.name)
	tab.Fill("Uw naam in onze letters (hoeft niet)", a.onFile)
	tab.FillDate("Uw geboortedatum", a.birth[8:], a.birth[5:7], a.birth[:4])
}

// onePage fails the test unless a print is one A4, and returns its picture.
func onePage(t *testing.T, name string, pdf []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "print.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := exec.CommandContext(t.Context(), "pdfinfo", file).Output()
	if err != nil {
		t.Fatalf("pdfinfo (is poppler-utils installed?): %v", err)
	}
	if !bytes.Contains(info, []byte("Pages:           1\n")) || !strings.Contains(string(info), "A4") {
		t.Errorf("%s is not one A4:\n%s", name, info)
	}
	if out, err := exec.CommandContext(t.Context(), "pdftoppm", "-png", "-r", "150", "-singlefile", file, filepath.Join(dir, "print")).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v\n%s", err, out)
	}
	picture, err := os.ReadFile(filepath.Join(dir, "print.png"))
	if err != nil {
		t.Fatal(err)
	}
	if shots := os.Getenv("LOKET_SHOTS"); shots != "" {
		if err := os.WriteFile(filepath.Join(shots, name+"-paper.png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return picture
}
