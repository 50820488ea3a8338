package paper

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/segmenter"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// A style is how a text is set.
type style struct {
	size     float64 // points
	bold     bool
	ink      float64 // 0 black, 1 white
	tracking float64 // points between characters, for what is read one by one
	after    string  // a line may end after these, too
}

// A setLine is one line of a text, its glyphs from left to right.
type setLine struct {
	style  style
	glyphs []setGlyph
	width  float64
}

type setGlyph struct {
	face *face
	code int
	x, y float64 // from the beginning of the base line, up is positive
}

// direction of a text's paragraph, whatever its first letter is.
type direction int

const (
	fromLeft direction = iota
	fromRight
)

// ofText is the direction that the first letter of a text gives it, and other
// where it has none.
func ofText(text string, other direction) direction {
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Arabic, unicode.Hebrew) && unicode.IsLetter(r):
			return fromRight
		case unicode.IsLetter(r):
			return fromLeft
		}
	}
	return other
}

// A setter turns texts into lines of glyphs.
type setter struct {
	regular, bold []*face
	missing       map[rune]bool
	shaper        shaping.HarfbuzzShaper
	segments      segmenter.Segmenter
}

// A run is a part of a text in one face, script and direction.
type run struct {
	from, to int
	level    level
	face     *face
	script   language.Script
}

// set breaks text into lines no wider than width: where Unicode Annex 14 allows
// it, and within a word that is wider than a whole line. An empty text is one
// empty line. Trusted texts keep their marks of isolation, see [legible].
func (s *setter) set(text string, st style, width float64, dir direction, trusted bool) []setLine {
	faces := s.regular
	if st.bold {
		faces = s.bold
	}
	runes := legible(faces, text, trusted, s.missing)
	if dir == fromRight {
		runes = isolateLatin(runes)
	}
	runs := s.split(runes, faces, dir)
	advance := make([]float64, len(runes)) // of the cluster that begins here
	for _, r := range runs {
		for _, g := range s.shape(runes, r) {
			advance[g.TextIndex()] += st.points(g.Advance)
		}
	}
	for i, a := range advance {
		if a != 0 {
			advance[i] += st.tracking
		}
	}
	var lines []setLine
	for _, span := range wrap(advance, runes, s.breaks(runes, st.after), width) {
		lines = append(lines, s.line(runes, runs, span[0], span[1], st))
	}
	return lines
}

// shapedAt is the size that texts are shaped at, whatever they are set in: the
// shaper rounds sizes up to whole points, and the letters would stand apart.
const shapedAt = 1000

// points is a measure of a shaped text in the size that it is set in.
func (st style) points(v fixed.Int26_6) float64 { return float64(v) / 64 / shapedAt * st.size }

// split finds the runs, in logical order.
func (s *setter) split(runes []rune, faces []*face, dir direction) []run {
	levels := levels(runes, dir)
	var runs []run
	script := language.Latin
	for _, r := range runes { // leading digits and signs go with the first letter
		if own := language.LookupScript(r); own.Strong() {
			script = own
			break
		}
	}
	for i, r := range runes {
		if own := language.LookupScript(r); own.Strong() {
			script = own
		}
		f := pick(faces, r)
		if n := len(runs); n > 0 {
			last := &runs[n-1]
			if (unseen(r) || f == nil) && last.level == levels[i] || last.face == f && last.script == script && last.level == levels[i] {
				last.to = i + 1
				continue
			}
		}
		if f == nil || unseen(r) {
			f = faces[0]
		}
		runs = append(runs, run{i, i + 1, levels[i], f, script})
	}
	return runs
}

func (s *setter) shape(runes []rune, r run) []shaping.Glyph {
	dir := di.DirectionLTR
	if r.level&1 == 1 {
		dir = di.DirectionRTL
	}
	return s.shaper.Shape(shaping.Input{
		Text: runes, RunStart: r.from, RunEnd: r.to,
		Direction: dir, Face: r.face.font, Script: r.script, Language: language.DefaultLanguage(),
		Size: fixed.I(shapedAt),
	}).Glyphs
}

// How well a new line may begin with a character.
const (
	never = iota
	poor  // within a word, or between the parts of one reading, such as 120 m
	well
)

// breaks says of each rune how well a new line may begin with it.
func (s *setter) breaks(runes []rune, after string) []int {
	may := make([]int, len(runes)+1)
	s.segments.Init(runes)
	for lines := s.segments.LineIterator(); lines.Next(); {
		at := lines.Line().Offset
		may[at] = poor
		if at > 0 && runes[at-1] == ' ' && !belongs(runes[:at-1], runes[at:]) {
			may[at] = well
		}
	}
	for i, r := range runes {
		if strings.ContainsRune(after, r) {
			may[i+1] = max(may[i+1], poor)
		}
	}
	return may
}

