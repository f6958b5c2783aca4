package public_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"loket/internal/draw"
	"loket/internal/staff"
)

// While a list is open everybody sees what will decide its order: the hashes that parties
// have said until now, and nothing of who is on it.
func TestOpenListShowsItsParties(t *testing.T) { // P-66
	w, base := openPlaces(t, summer)
	w.Planner.Source, w.Planner.Parties = draw.FromReveal, []string{"counters", "city"}
	w.Pass(t, 10*time.Hour)
	v := visit(t, base, "nl")
	v.get("/place/draws/2").sees("De lijst van nu sluit op", "counters", "city", "Nog geen vingerafdruk", "minder dan twee partijen", "Is er na 6 uur")
	sum := sha256.Sum256([]byte("a value that nobody knows"))
	hash, err := draw.Commit(hex.EncodeToString(sum[:]))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Planner.Commit(t.Context(), staff.Member{ID: "stf_lead"}, 2, "city", hash); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"nl", "en", "uk", "ar"} {
		visit(t, base, tag).get("/place/draws/2").sees(hash, "counters")
	}
	if strings.Contains(v.page, "Ronde van de bron") {
		t.Error("parties are shown with a round of a beacon")
	}
	w.Planner.Source, w.Planner.Parties = draw.FromDice, nil
	w.Pass(t, 24*time.Hour)
	v.get("/place/draws/3").sees("Twee ambtenaren gooien dobbelstenen na het sluiten")
	v.get("/place/draws/2").sees("De lijst sloot op")
}
