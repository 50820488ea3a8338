package digest

import (
	"fmt"
	"strconv"
	"strings"

	"parley/area"
	"parley/charter"
	"parley/matter"
	"parley/paper"
	"parley/words"
)

// Report says the page in a language of the catalogue. ch, the charter of the page's
// edition, gives names alone.
func (p Page) Report(lang string, ch *charter.Charter) *paper.Report {
	w := newWriter(&p, lang, ch)
	r := &paper.Report{Language: lang, Exercise: p.Exercise, Title: w.word("title-"+p.Span, "name", w.name(ch.Names, p.Mechanism))}
	r.Head = []string{
		w.word("for", "audience", w.audience()),
		w.word("period", "from", w.date(p.From), "to", w.date(p.To), "zone", w.code(p.Zone)),
		w.word("as-of", "at", w.date(p.At), "size", int64(p.Size)), //nolint:gosec // entries
		w.word("areas", "areas", w.areas(p.Areas)),
	}
	r.Parts = append(r.Parts, w.summary(), w.paths(), w.standing())
	for _, part := range []paper.Part{w.declared(), w.missed(), w.sent(), w.flash(), w.open(), w.overdue()} {
		if len(part.Rows) > 0 {
			r.Parts = append(r.Parts, part)
		}
	}
	for _, kind := range kinds {
		if part := w.matters(kind); len(part.Rows) > 0 {
			r.Parts = append(r.Parts, part)
		}
	}
	columns, rows := p.Figures.Table(lang, ch)
	for i, party := range p.Figures.Parties {
		columns[len(columns)-len(p.Figures.Parties)+i] = string(w.party(party.ID))
	}
	if len(rows) > 0 {
		r.Parts = append(r.Parts, paper.Part{Heading: w.word("figures"), Columns: columns, Rows: rows})
		r.Foot = append(r.Foot, words.M("stats.legend").In(lang), words.M("stats.gate-legend").In(lang))
	}
	hash := p.Hash()
	r.Foot = append(r.Foot, w.word("rule"), w.word("root", "size", int64(p.Size), "root", w.code(p.Root)), w.word("hash", "hash", w.code(hash))) //nolint:gosec // entries
	r.Code = fmt.Sprintf("%s %d %s", words.Visible(p.Mechanism), p.Size, hash[:8])
	return r
}

// table makes a part with a heading, whose columns are named by keys; beyond says how many rows are
// left out.
func (w *writer) table(heading string, beyond int, rows [][]string, columns ...string) paper.Part {
	part := paper.Part{Heading: heading, Columns: w.all(columns...), Rows: rows}
	if beyond > 0 {
		part.Lines = append(part.Lines, w.word("more", "n", beyond))
	}
	return part
}

// summary says in one look what the rest says in full.
func (w *writer) summary() paper.Part {
	p := w.page
	part := paper.Part{Heading: w.word("summary")}
	say := func(key string, pairs ...any) { part.Lines = append(part.Lines, w.word(key, pairs...)) }
	var closed []string
	for _, s := range p.Standing {
		if s.Status != area.Open {
			closed = append(closed, s.Area)
		}
	}
	if len(closed) > 0 {
		say("sum-closed", "areas", w.areas(closed))
	}
	late := 0
	for _, o := range p.Open {
		if o.Steps[0].Due > 0 && o.Steps[0].Due <= p.At {
			late++
		}
	}
	say("sum-open", "n", len(p.Open)+p.Beyond.Open, "late", late)
	var going []string
	for _, kind := range kinds {
		open, late := 0, 0
		for _, m := range p.Matters {
			if m.Kind != kind || len(m.Next) == 0 {
				continue
			}
			open++
			for _, n := range m.Next {
				if n.By > 0 && n.By <= p.At {
					late++
					break
				}
			}
		}
		if open > 0 {
			going = append(going, w.word("sum-kind", "kind", words.Raw(w.word("kind."+string(kind))), "open", open, "late", late))
		}
	}
	if len(going) == 0 {
		say("sum-no-matters")
	} else {
		say("sum-matters", "list", words.Raw(strings.Join(going, w.semicolon())))
	}
	say("sum-sent", "n", p.Figures.Messages)
	say("sum-called", "n", len(p.Overdue)+p.Beyond.Overdue)
	say("sum-missed", "n", len(p.Missed)+p.Beyond.Missed)
	return part
}

func (w *writer) paths() paper.Part {
	var rows [][]string
	for _, path := range w.page.Paths {
		cause := "—"
		if path.Cause != "" {
			cause = w.choice("line.missed", "cause", string(path.Cause))
		}
		rows = append(rows, []string{string(w.party(path.Party)), w.colour(path.Colour), string(w.at(path.Since)), cause})
	}
	return w.table(w.word("paths"), 0, rows, "col.party", "col.colour", "col.since", "col.cause")
}

func (w *writer) standing() paper.Part {
	var rows [][]string
	for _, s := range w.page.Standing {
		if s.Status == area.Open {
			rows = append(rows, []string{string(w.area(s.Area)), w.word("open"), "—", "—", "—", "—", "—"})
		}
		for _, sw := range s.Switches {
			until := w.word("until-resumed")
			if sw.Until > 0 {
				until = string(w.at(sw.Until))
			}
			rows = append(rows, []string{string(w.area(s.Area)), w.choice("J05", "switch", sw.Kind), string(w.party(sw.Party)), w.choice("J05", "reason", sw.Reason), string(w.at(sw.From)), until, w.by(sw.Review)})
		}
	}
	return w.table(w.word("standing"), 0, rows, "col.area", "col.stands", "col.by", "col.reason", "col.since", "col.until", "col.review")
}

