package screening

import (
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// Rules of writing, from the standards and habits that docs/screening.md names.
// They go from what is spoken to a writing; matching goes the other way and shares
// no table with them.

var arabicScript = map[rune]string{'\'': "ء", 'b': "ب", 't': "ت", 'c': "ث", 'j': "ج", 'H': "ح", 'x': "خ", 'd': "د", 'V': "ذ", 'r': "ر", 'z': "ز", 's': "س", '$': "ش", 'S': "ص", 'D': "ض", 'T': "ط", 'Z': "ظ",
	'E': "ع", 'G': "غ", 'f': "ف", 'q': "ق", 'k': "ك", 'l': "ل", 'm': "م", 'n': "ن", 'h': "ه", 'w': "و", 'y': "ي", 'A': "ا", 'I': "ي", 'U': "و", 'P': "ة"}

func arabicSpelling(spoken string) string {
	var b strings.Builder
	var last rune
	for _, c := range spoken {
		if c == last && strings.ContainsRune("aiu", c) == false {
			continue
		}
		b.WriteString(arabicScript[c])
		last = c
	}
	return b.String()
}

var hebrewScript = map[rune]string{'b': "ב", 'v': "ב", 'g': "ג", 'd': "ד", 'h': "ה", 'z': "ז", 'X': "ח", 'T': "ט", 'y': "י", 'k': "כ", 'K': "כ", 'l': "ל", 'm': "מ", 'n': "נ", 's': "ס", 'E': "ע", '\'': "א", 'p': "פ", 'f': "פ", 'C': "צ", 'q': "ק", 'r': "ר", '$': "ש", 't': "ת",
	'o': "ו", 'u': "ו", 'i': "י"}

func hebrewSpelling(spoken string) string {
	var b strings.Builder
	for i, c := range spoken {
		if c == 'a' && i == len(spoken)-1 {
			b.WriteString("ה")
		}
		b.WriteString(hebrewScript[c])
	}
	return finals(b.String())
}

// finals writes Hebrew final forms.
func finals(s string) string {
	for _, f := range [][2]string{{"כ", "ך"}, {"מ", "ם"}, {"נ", "ן"}, {"פ", "ף"}, {"צ", "ץ"}} {
		if rest, ok := strings.CutSuffix(s, f[0]); ok {
			return rest + f[1]
		}
	}
	return s
}

// A system writes a name part as one tradition does.
type system struct {
	name  string
	of    []tongue
	write func(l lexeme, r *rand.Rand) string
}

// by replaces phonemes, longest first as listed.
func by(spoken string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(spoken) }

// compound writes abd and din names of a system: how abd, article and din are
// written, and what ties them.
func compound(l lexeme, write func(string) string, abd, din func(next string) string) string {
	switch {
	case l.abd:
		return abd(write(l.spoken))
	case l.din:
		return din(write(l.spoken))
	}
	return ""
}

func title(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if strings.ContainsRune("ʿʾ'", r) {
		return s[:n] + title(s[n:])
	}
	return strings.ToUpper(string(r)) + s[n:]
}

const sun = "tcdVrzs$SDTZln"

// firstSun gives the first consonant's romanisation where it is a sun letter.
func assimilated(spoken, written string) string {
	if !strings.ContainsRune(sun, rune(spoken[0])) {
		return "l"
	}
	for _, two := range []string{"sch", "sh", "ch", "th", "dh"} {
		if strings.HasPrefix(strings.ToLower(written), two) {
			return two
		}
	}
	return strings.ToLower(written[:1])
}

var alaLC = system{"ALA-LC romanisation", []tongue{arabicName}, func(l lexeme, r *rand.Rand) string {
	write := func(s string) string {
		return title(by(s, "'", "ʾ", "E", "ʿ", "c", "th", "H", "ḥ", "x", "kh", "V", "dh", "$", "sh", "S", "ṣ", "D", "ḍ", "T", "ṭ", "Z", "ẓ", "G", "gh", "A", "ā", "I", "ī", "U", "ū", "aP", "ah", "P", ""))
	}
	if c := compound(l, write, func(next string) string { return "ʿAbd al-" + next }, func(next string) string { return next + " al-Dīn" }); c != "" {
		return c
	}
	if l.article {
		return "al-" + write(l.spoken)
	}
	return write(l.spoken)
}}

var press = system{"English press spelling", []tongue{arabicName}, func(l lexeme, r *rand.Rand) string {
	write := func(s string) string {
		if n := len(s); n > 3 && r.IntN(3) == 0 && (s[n-2] == 'i' || s[n-2] == 'a') { // khaled, ahmed
			s = s[:n-2] + "e" + s[n-1:]
		}
		u, i, q := pick(r, []string{"u", "u", "oo", "ou"}), pick(r, []string{"i", "i", "ee"}), pick(r, []string{"q", "q", "k"})
		s = by(s, "'", "", "E", "", "c", "th", "H", "h", "x", "kh", "V", "dh", "$", "sh", "S", "s", "D", "d", "T", "t", "Z", pick(r, []string{"z", "dh"}), "G", "gh", "q", q, "ay", pick(r, []string{"ay", "ai", "ei"}), "A", "a", "aP", pick(r, []string{"a", "ah"}), "P", "")
		if rest, ok := strings.CutSuffix(s, "I"); ok {
			s = rest + pick(r, []string{"i", "i", "y"})
		}
		s = by(s, "I", i, "U", u)
		if r.IntN(3) == 0 {
			s = undouble(s)
		}
		return title(s)
	}
	if c := compound(l, write, func(next string) string {
		return pick(r, []string{"Abdul " + next, "Abdul" + strings.ToLower(next), "Abdel-" + next, "Abd al-" + next, "Abdel " + next, "Abd " + next})
	}, func(next string) string {
		return next + pick(r, []string{" al-Din", "eddin", " El-Din", " al-Deen", "uddin"})
	}); c != "" {
		return c
	}
	if l.article {
		return pick(r, []string{"al-", "Al-", "Al ", "El-", "", "Al"}) + write(l.spoken)
	}
	return write(l.spoken)
}}

func undouble(s string) string {
	var b strings.Builder
	var last rune
	for _, c := range s {
		if c != last || strings.ContainsRune("eo", c) {
			b.WriteRune(c)
		}
		last = c
	}
	return b.String()
}

var french = system{"French spelling", []tongue{arabicName}, func(l lexeme, r *rand.Rand) string {
	write := func(s string) string {
		full := s
		s = by(s, "'", "", "E", "", "c", "th", "H", "h", "x", "kh", "V", "dh", "$", "ch", "S", "s", "D", "d", "T", "t", "Z", "d", "G", pick(r, []string{"gh", "gh", "rh"}), "q", pick(r, []string{"k", "q"}), "j", pick(r, []string{"dj", "j"}),
			"uw", "ouw", "wU", "ou", "ay", pick(r, []string{"aï", "ay"}), "aw", "aou", "w", "ou", "A", "a", "I", "i", "U", "ou", "u", "ou", "aP", "a", "P", "")
		for _, v := range []string{"a", "i", "o"} { // s between vowels is doubled
			for _, w := range []string{"a", "i", "o", "e"} {
				s = strings.ReplaceAll(s, v+"s"+w, v+"ss"+w)
			}
		}
		if strings.HasSuffix(full, "An") || strings.HasSuffix(full, "Am") || strings.HasSuffix(full, "In") {
			s += pick(r, []string{"e", ""})
		}
		if r.IntN(2) == 0 {
			s = strings.Replace(s, "mm", "m", 1)
		}
		return title(s)
	}
	if c := compound(l, write, func(next string) string {
		if a := assimilated(l.spoken, next); a != "l" {
			return "Abde" + a + strings.ToLower(next)
		}
		return "Abdel" + strings.ToLower(next)
	}, func(next string) string { return next + pick(r, []string{"eddine", " Eddine", " ed-Dine"}) }); c != "" {
		return c
	}
	if l.article {
		family := write(l.spoken)
		if a := assimilated(l.spoken, family); a != "l" && r.IntN(2) == 0 {
			return "E" + a + "-" + family
		}
		return pick(r, []string{"El ", "El-", ""}) + family
	}
	return write(l.spoken)
}}

var egyptian = system{"Egyptian spelling", []tongue{arabicName}, func(l lexeme, r *rand.Rand) string {
	write := func(s string) string {
		return title(by(s, "'", "", "E", "", "c", pick(r, []string{"s", "th"}), "H", "h", "x", "kh", "V", pick(r, []string{"z", "d"}), "$", "sh", "S", "s", "D", "d", "T", "t", "Z", "z", "G", "gh", "q", pick(r, []string{"k", "q"}), "j", "g",
			"ay", "ei", "A", "a", "I", pick(r, []string{"i", "ee"}), "U", pick(r, []string{"ou", "u", "oo"}), "u", pick(r, []string{"o", "u"}), "aP", "a", "P", ""))
	}
	if c := compound(l, write, func(next string) string {
		return pick(r, []string{"Abdel " + next, "Abdel-" + next, "Abdel" + strings.ToLower(next), "Abd El-" + next})
	}, func(next string) string { return next + pick(r, []string{" El-Din", " Eldin", " El Din"}) }); c != "" {
		return c
	}
	if l.article {
		return pick(r, []string{"El-", "El ", "El"}) + write(l.spoken)
	}
	return write(l.spoken)
}}

var colloquial = system{"Gulf and Levant spelling", []tongue{arabicName}, func(l lexeme, r *rand.Rand) string {
	write := func(s string) string {
		s = by(s, "'", "", "E", pick(r, []string{"", "'", "a"}), "c", pick(r, []string{"th", "t"}), "H", "h", "x", "kh", "V", pick(r, []string{"th", "d", "z"}), "$", "sh", "S", "s", "D", pick(r, []string{"d", "dh"}), "T", "t", "Z", pick(r, []string{"dh", "th", "z"}), "G", pick(r, []string{"gh", "g"}), "q", pick(r, []string{"q", "g", "k"}),
			"ay", pick(r, []string{"e", "ai"}), "aw", pick(r, []string{"o", "aw"}), "A", "a", "I", pick(r, []string{"ee", "i"}), "U", pick(r, []string{"oo", "ou"}), "u", "o", "i", pick(r, []string{"e", "i"}), "aP", pick(r, []string{"a", "eh", "ah"}), "P", "")
		return title(strings.TrimPrefix(s, "'"))
	}
	if c := compound(l, write, func(next string) string {
		if a := assimilated(l.spoken, next); a != "l" {
			return pick(r, []string{"Abdu" + a + strings.ToLower(next), "Abdul" + strings.ToLower(next)})
		}
		return "Abdul" + strings.ToLower(next)
	}, func(next string) string { return next + pick(r, []string{" Aldeen", "uddin", " Al Deen"}) }); c != "" {
		return c
	}
	if l.article {
		family := write(l.spoken)
		if a := assimilated(l.spoken, family); a != "l" && r.IntN(3) == 0 {
			return "A" + a + "-" + family
		}
		return pick(r, []string{"Al ", "Al-", "Al"}) + family
	}
	return write(l.spoken)
}}

var german = system{"German spelling", []tongue{arabicName}, func(l lexeme, r *rand.Rand) string {
	write := func(s string) string {
		return title(by(s, "'", "", "E", "", "c", "th", "H", "h", "x", pick(r, []string{"ch", "kh"}), "V", "dh", "$", "sch", "S", "s", "D", "d", "T", "t", "Z", "z", "G", "gh", "q", "q", "j", pick(r, []string{"dsch", "dj"}), "y", pick(r, []string{"y", "j"}), "A", "a", "I", "i", "U", "u", "aP", "a", "P", ""))
	}
	if c := compound(l, write, func(next string) string { return "Abd al-" + next }, func(next string) string { return next + " ad-Din" }); c != "" {
		return c
	}
	if l.article {
		return "al-" + write(l.spoken)
	}
	return write(l.spoken)
}}

var inArabic = system{"Arabic script", []tongue{arabicName, hebrewName, europeanName}, func(l lexeme, r *rand.Rand) string {
	switch {
	case l.of == europeanName:
		return l.ar
	case l.of == hebrewName: // as Arabic newspapers write Hebrew names
		s := by(l.spoken, "$", "ش", "X", "ح", "K", "خ", "C", pick(r, []string{"تس", "تس", "ص"}), "T", "ط", "q", "ك", "'", "", "E", "ع", "b", "ب", "v", "ف", "g", pick(r, []string{"غ", "ج"}), "d", "د", "h", "ه", "z", "ز", "k", "ك", "l", "ل", "m", "م", "n", "ن", "s", "س",
			"p", "ب", "f", "ف", "r", "ر", "t", "ت", "y", "ي", "c", "س", "o", "و", "u", "و", "i", "ي", "e", pick(r, []string{"", "ي"}), "I", "ي", "a", pick(r, []string{"ا", "ا", ""}))
		if strings.ContainsRune("ae", rune(l.spoken[0])) && !strings.HasPrefix(s, "ا") {
			s = "ا" + s
		}
		if strings.HasSuffix(l.spoken, "a") && !strings.HasSuffix(s, "ا") {
			s += "ا"
		}
		return strings.ReplaceAll(strings.ReplaceAll(s, "يي", "ي"), "وو", "و")
	case l.abd:
		return "عبد " + "ال" + l.written
	case l.din:
		return l.written + " الدين"
	case l.article:
		return "ال" + l.written
	}
	return l.written
}}

var inHebrew = system{"Hebrew script", []tongue{arabicName, hebrewName, europeanName}, func(l lexeme, r *rand.Rand) string {
	switch l.of {
	case europeanName:
		return l.he
	case hebrewName:
		return l.written
	}
	write := func(s string) string {
		s = by(undouble(s), "wa", "וא", "'", pick(r, []string{"א", ""}), "c", pick(r, []string{"ת'", "ת"}), "j", "ג'", "x", pick(r, []string{"ח'", "ח"}), "V", pick(r, []string{"ד'", "ד"}), "D", pick(r, []string{"ד", "צ'", "ד'"}), "Z", pick(r, []string{"ט'", "ז"}), "G", pick(r, []string{"ע'", "ר'", "ג'"}),
			"H", "ח", "E", "ע", "$", "ש", "S", pick(r, []string{"צ", "ס"}), "T", "ט", "q", "ק", "k", "כ", "b", "ב", "t", "ת", "d", "ד", "r", "ר", "z", "ז", "s", "ס", "f", "פ", "l", "ל", "m", "מ", "n", "נ", "h", "ה", "w", "ו", "y", "י",
			"aP", "ה", "A", pick(r, []string{"א", "א", ""}), "I", "י", "U", "ו", "u", pick(r, []string{"ו", "ו", ""}), "i", pick(r, []string{"י", ""}), "a", "")
		if strings.ContainsRune("aiuAIU", rune(l.spoken[0])) && !strings.HasPrefix(s, "א") {
			s = "א" + s
		}
		if strings.HasSuffix(l.spoken, "A") && !strings.HasSuffix(s, "א") {
			s += "א"
		}
		return finals(s)
	}
	if c := compound(l, write, func(next string) string {
		return pick(r, []string{"עבד אל-" + next, "עבד אל " + next, "עבדאל" + next, "עבד א-" + next, "עבדול " + next})
	}, func(next string) string { return next + pick(r, []string{" א-דין", " אל-דין", " אלדין"}) }); c != "" {
		return c
	}
	if l.article {
		return pick(r, []string{"אל-", "אל־", "אל", "א-"}) + write(l.spoken)
	}
	return write(l.spoken)
}}

var hebrewAcademy = system{"Hebrew Academy romanisation", []tongue{hebrewName}, func(l lexeme, r *rand.Rand) string {
	return title(by(l.spoken, "'", "ʼ", "E", "ʻ", "X", "ẖ", "T", "t", "K", "kh", "C", "ts", "q", "k", "$", "sh", "c", "s", "I", "i"))
}}

var hebrewPress = system{"Hebrew names in the press", []tongue{hebrewName}, func(l lexeme, r *rand.Rand) string {
	s := by(l.spoken, "'", "", "E", "", "X", pick(r, []string{"h", "ch"}), "T", "t", "K", pick(r, []string{"ch", "kh"}), "C", pick(r, []string{"tz", "ts", "z"}), "q", "k", "$", "sh", "c", "s", "I", "i", "ay", pick(r, []string{"ay", "ai"}))
	if strings.HasSuffix(s, "a") && r.IntN(2) == 0 {
		s += "h"
	}
	if rest, ok := strings.CutSuffix(s, "i"); ok && r.IntN(3) == 0 {
		s = rest + "y"
	}
	return title(s)
}}

var hebrewContinental = system{"Hebrew names, French and German", []tongue{hebrewName}, func(l lexeme, r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return title(by(l.spoken, "'", "", "E", "", "X", "h", "T", "t", "K", "kh", "C", "ts", "q", "k", "$", "ch", "c", "s", "u", "ou", "I", "i"))
	}
	return title(by(l.spoken, "'", "", "E", "", "X", "ch", "T", "t", "K", "ch", "C", "z", "q", "k", "$", "sch", "c", "s", "v", "w", "I", "i"))
}}

