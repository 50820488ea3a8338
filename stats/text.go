package stats

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/charter"
	"parley/words"
)

// Text writes the page for people, in a language of the catalogue: first who is
// within its times and who is not, then one table with a column for each party.
// all adds what the figures are made of. ch, the charter of the page's edition,
// gives names alone. Times are UTC, so the text too is the same for everyone.
func (p Page) Text(lang string, ch *charter.Charter, all bool) string {
	w := &writer{page: p, lang: lang, charter: ch}
	w.head()
	w.verdicts()
	w.line("")
	w.table(all)
	w.line("")
	w.say("legend")
	if slices.ContainsFunc(ch.Precedences, func(p charter.Precedence) bool { return p.Working }) {
		w.say("working-legend")
	}
	w.say("gate-legend")
	w.say("counted", "n", p.Messages, "areas", w.code(strings.Join(p.Areas, " ")))
	w.say("hash", "hash", w.code(p.Hash()))
	return w.text.String()
}

// A writer writes one page in one language.
type writer struct {
	page    Page
	lang    string
	charter *charter.Charter
	text    strings.Builder
}

func (w *writer) line(s string) { w.text.WriteString(strings.TrimRight(s, " ") + "\n") }

func (w *writer) word(key string, pairs ...any) string {
	return words.M("stats."+key, pairs...).In(w.lang)
}

// pageWidth is how many columns the sentences take; the table takes what it needs.
const pageWidth = 120

