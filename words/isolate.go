package words

import (
	"fmt"
	"strings"
	"unicode"
)

// Isolate makes text from outside safe to stand in a line of lang. Characters
// that would not show, or that reorder what shows, are replaced by a visible
// mark of their number, such as [U+202E] (see [Visible]). Where the text has
// letters or digits that run against the direction of lang it stands between
// FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (UAX 9), so that it cannot
// reorder what stands around it.
func Isolate(lang, s string) string {
	s = Visible(s)
	if !against(lang, s) {
		return s
	}
	return "\u2068" + s + "\u2069"
}

// LeftToRight is Isolate for what is read from left to right in every language:
// times, coordinates, codes. It stands in a LEFT-TO-RIGHT ISOLATE where the line
// runs the other way.
func LeftToRight(lang, s string) string {
	if s = Visible(s); !RightToLeft(lang) {
		return s
	}
	return "\u2066" + s + "\u2069"
}

func against(lang, s string) bool {
	rightToLeft := RightToLeft(lang)
	return strings.ContainsFunc(s, func(r rune) bool {
		if unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return !rightToLeft
		}
		return rightToLeft && (unicode.IsLetter(r) || unicode.IsDigit(r))
	})
}

// Visible replaces each character that a reader would not see, or that changes
// the order in which others are seen, by its number in brackets. The plain
// joiners and direction marks, which Arabic and Hebrew keyboards type, and the
// ordinary space stay as they are.
func Visible(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "[U+%04X]", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether r does not show as itself: a control, a filler, a
// selector of variants, of which a row can carry a text that nobody sees. U+FFFD,
// which also stands for bytes that are not UTF-8, shows.
func hidden(r rune) bool {
	if r >= 0x200C && r <= 0x200F || r == 0x061C {
		return false
	}
	return !unicode.IsGraphic(r) || r == 0x2800 || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// LatinDigits writes Arabic-Indic (U+0660) and Eastern Arabic-Indic (U+06F0)
// digits as Latin ones, for reading and comparing; what was typed is kept
// elsewhere.
func LatinDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		}
		return r
	}, s)
}
