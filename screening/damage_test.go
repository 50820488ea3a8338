package screening

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// A damage is what happens to the parts of a written name on its way.
type damage struct {
	name string
	to   func(parts []string, r *rand.Rand) []string // nil where it cannot be done
}

func damages() []damage {
	return []damage{
		{"as it is", func(p []string, r *rand.Rand) []string { return p }},
		{"family name first", func(p []string, r *rand.Rand) []string {
			return append([]string{p[len(p)-1] + pick(r, []string{",", ""})}, p[:len(p)-1]...)
		}},
		{"middle name missing", func(p []string, r *rand.Rand) []string {
			if len(p) < 3 {
				return nil
			}
			return []string{p[0], p[len(p)-1]}
		}},
		{"middle name as initial", func(p []string, r *rand.Rand) []string {
			if len(p) < 3 {
				return nil
			}
			return []string{p[0], string([]rune(strings.TrimLeft(p[1], "ʿʾʼʻ'"))[:1]) + ".", p[2]}
		}},
		{"bin, ben, בן put in", func(p []string, r *rand.Rand) []string {
			if len(p) < 3 {
				return nil
			}
			switch of := scriptOfText(p[0]); of {
			case arabic:
				return []string{p[0], "بن", p[1], p[2]}
			case hebrew:
				return []string{p[0], "בן", p[1], p[2]}
			default:
				return []string{p[0], pick(r, []string{"bin", "ben", "ibn"}), p[1], p[2]}
			}
		}},
		{"typing error", typing},
		{"reading error (OCR)", reading},
		{"spelling of the script", spelling},
		{"capitals and marks", func(p []string, r *rand.Rand) []string {
			p = slices.Clone(p)
			for i := range p {
				switch scriptOfText(p[i]) {
				case latin:
					p[i] = strings.ToUpper(p[i])
				case arabic:
					n := []rune(p[i])
					p[i] = string(n[:2]) + "ـ" + string(n[2:]) + "\u064f"
				case hebrew:
					n := []rune(p[i])
					p[i] = string(n[:1]) + "\u05b8" + string(n[1:])
				}
			}
			return p
		}},
	}
}

func scriptOfText(s string) script {
	for _, r := range fold(s) {
		if of, ok := scriptOf(r); ok {
			return of
		}
	}
	return latin
}

var keyboards = map[script][]string{
	latin:  {"qwertyuiop", "asdfghjkl", "zxcvbnm"},
	arabic: {"ضصثقفغعهخحجد", "شسيبلاتنمكط", "ئءؤرىةوزظ"},
	hebrew: {"קראטוןםפ", "שדגכעיחלךף", "זסבהנמצתץ"},
}

// typing makes one slip in the longest part.
func typing(p []string, r *rand.Rand) []string {
	p = slices.Clone(p)
	longest := 0
	for i := range p {
		if len([]rune(p[i])) > len([]rune(p[longest])) {
			longest = i
		}
	}
	n := []rune(p[longest])
	if len(n) < 4 {
		return nil
	}
	at := 1 + r.IntN(len(n)-2)
	switch r.IntN(5) {
	case 0: // omitted
		n = slices.Delete(n, at, at+1)
	case 1: // two in the wrong order
		n[at], n[at+1] = n[at+1], n[at]
	case 2: // doubled
		n = slices.Insert(n, at, n[at])
	default: // the key beside it
		for _, row := range keyboards[scriptOfText(p[longest])] {
			keys := []rune(row)
			if i := slices.Index(keys, n[at]); i >= 0 {
				n[at] = keys[max(0, min(len(keys)-1, i+1-2*r.IntN(2)))]
				break
			}
		}
	}
	p[longest] = string(n)
	return p
}

var misread = map[script][][2]string{
	latin:  {{"m", "rn"}, {"rn", "m"}, {"l", "i"}, {"i", "l"}, {"e", "c"}, {"h", "b"}, {"u", "v"}, {"a", "o"}, {"g", "q"}, {"f", "t"}, {"n", "ri"}},
	arabic: {{"ب", "ت"}, {"ت", "ث"}, {"ن", "ب"}, {"ج", "ح"}, {"خ", "ح"}, {"ح", "خ"}, {"د", "ذ"}, {"ر", "ز"}, {"ز", "ر"}, {"س", "ش"}, {"ش", "س"}, {"ص", "ض"}, {"ط", "ظ"}, {"ع", "غ"}, {"غ", "ع"}, {"ف", "ق"}, {"ق", "ف"}, {"ي", "ى"}},
	hebrew: {{"ד", "ר"}, {"ר", "ד"}, {"ה", "ח"}, {"ח", "ה"}, {"ב", "כ"}, {"כ", "ב"}, {"ו", "ז"}, {"ו", "י"}, {"ח", "ת"}, {"ם", "ס"}},
}

// reading takes one letter for one of like shape.
func reading(p []string, r *rand.Rand) []string {
	p = slices.Clone(p)
	for range 20 {
		i := r.IntN(len(p))
		m := pick(r, misread[scriptOfText(p[i])])
		if at := strings.LastIndex(p[i], m[0]); at > 0 {
			p[i] = p[i][:at] + m[1] + p[i][at+len(m[0]):]
			return p
		}
	}
	return nil
}

// spelling writes what a script allows to be written in two ways the other way.
func spelling(p []string, r *rand.Rand) []string {
	p = slices.Clone(p)
	changed := false
	for i := range p {
		was := p[i]
		switch scriptOfText(p[i]) {
		case arabic:
			p[i] = strings.NewReplacer("أ", "ا", "إ", "ا", "آ", "ا", "ؤ", "و", "ئ", pick(r, []string{"ي", "ئ"}), "ى", "ي", "ة", "ه", "اء", "ا", "عبد ال", "عبدال", "ک", "ك").Replace(p[i])
			if r.IntN(3) == 0 {
				p[i] = strings.NewReplacer("ك", "ک", "ي", "ی").Replace(p[i])
			}
		case hebrew: // full and defective spelling
			n := []rune(p[i])
			for j := 1; j < len(n)-1; j++ {
				if (n[j] == 'ו' || n[j] == 'י') && r.IntN(2) == 0 {
					p[i] = string(n[:j]) + string(n[j+1:])
					break
				}
			}
			p[i] = strings.NewReplacer("'", pick(r, []string{"׳", "’", "'"}), "-", pick(r, []string{"־", " "})).Replace(p[i])
		default:
			p[i] = undouble(strings.NewReplacer("ee", "i", "oo", "u", "ou", "u", "ei", "ai", "ck", "k", "ph", "f", "tz", "ts", "-", " ", "'", "", "ʿ", "", "ʾ", "").Replace(p[i]))
		}
		changed = changed || p[i] != was
	}
	if !changed {
		return nil
	}
	return p
}