var plain = system{"European spelling", []tongue{europeanName}, func(l lexeme, r *rand.Rand) string { return l.spoken }}

// europeanIn writes a family name of Latin letters in Arabic or Hebrew script.
func europeanIn(name string, toArabic bool) string {
	pairs := []string{"sch", "ש", "sh", "ש", "ck", "ק", "qu", "קו", "au", "או", "ei", "יי", "a", "א", "b", "ב", "c", "ק", "d", "ד", "e", "", "f", "פ", "g", "ג", "h", "ה", "i", "י", "k", "ק", "l", "ל", "m", "מ", "n", "נ", "o", "ו", "p", "פ", "r", "ר", "s", "ס", "t", "ט", "u", "ו", "v", "ב", "w", "ו"}
	if toArabic {
		pairs = []string{"sch", "ش", "sh", "ش", "ck", "ك", "qu", "كو", "au", "او", "ei", "اي", "a", "ا", "b", "ب", "c", "ك", "d", "د", "e", "ي", "f", "ف", "g", "غ", "h", "ه", "i", "ي", "k", "ك", "l", "ل", "m", "م", "n", "ن", "o", "و", "p", "ب", "r", "ر", "s", "س", "t", "ت", "u", "و", "v", "ف", "w", "و"}
	}
	s := by(undouble(strings.ToLower(name)), pairs...)
	if !toArabic {
		return finals(s)
	}
	return s
}

func systems() []system {
	return []system{alaLC, press, french, egyptian, colloquial, german, inArabic, inHebrew, hebrewAcademy, hebrewPress, hebrewContinental, plain}
}
