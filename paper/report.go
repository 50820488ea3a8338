package paper

import (
	"fmt"
	"slices"
)

// A Report is a text with headings and tables, as it is shown in one language: on
// paper with [RenderReport], and by whoever else lays it out. All its words come from
// the caller, who has made what comes from outside safe to stand beside others.
type Report struct {
	Language string   // "en", "ar" or "he"; decides the side a line begins at
	Exercise bool     // EXERCISE at the head and the foot of each page
	Title    string   // its first line
	Head     []string // lines below it
	Parts    []Part
	Foot     []string // lines at its end, in small letters
	Code     string   // at the foot of each page: what tells this report from others
}

// A Part has a heading, and under it a table, lines, or both.
type Part struct {
	Heading string
	Lines   []string
	Columns []string   // what each column of the table is; none: no table
	Rows    [][]string // as many cells as there are columns
}

// Bounds of a report. Nobody reads more.
const (
	maxRowsOfReport  = 5000
	maxBytesOfReport = 2 << 20
)

func (r *Report) check() error {
	rows, size := 0, len(r.Title)+len(r.Code)
	for _, line := range slices.Concat(r.Head, r.Foot) {
		size += len(line)
	}
	for i, part := range r.Parts {
		rows += len(part.Rows) + len(part.Lines)
		for _, line := range slices.Concat(part.Lines, part.Columns, []string{part.Heading}) {
			size += len(line)
		}
		for j, row := range part.Rows {
			if len(row) != len(part.Columns) {
				return fmt.Errorf("row %d of part %d has %d cells and the table %d columns", j+1, i+1, len(row), len(part.Columns))
			}
			for _, cell := range row {
				size += len(cell)
			}
		}
	}
	if rows > maxRowsOfReport || size > maxBytesOfReport {
		return fmt.Errorf("%d rows and %d bytes are more than a report holds (%d, %d)", rows, size, maxRowsOfReport, maxBytesOfReport)
	}
	return nil
}

// RenderReport prints a report on A4 as PDF, on as many pages as it needs. The same
// report and fonts give the same bytes.
func RenderReport(r *Report, fonts Fonts) (Printed, error) {
	if err := r.check(); err != nil {
		return Printed{}, fmt.Errorf("print report %q: %w", r.Title, err)
	}
	regular, bold, err := parseFonts(fonts)
	if err != nil {
		return Printed{}, fmt.Errorf("print report %q: %w", r.Title, err)
	}
	l := leaf{&setter{regular: fresh(regular), bold: fresh(bold), missing: map[rune]bool{}}, r.Language, r.Exercise, r.Code}
	bands := []band{{columns: [][]item{l.lines(r.Title, style{size: 17, bold: true}, margin, inner, l.beside(), true)}, below: 3}}
	for _, line := range r.Head {
		bands = append(bands, l.paragraph(line, style{size: 9, ink: 0.25}, 1))
	}
	for _, part := range r.Parts {
		bands = append(bands, l.part(part)...)
	}
	bands = append(bands, band{least: 10})
	for _, line := range r.Foot {
		bands = append(bands, l.paragraph(line, style{size: 7.5, ink: 0.35}, 2))
	}
	above := l.above()
	running := l.one(r.Title, style{size: 9, bold: true})
	pages := flow(bands, l.beside() == fromRight, func(n int) float64 {
		if n > 1 {
			return above + 22
		}
		return above
	}, pageHeight-above-footTall)
	for i, p := range pages {
		if i > 0 {
			p.text(running, margin, above+10, inner, atBegin)
			p.rule(margin, above+17, inner, 0.8, 0)
		}
		l.furnish(p, i+1, len(pages))
	}
	printed, err := l.print(r.Title, r.Language, pages)
	if err != nil {
		return Printed{}, fmt.Errorf("print report %q: %w", r.Title, err)
	}
	return printed, nil
}

func (l leaf) paragraph(text string, st style, above float64) band {
	return band{columns: [][]item{l.lines(text, st, margin, inner, l.beside(), true)}, above: above}
}

// Letters of a table and the room around them.
var (
	cellStyle   = style{size: 8}
	columnStyle = style{size: 7.5, bold: true, ink: 0.2}
)

const (
	cellGap = 7.0
	cellPad = 2.2
)

// part sets a heading together with the first of what stands under it.
func (l leaf) part(part Part) []band {
	heading := band{columns: [][]item{l.lines(part.Heading, style{size: 11.5, bold: true}, margin, inner, l.beside(), true)}, above: 12, below: 2, keep: len(part.Lines)+len(part.Rows) > 0,
		frame: func(p *page, y, h float64, _ bool) { p.rule(margin, y+h, inner, 0.9, 0) }}
	bands := []band{heading}
	for _, line := range part.Lines {
		bands = append(bands, l.paragraph(line, style{size: 8.5}, 2))
	}
	if len(part.Columns) > 0 {
		widths := l.widths(part)
		head := l.row(part.Columns, widths, columnStyle)
		head.keep = len(part.Rows) > 0
		head.frame = func(p *page, y, h float64, _ bool) { p.fill(margin, y, inner, h, 0.9) }
		bands = append(bands, head)
		for _, row := range part.Rows {
			b := l.row(row, widths, cellStyle)
			b.head = &head
			b.frame = func(p *page, y, h float64, _ bool) { p.rule(margin, y+h, inner, 0.4, 0.7) }
			bands = append(bands, b)
		}
	}
	return bands
}

func (l leaf) row(cells []string, widths []float64, st style) band {
	b := band{above: cellPad, below: cellPad}
	x := margin + 2
	for i, cell := range cells {
		b.columns = append(b.columns, l.lines(cell, st, x, widths[i]-cellGap, l.beside(), true))
		x += widths[i]
	}
	return b
}

// widths shares the width of the page: what a column needs, or where there is not
// enough, less to those that need most, whose cells then take more lines.
func (l leaf) widths(part Part) []float64 {
	need := make([]float64, len(part.Columns))
	for i, column := range part.Columns {
		need[i] = l.one(column, columnStyle).width
		for j, row := range part.Rows {
			if j < 200 { // the rest is like them
				need[i] = max(need[i], l.one(row[i], cellStyle).width)
			}
		}
		need[i] += cellGap + 1
	}
	room := inner - 4
	fits := func(most float64) (sum float64) {
		for _, w := range need {
			sum += min(w, most)
		}
		return sum
	}
	most := slices.Max(need)
	if fits(most) > room { // the widest that all columns together leave room for
		low, high := 0.0, most
		for range 40 {
			if most = (low + high) / 2; fits(most) > room {
				high = most
			} else {
				low = most
			}
		}
		most = low
	}
	sum := fits(most)
	widths := make([]float64, len(need))
	for i, w := range need {
		widths[i] = min(w, most) * room / sum
	}
	return widths
}
