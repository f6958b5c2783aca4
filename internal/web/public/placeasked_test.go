package public_test

import (
	"strings"
	"testing"

	"loket/internal/db"
)

// signedReceipt is how the receipt of an ask stands on a page.
const signedReceipt = `(LOKETA1/[0-9A-Z]{4}(?: [0-9A-Z]{12}){10} [0-9A-Z]{8})`

// The receipt from the page after asking to the check by anybody: before its list is
// closed, when it is on it, when it was left out, and when it is forged.
func TestAReceiptThatAnybodyChecks(t *testing.T) {
	w, base := openPlaces(t, summer)
	v, library := visit(t, base, "nl"), visit(t, base, "nl")
	fillPlace(v, "oksana@example.org", oksana).send("/place/ask/send").sees("Bewijs dat u hebt gevraagd", "kunt u klagen").seesNot("Oksana")
	if len(v.page) >= 15_000 || !strings.Contains(v.page, "data:image/png;base64,") {
		t.Errorf("the receipt has %d bytes, or no picture", len(v.page))
	}
	mine, ticket := v.shown(signedReceipt), shownReceipt(v).ticket
	fillPlace(v, "ander@example.org", stranger(1)).send("/place/ask/send")
	out := v.shown(signedReceipt)
	check := func(typed string) *visitor {
		t.Helper()
		return library.get("/place/receipt").send("/place/receipt", "receipt", typed)
	}
	check(mine).sees("Dit bewijs is echt.", "De lijst is nog open.", ticket, "16 augustus 2022").seesNot("Oksana", oksana.number)
	_, err := db.Exec(t.Context(), w.DB, `UPDATE ask SET ticket = '0000000000' WHERE ticket <> $1`, strings.ReplaceAll(ticket, "-", ""))
	if err != nil {
		t.Fatal(err)
	}
	letDraw(t, w)
	check(strings.ReplaceAll(mine, " ", "")).sees("Dit bewijs is echt.", "Het lot staat op de lijst.", "Loting 1")
	check(out).sees("Dit bewijs is echt.", "Het lot staat niet op de lijst.", "Met dit bewijs kunt u klagen")
	check("").sees("Vul de tekst van het bewijs in.")
	check(mine[:30] + "0" + mine[31:] + "0").sees("Dit is geen echt bewijs van ons.").seesNot("Dit bewijs is echt.")
	if !strings.Contains(library.page, mine[40:60]) {
		t.Error("what was typed is lost")
	}
	library.get("/place/check").send("/place/check", "code", mine).sees("Deze code is niet echt")
	if got := append(v.cookies(), library.cookies()...); len(got) != 0 {
		t.Errorf("cookies %v", got)
	}
}
