package rules

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"loket/internal/fault"
)

// SplitText returns the head and the Markdown of the file of a text, for an editor. It
// is a fault of kind Invalid when data is no such file; whether its body is right,
// loading the pack tells.
func SplitText(data []byte) (head Text, body string, err error) {
	rest, ok := strings.CutPrefix(strings.ReplaceAll(string(data), "\r\n", "\n"), fence)
	top, body, found := strings.Cut(rest, "\n"+fence)
	if !ok || !found {
		return Text{}, "", fault.New(fault.Invalid, "rules.text", "a text has a head between two lines of dashes")
	}
	if err := decodeYAML([]byte(top+"\n"), &head); err != nil {
		return Text{}, "", fault.New(fault.Invalid, "rules.text", "head of a text: %s", messageOf(err))
	}
	return head, strings.Trim(body, "\n"), nil
}

// JoinText returns the file of a text with that head and Markdown.
func JoinText(head Text, body string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%stitle: %s\nowner: %s\nsource: %s\n", fence, strconv.Quote(head.Title), strconv.Quote(head.Owner), strconv.Quote(head.Source))
	if !head.Checked.IsZero() {
		fmt.Fprintf(&b, "checked: %s\n", head.Checked)
	}
	fmt.Fprintf(&b, "reviewed: %t\n", head.Reviewed)
	if len(head.Needs) > 0 {
		fmt.Fprintf(&b, "needs: [%s]\n", strings.Join(head.Needs, ", "))
	}
	fmt.Fprintf(&b, "%s\n%s\n", fence, strings.Trim(strings.ReplaceAll(body, "\r\n", "\n"), "\n"))
	return b.Bytes()
}
