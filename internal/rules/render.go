package rules

import (
	"html"
	"strconv"
	"strings"
)

var spanTags = map[spanKind]string{emphasisSpan: "em", strongSpan: "strong"}

func renderHTML(blocks []block, values map[string]string) string {
	var b strings.Builder
	for _, block := range blocks {
		b.WriteString("<" + block.tag + ">")
		for _, item := range block.items {
			if list := block.tag == "ul" || block.tag == "ol"; list {
				b.WriteString("<li>")
				spansHTML(&b, item, values)
				b.WriteString("</li>")
			} else {
				spansHTML(&b, item, values)
			}
		}
		b.WriteString("</" + block.tag + ">\n")
	}
	return b.String()
}

func spansHTML(b *strings.Builder, spans []span, values map[string]string) {
	for _, s := range spans {
		switch s.kind {
		case plainSpan:
			b.WriteString(html.EscapeString(s.text))
		case valueSpan:
			b.WriteString(html.EscapeString(values[s.text]))
		case linkSpan:
			// Where a person came from is nobody else's business.
			b.WriteString(`<a href="` + html.EscapeString(s.href) + `" rel="noreferrer">`)
			spansHTML(b, s.inner, values)
			b.WriteString("</a>")
		default:
			b.WriteString("<" + spanTags[s.kind] + ">")
			spansHTML(b, s.inner, values)
			b.WriteString("</" + spanTags[s.kind] + ">")
		}
	}
}

func renderPlain(blocks []block, values map[string]string) string {
	var paragraphs []string
	for _, block := range blocks {
		var lines []string
		for i, item := range block.items {
			var b strings.Builder
			switch block.tag {
			case "ul":
				b.WriteString("- ")
			case "ol":
				b.WriteString(strconv.Itoa(i+1) + ". ")
			}
			spansPlain(&b, item, values)
			lines = append(lines, b.String())
		}
		paragraphs = append(paragraphs, strings.Join(lines, "\n"))
	}
	return strings.Join(paragraphs, "\n\n")
}

func spansPlain(b *strings.Builder, spans []span, values map[string]string) {
	for _, s := range spans {
		switch s.kind {
		case plainSpan:
			b.WriteString(s.text)
		case valueSpan:
			b.WriteString(values[s.text])
		default:
			spansPlain(b, s.inner, values)
			if s.kind == linkSpan {
				b.WriteString(" (" + s.href + ")")
			}
		}
	}
}
