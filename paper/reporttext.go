package paper

import (
	"strings"
	"unicode"

	"parley/words"
)

// textWidth is how many columns the sentences of a text take; a table takes what it
// needs.
const textWidth = 120

// Text writes a report for a terminal, line by line. An exercise's is for its caller
// to mark.
func (r *Report) Text() string {
	t := &texter{rightToLeft: words.RightToLeft(r.Language)}
	t.say("", r.Title)
	for _, line := range r.Head {
		t.say("", line)
	}
	for _, part := range r.Parts {
		t.line("")
		t.say("", part.Heading)
		for _, line := range part.Lines {
			t.say("  ", line)
		}
		t.table(part)
	}
	t.line("")
	for _, line := range r.Foot {
		t.say("", line)
	}
	return t.text.String()
}

// A texter writes text in one direction.
type texter struct {
	rightToLeft bool
	text        strings.Builder
}

// line writes a line. What begins with a code would otherwise begin at the left.
func (t *texter) line(s string) {
	if s = strings.TrimRight(s, " "); t.rightToLeft && s != "" {
		s = "\u200f" + s
	}
	t.text.WriteString(s + "\n")
}

// say writes a sentence, on as many lines as it takes. What is isolated from the
// sentence stays so on each of them.
func (t *texter) say(indent, text string) {
	const pop = "\u2069"
	line, isolate := "", ""
	for _, part := range strings.Fields(text) {
		if line != "" && columnsOf(indent+line)+1+columnsOf(part) > textWidth {
			if isolate != "" {
				line, part = line+pop, isolate+part
			}
			t.line(indent + line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+part, " ")
		for _, r := range part {
			switch c := string(r); c {
			case "\u2066", "\u2068":
				isolate = c
			case pop:
				isolate = ""
			}
		}
	}
	t.line(indent + line)
}

func (t *texter) table(part Part) {
	if len(part.Columns) == 0 {
		return
	}
	widths := make([]int, len(part.Columns))
	all := append([][]string{part.Columns}, part.Rows...)
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], columnsOf(cell))
		}
	}
	for _, row := range all {
		line := "  "
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-columnsOf(cell)+2)
		}
		t.line(line)
	}
}

// columnsOf is how many columns a terminal shows s in.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Cf) {
			n++
		}
	}
	return n
}
