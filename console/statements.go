package console

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"parley/delivery"
	"parley/desk"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/words"
)

// A statementList is one page of statements, and how it was asked for.
type statementList struct {
	*desk.ListPage
	Asked                       url.Values
	Areas, Parties, Precedences []string
	Formats                     []formatChoice
	Older                       string // address of the next page; empty: there is none
}

func (l statementList) next() string { return l.Older }

// statementLines is how many lines stand on one page.
const statementLines = 40

// statements lists what the officer may read, by what the address asks for.
func (k *Console) statements(v *visit) error {
	asked := v.r.URL.Query()
	asked.Del("note")
	q := desk.ListQuery{Limit: min(v.most(statementLines), desk.MaxPage), Lang: v.lang, Area: asked.Get("area"), Party: asked.Get("party"), Format: asked.Get("format"), Precedence: asked.Get("precedence"), Acts: asked.Get("acts") != ""}
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
		known := slices.ContainsFunc(l.Formats, func(c formatChoice) bool { return c.ID == f.ID })
		if (f.Kind == format.Message || q.Acts) && !known {
			l.Formats = append(l.Formats, formatChoice{f.ID, f.Names.In(v.lang)})
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
	Code  string
	Of    []template.HTML
	Entry uint64 // of the statement that it names; 0: none, or not in the ledger
}

// mark reads one of the desk's marks, which is a code and what it is about.
func (v *visit) mark(text string) marked {
	code, of, _ := strings.Cut(text, " ")
	m := marked{Code: code}
	if code == desk.MarkSuperseded {
		if r, ok := v.console.desk.Work().Record(of); ok {
			m.Entry = r.Index
			return m
		}
	}
	for _, word := range strings.Fields(of) {
		if word == "to" { // of what is escalated to a role
			continue
		}
		m.Of = append(m.Of, v.named(word))
	}
	return m
}

// named names a party, a role, a step that is owed or how late it is; anything else
// stands as it is.
func (v *visit) named(code string) template.HTML {
	ch := v.console.desk.Charter()
	if p, ok := ch.Party(code); ok {
		return isolated(cmp.Or(p.Names[v.lang], p.Names["en"], code))
	}
	if key := "console.light." + code; words.Has(key) {
		return isolated(v.say(key))
	}
	if f, ok := format.Catalogue().Newest("clock.overdue"); ok {
		if field, ok := f.Field("stage"); ok && slices.Contains(field.Choices, code) {
			return isolated(field.ChoiceNames[code].In(v.lang))
		}
	}
	if _, ok := ch.Role(code); ok {
		return v.role(code)
	}
	return leftToRight(code)
}

func (v *visit) role(id string) template.HTML {
	r, ok := v.console.desk.Charter().Role(id)
	if !ok {
		return leftToRight(id)
	}
	return isolated(cmp.Or(r.Names[v.lang], r.Names["en"], id))
}

// author names who signed: his party and role in words, and himself.
func (v *visit) author(name any) template.HTML {
	a, err := identity.ParseAuthor(fmt.Sprint(name))
	if err != nil {
		return leftToRight(fmt.Sprint(name))
	}
	return v.named(a.Party) + " · " + v.role(a.Role) + " " + leftToRight(a.Officer)
}

// sender names him in a list, where the party counts.
func (v *visit) sender(name string) template.HTML {
	a, err := identity.ParseAuthor(name)
	if err != nil {
		return leftToRight(name)
	}
	return v.named(a.Party) + " " + leftToRight(a.Officer)
}

// entryOf is a link to another statement, which stands with its number where the
// statement shown is of the same area: who reads the one may know of the other.
func (v *visit) entryOf(id, area string) template.HTML {
	return template.HTML(`<a href="/s/`+template.HTMLEscapeString(url.PathEscape(id))+`">`) + v.entryName(id, area) + `</a>`
}

func (v *visit) entryName(id, area string) template.HTML {
	if r, ok := v.console.desk.Work().Record(id); ok && r.Claims.Area == area {
		return leftToRight(mechanism.EntryName(r.Index))
	}
	return leftToRight(id)
}

// reason names why the gate holds or has returned something.
func (v *visit) reason(code string) template.HTML {
	for _, id := range []string{"gate.hold", "gate.return"} {
		if f, ok := format.Catalogue().Newest(id); ok {
			if field, ok := f.Field("reason"); ok && len(field.ChoiceNames[code]) > 0 {
				return isolated(field.ChoiceNames[code].In(v.lang))
			}
		}
	}
	return leftToRight(code)
}

// A formatChoice is one that statements can be chosen by.
type formatChoice struct {
	ID, Name string
}

// Code is its identifier where officers know it by that.
func (c formatChoice) Code() string { return coded.FindString(c.ID) }

// status says in words how a statement stands.
func (v *visit) status(s string) string {
	if key := "console.status." + strings.ReplaceAll(s, " ", "-"); words.Has(key) {
		return v.say(key)
	}
	return s
}

// asOne is a time or a place as the desk writes it, which is read as one.
var asOne = regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z?` + // a time
	`|[0-9]{2}(?: [0-9]{2}(?:\.[0-9]+)?){1,2}[NS] [0-9]{3}(?: [0-9]{2}(?:\.[0-9]+)?){1,2}[EW]` + // degrees, minutes and perhaps seconds
	`|[0-9]{1,2}[A-Z](?:[A-Z]{2})? [0-9]{2,7} [0-9]{2,8}`) // MGRS, UTM

// whole shows what the desk wrote for people, where no time and no place is broken over two lines.
func whole(text string) template.HTML {
	return template.HTML(asOne.ReplaceAllString(template.HTMLEscapeString(text), `<span class="whole">$0</span>`)) //nolint:gosec // escaped first
}

// brief shows one line that the desk wrote, in the direction of the page: it may begin
// with a place or a name, and what is from outside stands isolated in it.
func (v *visit) brief(text string) template.HTML {
	dir := "ltr"
	if words.RightToLeft(v.lang) {
		dir = "rtl"
	}
	return template.HTML(`<bdi dir="`+dir+`">`) + whole(text) + `</bdi>`
}

// latin is what in a sentence from right to left is read from left to right.
var latin = regexp.MustCompile(`[A-Za-z0-9](?:[ -~±°]*[A-Za-z0-9])?`)

// guide shows a field's help, in which no example of a time or a grid is reordered.
func (v *visit) guide(help format.Words) template.HTML { return v.isolateLatin(help.In(v.lang)) }

func (v *visit) isolateLatin(text string) template.HTML {
	text = words.Visible(text)
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

// besides are the marks that say more than the status does.
func besides(status string, marks []string) []string {
	return slices.DeleteFunc(slices.Clone(marks), func(mark string) bool { return mark == status })
}

// signed shows the value of a field as it was signed.
func signed(value any) template.HTML {
	all, ok := value.([]any)
	if !ok {
		return isolated(fmt.Sprint(value))
	}
	var shown template.HTML
	for i, one := range all {
		if i > 0 {
			shown += " · "
		}
		shown += isolated(fmt.Sprint(one))
	}
	return shown
}
