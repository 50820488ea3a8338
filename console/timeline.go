package console

import (
	"cmp"
	"html/template"
	"slices"
	"time"

	"parley/area"
	"parley/desk"
	"parley/format"
	"parley/words"
)

// A timelinePage is what the timeline's template shows.
type timelinePage struct {
	*look
	SVG  template.HTML
	Rows []timeRow // the same, by time
	More bool      // there are more than a page takes
}

// A timeRow is one bar or mark, and one line of the table.
type timeRow struct {
	Kind   string // see marks of the timeline's legend
	Party  string
	Begins time.Time
	Ends   time.Time // zero: nobody knows; equal to Begins: a moment
	Item   desk.ListItem
	What   string // title and subject, text from outside isolated
}

// Kinds of rows, in the order of the legend.
const (
	rowNotice   = "notice"
	rowIncident = "incident"
	rowFlash    = "flash"
	rowAct      = "act"
	rowMissed   = "missed"
	rowPause    = "pause"
	rowRestrict = "restrict"

	kindWords = "console.timeline." // and a kind: how it is called
)

func (k *Console) timelinePage(v *visit) error {
	l, err := v.look(true)
	if err != nil {
		return err
	}
	p := timelinePage{look: l, Rows: v.timeRows(l), More: l.More}
	if err := v.wholePicture(l); err != nil {
		return err
	}
	if more := len(p.Rows) - v.most(desk.MaxPicture); more > 0 { // the newest
		p.Rows, p.More = p.Rows[more:], true
	}
	p.SVG = v.drawn(l, p.Rows)
	return v.show("timeline", p)
}

// timeRows are all that a timeline shows, by time.
func (v *visit) timeRows(l *look) []timeRow {
	var rows []timeRow
	what := func(i desk.ListItem) string {
		if i.Subject == "" {
			return words.Isolate(v.lang, i.Title)
		}
		return words.Isolate(v.lang, i.Title) + " · " + i.Subject
	}
	for _, s := range l.Sights {
		kind := rowIncident
		switch {
		case s.Precedence == v.console.firstPrecedence():
			kind = rowFlash
		case s.Notice:
			kind = rowNotice
		}
		for _, span := range s.Times {
			rows = append(rows, timeRow{Kind: kind, Party: s.Party, Begins: span.Begins.UTC(), Ends: span.Ends.UTC(), Item: s.ListItem, What: what(s.ListItem)})
		}
	}
	for _, e := range l.Events {
		kind := rowAct
		switch {
		case e.Missed:
			kind = rowMissed
		case e.Kind == string(format.Message):
			kind = rowFlash
		}
		rows = append(rows, timeRow{Kind: kind, Party: e.Party, Begins: e.Logged.UTC(), Ends: e.Logged.UTC(), Item: e.ListItem, What: what(e.ListItem)})
	}
	for _, sw := range l.Switches {
		kind := rowRestrict
		if sw.Kind == area.Pause {
			kind = rowPause
		}
		index := sw.Index
		rows = append(rows, timeRow{Kind: kind, Party: sw.Party, Begins: sw.From.UTC(), Ends: sw.Until.UTC(),
			Item: desk.ListItem{Item: desk.Item{ID: sw.Statement, Index: &index, Format: "J05/1", Area: sw.Area}},
			What: words.Isolate(v.lang, v.areaName(sw.Area)) + " · " + words.Isolate(v.lang, v.say(kindWords+kind))})
	}
	slices.SortStableFunc(rows, func(a, b timeRow) int { return cmp.Or(a.Begins.Compare(b.Begins), a.Ends.Compare(b.Ends)) })
	return rows
}

func (v *visit) areaName(id string) string {
	for _, a := range v.console.desk.Charter().Areas {
		if a.ID == id {
			return cmp.Or(a.Names[v.lang], a.Names["en"], id)
		}
	}
	return id
}

func (v *visit) partyName(id string) string {
	p, _ := v.console.desk.Charter().Party(id)
	return cmp.Or(p.Names[v.lang], p.Names["en"], id)
}

// Kinds are the legend's.
func (timelinePage) Kinds() (kinds []struct{ Kind, Path string }) {
	for _, kind := range []string{rowNotice, rowIncident, rowFlash, rowAct, rowMissed, rowPause, rowRestrict} {
		kinds = append(kinds, struct{ Kind, Path string }{kind, marksOf[kind]})
	}
	return kinds
}

// Moment reports whether a row is of one moment.
func (r timeRow) Moment() bool { return r.Ends.Equal(r.Begins) }
