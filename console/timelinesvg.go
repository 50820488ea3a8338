package console

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"parley/words"
)

// A drawing's measures, in its own units: at 1280 px of screen about one each.
const (
	svgWidth = 1040
	svgLeft  = 120 // where time begins
	svgTop   = 34  // where lanes begin
	svgLine  = 19  // of bars and marks
	svgGlyph = 7   // what a sign of a label takes at most
	svgLines = 40  // of one lane; what does not fit stands in the last
)

// A drawer places rows in lanes and lines. Time runs from left to right in every
// language, so that two officers see one picture.
type drawer struct {
	v        *visit
	from, to time.Time
	text     strings.Builder
}

// drawn gives the rows as SVG: a lane a party, in it a line for what does not fit
// beside what began before it. Nothing in it is text from outside but what its titles
// say, isolated; each is a link, and so can be reached by keyboard.
func (v *visit) drawn(l *look, rows []timeRow) template.HTML {
	d := &drawer{v: v, from: l.From, to: l.To}
	top := svgTop
	for _, p := range l.Parties {
		party := p.ID
		if l.Filter.Party != "" && party != l.Filter.Party {
			continue
		}
		lines := d.lines(party, rows)
		height := len(lines)*svgLine + 8
		name := words.Isolate("en", v.partyName(party))
		fmt.Fprintf(&d.text, `<g class="lane side-%s" role="group" aria-label="%s"><rect class="bed" x="0" y="%d" width="%d" height="%d"/><text class="name" x="6" y="%d">%s</text>`,
			l.Marks[party], template.HTMLEscapeString(name), top, svgWidth, height, top+16, template.HTMLEscapeString(shortened(name)))
		for i, line := range lines {
			for _, r := range line {
				d.row(r, top+4+i*svgLine)
			}
		}
		d.text.WriteString(`</g>`)
		top += height + 4
	}
	var whole strings.Builder
	title := template.HTMLEscapeString(v.say("console.timeline.drawing"))
	fmt.Fprintf(&whole, `<svg class="timeline" role="group" aria-label="%s" viewBox="0 0 %d %d" direction="ltr" xmlns="http://www.w3.org/2000/svg">`, title, svgWidth, top)
	whole.WriteString(hatches)
	whole.WriteString(d.ticks(top))
	whole.WriteString(d.text.String())
	d.text.Reset()
	d.instant(l.Now, "now", v.say("console.timeline.now"), top)
	if !l.At.Equal(l.Now.Truncate(time.Minute)) {
		d.instant(l.At, "at", v.say("console.map.minute"), top)
	}
	whole.WriteString(d.text.String() + `</svg>`)
	return template.HTML(whole.String())
}

// hatches tell the sides apart without colour: one leans right, one left, the
// supervisor's is dotted.
const hatches = `<defs><pattern id="hatch-0" class="side-0" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8"/><path d="M-2 10 10 -2M-2 2 2 -2M6 10 10 6"/></pattern>` +
	`<pattern id="hatch-1" class="side-1" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8"/><path d="M-2 -2 10 10M-2 6 2 10M6 -2 10 2"/></pattern>` +
	`<pattern id="hatch-s" class="side-s" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6"/><circle cx="3" cy="3" r="1.1"/></pattern></defs>`

// x is where a time stands.
func (d *drawer) x(t time.Time) float64 {
	share := float64(t.Sub(d.from)) / float64(d.to.Sub(d.from))
	return svgLeft + min(1, max(0, share))*(svgWidth-svgLeft)
}

// lines puts a party's rows into lines in which none covers another's label.
func (d *drawer) lines(party string, rows []timeRow) [][]timeRow {
	var lines [][]timeRow
	var taken []float64
	for _, r := range rows {
		if r.Party != party {
			continue
		}
		from, to := d.span(r)
		i := 0
		for i < len(taken) && taken[i] > from {
			i++
		}
		if i == svgLines {
			i--
		}
		if i == len(taken) {
			lines, taken = append(lines, nil), append(taken, 0)
		}
		lines[i], taken[i] = append(lines[i], r), max(taken[i], to+4)
	}
	return lines
}

// span is what a row takes, its label too.
func (d *drawer) span(r timeRow) (from, to float64) {
	from = d.x(r.Begins)
	if r.Moment() {
		return from - 7, from + 7
	}
	to = svgWidth
	if !r.Ends.IsZero() {
		to = d.x(r.Ends)
	}
	from, label := d.labelled(r, from)
	return min(from, label), max(to, label+float64(svgGlyph*len(d.label(r)))+4)
}

