package house

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"loket/internal/db/schema"
)

// classes say of each class of columns what somebody sees who has a copy of the
// database, and what could be handed over when somebody demands it.
var classes = []struct {
	class           schema.Class
	sees, handsOver string
}{
	{schema.Open, "random ids, states, days and counts", "as they are; they lead to nobody by themselves"},
	{schema.Index, "a keyed hash; nothing without the index key, which lies outside the database", "the hash. Who has the index key too can try numbers until one fits. Who has not, but reads the database and sends a request of their own, sees whether its number stands there already"},
	{schema.Case, "bytes; the key of the case is wrapped by a weekly key outside the database", "what is sealed, while the case lives and its weekly key exists; nothing afterwards"},
	{schema.Queue, "bytes; the key of the mail worker lies outside the database", "what waits to be sent; gone when the line is done"},
	{schema.Link, "bytes; the secret is in a link, a browser or a draft code in somebody's hand, and never stored", "nothing: the operator has no key. A message that nobody has opened yet is also under the queue key together with the key of its case"},
	{schema.Registry, "bytes; the registry key lies outside the database", "the records; they are the register's owner's, who has them anyway"},
	{schema.Public, "what is meant to be published", "as it is"},
}

// TestPrivacyPage makes docs/privacy.md of the schema file and of the places
// where personal data leave their type.
func TestPrivacyPage(t *testing.T) {
	s, err := schema.Load()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(privacyHead)
	writeClasses(&b, s)
	writeLifetimes(&b, s)
	writeTables(&b, s)
	writeReveals(&b, allowedList(t))
	golden(t, "docs/privacy.md", "", b.String())
}

const privacyHead = `# What Loket keeps of people

This page is made of ` + "[schema.yaml](../internal/db/schema/schema.yaml)" + ` by a test. The same file rules the sweeper that ends what is due, and
a test (and ` + "`loket check`" + `) compares it with the live database: a table or a column that is not on this page does not exist.

Nowhere: a residence status, the nationality of an applicant, an IP address, a reason for having no papers. No log, metric, mail or
text message holds personal data. There is no function that searches people.

`

func writeClasses(b *strings.Builder, s *schema.Schema) {
	b.WriteString("## Under which key, and what could be handed over\n\n| class | in a copy of the database or a backup | on a demand |\n|---|---|---|\n")
	for _, c := range classes {
		fmt.Fprintf(b, "| %s | %s | %s |\n", c.class, c.sees, c.handsOver)
	}
	fmt.Fprintf(b, `
The keys that lie outside of the database are those of the key directory. Who has both, the database and the keys, can open the
cases that live on that day. That is why the two never lie on one disk or in one backup. A case that has ended cannot be
opened by anybody: its key was destroyed with it, and the weekly key that wrapped it goes within %d days, so that no backup
brings it back. What no key can open cannot be handed over either.

`, s.Lifetimes["epoch"].Days)
}

func writeLifetimes(b *strings.Builder, s *schema.Schema) {
	b.WriteString("## How long\n\n| what | at most | why it exists |\n|---|---|---|\n")
	names := slices.SortedFunc(maps.Keys(s.Lifetimes), func(x, y string) int {
		return cmp.Or(cmp.Compare(s.Lifetimes[x].Duration(), s.Lifetimes[y].Duration()), strings.Compare(x, y))
	})
	for _, name := range names {
		l := s.Lifetimes[name]
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, length(l), l.Why)
	}
	b.WriteByte('\n')
}

func length(l schema.Lifetime) string {
	var parts []string
	for _, p := range []struct {
		n    int
		unit string
	}{{l.Days, "day"}, {l.Hours, "hour"}, {l.Minutes, "minute"}} {
		if p.n == 1 {
			parts = append(parts, "1 "+p.unit)
		} else if p.n > 1 {
			parts = append(parts, fmt.Sprintf("%d %ss", p.n, p.unit))
		}
	}
	if l.IdleMinutes > 0 {
		parts = append(parts, fmt.Sprintf("or %d minutes unused", l.IdleMinutes))
	}
	return strings.Join(parts, " ")
}

func writeTables(b *strings.Builder, s *schema.Schema) {
	b.WriteString("## What\n")
	for _, t := range s.Tables {
		fmt.Fprintf(b, "\n### %s\n\n%s.\n\nGround: %s. Ends: %s.\n\n| column | what for | class |\n|---|---|---|\n", t.Name, upper(t.Purpose), t.Ground, ends(t))
		for _, c := range t.Columns {
			fmt.Fprintf(b, "| %s | %s | %s |\n", c.Name, c.Purpose, c.Class)
		}
	}
}

// ends says how the rows of a table end.
func ends(t schema.Table) string {
	var ways []string
	if t.Forever != "" {
		return "stays; " + t.Forever
	}
	if t.Lifetime != "" {
		ways = append(ways, "after the time of "+t.Lifetime)
	}
	if t.Case != "" {
		ways = append(ways, "with the case in "+t.Case)
	}
	if t.With != "" {
		ways = append(ways, "with its row of "+t.With)
	}
	return strings.Join(ways, ", or earlier ")
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func writeReveals(b *strings.Builder, list []allowed) {
	b.WriteString("\n## Where the program reads it\n\nA text of a person has a type that hides itself when it is printed, logged or encoded. These functions take the text out\n" +
		"(`Reveal`), and a test finds any other:\n\n| package | function | what for |\n|---|---|---|\n")
	for _, a := range list {
		if a.what == "Reveal" {
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", a.dir, strings.ReplaceAll(a.where, "*", "all"), a.reason)
		}
	}
}
