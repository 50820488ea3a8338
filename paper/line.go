package paper

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// lineBand is one line of the form: its number, its label, its value or the room
// for it with the help that whoever fills it in needs, its check digits.
func (f *form) lineBand(l Line) band {
	number := style{size: 12 * f.scale, bold: true}
	if l.Critical {
		number.ink = 1
	}
	digits := f.code(fmt.Sprint(l.Number), number)
	tab := 20 * f.scale
	b := band{above: f.pad, below: f.pad, frame: func(p *page, y, h float64, _ bool) {
		p.rule(margin, y+h, inner, 0.5, 0.55)
		if !f.blank {
			p.upright(checkAt, y, h, 0.5, 0.55)
		}
		top := y + f.pad - f.scale
		if l.Critical {
			p.fill(margin, top, numberWidth, tab, 0)
		} else {
			p.box(margin+0.4, top+0.4, numberWidth-0.8, tab-0.8, 0.8, 0)
		}
		p.text(digits, margin, top+tab/2+4.3*f.scale, numberWidth, atCentre)
	}}
	b.least = tab + 2*(f.pad-f.scale)
	b.columns = append([][]item{f.label(l)}, f.value(l)...)
	return b
}

func (f *form) label(l Line) []item {
	items := f.lines(l.Label, f.strong(9.5), labelAt, labelWidth, f.beside(), true)
	var marks []string
	if l.Required {
		marks = append(marks, f.say("paper.required"))
	}
	if l.Critical {
		marks = append(marks, f.say("paper.read-back"))
	}
	if len(marks) > 0 {
		items = append(items, f.lines(strings.Join(marks, " · "), style{size: 7.5 * f.scale, bold: true, ink: 0.25}, labelAt, labelWidth, f.beside(), true)...)
	}
	if l.Help != "" && f.helpBeside(l) {
		items = append(items, f.lines(l.Help, f.faint(7.5), labelAt, labelWidth, f.beside(), true)...)
	}
	return items
}

// value is what stands in the value's place, in one or more columns.
func (f *form) value(l Line) [][]item {
	switch {
	case len(l.Value) > 0:
		return [][]item{f.filled(l)}
	case !f.blank:
		return [][]item{f.lines("– "+f.say("paper.empty")+" –", f.faint(9), valueAt, f.valueWidth(), f.beside(), true)}
	case len(l.Choices) > 0:
		columns := f.choices(l.Choices)
		if l.Help != "" && !f.helpBeside(l) {
			tallest := heightOf(slices.MaxFunc(columns, func(a, b []item) int { return cmp.Compare(heightOf(a), heightOf(b)) }))
			columns[0] = append(columns[0], space(tallest-heightOf(columns[0])))
			columns[0] = append(columns[0], f.lines(l.Help, f.faint(7.5), valueAt, f.valueWidth(), f.beside(), true)...)
		}
		return columns
	}
	return [][]item{f.room(l)}
}

// helpBeside: beside many choices, under the label, there is room for the help;
// under few choices, or a box to write in, it takes one long line.
func (f *form) helpBeside(l Line) bool { return f.blank && len(l.Choices) > 6 }

// filled sets each value with its check digits, and its rendering below it.
func (f *form) filled(l Line) (items []item) {
	for i, entry := range l.entries() {
		if i > 0 {
			items = append(items, space(5*f.scale))
		}
		check := f.code(entry.Check(), f.digits())
		x, w := valueAt, f.valueWidth()
		part := setLine{}
		if len(l.Value) > 1 {
			part = f.code(entry.At.String(), f.strong(8.5))
			x, w = x+part.width+7, w-part.width-7
		}
		var set []item
		if entry.Kind == Text {
			set = f.lines(entry.Value, f.plain(10), x, w, ofText(entry.Value, f.beside()), false)
		} else {
			coded := style{size: 12 * f.scale, bold: true, tracking: 0.5 * f.scale, after: "/;,"}
			set = f.lines(entry.Value, coded, x, w, fromLeft, false)
		}
		first := set[0]
		set[0].draw = func(p *page, y float64) {
			first.draw(p, y)
			p.text(part, valueAt, y+first.height*baseline/leading, w, atBegin)
			p.text(check, checkAt, y+12.5*f.scale, checkWidth, atCentre)
		}
		items = append(items, set...)
		if i < len(l.Shown) && l.Shown[i] != entry.Value && l.Shown[i] != "" {
			items = append(items, f.lines(l.Shown[i], f.plain(9), x, w, f.beside(), true)...)
		}
		if len(set) == 1 && set[0].height < 16*f.scale { // room for the digits beside it
			items = append(items, space(2*f.scale))
		}
	}
	return items
}