// labelled gives where a bar's label stands, so that it stays in the drawing.
func (d *drawer) labelled(r timeRow, from float64) (bar, label float64) {
	return from, max(svgLeft+4, min(from+4, svgWidth-float64(svgGlyph*len(d.label(r)))-4))
}

func (d *drawer) label(r timeRow) string { return shortName(r.Item) }

// row draws a bar, or the mark of a moment.
func (d *drawer) row(r timeRow, y int) {
	w := &d.text
	title := fmt.Sprintf("%s · %s · %s · %s", words.Isolate(d.v.lang, d.label(r)), d.v.say(kindWords+r.Kind), words.LeftToRight(d.v.lang, spanText(r)), r.What)
	href := ""
	if r.Item.Index != nil {
		href = fmt.Sprintf(` href="/s/%d"`, *r.Item.Index)
	}
	fmt.Fprintf(w, `<a%s class="row k-%s" aria-label="%s"><title>%s</title>`, href, r.Kind, template.HTMLEscapeString(title), template.HTMLEscapeString(title))
	if r.Moment() {
		x := d.x(r.Begins)
		fmt.Fprintf(w, `<rect class="touch" x="%.1f" y="%d" width="14" height="17"/><path class="mark" transform="translate(%.1f %d)" d="%s"/></a>`, x-7, y, x, y+8, marksOf[r.Kind])
		return
	}
	from, to := d.x(r.Begins), float64(svgWidth)
	open := ""
	if r.Ends.IsZero() {
		open = " open"
	} else {
		to = d.x(r.Ends)
	}
	_, label := d.labelled(r, from)
	fmt.Fprintf(w, `<rect class="bar%s" x="%.1f" y="%d" width="%.1f" height="16" rx="2"/><text x="%.1f" y="%d">%s</text></a>`,
		open, from, y, max(3, to-from), label, y+12, template.HTMLEscapeString(d.label(r)))
}

// marksOf are the shapes of moments: a diamond, a triangle, a ring, a cross. The rest have
// bars, and these in the legend.
var marksOf = map[string]string{
	rowNotice:   "M-5 -5H5V5H-5Z",
	rowIncident: "M0 -6 6 0 0 6 -6 0Z",
	rowFlash:    "M0 -7 7 6H-7Z",
	rowAct:      "M-3 0a3 3 0 1 0 6 0 3 3 0 1 0 -6 0Z",
	rowMissed:   "M-5 -5 5 5M5 -5 -5 5",
	rowPause:    "M-4 -5V5M4 -5V5",
	rowRestrict: "M-5 -4H5M-5 0H5M-5 4H5",
}

func spanText(r timeRow) string {
	const form = "2006-01-02 15:04Z"
	switch {
	case r.Moment():
		return r.Begins.Format(form)
	case r.Ends.IsZero():
		return r.Begins.Format(form) + " –"
	}
	return r.Begins.Format(form) + " – " + r.Ends.Format(form)
}

// ticks draws the scale, in UTC: few enough to be read, days heavier than hours.
func (d *drawer) ticks(height int) string {
	var w strings.Builder
	step := time.Hour
	for _, s := range []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 72 * time.Hour, 168 * time.Hour} {
		if step = s; d.to.Sub(d.from)/s <= 18 {
			break
		}
	}
	fmt.Fprintf(&w, `<text x="6" y="14">%s</text>`, d.from.Format("2006-01-02 UTC"))
	for t := d.from.Truncate(step); !t.After(d.to); t = t.Add(step) {
		if t.Before(d.from) {
			continue
		}
		class, text := "tick", t.Format("15:04")
		if t.Equal(t.Truncate(24 * time.Hour)) {
			class, text = "tick day", t.Format("02 Jan")
		}
		x := d.x(t)
		fmt.Fprintf(&w, `<line class="%s" x1="%.1f" x2="%.1f" y1="20" y2="%d"/>`, class, x, x, height)
		if x < svgWidth-24 {
			fmt.Fprintf(&w, `<text class="%s" x="%.1f" y="14">%s</text>`, class, x, text)
		}
	}
	return w.String()
}

func (d *drawer) instant(t time.Time, class, name string, height int) {
	if t.Before(d.from) || t.After(d.to) {
		return
	}
	x := d.x(t)
	fmt.Fprintf(&d.text, `<g class="%s"><title>%s</title><line x1="%.1f" x2="%.1f" y1="20" y2="%d"/><text x="%.1f" y="30">%s</text></g>`,
		class, template.HTMLEscapeString(name+" "+t.Format("15:04Z")), x, x, height, min(x+3, svgWidth-60), template.HTMLEscapeString(t.Format("15:04Z")))
}

// shortened keeps a party's name within its lane; the whole stands in the lane's label.
func shortened(name string) string {
	const most = 16
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}
