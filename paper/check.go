package paper

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A Number names what two check digits stand for: a line of the form and, where
// the line has several parts (the paragraphs of a text, the items of a list),
// the part, counted from 1. Part 0 is the same as part 1, the line's only one.
type Number struct{ Line, Part int }

// String is the number as it is printed, read out and keyed in: "3", or "3.2"
// for the second part. The first part of several is "3.1", which is written by
// setting Part to 1.
func (n Number) String() string {
	if n.Part == 0 {
		return strconv.Itoa(n.Line)
	}
	return fmt.Sprintf("%d.%d", n.Line, n.Part)
}

// same: "3" and "3.1" are the same place.
func (n Number) same(m Number) bool { return n.Line == m.Line && max(n.Part, 1) == max(m.Part, 1) }

// Kind is how a line's value is checked.
type Kind int

const (
	// Coded values mean the same in every language; each of their marks counts.
	Coded Kind = iota
	// Text is prose, of which a telephone carries the words and the numbers.
	Text
)

// Check returns the two check digits of one value at its place in the form, by
// ISO/IEC 7064, MOD 97-10 (the system of IBAN): 02 to 98.
//
// The digits are over the line and the part in five decimal digits each, then
// every counted character in order, as the decimal digits of its code point:
// five, or ten above U+1869F. What counts is what [Normal] leaves.
//
// Caught for certain: a wrong line number up to 96; in a coded value, any one
// character replaced by another unless their code points differ by a multiple
// of 97 (within ASCII, within the Arabic letters U+0621-U+064A and within the
// Hebrew letters none do), and any two such characters in each other's place up
// to 95 characters apart. In a text the same holds as long as letters stay
// letters and digits digits. Anything else escapes with a chance of 1 in 97.
// Check digits guard against slips, not against forgery.
func Check(at Number, kind Kind, value string) string {
	var sum mod97
	sum.number(at.Line)
	sum.number(max(at.Part, 1))
	sum.text(Normal(kind, value))
	return sum.check()
}

// Normal returns the characters of a value that the check digits are over, which
// are those that reading aloud carries:
//
//   - the value in normalisation form C (Unicode Annex 15);
//   - Eastern Arabic digits (U+0660-0669, U+06F0-06F9) as 0 to 9, the Arabic
//     decimal separator as ".", the Arabic comma and thousands separator as ",",
//     minus signs, hyphens and dashes as "-", in lower case letter by letter;
//   - of these the letters, numbers and symbols (general categories L, N, S but
//     for modifiers, Sk) and the marks + - . , : /; in a Text a mark only where
//     a digit follows it directly, as sign or separator does;
//   - no spaces, controls, vowel points, tatweel, quotes, brackets or others.
func Normal(kind Kind, value string) string {
	var counted []rune
	mapped := []rune(norm.NFC.String(strings.ToValidUTF8(value, string(unicode.ReplacementChar))))
	for i, r := range mapped {
		mapped[i] = plain(r)
	}
	for i, r := range mapped {
		switch {
		case strings.ContainsRune("+-.,:/", r):
			if kind == Text && (i+1 == len(mapped) || mapped[i+1] < '0' || mapped[i+1] > '9') {
				continue
			}
		case r == '\u0640', unicode.Is(unicode.Sk, r):
			continue
		case !unicode.In(r, unicode.L, unicode.N, unicode.S):
			continue
		}
		counted = append(counted, r)
	}
	return string(counted)
}

// plain returns the one form of a character that has several.
func plain(r rune) rune {
	switch {
	case r >= '\u0660' && r <= '\u0669':
		return r - '\u0660' + '0'
	case r >= '\u06f0' && r <= '\u06f9':
		return r - '\u06f0' + '0'
	case r == '\u066b':
		return '.'
	case r == '\u066c', r == '\u060c':
		return ','
	case r == '\u2212', unicode.Is(unicode.Pd, r):
		return '-'
	}
	return unicode.ToLower(r)
}

// mod97 is the remainder of the decimal number written so far.
type mod97 int64

// number writes n, in five digits, or in ten where it has more.
func (m *mod97) number(n int) {
	if n > 99999 {
		*m = (*m*1e10 + mod97(n)) % 97
	} else {
		*m = (*m*1e5 + mod97(n)) % 97
	}
}

func (m *mod97) text(s string) {
	for _, r := range s {
		m.number(int(r))
	}
}

// check is the two digits that make the whole number, they included, one more
// than a multiple of 97 (ISO/IEC 7064, section 7).
func (m mod97) check() string { return fmt.Sprintf("%02d", 98-m*100%97) }