// say writes a sentence, on as many lines as it takes. What is isolated from the
// sentence stays so on each of them.
func (w *writer) say(key string, pairs ...any) {
	line, isolate := "", ""
	for _, part := range strings.Fields(w.word(key, pairs...)) {
		if line != "" && width(line)+1+width(part) > pageWidth {
			if isolate != "" {
				line, part = line+popIsolate, isolate+part
			}
			w.line(line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+part, " ")
		for _, r := range part {
			switch c := string(r); c {
			case "\u2066", "\u2068":
				isolate = c
			case popIsolate:
				isolate = ""
			}
		}
	}
	w.line(line)
}

const popIsolate = "\u2069"

// and puts two sentences in one line.
func (w *writer) and(one, other string) string {
	return w.word("and", "one", words.Raw(one), "other", words.Raw(other))
}

// code is what reads from left to right in every language.
func (w *writer) code(s string) words.Raw { return words.Raw(words.LeftToRight(w.lang, s)) }

// name is what the charter calls something.
func (w *writer) name(by map[string]string) words.Raw {
	return words.Raw(words.Isolate(w.lang, words.Said(by).In(w.lang)))
}

func (w *writer) stamp(ms int64) words.Raw {
	return w.code(time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05Z"))
}

func (w *writer) head() {
	p := w.page
	title := w.word("title", "name", w.name(w.charter.Names))
	if p.Exercise {
		title = w.and(title, w.word("exercise"))
	}
	span := string(w.code(p.Month))
	if p.Month == "" {
		span = w.word("span", "from", w.stamp(p.From), "to", w.stamp(p.To))
	}
	w.line(title + ": " + span)
	w.say("as-of", "at", w.stamp(p.At), "size", int64(p.Size), "root", w.code(p.Root)) //nolint:gosec // entries
	w.line("")
}

// urgent is the most urgent precedence.
func (w *writer) urgent() words.Raw { return w.code(w.charter.Precedences[0].ID) }

func (w *writer) verdicts() {
	for _, c := range w.page.Parties {
		name := string(w.code(c.ID))
		if p, ok := w.charter.Party(c.ID); ok {
			name = string(w.name(p.Names))
		}
		w.line(name + ": " + w.verdict(c))
	}
}

// Verdicts says of each party, in the page's order, whether it is within its times.
func (p Page) Verdicts(lang string, ch *charter.Charter) (all []string) {
	w := &writer{page: p, lang: lang, charter: ch}
	for _, c := range p.Parties {
		all = append(all, w.verdict(c))
	}
	return all
}

func (w *writer) verdict(c Party) string {
	figures := ""
	for i, f := range c.Beyond {
		if figures = w.and(figures, w.figure(f)); i == 0 {
			figures = w.figure(f)
		}
	}
	says := w.word("within")
	switch {
	case figures != "":
		says = w.word("beyond", "figures", words.Raw(figures))
	case len(c.Acknowledged)+len(c.ReadBack)+len(c.Gate)+c.PassedOn.Of == 0:
		says = w.word("nothing")
	}
	if c.Misused {
		says = w.and(says, w.word("misuse", "precedence", w.urgent(), "count", c.FalseUrgent.Count, "of", c.FalseUrgent.Of))
	}
	return says
}

// Label names a figure in a language.
func (p Page) Label(lang string, ch *charter.Charter, f Figure) string {
	return (&writer{page: p, lang: lang, charter: ch}).figure(f)
}

func (w *writer) figure(f Figure) string {
	s := w.word(f.Of)
	if f.Precedence != "" {
		s = w.word("figure", "figure", words.Raw(s), "precedence", w.code(f.Precedence))
	}
	if f.Mode != "" {
		s += " (" + w.word(f.Mode) + ")"
	}
	return s
}

// A row is one line of the table: a cell for what is allowed and one a party.
type row struct {
	label string
	cells []string
}

// Table gives the page's table for whoever lays it out otherwise: what each column
// is, and a row for each figure, in a language of the catalogue.
func (p Page) Table(lang string, ch *charter.Charter) (columns []string, rows [][]string) {
	w := &writer{page: p, lang: lang, charter: ch}
	cells := func(r row) []string {
		all := []string{r.label}
		for _, s := range r.cells {
			if s != "" {
				s = words.LeftToRight(lang, s)
			}
			all = append(all, s)
		}
		return all
	}
	for _, r := range slices.Concat(w.times(false), w.rest()) {
		rows = append(rows, cells(r))
	}
	return cells(w.columns()), rows
}

func (w *writer) columns() row {
	head := row{cells: []string{w.word("allowed")}}
	for _, c := range w.page.Parties {
		head.cells = append(head.cells, c.ID)
	}
	return head
}

func (w *writer) table(all bool) {
	head := w.columns()
	if words.RightToLeft(w.lang) {
		head.label = "\u200f" // or the parties stand from the left, and their figures from the right
	}
	rows := append([]row{head}, w.times(all)...)
	rows = append(rows, w.rest()...)
	if all {
		rows = append(rows, w.parts()...)
	}
	widths := make([]int, len(head.cells)+1)
	for _, r := range rows {
		for i, s := range append([]string{r.label}, r.cells...) {
			widths[i] = max(widths[i], width(s))
		}
	}
	for _, r := range rows {
		line := ""
		for i, s := range append([]string{r.label}, r.cells...) {
			pad := strings.Repeat(" ", widths[i]-width(s)+2)
			if i > 0 && s != "" {
				s = words.LeftToRight(w.lang, s)
			}
			line += s + pad
		}
		w.line(line)
	}
}

// each makes a row of what cell says of each party; none where that is nothing
// of all of them.
func (w *writer) each(rows []row, label, allowed string, cell func(Party) string) []row {
	r := row{label, []string{allowed}}
	said := false
	for _, c := range w.page.Parties {
		s := cell(c)
		said = said || s != ""
		if s == "" {
			s = "-"
		}
		r.cells = append(r.cells, s)
	}
	if !said {
		return rows
	}
	return append(rows, r)
}

// times gives the rows that have a time by the charter.
func (w *writer) times(all bool) []row {
	var rows []row
	steps := func(key string, of func(Party) []Timing, seconds func(charter.Precedence) int) {
		for _, p := range w.charter.Precedences {
			timing := func(c Party) (Timing, bool) {
				i := slices.IndexFunc(of(c), func(t Timing) bool { return t.Precedence == p.ID })
				if i < 0 {
					return Timing{}, false
				}
				return of(c)[i], true
			}
			allowed := Span(charter.Seconds(seconds(p)).Milliseconds())
			if p.Working {
				allowed += "*"
			}
			rows = w.each(rows, w.figure(Figure{Of: key, Precedence: p.ID}), allowed, func(c Party) string {
				if t, ok := timing(c); ok {
					return quantiles(t.Submission, t.Missing, t.Beyond)
				}
				return ""
			})
			if !all {
				continue
			}
			rows = w.each(rows, w.word("release", "figure", words.Raw(w.word(key)), "precedence", w.code(p.ID)), "", func(c Party) string {
				if t, ok := timing(c); ok {
					return quantiles(t.Release, t.Missing, false)
				}
				return ""
			})
		}
	}
	steps("acknowledge", func(c Party) []Timing { return c.Acknowledged }, func(p charter.Precedence) int { return p.AckSeconds })
	steps("read-back", func(c Party) []Timing { return c.ReadBack }, func(p charter.Precedence) int { return p.ReadbackSeconds })
	rows = w.each(rows, w.word("first-try"), "", func(c Party) string { return c.FirstTry.text() })
	rows = w.each(rows, w.word("pass-on"), "", func(c Party) string {
		return c.PassedOn.text() + mark(beyond(c.PassedOn.Of-c.PassedOn.Count, c.PassedOn.Of))
	})
	rows = w.each(rows, w.word("ordered"), "", func(c Party) string {
		if c.Ordered.Count == 0 {
			return ""
		}
		return quantiles(c.Ordered, 0, false)
	})
	for _, p := range w.charter.Precedences {
		for _, mode := range []string{charter.GateAutoRelease, charter.GateReview, charter.GateEscrow} {
			rows = w.each(rows, w.figure(Figure{"gate", p.ID, mode}), Span(charter.Seconds(p.GateSeconds).Milliseconds()), func(c Party) string {
				for _, g := range c.Gate {
					if g.Precedence == p.ID && g.Mode == mode {
						return quantiles(g.Wait, 0, g.Beyond)
					}
				}
				return ""
			})
		}
	}
	return rows
}

// rest gives the rows of counts.
func (w *writer) rest() []row {
	var rows []row
	add := func(key string, cell func(Party) string) {
		rows = w.each(rows, w.word(key, "precedence", w.urgent()), "", cell)
	}
	add("gate-clock", func(c Party) string {
		auto, late := 0, 0
		for _, g := range c.Gate {
			auto, late = auto+g.Automatic, late+g.Late
		}
		if len(c.Gate) == 0 {
			return ""
		}
		return counts(auto, late)
	})
	add("overdue", func(c Party) string { return counts(sum(c.Overdue)) })
	add("ladder", func(c Party) string { return counts(sum(c.Ladder)) })
	add("tests", func(c Party) string { return counts(c.Tests.Started, c.Tests.Answered) })
	add("missed", func(c Party) string { return counts(c.Tests.Machine, c.Tests.Person) })
	add("available", func(c Party) string {
		if c.Availability.Whole == 0 {
			return ""
		}
		return percent(c.Availability.Whole-c.Availability.Out, c.Availability.Whole)
	})
	add("late-notices", func(c Party) string { return c.LateNotices.text() })
	add("cases", func(c Party) string { return counts(c.Cases.Day, c.Cases.TwoDays, c.Cases.ThreeDays, c.Cases.Older) })
	add("pauses", func(c Party) string { return counts(c.Pauses.Declared) + ", " + Span(c.Pauses.Paused) })
	add("gaps", func(c Party) string { return counts(c.RosterGaps) })
	add("expired", func(c Party) string { return counts(c.Expired.Undelivered, c.Expired.Unacknowledged) })
	add("sent", func(c Party) string {
		if c.Messages == 0 {
			return ""
		}
		return fmt.Sprintf("%d, %d = %s", c.Messages, c.FalseUrgent.Of, percent(int64(c.FalseUrgent.Of), int64(c.Messages)))
	})
	add("false", func(c Party) string { return c.FalseUrgent.text() + mark(c.Misused) })
	return rows
}

// parts gives what the counts are made of.
func (w *writer) parts() []row {
	var rows []row
	said := func(formatID, field, choice string) words.Message {
		if f, ok := w.charter.Newest(formatID); ok {
			if of, ok := f.Field(field); ok && of.ChoiceNames[choice] != nil {
				return words.Said(of.ChoiceNames[choice])
			}
		}
		return words.Plain(choice)
	}
	split := func(of func(Party) []Count, label func(string) string) {
		var names []string
		for _, c := range w.page.Parties {
			for _, n := range of(c) {
				names = append(names, n.Of)
			}
		}
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			rows = w.each(rows, label(name), "", func(c Party) string {
				for _, n := range of(c) {
					if n.Of == name {
						return strconv.Itoa(n.N)
					}
				}
				return ""
			})
		}
	}
	split(func(c Party) []Count { return c.Overdue }, func(s string) string { return w.word("stage", "stage", said("clock.overdue", "stage", s)) })
	split(func(c Party) []Count { return c.Ladder }, func(s string) string { return w.word("step", "step", s) })
	split(func(c Party) []Count { return c.Tests.Causes }, func(s string) string {
		part, cause, _ := strings.Cut(s, "/")
		return w.word("cause", "part", said("line.missed", "part", part), "cause", said("line.missed", "cause", cause))
	})
	split(func(c Party) []Count { return c.Pauses.Reasons }, func(s string) string { return w.word("reason", "reason", said("J05", "reason", s)) })
	for _, p := range w.charter.Precedences {
		rows = w.each(rows, w.word("sent-with", "precedence", w.code(p.ID)), "", func(c Party) string {
			for _, s := range c.Sent {
				if s.Precedence == p.ID {
					return fmt.Sprintf("%d; %d / %d", s.Count, s.Above, s.Below)
				}
			}
			return ""
		})
	}
	return rows
}
