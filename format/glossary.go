package format

import (
	"slices"
	"strings"
	"unicode"

	"parley/statement"
	"parley/words"
)

// A Contest is a contested term found in what an officer wrote.
type Contest struct {
	Field string
	Found string // as it was spelt
	Lang  string // of the spelling
	Term  Term
}

// Contests finds the terms that the glossary marks as contested in the lines and
// texts of s. The rules do not refuse them: the desk asks its officer to choose
// an agreed term, or to keep the word.
func (s *Setting) Contests(f *Format, source Source) []Contest {
	if s == nil {
		return nil
	}
	var found []Contest
	for _, v := range source.Fields() {
		if field, ok := f.Field(v.Name); !ok || field.Coded() && field.Type != Place && field.Type != Area {
			continue
		}
		bared := bareTexts(v)
		for _, term := range s.Glossary {
			if term.Contested {
				if c, ok := contest(v.Name, bared, term); ok {
					found = append(found, c)
				}
			}
		}
	}
	return found
}

func contest(field string, bared []string, term Term) (Contest, bool) {
	for _, text := range bared {
		for _, lang := range words.Languages() {
			for _, spelling := range term.Words[lang] {
				if hasWord(text, spelling) {
					return Contest{field, spelling, lang, term}, true
				}
			}
		}
	}
	return Contest{}, false
}

// Agreed gives the words of lang to use in place of a contested term.
func (s *Setting) Agreed(c Contest) []string {
	var use []string
	for _, term := range s.Glossary {
		if !term.Contested && slices.Contains(c.Term.Use, term.ID) && len(term.Words[c.Lang]) > 0 {
			use = append(use, term.Words[c.Lang][0])
		}
	}
	return use
}

// bareTexts gives what a person wrote freely in fields, bare: a text is long, and
// looked through for every term.
func bareTexts(fields ...statement.Field) []string {
	var all []string
	for _, v := range fields {
		for _, text := range texts(v.Value) {
			all = append(all, bare(text))
		}
	}
	return all
}

// hasWord reports whether text, which is bare, has word between characters that are
// no letters, case and Arabic and Hebrew vowel marks ignored. The Arabic and Hebrew prefixes
// that are written to a word (the article, and, in, to, from, as) may stand
// before it.
func hasWord(text, word string) bool {
	word = bare(word)
	if word == "" {
		return false
	}
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		start, end := from+at, from+at+len(word)
		if wordEnds(text[end:]) && wordBegins(text[:start], word) {
			return true
		}
		from = start + 1
		for from < len(text) && text[from]&0xC0 == 0x80 {
			from++
		}
	}
}

var prefixes = map[string][]string{
	"arabic": {"", "ال", "و", "ف", "ب", "ل", "ك", "وال", "بال", "لل", "فال", "كال"},
	"hebrew": {"", "ה", "ו", "ב", "ל", "מ", "כ", "ש", "וה", "שה", "מה", "בה"},
	"latin":  {""},
}

func wordBegins(before, word string) bool {
	at := strings.LastIndexFunc(before, func(r rune) bool { return !unicode.IsLetter(r) })
	rest := before
	if at >= 0 {
		rest = before[at:]
		rest = strings.TrimLeftFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) })
	}
	for _, r := range word {
		return slices.Contains(prefixes[script(r)], rest)
	}
	return false
}

func wordEnds(after string) bool {
	for _, r := range after {
		return !unicode.IsLetter(r)
	}
	return true
}

// bare drops case, marks and the joiners.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == 0x0640 || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
