package screening

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxSounds bounds one name part; what is longer is cut.
const maxSounds = 28

var arabicLetters = map[rune]sound{
	'ا': longA, 'آ': longA, 'ٱ': longA, 'أ': glottal, 'إ': glottal, 'ء': glottal, 'ؤ': glottal, 'ئ': glottal, 'ى': endY, 'ة': endA, 'ۀ': endA, 'ە': endA,
	'ب': bb, 'پ': pp, 'ت': tt, 'ث': theta, 'ج': jeem, 'چ': chay, 'ح': hh, 'خ': khaa, 'د': dd, 'ذ': dhal, 'ر': rr, 'ز': zz, 'ژ': jeem, 'س': ss, 'ش': sheen,
	'ص': ss, 'ض': daad, 'ط': tt, 'ظ': zaa, 'ع': ayin, 'غ': ghayn, 'ف': ff, 'ڤ': vv, 'ڥ': vv, 'ق': qaf, 'ڨ': gg, 'ك': kk, 'ک': kk, 'گ': gg, 'ڭ': gg, 'ل': ll, 'م': mm,
	'ن': nn, 'ه': hh, 'ہ': hh, 'ھ': hh, 'و': longU, 'ي': longI, 'ی': longI, 'ې': longI,
}

var hebrewLetters = map[rune]sound{
	'א': longA, 'ב': bet, 'ג': gg, 'ד': dd, 'ה': hh, 'ו': longU, 'ז': zz, 'ח': het, 'ט': tt, 'י': longI, 'כ': kaf, 'ך': kaf, 'ל': ll, 'מ': mm, 'ם': mm, 'נ': nn, 'ן': nn,
	'ס': ss, 'ע': ayin, 'פ': peh, 'ף': peh, 'צ': tsade, 'ץ': tsade, 'ק': qaf, 'ר': rr, 'ש': shin, 'ת': tt,
}

// A geresh after a Hebrew letter makes it a sound that Hebrew does not have.
var withGeresh = map[sound]sound{gg: jeem, dd: dhal, tt: theta, het: khaa, kaf: khaa, tsade: chay, rr: ghayn, ayin: ghayn, zz: jeem}

// latinGroups are letters that are one sound together, the longest first.
var latinGroups = []struct {
	text string
	as   []sound
}{
	{"dsch", []sound{jeem}}, {"tsch", []sound{chay}}, {"sch", []sound{sheen}}, {"tch", []sound{chay}}, {"dzh", []sound{jeem}},
	{"tsh", []sound{tt, sheen}}, {"sh", []sound{sheen}}, {"ch", []sound{chay}}, {"kh", []sound{khaa}}, {"gh", []sound{ghayn}}, {"th", []sound{theta}}, {"dh", []sound{dhal}}, {"ph", []sound{ff}}, {"zh", []sound{jeem}},
	{"dj", []sound{jeem}}, {"rh", []sound{ghayn}}, {"tz", []sound{tsade}}, {"ts", []sound{tsade}}, {"ck", []sound{kk}},
	{"ce", []sound{ss, shortE}}, {"ci", []sound{ss, shortI}}, {"cy", []sound{ss, longI}},
	{"ou", []sound{longU}}, {"oo", []sound{longU}}, {"uu", []sound{longU}}, {"au", []sound{longU}}, {"aw", []sound{longU}}, {"ow", []sound{shortU, longU}},
	{"ee", []sound{longI}}, {"ii", []sound{longI}}, {"ei", []sound{longI}}, {"ai", []sound{longI}}, {"ie", []sound{longI}}, {"ey", []sound{longI}}, {"ay", []sound{longI}}, {"iy", []sound{longI}}, {"yi", []sound{longI}}, {"aa", []sound{longA}},
	{"a", []sound{shortA}}, {"b", []sound{bb}}, {"c", []sound{kk}}, {"d", []sound{dd}}, {"e", []sound{shortE}}, {"f", []sound{ff}}, {"g", []sound{gg}}, {"h", []sound{hh}}, {"i", []sound{shortI}}, {"j", []sound{jeem}},
	{"k", []sound{kk}}, {"l", []sound{ll}}, {"m", []sound{mm}}, {"n", []sound{nn}}, {"o", []sound{shortU}}, {"p", []sound{pp}}, {"q", []sound{qaf}}, {"r", []sound{rr}}, {"s", []sound{ss}}, {"t", []sound{tt}},
	{"u", []sound{shortU}}, {"v", []sound{vv}}, {"w", []sound{longU}}, {"x", []sound{kk, ss}}, {"y", []sound{longI}}, {"z", []sound{zz}},
}

// byFirst is latinGroups by their first letter.
var byFirst = func() (by [26][]int) {
	for i, g := range latinGroups {
		by[g.text[0]-'a'] = append(by[g.text[0]-'a'], i)
	}
	return by
}()