// belongs: a word with a digit, and behind it another number or a short unit.
func belongs(before, behind []rune) bool {
	numbered := false
	for _, r := range slices.Backward(before) {
		if r == ' ' {
			break
		}
		numbered = numbered || r >= '0' && r <= '9'
	}
	if !numbered || !begins(behind) {
		return false
	}
	if !unicode.IsLetter(behind[0]) {
		return true
	}
	for i, r := range behind {
		if !isWord(r) && r != '/' {
			return true
		}
		if i > 3 {
			return false
		}
	}
	return true
}

// wrap returns the lines as spans of runes, without the spaces at their ends.
func wrap(advance []float64, runes []rune, may []int, width float64) (spans [][2]int) {
	blank := func(i int) bool { return runes[i] == ' ' || unseen(runes[i]) && !isJoiner(runes[i]) }
	for from := 0; from < len(runes) || len(spans) == 0; {
		to, sum, at := len(runes), 0.0, [...]int{never: 0, poor: 0, well: 0}
		for i := from; i < len(runes); i++ {
			if i > from {
				at[may[i]] = i
			}
			sum += advance[i]
			if sum > width && i > from && advance[i] > 0 && !blank(i) {
				switch {
				case at[well] > 0:
					to = at[well]
				case at[poor] > 0:
					to = at[poor]
				default:
					to = i
				}
				break
			}
		}
		end := to
		for end > from && blank(end-1) {
			end--
		}
		spans = append(spans, [2]int{from, end})
		for from = to; from < len(runes) && blank(from); from++ {
		}
		if len(runes) == 0 {
			break
		}
	}
	return spans
}

// line shapes one line again, now that its ends are known, and puts its runs in
// the order of Unicode Annex 9, rule L2.
func (s *setter) line(runes []rune, runs []run, from, to int, st style) setLine {
	var parts []run
	for _, r := range runs {
		r.from, r.to = max(r.from, from), min(r.to, to)
		if r.from < r.to {
			parts = append(parts, r)
		}
	}
	reorder(parts)
	line := setLine{style: st}
	for _, r := range parts {
		for cluster := range clusters(s.shape(runes, r)) {
			at, bearer := cluster[0].TextIndex(), bearer(cluster)
			if unseen(runes[at]) && cluster[0].RunesCount() == 1 {
				continue
			}
			for i, g := range cluster {
				text := ""
				if i == bearer {
					text = clusterText(runes, at, g.RunesCount())
				}
				line.glyphs = append(line.glyphs, setGlyph{
					r.face, r.face.code(glyphText{g.GlyphID, text}),
					line.width + st.points(g.XOffset), st.points(g.YOffset),
				})
				line.width += st.points(g.Advance)
			}
			line.width += st.tracking
		}
	}
	return line
}

// clusters yields the glyphs that stand for the same characters.
func clusters(glyphs []shaping.Glyph) func(func([]shaping.Glyph) bool) {
	return func(yield func([]shaping.Glyph) bool) {
		for len(glyphs) > 0 {
			n := 1
			for n < len(glyphs) && glyphs[n].TextIndex() == glyphs[0].TextIndex() {
				n++
			}
			if !yield(glyphs[:n]) {
				return
			}
			glyphs = glyphs[n:]
		}
	}
}

// bearer is the widest glyph of a cluster. It stands for the cluster's text: a
// dot, which has no width, would leave a gap to whoever copies the text out.
func bearer(cluster []shaping.Glyph) int {
	widest := 0
	for i, g := range cluster {
		if g.Advance > cluster[widest].Advance {
			widest = i
		}
	}
	return widest
}

func clusterText(runes []rune, at, count int) string {
	text := slices.Clone(runes[at:min(at+count, len(runes))])
	return string(slices.DeleteFunc(text, func(r rune) bool { return unseen(r) && !isJoiner(r) }))
}

// reorder turns every stretch of runs at each level and above round, from the
// highest level to the lowest odd one.
func reorder(runs []run) {
	highest := level(0)
	for _, r := range runs {
		highest = max(highest, r.level)
	}
	for depth := highest; depth > 0; depth-- {
		for i := 0; i < len(runs); i++ {
			j := i
			for j < len(runs) && runs[j].level >= depth {
				j++
			}
			slices.Reverse(runs[i:j])
			i = max(i, j-1)
		}
	}
}