func (w *writer) declared() paper.Part {
	var rows [][]string
	for _, d := range w.page.Declared {
		reason := "—"
		if d.Reason != "" {
			reason = w.choice("J05", "reason", d.Reason)
		}
		rows = append(rows, []string{w.entry(d.Entry), string(w.at(d.At)), string(w.party(d.Party)), w.choice("J05", "switch", d.Kind), string(w.areas(d.Areas)), reason, string(w.at(d.From))})
	}
	return w.table(w.word("declared"), w.page.Beyond.Declared, rows, "col.entry", "col.at", "col.party", "col.declared", "col.area", "col.reason", "col.from")
}

func (w *writer) missed() paper.Part {
	var rows [][]string
	for _, m := range w.page.Missed {
		rows = append(rows, []string{w.entry(m.Entry), string(w.party(m.Party)), w.choice("line.missed", "part", m.Part), w.choice("line.missed", "cause", string(m.Cause)), string(w.at(m.Due)), strconv.FormatInt(m.Tests, 10)})
	}
	return w.table(w.word("missed"), w.page.Beyond.Missed, rows, "col.entry", "col.party", "col.part", "col.cause", "col.due", "col.tests")
}

func (w *writer) sent() paper.Part {
	part := paper.Part{Heading: w.word("sent"), Columns: w.all("col.area", "col.format")}
	for _, party := range w.charter.Parties {
		part.Columns = append(part.Columns, string(w.party(party.ID)))
	}
	for _, s := range w.page.Sent {
		row := []string{string(w.area(s.Area)), w.format(s.Format)}
		for i := range w.charter.Parties {
			n := 0
			if i < len(s.By) {
				n = s.By[i]
			}
			row = append(row, strconv.Itoa(n))
		}
		part.Rows = append(part.Rows, row)
	}
	return part
}

func (w *writer) flash() paper.Part {
	var rows [][]string
	for _, f := range w.page.Flash {
		var reached []string
		for _, r := range f.Reached {
			said := string(w.party(r.Party)) + ": " + w.step("acknowledged", r.Acknowledged, r.AckDue)
			if r.Understood > 0 || r.ReadbackDue > 0 {
				said += w.comma() + w.step("understood", r.Understood, r.ReadbackDue)
			}
			reached = append(reached, said)
		}
		rows = append(rows, []string{w.entry(f.Entry), w.format(f.Format), string(w.party(f.Author)), string(w.at(f.Logged)), string(w.at(f.Released)), strings.Join(reached, w.semicolon())})
	}
	return w.table(w.word("flash", "precedence", w.code(w.charter.Precedences[0].ID)), w.page.Beyond.Flash, rows, "col.entry", "col.format", "col.sender", "col.sent", "col.released", "col.reached")
}

// step says when something was done, or that it was not.
func (w *writer) step(key string, at, due int64) string {
	switch {
	case at > 0:
		return w.word(key, "at", w.at(at))
	case due > 0 && due <= w.page.At:
		return w.word("not-"+key, "at", w.at(due))
	}
	return w.word("not-yet-" + key)
}

func (w *writer) open() paper.Part {
	var rows [][]string
	for _, o := range w.page.Open {
		var steps []string
		for _, s := range o.Steps {
			steps = append(steps, w.choice("clock.overdue", "stage", s.Stage))
		}
		rows = append(rows, []string{w.entry(o.Entry), w.format(o.Format), string(w.code(o.Precedence)), string(w.party(o.Author)), string(w.party(o.Party)), strings.Join(steps, w.comma()), w.by(o.Steps[0].Due), string(w.at(o.Since))})
	}
	return w.table(w.word("steps"), w.page.Beyond.Open, rows, "col.entry", "col.format", "col.precedence", "col.sender", "col.turn", "col.action", "col.due", "col.since")
}

func (w *writer) overdue() paper.Part {
	var rows [][]string
	for _, o := range w.page.Overdue {
		what, stage := w.format(o.Format), w.choice("clock.overdue", "stage", o.Stage)
		if o.Kind != "" {
			what, stage = w.choice("matter.due", "kind", string(o.Kind)), w.choice("matter.due", "stage", o.Stage)
			if o.Name != "" {
				what += " " + string(w.code(o.Name))
			}
		}
		rows = append(rows, []string{w.entry(o.Entry), what, stage, string(w.party(o.Party)), string(w.at(o.Due)), string(w.at(o.At))})
	}
	return w.table(w.word("overdue"), w.page.Beyond.Overdue, rows, "col.entry", "col.what", "col.step", "col.owed-by", "col.due", "col.called")
}

// matters lists those of a kind, each with a row for everybody who is to act.
func (w *writer) matters(kind matter.Kind) paper.Part {
	var rows [][]string
	for i := range w.page.Matters {
		m := &w.page.Matters[i]
		if m.Kind != kind {
			continue
		}
		name := w.entry(m.Entry)
		if m.Name != "" {
			name += " " + string(w.code(m.Name))
		}
		row := []string{name, w.status(m), string(w.at(m.Since)), "—", w.word("ended"), "—"}
		if len(m.Next) == 0 {
			rows = append(rows, row)
		}
		for j, n := range m.Next {
			if j > 0 {
				row = []string{"", "", "", "", "", ""}
			}
			row[3], row[4], row[5] = string(w.party(n.Party)), w.action(kind, n.Action), w.by(n.By)
			rows = append(rows, row)
		}
	}
	return w.table(w.word("kind."+string(kind)), 0, rows, "col.matter", "col.stands", "col.since", "col.turn", "col.action", "col.due")
}