// unfold maps Latin letters that do not come apart into a letter and a mark.
var unfold = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "dh", "þ", "th", "ı", "i", "ħ", "h", "ə", "e", "ş", "sh", "ș", "sh", "š", "sh", "č", "ch", "ž", "zh", "ç", "s", "ġ", "gh", "ğ", "gh", "ḫ", "kh", "ẖ", "ch", "ḏ", "dh", "ṯ", "th", "ǧ", "j")

// fold brings text to one form: compatibility forms and case are evened out, marks
// over and under letters, the Arabic stretching stroke and what does not show go.
func fold(text string) string {
	var b strings.Builder
	for _, r := range unfolded(text) {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Cf) || r == 'ـ':
		case unicode.IsDigit(r):
			b.WriteRune('0' + digitOf(r))
		case r >= 'À' && unicode.Is(unicode.Latin, r):
			b.WriteString(baseOf(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unfolded evens out compatibility forms and case, and writes out ligatures.
func unfolded(text string) string { return unfold.Replace(strings.ToLower(norm.NFKC.String(text))) }

// baseOf gives a Latin letter without its marks; empty where it is no other letter
// with marks.
func baseOf(r rune) string {
	var b strings.Builder
	for _, part := range norm.NFD.String(string(r)) {
		if part < 0x80 {
			b.WriteRune(part)
		}
	}
	return b.String()
}

// scriptOf tells the script of a folded letter; digits are of every script and
// count as Latin.
func scriptOf(r rune) (script, bool) {
	switch {
	case r >= 'a' && r <= 'z', unicode.IsDigit(r):
		return latin, true
	case arabicLetters[r] != 0:
		return arabic, true
	case hebrewLetters[r] != 0:
		return hebrew, true
	}
	return 0, false
}

// isApostrophe tells a mark inside a Latin or Hebrew name part: of hamza, ayin,
// an omitted letter, or the Hebrew geresh.
func isApostrophe(r rune) bool { return strings.ContainsRune("'`’‘ʼʻʾʿ׳´ˈ", r) }

// hear gives the sounds of one folded name part of one script.
func hear(text string, in script) []sound {
	heard := make([]sound, 0, len(text))
	switch in {
	case latin:
		heard = hearLatin(heard, text)
	case arabic:
		heard = hearArabic(heard, []rune(text))
	case hebrew:
		heard = hearHebrew(heard, []rune(text))
	}
	if len(heard) > maxSounds {
		heard = heard[:maxSounds]
	}
	return heard
}

func hearLatin(heard []sound, text string) []sound {
	for i := 0; i < len(text); {
		c := text[i]
		if c >= '0' && c <= '9' {
			heard = append(heard, digit0+sound(c-'0'))
		}
		if c < 'a' || c > 'z' {
			i++
			continue
		}
		if c == 'h' && i == len(text)-1 && i > 1 && (text[i-1] == 'a' || text[i-1] == 'e') {
			return append(heard, endA) // -ah, -eh: heard or not
		}
		for _, g := range byFirst[c-'a'] {
			if strings.HasPrefix(text[i:], latinGroups[g].text) {
				heard = appendOnce(heard, latinGroups[g].as)
				i += len(latinGroups[g].text)
				break
			}
		}
	}
	return heard
}

// appendOnce appends sounds; a doubled consonant is heard once.
func appendOnce(heard, more []sound) []sound {
	if n := len(heard); n > 0 && heard[n-1] == more[0] && more[0] < digit0 {
		more = more[1:]
	}
	return append(heard, more...)
}

func hearArabic(heard []sound, text []rune) []sound {
	for i, r := range text {
		s, last := arabicLetters[r], i == len(text)-1
		switch {
		case s == 0:
			continue
		case i == 0 && s == longA:
			s = glottal
		case last && i > 0 && s == hh:
			s = endA
		case i > 0 && r == 'ل' && text[i-1] == 'ل':
			continue
		}
		heard = append(heard, s)
	}
	return heard
}

func hearHebrew(heard []sound, text []rune) []sound {
	for i, r := range text {
		s, last := hebrewLetters[r], i == len(text)-1
		switch {
		case isApostrophe(r):
			if n := len(heard); n > 0 && withGeresh[heard[n-1]] != 0 {
				heard[n-1] = withGeresh[heard[n-1]]
			}
			continue
		case s == 0:
			continue
		case i == 0 && s == longA:
			s = glottal
		case last && i > 0 && s == hh:
			s = endA
		case i > 0 && text[i-1] == r && (s == longU || s == longI):
			continue
		}
		heard = append(heard, s)
	}
	return heard
}

// digitOf is the value of a decimal digit of any script; ten stand in a row.
func digitOf(r rune) rune {
	zero := r
	for unicode.IsDigit(zero - 1) {
		zero--
	}
	return (r - zero) % 10
}
