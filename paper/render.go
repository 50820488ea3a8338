package paper

import (
	"fmt"
	"slices"

	"parley/words"
)

// Printed is a form as a file.
type Printed struct {
	PDF   []byte
	Pages int
	// Missing are the characters that are on the page as their code points, such
	// as [U+1F600], in order: no font has them, or they would not be seen.
	Missing []rune
}

// Sizes that are tried until the form fits on one page, with the rows that a
// blank form leaves for a text and the space around lines. At the smallest the help is set in 6 points, a
// value in 9.6, and a row to write in is 16 points high; what does not fit then
// goes on on a second page.
var sizes = [...]struct {
	scale    float64
	textRows int
	pad      float64 // above and below each line, at scale 1
}{{1, 4, 5}, {0.95, 4, 5}, {0.95, 3, 4}, {0.9, 3, 4}, {0.85, 3, 4}, {0.85, 2, 4}, {0.8, 2, 3.5}, {0.8, 2, 2.5}, {0.8, 2, 1.8}}

// Render prints a sheet on A4 as PDF. The same sheet and fonts give the same
// bytes. A form that fits one page is on one; a longer one is continued and says
// on each page which of how many it is. Nothing is cut off or left out.
//
// The error says what makes the sheet unfit to be keyed in again, or the fonts
// unfit to be printed with.
func Render(s *Sheet, fonts Fonts) (Printed, error) {
	if err := s.check(); err != nil {
		return Printed{}, fmt.Errorf("print form %q: %w", s.Format, err)
	}
	regular, bold, err := parseFonts(fonts)
	if err != nil {
		return Printed{}, fmt.Errorf("print form %q: %w", s.Format, err)
	}
	var pages []*page
	var set *setter
	for _, size := range sizes {
		set = &setter{regular: fresh(regular), bold: fresh(bold), missing: map[rune]bool{}}
		form := form{Sheet: s, leaf: leaf{set, s.Language, s.Exercise, s.Format}, scale: size.scale, textRows: size.textRows, pad: size.pad * size.scale, blank: s.Blank()}
		if pages = form.pages(); len(pages) == 1 {
			break
		}
	}
	printed, err := set.print(s.Format+" "+s.Title, s.Language, pages)
	if err != nil {
		return Printed{}, fmt.Errorf("print form %q: %w", s.Format, err)
	}
	return printed, nil
}

// form sets one sheet at one scale.
type form struct {
	*Sheet
	leaf
	scale    float64
	textRows int
	pad      float64
	blank    bool
}

// Columns, in points from the beginning of the page.
const (
	margin      = 40.0
	inner       = pageWidth - 2*margin
	numberWidth = 30.0
	labelAt     = margin + numberWidth + 8
	labelWidth  = 118.0
	valueAt     = labelAt + labelWidth + 10
	checkWidth  = 52.0
	checkAt     = pageWidth - margin - checkWidth
	bannerTall  = 16.0
	edge        = 22.0 // above and below everything
	bannerGap   = 6.0
	footTall    = 18.0
)

// valueWidth: a blank form has no check digits to make room for.
func (f *form) valueWidth() float64 {
	if f.blank {
		return pageWidth - margin - valueAt - 4
	}
	return checkAt - valueAt - 8
}

func (f *form) plain(size float64) style  { return style{size: size * f.scale} }
func (f *form) strong(size float64) style { return style{size: size * f.scale, bold: true} }
func (f *form) faint(size float64) style  { return style{size: size * f.scale, ink: 0.35} }

func space(height float64) item { return item{height, func(*page, float64) {}} }

func (f *form) pages() []*page {
	bands := []band{f.titleBand()}
	bands = append(bands, f.headerBands()...)
	bands = append(bands, f.columnsBand())
	for _, l := range f.Lines {
		bands = append(bands, f.lineBand(l))
	}
	bands = append(bands, f.endBand(), f.notesBand())
	above := f.above()
	running := f.set(f.Title, f.strong(9), inner-120, f.beside(), true)[0]
	continued := f.one(f.say("paper.continued"), f.strong(9))
	top := func(n int) float64 {
		if n > 1 {
			return above + 22
		}
		return above
	}
	pages := flow(bands, f.rightToLeft(), top, pageHeight-above-footTall)
	for i, p := range pages {
		if i > 0 {
			p.text(running, margin, above+10, inner, atBegin)
			p.text(continued, margin, above+10, inner, atEnd)
			p.rule(margin, above+17, inner, 0.8, 0)
		}
		f.furnish(p, i+1, len(pages))
	}
	return pages
}

