package console

import (
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"parley/delivery"
	"parley/desk"
	"parley/format"
	"parley/words"
)

// A statementList is one page of statements, and how it was asked for.
type statementList struct {
	*desk.ListPage
	Asked                                url.Values
	Areas, Parties, Formats, Precedences []string
	Older                                string // address of the next page; empty: there is none
}

// statementLines is how many lines stand on one page.
const statementLines = 40

// statements lists what the officer may read, by what the address asks for.
func (k *Console) statements(v *visit) error {
	asked := v.r.URL.Query()
	asked.Del("note")
	q := desk.ListQuery{Limit: statementLines, Lang: v.lang, Area: asked.Get("area"), Party: asked.Get("party"), Format: asked.Get("format"), Precedence: asked.Get("precedence"), Acts: asked.Get("acts") != ""}
	direction := asked.Get("direction")
	if direction == "out" && q.Party == "" {
		q.Party = k.desk.Party()
	}
	if before, err := strconv.ParseUint(asked.Get("before"), 10, 63); err == nil {
		q.Before = &before
	}
	page, err := k.desk.Page(v.ctx, q, v.officer)
	if err != nil {
		return err
	}
	if direction != "" {
		other := func(i desk.ListItem) bool {
			return strings.HasPrefix(i.Author, k.desk.Party()+"/") != (direction == "out")
		}
		page.Items, page.Unsent = slices.DeleteFunc(page.Items, other), slices.DeleteFunc(page.Unsent, other)
	}
	l := statementList{ListPage: page, Asked: asked, Precedences: []string{"FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"}}
	c := k.desk.Charter()
	for _, a := range c.Areas {
		l.Areas = append(l.Areas, a.ID)
	}
	for _, p := range c.Parties {
		l.Parties = append(l.Parties, p.ID)
	}
	for _, f := range format.Catalogue().All() {
		if (f.Kind == format.Message || q.Acts) && !slices.Contains(l.Formats, f.ID) {
			l.Formats = append(l.Formats, f.ID)
		}
	}
	if page.Next != nil {
		next := url.Values{}
		for name, values := range asked {
			next[name] = values
		}
		next.Set("before", strconv.FormatUint(*page.Next, 10))
		l.Older = "/statements?" + next.Encode()
	}
	return v.show("statements", l)
}

// A marked is one mark as a sentence says it: its code, and whom or what it concerns.
type marked struct {
	Code, Of string
	Entry    uint64 // of the statement that it names; 0: none, or not in the ledger
}

func (v *visit) mark(text string) marked {
	code, of, _ := strings.Cut(text, " ")
	m := marked{Code: code, Of: strings.TrimPrefix(of, "to ")}
	if code == desk.MarkSuperseded {
		if r, ok := v.console.desk.Work().Record(of); ok {
			m.Entry = r.Index
		}
	}
	return m
}

// status says in words how a statement stands.
func (v *visit) status(s string) string {
	if key := "console.status." + strings.ReplaceAll(s, " ", "-"); words.Has(key) {
		return v.say(key)
	}
	return s
}

// latin is what in a sentence from right to left is read from left to right.
var latin = regexp.MustCompile(`[A-Za-z0-9](?:[ -~±°]*[A-Za-z0-9])?`)

// guide shows a field's help, in which no example of a time or a grid is reordered.
func (v *visit) guide(help format.Words) template.HTML {
	text := words.Visible(help.In(v.lang))
	if !words.RightToLeft(v.lang) {
		return template.HTML(template.HTMLEscapeString(text))
	}
	var shown strings.Builder
	at := 0
	for _, run := range latin.FindAllStringIndex(text, -1) {
		shown.WriteString(template.HTMLEscapeString(text[at:run[0]]) + `<bdi dir="ltr">` + template.HTMLEscapeString(text[run[0]:run[1]]) + `</bdi>`)
		at = run[1]
	}
	return template.HTML(shown.String() + template.HTMLEscapeString(text[at:]))
}

// past reports whether what has this status must not be taken for what holds now.
func past(s string) bool {
	return slices.Contains([]string{"replaced", "cancelled", "expired", string(delivery.Lapsed), string(delivery.Returned), string(delivery.Withdrawn), desk.Purged, "refused"}, s)
}
