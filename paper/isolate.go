package paper

import (
	"slices"
	"strings"
	"unicode"
)

// isolateLatin puts what is read from the left in a text from the right between
// marks of isolation: coordinates, times, numbers with their units, codes. The
// bare rules of Unicode Annex 9 would turn the parts round: after an Arabic
// letter 2026-11-27 is seen as 27-11-2026, and 60 km/h as km/h 60.
//
// Such a stretch begins with a Latin letter or a digit, or a sign before one,
// and goes on over single spaces as long as more of the kind follows; over a
// comma or semicolon too if it has letters, as an example to be typed. Marks at
// its end belong to the sentence around it, but for the colon of a prefix in
// small letters, such as tel:.
func isolateLatin(runes []rune) []rune {
	out := make([]rune, 0, len(runes)+8)
	for i := 0; i < len(runes); {
		if !begins(runes[i:]) {
			out = append(out, runes[i])
			i++
			continue
		}
		end := i
		for j := i; j < len(runes); j++ {
			switch r := runes[j]; {
			case isWord(r), strings.ContainsRune(closing, r):
				end = j + 1
				continue
			case r == ':' && end == j && j > i && prefix(runes[i:j]) && (j+1 == len(runes) || strings.ContainsRune(" ,;", runes[j+1])):
				end = j + 1
			case strings.ContainsRune(within, r) || r == ' ' && begins(runes[j+1:]) && joins(runes[i:j]):
				continue
			}
			break
		}
		out = append(append(append(out, '\u2066'), runes[i:end]...), '\u2069')
		i = end
	}
	return out
}

const (
	signs   = "+-±#<>~≤≥−$€"
	closing = "°′″%"
	within  = signs + "'\"&*./:;=?@\\^_|,–\u00a0"
)

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
}

// begins: a letter or digit, or a sign directly before one.
func begins(runes []rune) bool {
	if len(runes) > 1 && strings.ContainsRune(signs, runes[0]) {
		return isWord(runes[1])
	}
	return len(runes) > 0 && isWord(runes[0])
}

// joins: what comes behind a space belongs to the stretch before it.
func joins(stretch []rune) bool {
	switch stretch[len(stretch)-1] {
	case '.', ':', '?':
		return false
	case ',', ';':
		return slices.ContainsFunc(stretch, unicode.IsLetter)
	}
	return true
}

func prefix(word []rune) bool {
	for _, r := range word {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return true
}