// titleBand: what the form is, and the format's line with its check digits.
func (f *form) titleBand() band {
	format := f.code(headline(f.Format, f.Exercise), f.strong(12))
	check := f.code("#"+HeadCheck(f.Format, f.Exercise), f.strong(12))
	word := f.code(headWord, f.faint(7))
	boxWidth := max(format.width+24+check.width+12, word.width) + 8
	title := f.lines(f.Title, f.strong(19), margin, inner-boxWidth-16, f.beside(), true)
	if f.Help != "" {
		title = append(title, space(2))
		title = append(title, f.lines(f.Help, f.faint(8.5), margin, inner-boxWidth-16, f.beside(), true)...)
	}
	tall := 33 * f.scale
	return band{columns: [][]item{title}, least: tall + 8, below: 6, frame: func(p *page, y, _ float64, again bool) {
		if again {
			return
		}
		// The format's line is read from the left in every language.
		x := pageWidth - margin - boxWidth
		p.box(x, y+2, boxWidth, tall, 0.8, 0)
		mirrored := p.mirror
		p.mirror = false
		if f.rightToLeft() {
			x = margin
		}
		base := y + 2 + tall - 8*f.scale
		p.text(word, x+7, y+2+10*f.scale, boxWidth, atBegin)
		p.text(format, x+7, base, boxWidth, atBegin)
		p.text(check, x, base, boxWidth-7, atEnd)
		p.mirror = mirrored
	}}
}

// headerBands: two entries side by side, as boxes.
func (f *form) headerBands() (bands []band) {
	const gap, key = 12.0, 62.0
	half := (inner - gap) / 2
	for i := 0; i < len(f.Header); i += 2 {
		b := band{above: 2.5, below: 2.5, frame: func(p *page, y, h float64, _ bool) {
			p.rule(margin, y+h, half, 0.4, 0.6)
			p.rule(margin+half+gap, y+h, half, 0.4, 0.6)
		}}
		if f.blank {
			b.least = 18 * f.scale
		}
		for j, row := range f.Header[i:min(i+2, len(f.Header))] {
			x := margin + float64(j)*(half+gap)
			b.columns = append(b.columns,
				f.lines(row.Label, f.faint(7.5), x, key-4, f.beside(), true),
				f.lines(row.Value, f.plain(9), x+key, half-key, f.beside(), true))
		}
		bands = append(bands, b)
	}
	return bands
}

// columnsBand names the columns.
func (f *form) columnsBand() band {
	st := style{size: 7.5 * f.scale, bold: true, ink: 0.2}
	tall := 14 * f.scale
	texts := []struct {
		line setLine
		x, w float64
		a    align
	}{
		{f.one(f.say("paper.line"), st), margin, numberWidth, atCentre},
		{f.one(f.say("paper.field"), st), labelAt, labelWidth, atBegin},
		{f.one(f.say("paper.value"), st), valueAt, f.valueWidth(), atBegin},
		{f.one(f.say("paper.check"), st), checkAt, checkWidth, atCentre},
	}
	if f.blank {
		texts = texts[:3]
	}
	return band{least: tall + 5, frame: func(p *page, y, _ float64, _ bool) {
		p.fill(margin, y+5, inner, tall, 0.88)
		for _, t := range texts {
			p.text(t.line, t.x, y+5+tall-4*f.scale, t.w, t.a)
		}
	}}
}

// endBand: the last line, over the whole form.
func (f *form) endBand() band {
	tall := 24 * f.scale
	label := f.one(f.say("paper.whole-form")+": "+f.say("paper.entries"), f.plain(8.5))
	end := f.code(endWord, style{size: 9 * f.scale, bold: true, ink: 1})
	entries := f.Entries()
	count := f.code(fmt.Sprint(len(entries)), f.strong(13))
	check := f.code(FormCheck(f.Format, f.Exercise, entries), f.digits())
	return band{least: tall + 4, frame: func(p *page, y, _ float64, _ bool) {
		y += 4
		p.box(margin, y, inner, tall, 1, 0)
		p.fill(margin, y, numberWidth+4, tall, 0)
		base := y + tall/2 + 4.6*f.scale
		p.text(end, margin, y+tall/2+3.3*f.scale, numberWidth+4, atCentre)
		p.text(label, labelAt, y+tall/2+3*f.scale, labelWidth, atBegin)
		if f.blank {
			x := labelAt + label.width + 10
			p.box(x, y+4*f.scale, 40, tall-8*f.scale, 0.7, 0)
			return
		}
		p.text(count, labelAt+label.width+12, base, 60, atBegin)
		p.upright(checkAt, y, tall, 1, 0)
		p.text(check, checkAt, base, checkWidth, atCentre)
	}}
}

func (f *form) digits() style {
	return style{size: 14 * f.scale, bold: true, tracking: 1.5 * f.scale}
}

func (f *form) notesBand() band {
	shown := Entry{Number{Line: 4}, Coded, "survey"}
	if entries := f.Entries(); len(entries) > 0 && entries[0].Kind == Coded && len(entries[0].Value) < 40 {
		shown = entries[0]
	}
	example := fmt.Sprintf("%v %s #%s", shown.At, shown.Value, shown.Check())
	say := f.say("paper.say-filled", "line", words.Raw("\u2066"+example+"\u2069"))
	if f.blank {
		say = f.say("paper.say-blank")
	}
	if slices.ContainsFunc(f.Lines, func(l Line) bool { return l.Critical }) {
		say += " " + f.say("paper.boxes")
	}
	column := f.lines(say, f.faint(7.5), margin, inner, f.beside(), true)
	for _, note := range f.Notes {
		column = append(column, space(2))
		column = append(column, f.lines(note, f.faint(7.5), margin, inner, f.beside(), true)...)
	}
	return band{columns: [][]item{column}, above: 4}
}
