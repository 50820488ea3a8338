package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"parley/words"
)

// maxWord is how many letters a word has; what is longer is several.
const maxWord = 40

// letters are those that are written in more than one way and looked for in any: forms
// of alif, alif maqsura, ta marbuta, hamza on its carriers, the Persian forms that a
// keyboard may give, and the Hebrew letters that differ at the end of a word.
var letters = map[rune]rune{
	'ٱ': 'ا', 'ى': 'ي', 'ة': 'ه', 'ی': 'ي', 'ک': 'ك', 'ۀ': 'ه', 'ہ': 'ه',
	'ך': 'כ', 'ם': 'מ', 'ן': 'נ', 'ף': 'פ', 'ץ': 'צ',
	'ß': 's', 'ı': 'i', 'ø': 'o', 'ł': 'l', 'đ': 'd',
}

// Words gives the words of a text as the index has them: small, with Latin digits,
// without marks over or under letters (accents, harakat, niqqud), tatweel and what does
// not show, each letter in one form. What is neither letter nor digit parts words, but
// for an apostrophe, geresh or gershayim between letters.
func Words(text string) []string {
	var all []string
	for _, f := range scan(text) {
		all = append(all, f.word)
	}
	return all
}

// A standing word is in a text from byte from, included, to byte to, excluded.
type standing struct {
	word     string
	from, to int
}

// A letter is one rune of what a rune of the text is made of.
type letter struct {
	rune
	from, to int // bytes of the text's rune
}

// taken gives the letters of a text, without marks that do not change the word.
func taken(text string) []letter {
	all := make([]letter, 0, len(text))
	for at, r := range text {
		to := at + utf8.RuneLen(r)
		switch {
		case r == utf8.RuneError:
			_, size := utf8.DecodeRuneInString(text[at:])
			all = append(all, letter{r, at, at + size})
		case r < utf8.RuneSelf:
			all = append(all, letter{r, at, to})
		default:
			for _, part := range norm.NFKD.String(text[at:to]) {
				all = append(all, letter{part, at, to})
			}
		}
	}
	return all
}

func scan(text string) []standing {
	var all []standing
	var word []rune
	from, to := 0, 0
	end := func() {
		if len(word) > 0 {
			all = append(all, standing{words.LatinDigits(string(word)), from, to})
			word = word[:0]
		}
	}
	runes := taken(text)
	for i, l := range runes {
		r := unicode.ToLower(l.rune)
		if plain, ok := letters[r]; ok {
			r = plain
		}
		switch {
		case unicode.IsLetter(r) && r != 'ـ', unicode.IsDigit(r):
			if len(word) == maxWord {
				end()
			}
			if len(word) == 0 {
				from = l.from
			}
			word, to = append(word, r), l.to
		case r == 'ـ', unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			if len(word) > 0 && r != 'ـ' && unicode.In(r, unicode.Mn, unicode.Me) {
				to = l.to // a mark over the last letter belongs to it
			}
		case joins(r) && len(word) > 0 && i+1 < len(runes) && unicode.IsLetter(runes[i+1].rune):
		case (r == '"' || r == '״') && len(word) > 0 && hebrew(word[len(word)-1]) && i+1 < len(runes) && hebrew(runes[i+1].rune):
		default:
			end()
		}
	}
	end()
	return all
}

func joins(r rune) bool { return r == '\'' || r == '’' || r == '׳' }

func hebrew(r rune) bool { return r >= 'א' && r <= 'ת' }

func arabic(r rune) bool { return r >= 'ء' && r <= 'ي' }

// Small words that are written as one with the word after them.
var (
	arabicParticles = []string{"ال", "وال", "بال", "فال", "كال", "لل", "ولل", "و", "ب", "ل", "ف", "ك"}
	hebrewParticles = []string{"ה", "ו", "ב", "ל", "מ", "ש", "כ", "וה", "שה", "מה", "וב", "ול", "ומ", "בה", "כש"}
)

// shortest is how many letters are left of a word without its particle.
const shortest = 3

// forms gives a word with each particle that may stand before it, and, where it begins
// with an article, without that.
func forms(word string) []string {
	runes := []rune(word)
	var particles []string
	stem := word
	switch {
	case len(runes) < 2:
		return []string{word}
	case arabic(runes[0]):
		particles = arabicParticles
		for _, p := range []string{"وال", "بال", "ال", "لل"} {
			if rest, ok := strings.CutPrefix(word, p); ok && len([]rune(rest)) >= shortest {
				stem = rest
				break
			}
		}
	case hebrew(runes[0]):
		particles = hebrewParticles
		if rest, ok := strings.CutPrefix(word, "ה"); ok && len([]rune(rest)) >= shortest {
			stem = rest
		}
	default:
		return []string{word}
	}
	all := []string{stem}
	if stem != word {
		all = append(all, word)
	}
	for _, p := range particles {
		if p+stem != word {
			all = append(all, p+stem)
		}
	}
	return all
}
