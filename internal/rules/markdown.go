package rules

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// The Markdown of texts is a small part of CommonMark: # headings, paragraphs,
// lists of - or 1., *emphasis*, **strong**, [links](https://example.org), and
// {name} for a value to be filled in. Everything else, HTML above all, is text.

// block is a heading, a paragraph or a list. Only a list has several items.
type block struct {
	tag   string // h2, h3, h4, p, ul or ol
	items [][]span
}

type spanKind int

const (
	plainSpan spanKind = iota
	emphasisSpan
	strongSpan
	linkSpan
	valueSpan
)

// span is a run of text within a block.
type span struct {
	kind  spanKind
	text  string // of a plain span; the name of a value
	href  string // of a link
	inner []span // of emphasis, strong and links: plain spans and values
}

var (
	headingLine = regexp.MustCompile(`^(#{1,3}) +(.+)$`)
	bulletLine  = regexp.MustCompile(`^- +(.+)$`)
	numberLine  = regexp.MustCompile(`^[0-9]{1,3}\. +(.+)$`)
)

// parseMarkdown splits text into blocks. It cannot fail.
func parseMarkdown(text string) []block {
	var blocks []block
	open := "" // tag of the block that the next line may continue
	add := func(tag, line string) {
		if open == tag && tag != "p" {
			last := &blocks[len(blocks)-1]
			last.items = append(last.items, parseSpans(line))
		} else {
			blocks = append(blocks, block{tag, [][]span{parseSpans(line)}})
		}
		open = tag
	}
	var paragraph []string
	flush := func() {
		if len(paragraph) > 0 {
			add("p", strings.Join(paragraph, " "))
			open, paragraph = "", nil
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if m := headingLine.FindStringSubmatch(line); m != nil {
			flush()
			add("h"+strconv.Itoa(1+len(m[1])), m[2]) // the title is the page's h1
			open = ""
		} else if m := bulletLine.FindStringSubmatch(line); m != nil {
			flush()
			add("ul", m[1])
		} else if m := numberLine.FindStringSubmatch(line); m != nil {
			flush()
			add("ol", m[1])
		} else if line == "" {
			flush()
			open = ""
		} else {
			paragraph = append(paragraph, line)
		}
	}
	flush()
	return blocks
}

var (
	linkForm     = regexp.MustCompile(`^\[([^\[\]]+)\]\(([^()\s]+)\)`)
	strongForm   = regexp.MustCompile(`^\*\*([^*]+)\*\*`)
	emphasisForm = regexp.MustCompile(`^\*([^*\s](?:[^*]*[^*\s])?)\*`)
)

// parseSpans reads the text of one block. What is not a well-formed span is
// plain text, as is what stands after a backslash.
func parseSpans(s string) []span {
	var spans []span
	var text strings.Builder
	add := func(next span, length int) {
		if text.Len() > 0 {
			spans = append(spans, span{text: text.String()})
			text.Reset()
		}
		spans = append(spans, next)
		s = s[length:]
	}
	for s != "" {
		if end := strings.IndexAny(s, `[*{\`); end != 0 {
			if end < 0 {
				end = len(s)
			}
			text.WriteString(s[:end])
			s = s[end:]
		} else if m := linkForm.FindStringSubmatch(s); m != nil && safeLink(m[2]) {
			add(span{kind: linkSpan, href: m[2], inner: []span{{text: m[1]}}}, len(m[0]))
		} else if m := strongForm.FindStringSubmatch(s); m != nil {
			add(span{kind: strongSpan, inner: parseValues(m[1])}, len(m[0]))
		} else if m := emphasisForm.FindStringSubmatch(s); m != nil {
			add(span{kind: emphasisSpan, inner: parseValues(m[1])}, len(m[0]))
		} else if m := placeholder.FindStringSubmatch(s); m != nil {
			add(span{kind: valueSpan, text: m[1]}, len(m[0]))
		} else {
			if len(s) > 1 && s[0] == '\\' && strings.ContainsRune(`\*[]{}#-`, rune(s[1])) {
				s = s[1:]
			}
			text.WriteByte(s[0])
			s = s[1:]
		}
	}
	if text.Len() > 0 {
		spans = append(spans, span{text: text.String()})
	}
	return spans
}

// parseValues splits s into plain text and values.
func parseValues(s string) []span {
	var spans []span
	for s != "" {
		if m := placeholder.FindStringSubmatch(s); m != nil {
			spans = append(spans, span{kind: valueSpan, text: m[1]})
			s = s[len(m[0]):]
			continue
		}
		end := strings.IndexByte(s[1:], '{') + 1
		if end == 0 {
			end = len(s)
		}
		spans = append(spans, span{text: s[:end]})
		s = s[end:]
	}
	return spans
}

// safeLink reports whether a page may link to href: a place on this site, a
// secure page elsewhere, a telephone number or an address for mail.
func safeLink(href string) bool {
	u, err := url.Parse(href)
	if err != nil || strings.ContainsAny(href, "\\\"'<>`") {
		return false
	}
	switch u.Scheme {
	case "https":
		return u.Host != "" && u.User == nil
	case "mailto", "tel":
		return u.Opaque != ""
	case "":
		return u.Host == "" && strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//")
	}
	return false
}
