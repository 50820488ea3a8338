package paper

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Whatever is set, each of its characters stands on exactly one line, no line
// is wider than it may be unless one character is, and nothing panics.
func FuzzSet(f *testing.F) {
	f.Add("من 0 m إلى 120 m فوق سطح الأرض (28NCF 90300 61900)", 80, true)
	f.Add("\u2067\u2066a\u2069 ב\u202e\x00\U0001f600\u0301", 20, true)
	f.Add(strings.Repeat("w", 300), 50, false)
	f.Add("שָׁלוֹם 2026-11-27T07:00Z/2026-11-27T09:00Z, tel: +963", 60, false)
	regular, bold, err := parseFonts(testFonts(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, width int, right bool) {
		if len(text) > 400 || width < 1 || width > 600 {
			return
		}
		s := &setter{regular: fresh(regular), bold: fresh(bold), missing: map[rune]bool{}}
		dir := fromLeft
		if right {
			dir = fromRight
		}
		lines := s.set(text, style{size: 10, after: "/;,"}, float64(width), dir, true)
		var got strings.Builder
		for _, line := range lines {
			clusters := 0
			for _, g := range line.glyphs {
				if text := g.face.used[g.code-1].text; text != "" {
					got.WriteString(text)
					clusters++
				}
			}
			// In a column narrower than a few letters a letter with its marks may
			// be too wide; a space with a mark upon it is none at a line's end.
			if width >= 40 && line.width > float64(width)+3 && !markedSpace(text) {
				t.Errorf("a line of %d characters is %.1f wide, may be %d", clusters, line.width, width)
			}
		}
		want := legible(s.regular, text, true, s.missing)
		if a, b := inked(string(want)), inked(got.String()); a != b {
			t.Errorf("set %q, want the characters of %q", b, a)
		}
	})
}

// markedSpace reports whether a space is the base of a combining mark, or of
// something unseen that becomes one.
func markedSpace(text string) bool {
	after := false
	for _, r := range text {
		if after && (unicode.IsMark(r) || unseen(r)) {
			return true
		}
		after = r == ' ' || r == '\u00a0' || after && unseen(r)
	}
	return false
}

// inked are the characters that leave a mark, in a fixed order.
func inked(text string) string {
	runes := slices.DeleteFunc([]rune(text), func(r rune) bool { return r == ' ' || r == '\u00a0' || unseen(r) })
	slices.Sort(runes)
	return string(runes)
}