// choices are numbered boxes, in as many columns as the labels leave room for:
// in three each with its code beside it on one line, in two on two lines where
// need be.
func (f *form) choices(choices []Choice) (columns [][]item) {
	const gap = 8.0
	w, tick := f.valueWidth(), 13*f.scale
	room := func(n int) float64 { return (w-gap*float64(n-1))/float64(n) - tick - 5 }
	widest, label := 0.0, 0.0
	for _, c := range choices {
		own := f.one(c.Label, f.plain(9)).width
		label = max(label, own)
		widest = max(widest, own+6+f.code(c.Code, f.faint(7)).width)
	}
	n := 1
	switch {
	case len(choices) > 2 && widest <= room(3):
		n = 3
	case widest <= room(2), len(choices) > 3 && label <= 2*room(2):
		n = 2
	}
	rows := (len(choices) + n - 1) / n
	for i, c := range choices {
		if i%rows == 0 {
			columns = append(columns, nil)
		}
		last := len(columns) - 1
		x := valueAt + float64(last)*(room(n)+tick+5+gap)
		columns[last] = append(columns[last], f.choice(c, x, room(n)+tick+5, tick))
	}
	return columns
}

func (f *form) choice(c Choice, x, w, tick float64) item {
	number := f.code(fmt.Sprint(c.Number), f.strong(8))
	code := f.code(c.Code, f.faint(7))
	label := f.set(c.Label, f.plain(9), w-tick-5, f.beside(), true)
	size := 9 * f.scale
	last := label[len(label)-1]
	below := last.width+6+code.width > w-tick-5 // the code then has a line of its own
	height := size * leading * float64(len(label))
	if below {
		height += 7 * f.scale * leading
	}
	return item{max(height, tick) + 0.75*f.pad, func(p *page, y float64) {
		p.box(x+0.4, y+0.4, tick, tick, 0.8, 0)
		p.text(number, x+0.4, y+tick/2+3.2*f.scale, tick, atCentre)
		base := y
		for i, line := range label {
			base = y + size*(baseline+float64(i)*leading)
			p.text(line, x+tick+5, base, w, atBegin)
		}
		switch {
		case below:
			p.text(code, x+tick+5, base+7*f.scale*leading, w, atBegin)
		case !strings.EqualFold(c.Code, c.Label):
			p.text(code, x+tick+5+last.width+6, base, w, atBegin)
		}
	}}
}

// room is where a value is written by hand, with the help below it: boxes with a base line, marked in
// steps of a character for what is keyed in one by one.
func (f *form) room(l Line) (items []item) {
	rows := max(l.Room, 1)
	if l.Room <= 0 && l.Kind == Text {
		rows = f.textRows
	}
	w, tall := f.valueWidth(), 20*f.scale
	for row := range min(rows, 40) {
		items = append(items, item{tall, func(p *page, y float64) {
			p.rule(valueAt, y+tall, w, 0.6, 0.3)
			p.upright(valueAt, y, tall, 0.6, 0.3)
			p.upright(valueAt+w, y, tall, 0.6, 0.3)
			if row == 0 {
				p.rule(valueAt, y, w, 0.6, 0.3)
			}
			if l.Kind == Coded {
				const step = 13.0
				for x := step; x < w-1; x += step {
					p.upright(valueAt+x, y+tall-4, 4, 0.4, 0.5)
				}
			}
		}})
	}
	items = append(items, space(1))
	if l.Help != "" {
		items = append(items, f.lines(l.Help, f.faint(7.5), valueAt, w, f.beside(), true)...)
	}
	return items
}
