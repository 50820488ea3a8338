package paper

import (
	"slices"
	"strings"

	"parley/words"
)

// A leaf is what all pages of one file have in common: how texts are set in its
// language, and what stands at the head and the foot of each.
type leaf struct {
	*setter
	language string
	exercise bool
	foot     string // read from the left in every language
}

// say says what belongs to the page itself, in its language.
func (l leaf) say(key string, pairs ...any) string { return words.M(key, pairs...).In(l.language) }

// beside is the direction of the page.
func (l leaf) beside() direction {
	if words.RightToLeft(l.language) {
		return fromRight
	}
	return fromLeft
}

// above is where what the pages are about begins.
func (l leaf) above() float64 {
	if l.exercise {
		return edge + bannerTall + bannerGap
	}
	return edge
}

// print writes the pages as a file.
func (s *setter) print(title, language string, pages []*page) (Printed, error) {
	file, err := writePDF(title, language, pages, slices.Concat(s.regular, s.bold))
	if err != nil {
		return Printed{}, err
	}
	var missing []rune
	for r := range s.missing {
		missing = append(missing, r)
	}
	slices.Sort(missing)
	return Printed{file, len(pages), missing}, nil
}

// Heights in ems: from one base line to the next, and of it below the top.
const (
	leading  = 1.36
	baseline = 1.02
)

// lines makes items of a text.
func (s *setter) lines(text string, st style, x, w float64, dir direction, trusted bool) (items []item) {
	for _, line := range s.set(text, st, w, dir, trusted) {
		items = append(items, item{st.size * leading, func(p *page, y float64) {
			p.text(line, x, y+st.size*baseline, w, atBegin)
		}})
	}
	return items
}

// one sets a short text on one line.
func (l leaf) one(text string, st style) setLine {
	return l.set(text, st, 1e6, l.beside(), true)[0]
}

// code sets what is read from the left in every language.
func (l leaf) code(text string, st style) setLine {
	return l.set(text, st, 1e6, fromLeft, false)[0]
}

// furnish draws what every page has.
func (l leaf) furnish(p *page, n, of int) {
	bottom := pageHeight - edge
	if l.exercise {
		bottom -= bannerTall + bannerGap
		said := []string{l.say("paper.exercise"), "EXERCISE", l.say("paper.exercise")}
		banner := l.one(strings.Join(said, "  ·  "), style{size: 10, bold: true, ink: 1})
		for _, y := range []float64{edge, pageHeight - edge - bannerTall} {
			p.fill(margin, y, inner, bannerTall, 0)
			p.text(banner, margin, y+bannerTall/2+3.6, inner, atCentre)
		}
	}
	p.rule(margin, bottom-footTall+6, inner, 0.5, 0.5)
	small := style{size: 8, ink: 0.2}
	p.text(l.code(l.foot, small), margin, bottom-2, inner, atBegin)
	p.text(l.one(l.say("paper.page", "n", n, "m", of), small), margin, bottom-2, inner, atEnd)
}
