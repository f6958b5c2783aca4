package public

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"loket/internal/fault"
	"loket/internal/lang"
	"loket/internal/planner"
	"loket/internal/web"
)

// registerNews adds the news of places for programs, in each language: a calendar and a
// feed. They hold what the page /place/when holds.
func (p *Pages) registerNews(site *web.Site) {
	for _, file := range []struct {
		pattern, kind string
		write         func(lang.Tag, []planner.News) ([]byte, error)
	}{
		{"GET /place/news.ics", "text/calendar; charset=utf-8", p.calendar},
		{"GET /place/news.atom", "application/atom+xml; charset=utf-8", p.feed},
	} {
		files := map[lang.Tag]*placeFile{}
		for _, l := range p.Catalogue.Languages() {
			files[l.Tag] = &placeFile{kind: file.kind, now: p.Planner.Now, make: func(ctx context.Context) ([]byte, error) {
				news, err := p.Planner.News(ctx)
				if err != nil {
					return nil, err
				}
				return file.write(l.Tag, news)
			}}
		}
		site.UncountedPage(file.pattern, func(w http.ResponseWriter, r *http.Request) error {
			files[site.Language(r)].ServeHTTP(w, r)
			return nil
		})
	}
}

// newsText says more: where, and which days.
func (p *Pages) newsText(tag lang.Tag, n planner.News) string {
	texts := p.Catalogue.In(tag)
	switch {
	case n.Address != "":
		return n.Address
	case n.FirstDay != "" && n.FirstDay != n.LastDay:
		return texts.Date(n.FirstDay).Text + " – " + texts.Date(n.LastDay).Text
	case n.FirstDay != "":
		return texts.Date(n.FirstDay).Text
	}
	return ""
}

// newsURN names a thing for programs, the same in every language and at every address.
func (p *Pages) newsURN(n planner.News) string { return "urn:loket:" + p.Planner.Pack.ID + ":" + n.ID }

// calendar writes news as RFC 5545 has it.
func (p *Pages) calendar(tag lang.Tag, news []planner.News) ([]byte, error) {
	var c calendarText
	title := p.Catalogue.In(tag).Get("public.place.when.title", nil).Text
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Loket//"+p.Planner.Pack.ID+"//EN")
	c.line("METHOD", "PUBLISH")
	c.text("X-WR-CALNAME", title)
	for _, n := range news {
		c.line("BEGIN", "VEVENT")
		c.text("UID", p.newsURN(n))
		c.line("DTSTAMP", n.At.UTC().Format(calendarTime)) // the same each time, so that nothing changes while nothing happens
		if n.WholeDay {
			c.line("DTSTART;VALUE=DATE", n.At.Format("20060102"))
			c.line("DTEND;VALUE=DATE", n.At.AddDate(0, 0, 1).Format("20060102"))
		} else {
			c.line("DTSTART", n.At.UTC().Format(calendarTime))
		}
		c.text("SUMMARY", p.newsTitle(tag, n).Text)
		if text := p.newsText(tag, n); text != "" && n.Address == "" {
			c.text("DESCRIPTION", text)
		} else if text != "" {
			c.text("LOCATION", text)
		}
		c.line("TRANSP", "TRANSPARENT") // it takes nobody's time
		c.line("END", "VEVENT")
	}
	c.line("END", "VCALENDAR")
	return []byte(c.String()), nil
}

const calendarTime = "20060102T150405Z"

// calendarText writes the lines of a calendar.
type calendarText struct{ strings.Builder }

// text writes a property whose value is text: what means something in it is escaped
// (RFC 5545, 3.3.11).
func (c *calendarText) text(name, value string) {
	value = strings.Map(func(r rune) rune {
		if '\u2066' <= r && r <= '\u2069' { // marks of direction, which calendars show as boxes
			return -1
		}
		return r
	}, value)
	c.line(name, strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(value))
}

// line writes a property, folded so that no line has more than 75 octets (RFC 5545, 3.1).
func (c *calendarText) line(name, value string) {
	const most = 75
	width := 0
	for _, r := range name + ":" + value {
		if size := utf8.RuneLen(r); width+size > most {
			c.WriteString("\r\n ")
			width = 1 + size
		} else {
			width += size
		}
		c.WriteRune(r)
	}
	c.WriteString("\r\n")
}

// atomFeed and atomEntry are a feed as RFC 4287 has it.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Entries []atomEntry `xml:"entry"`
}

type atomEntry struct {
	ID      string `xml:"id"`
	Title   string `xml:"title"`
	Updated string `xml:"updated"`
	Summary string `xml:"summary"`
}

// feed writes news as an Atom feed. An entry is updated when it happens; the feed when the
// latest of it does.
func (p *Pages) feed(tag lang.Tag, news []planner.News) ([]byte, error) {
	texts := p.Catalogue.In(tag)
	feed := atomFeed{Lang: string(tag), ID: "urn:loket:" + p.Planner.Pack.ID + ":news", Title: texts.Get("public.place.when.title", nil).Text,
		Updated: p.Planner.Now().UTC().Truncate(placesAge).Format(time.RFC3339), Author: p.Planner.Pack.Owner}
	if len(news) > 0 {
		feed.Updated = news[0].At.UTC().Format(time.RFC3339)
	}
	for _, n := range news {
		when := texts.Date(n.At.Format(time.DateOnly)).Text
		if !n.WholeDay {
			when += ", " + n.At.Format("15:04")
		}
		if more := p.newsText(tag, n); more != "" {
			when += ". " + more
		}
		feed.Entries = append(feed.Entries, atomEntry{p.newsURN(n), p.newsTitle(tag, n).Text, n.At.UTC().Format(time.RFC3339), when})
	}
	body, err := xml.Marshal(feed)
	if err != nil {
		return nil, fault.New(fault.Internal, "", "write the feed of places: %w", err)
	}
	return fmt.Appendf(nil, "%s%s\n", xml.Header, body), nil
}
