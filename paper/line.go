package paper

import (
	"fmt"
	"strings"
)

// lineBand is one line of the form: its number, its label and help, its value or
// the room for it, its check digits.
func (f *form) lineBand(l Line) band {
	number := style{size: 12 * f.scale, bold: true}
	if l.Critical {
		number.ink = 1
	}
	digits := f.code(fmt.Sprint(l.Number), number)
	tab := 20 * f.scale
	b := band{above: pad * f.scale, below: pad * f.scale, frame: func(p *page, y, h float64, _ bool) {
		p.rule(margin, y+h, inner, 0.5, 0.55)
		if !f.blank {
			p.upright(checkAt, y, h, 0.5, 0.55)
		}
		top := y + (pad-1)*f.scale
		if l.Critical {
			p.fill(margin, top, numberWidth, tab, 0)
		} else {
			p.box(margin+0.4, top+0.4, numberWidth-0.8, tab-0.8, 0.8, 0)
		}
		p.text(digits, margin, top+tab/2+4.3*f.scale, numberWidth, atCentre)
	}}
	b.least = tab + 2*(pad-1)*f.scale
	b.columns = [][]item{f.label(l), f.value(l)}
	return b
}

func (f *form) label(l Line) []item {
	items := f.lines(l.Label, f.strong(9.5), labelAt, labelWidth, f.beside(), true)
	var marks []string
	if l.Required {
		marks = append(marks, f.words.required)
	}
	if l.Critical {
		marks = append(marks, f.words.readBack)
	}
	if len(marks) > 0 {
		items = append(items, f.lines(strings.Join(marks, " · "), style{size: 7.5 * f.scale, bold: true, ink: 0.25}, labelAt, labelWidth, f.beside(), true)...)
	}
	if l.Help != "" {
		items = append(items, f.lines(l.Help, f.faint(7.5), labelAt, labelWidth, f.beside(), true)...)
	}
	return items
}

func (f *form) value(l Line) []item {
	switch {
	case len(l.Value) > 0:
		return f.filled(l)
	case !f.blank:
		return f.lines("– "+f.words.empty+" –", f.faint(9), valueAt, f.valueWidth(), f.beside(), true)
	case len(l.Choices) > 0:
		return f.choices(l.Choices)
	}
	return f.room(l)
}

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

// choices are numbered boxes, in as many columns as the labels leave room for.
func (f *form) choices(choices []Choice) (items []item) {
	w := f.valueWidth()
	const gap = 8.0
	tick := 13 * f.scale
	columns := 1
	for n := 3; n > 1; n-- {
		fits := len(choices) > 2 || n == len(choices)
		for _, c := range choices {
			if f.choiceWidth(c, n) > (w-gap*float64(n-1))/float64(n)-tick-5 {
				fits = false
			}
		}
		if fits {
			columns = n
			break
		}
	}
	rows := (len(choices) + columns - 1) / columns
	each := (w - gap*float64(columns-1)) / float64(columns)
	for row := range rows {
		var cells []item
		tallest := 0.0
		for column := range columns {
			if at := column*rows + row; at < len(choices) {
				cell := f.choice(choices[at], valueAt+float64(column)*(each+gap), each, tick)
				cells = append(cells, cell)
				tallest = max(tallest, cell.height)
			}
		}
		items = append(items, item{tallest, func(p *page, y float64) {
			for _, cell := range cells {
				cell.draw(p, y)
			}
		}})
	}
	return items
}

// choiceWidth is what a choice needs; in two columns its code may stand below.
func (f *form) choiceWidth(c Choice, columns int) float64 {
	if columns == 2 {
		return f.one(c.Label, f.plain(9)).width
	}
	return f.one(c.Label, f.plain(9)).width + f.code(c.Code, f.faint(7)).width + 6
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
	return item{max(height, tick) + 3.5*f.scale, func(p *page, y float64) {
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

// room is where a value is written by hand: boxes with a base line, marked in
// steps of a character for what is keyed in one by one.
func (f *form) room(l Line) (items []item) {
	rows := l.Room
	if rows <= 0 {
		rows = 1
		if l.Kind == Text {
			rows = 4
		}
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
	return append(items, space(1))
}
