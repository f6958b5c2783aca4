package hcert

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestUVCICheckCharacter(t *testing.T) {
	// Identifiers of the eHealth Network's published Austrian test certificate.
	const published = "URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#B"
	if err := CheckUVCI(published); err != nil {
		t.Errorf("published identifier: %v", err)
	}
	if err := CheckUVCI(strings.TrimSuffix(published, "#B")); err != nil {
		t.Errorf("without check character, which is allowed: %v", err)
	}
	for _, id := range []string{
		"URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#C", "URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD831#B",
		"URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#BB", "URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#",
		"01:AT:10807843F94AEE0EE5093FBC254BD813", "URN:UVCI:01:AT:", "URN:UVCI:02:AT:1", "URN:UVCI:01:AT:1é", "urn:uvci:01:at:1", "",
	} {
		if CheckUVCI(id) == nil {
			t.Errorf("%q is accepted", id)
		}
	}
}

// TestUVCIFindsTypingErrors holds what a check character is for: every single
// wrong character and every swap of neighbours is seen, but for the swap of the
// first and the last of the alphabet, to which Luhn is blind.
func TestUVCIFindsTypingErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := NewUVCI("NL", [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random")))
		if err := CheckUVCI(id); err != nil {
			t.Fatalf("%q: %v", id, err)
		}
		if len(id) > 80 {
			t.Fatalf("%q is longer than the schema allows", id)
		}
		first := len("URN:UVCI:01:NL:")
		at := rapid.IntRange(first, len(id)-4).Draw(t, "at")
		wrong := uvciAlphabet[rapid.IntRange(0, 35).Draw(t, "wrong")]
		if typo := id[:at] + string(wrong) + id[at+1:]; typo != id && CheckUVCI(typo) == nil {
			t.Errorf("%q for %q is not seen", typo, id)
		}
		swap := id[:at] + string(id[at+1]) + string(id[at]) + id[at+2:]
		if swap != id && CheckUVCI(swap) == nil {
			t.Errorf("%q for %q is not seen", swap, id)
		}
	})
}
