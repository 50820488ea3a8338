package geo

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of text, in bytes.
const (
	maxCoordinates = 100 // of one point
	maxName        = 200
)

// Marks stand in normalised text for the signs of degrees, minutes and seconds.
const (
	degreeMark = '*'
	minuteMark = '\''
	secondMark = '"'
)

// normalise appends text to dst as the readers of coordinates take it: upper
// case, Latin digits for Eastern Arabic and Persian ones, one byte for each
// kind of space, dash, comma and mark. The result has no characters but
// letters, digits, spaces and .,+-*'"
func normalise(dst []byte, text string) ([]byte, *Fault) {
	if len(text) > maxCoordinates {
		return nil, &Fault{Code: TooLong, Read: text, Max: maxCoordinates}
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			switch {
			case 'a' <= c && c <= 'z':
				c -= 'a' - 'A'
			case c == '\t':
				c = ' '
			case c == '\'' && strings.HasPrefix(text[i+1:], "'"):
				c = secondMark
				i++
			case c == degreeMark || !plain(c):
				return nil, badCharacter(rune(c))
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		c = fold(r)
		if c == 0 {
			return nil, badCharacter(r)
		}
		dst = append(dst, c)
		i += size
	}
	return dst, nil
}

func plain(c byte) bool {
	return 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(" .,+-'\"", c) >= 0
}

// fold returns the byte that stands for r in normalised text, or 0.
func fold(r rune) byte {
	switch r {
	case '\u00a0', '\u2009', '\u202f':
		return ' '
	case '−', '–', '‐', '‑':
		return '-'
	case '٫':
		return '.'
	case '،':
		return ','
	case '°', 'º', '˚':
		return degreeMark
	case '′', '’', 'ʹ':
		return minuteMark
	case '″', '”', 'ʺ':
		return secondMark
	}
	switch {
	case '٠' <= r && r <= '٩':
		return byte('0' + r - '٠')
	case '۰' <= r && r <= '۹':
		return byte('0' + r - '۰')
	}
	return 0
}

func badCharacter(r rune) *Fault {
	read := string(r)
	if !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == utf8.RuneError {
		read = fmt.Sprintf("U+%04X", r)
	}
	return &Fault{Code: BadCharacter, Read: read}
}

// latinDigits returns text with Latin digits for Eastern Arabic and Persian
// ones, and all else as it was.
func latinDigits(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return strings.Map(func(r rune) rune {
				if c := fold(r); '0' <= c && c <= '9' || c == '.' {
					return rune(c)
				}
				return r
			}, text)
		}
	}
	return text
}

// checkName refuses a label that is too long or has what cannot be seen:
// control characters, invisible ones such as bidirectional controls, fillers and
// selectors of variants, and spaces other than the plain one.
func checkName(name string) *Fault {
	if len(name) > maxName {
		return &Fault{Code: TooLong, Read: name, Max: maxName}
	}
	if strings.HasPrefix(name, " ") || strings.HasSuffix(name, " ") {
		return &Fault{Code: BadName, Read: name}
	}
	for i := 0; i < len(name); {
		if c := name[i]; c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f {
				return &Fault{Code: BadName, Read: fmt.Sprintf("U+%04X", c)}
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(name[i:])
		if r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == 0x2800 || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return &Fault{Code: BadName, Read: fmt.Sprintf("U+%04X", r)}
		}
		i += size
	}
	return nil
}
