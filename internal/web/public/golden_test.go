package public_test

import (
	"regexp"
)

// masks are what differs from run to run, and a word for it.
var masks = []struct {
	pattern *regexp.Regexp
	word    string
}{
	{regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{3}(-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{3})?`), "NUMBER"},
	{regexp.MustCompile(`\b\d{4} \d{4}\b`), "CODE"},
	{regexp.MustCompile(`name="key" value="[^"]*"`), `name="key" value="KEY"`},
	{regexp.MustCompile(`name="number" value="[^"]*"`), `name="number" value="NUMBER"`},
	{regexp.MustCompile(`name="code" value="[^"]*"`), `name="code" value="CODE"`},
	{regexp.MustCompile(`/m/[A-Za-z0-9_-]{64}`), "/m/TOKEN"},
	{regexp.MustCompile(`URN:UVCI:[^<]*`), "UVCI"},
	{regexp.MustCompile(`pht_[0-9a-z]+`), "PHOTO"},
	{regexp.MustCompile(`src="/assets/upload-[^"]*"`), `src="/assets/upload.js"`},
	{regexp.MustCompile(`(?s)<pre [^>]*>.*?</pre>`), "<pre>CHECKPOINT</pre>"},
}

func masked(page string) string {
	for _, m := range masks {
		page = m.pattern.ReplaceAllString(page, m.word)
	}
	return page
}
