package lang_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"loket/internal/lang"

	"github.com/google/go-cmp/cmp"
)

func TestProblemsFindsWhatIsIncomplete(t *testing.T) {
	const meta = "meta = { autonym = \"x\", direction = \"ltr\", reviewed = true }\n"
	c, err := lang.Load(fstest.MapFS{
		"nl.toml": {Data: []byte(meta + `
a.b.only-nl = "x"
a.b.names = "{{.Name}} en {{.Day}}"
a.b.days = { one = "een dag voor {{.Name}}", other = "{{.Count}} dagen voor {{.Name}}" }
a.b.plain = "x"`)},
		"en.toml": {Data: []byte(meta + `
a.b.only-en = "x"
a.b.names = "{{.Day}} and {{.Name}}"
a.b.days = { one = "a day for {{.Name}}", two = "two", other = "{{.Count}} days for {{.Name}}" }
a.b.plain = { one = "x", other = "y" }`)},
		"uk.toml": {Data: []byte(meta + `
a.b.only-uk = "x"
a.b.names = "{{.Nmae}}"
a.b.days = { one = "{{.Name}}", few = "{{.Name}}", other = "{{.Name}}" }`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `a.b.only-en: nl lacks it
a.b.only-nl: en lacks it
a.b.days: en: has placeholders [], the Dutch [Name]
a.b.days: en: plural form "two" is missing or never used
a.b.plain: en: has plural forms where the Dutch has none, or none where it has
a.b.days: uk: plural form "many" is missing or never used
a.b.names: uk: has placeholders [Nmae], the Dutch [Day Name]
a.b.only-uk: only uk has it`
	if d := cmp.Diff(strings.Split(want, "\n"), c.Problems()); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
}

func TestReadDutch(t *testing.T) {
	plain := lang.ReadDutch("Wij sturen u een mail. In de mail staat een link. U opent de link met een code.")
	if plain.Hard() || plain.Words != 18 || plain.Longest != 7 {
		t.Errorf("plain text: %+v", plain)
	}
	stiff := lang.ReadDutch("Teneinde uw registratieformulier geautomatiseerd te kunnen verifiëren dient u, voor zover beschikbaar, uw identificatiegegevens volledig aan te leveren bij de dienstverleningslocatie.")
	if !stiff.Hard() || stiff.Score > 40 || stiff.Longest != 21 {
		t.Errorf("stiff text: %+v", stiff)
	}
	if lang.ReadDutch("Vaccinatieregistratiekaart").Hard() || lang.ReadDutch("").Hard() {
		t.Error("a button cannot be hard")
	}
}
