package staff_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// masks are what differs from run to run, and a word for it.
var masks = []struct {
	pattern *regexp.Regexp
	word    string
}{
	// Entries of one second have no order.
	{regexp.MustCompile(`(?s)<tr class="govuk-table__row"><td class="govuk-table__cell" data-label="(Time|Tijd)"><bdi class="loket-code" dir="ltr" translate="no">\d\d:\d\d:\d\d.*</tbody>`), "ENTRIES</tbody>"},
	{regexp.MustCompile(`data-options="[^"]*"`), `data-options="OPTIONS"`},
	{regexp.MustCompile(`src="data:image/svg[^"]*"`), `src="PICTURE"`}, // a signature is another each time
	{regexp.MustCompile(`LOKETA1/[0-9A-Z ]+`), "RECEIPT"},              // and so is what it signs
	{regexp.MustCompile(`/enrol/[A-Za-z0-9_-]{43}`), "/enrol/TOKEN"},
	{regexp.MustCompile(`/keys/[A-Za-z0-9_-]+/remove`), "/keys/KEY/remove"},
	{regexp.MustCompile(`staff_[0-9a-z]{26}`), "staff_ID"},
	{regexp.MustCompile(`([a-z]+) …[a-z0-9]{6}`), "$1 …ID"},
	{regexp.MustCompile(`(list__value"><bdi class="loket-code" dir="ltr" translate="no">)[a-z0-9]{6}(</bdi>)`), "${1}SHORT$2"},
	{regexp.MustCompile(`((actor|object)=)[^"&]*`), "${1}ID"},
	{regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{3}`), "NUMBER"},
}

func masked(page string) string {
	for _, m := range masks {
		page = m.pattern.ReplaceAllString(page, m.word)
	}
	return page
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is another page now (-update writes it anew):\n%s", name, cmp.Diff(string(want), string(got)))
	}
}
