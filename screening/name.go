package screening

import (
	"slices"
	"strings"
	"unicode"
)

// Bounds of one name; what is longer is cut, and a name is never refused.
const (
	maxNameRunes = 400
	maxParts     = 12
)

// A part is one part of a name, as it is heard.
type part struct {
	text    string  // folded
	in      script  // of its letters
	sounds  []sound // never empty
	other   []sound // a second reading, such as without an article written to it; nil: none
	length  int     // sum of the weights of sounds
	initial bool    // one letter that stands for a part
	minor   bool    // abu and the like: says little
}

// partsOf takes a name apart: particles and articles go, compounds are joined,
// words that every company has go where others remain.
func partsOf(name string) []part {
	parts, _ := takeApart(name)
	return parts
}

// takeApart is partsOf, and whether that is all of the name.
func takeApart(name string) (parts []part, all bool) {
	words := split(name)
	words = joinCompounds(words)
	kept := drop(words, func(w word) bool { return isParticle(w) })
	if len(kept) < 2 { // nothing but particles and one part: they may be names
		kept = words
	}
	if named := drop(kept, func(w word) bool { return generic[w.text] }); len(named) > 0 {
		kept = named
	}
	all = true
	for _, w := range kept {
		if p, ok := w.part(); ok && len(parts) == maxParts {
			all = false
		} else if ok {
			parts = append(parts, p)
		}
	}
	return parts, all
}

// Whole reports whether all of a name is compared. It is not where it is longer than
// what is looked at, has letters of a script that is not heard, such as a Cyrillic
// one that looks like a Latin one, or shows in another order than it is written: that
// such a name is like no listed one says nothing.
func Whole(name string) bool {
	parts, all := takeApart(name)
	if !all || len(parts) == 0 || len([]rune(name)) > maxNameRunes || strings.ContainsFunc(name, reorders) {
		return false
	}
	for _, r := range unfolded(name) {
		if _, heard := scriptOf(r); unicode.IsLetter(r) && !heard && !isApostrophe(r) && r != 'ـ' && baseOf(r) == "" {
			return false
		}
	}
	return true
}

// reorders tells the characters that have what follows shown against its own
// direction.
func reorders(r rune) bool { return r == '\u202d' || r == '\u202e' }

func drop(words []word, unwanted func(word) bool) []word {
	return slices.DeleteFunc(slices.Clone(words), unwanted)
}

// A word is a run of letters of one script.
type word struct {
	text   string
	in     script
	hyphen bool   // a hyphen or apostrophe ties it to the next
	tail   string // joined to it: what follows abd, what precedes din
}

// split folds a name and cuts it into words.
func split(name string) []word {
	if runes := []rune(name); len(runes) > maxNameRunes {
		name = string(runes[:maxNameRunes])
	}
	var (
		words []word
		b     strings.Builder
		in    script
	)
	end := func(hyphen bool) {
		if b.Len() > 0 {
			words = append(words, word{text: b.String(), in: in, hyphen: hyphen})
			b.Reset()
		}
	}
	runes := []rune(fold(name))
	for i, r := range runes {
		s, letter := scriptOf(r)
		switch {
		case letter:
			if b.Len() > 0 && s != in && !unicode.IsDigit(r) {
				end(false)
			}
			if b.Len() == 0 || !unicode.IsDigit(r) {
				in = s
			}
			b.WriteRune(r)
		case isApostrophe(r) && b.Len() > 0:
			if in == hebrew {
				b.WriteRune('\'')
			} else if in == latin && isArticle(b.String()) {
				end(true) // l'X, al'X
			}
		case (r == '"' || r == '״' || r == '”') && in == hebrew && b.Len() > 0: // an abbreviation's mark
		case r == '.' && in == latin && b.Len() > 1 && i+2 < len(runes) && runes[i+2] == '.': // the second of L.L.C.
			end(false)
		default:
			end(r == '-' || r == '‐' || r == '–' || r == '־' || r == '’')
		}
	}
	end(false)
	return words
}

// part hears a word.
func (w word) part() (part, bool) {
	p := part{text: w.text, in: w.in, minor: kunya[w.text]}
	body := strings.TrimPrefix(w.text, "'")
	body, other := readings(body, w.in)
	p.sounds = hear(body, w.in)
	if w.tail != "" {
		tail, second := readings(w.tail, w.in)
		joined := append(slices.Clone(p.sounds), hear(tail, w.in)...)
		if second != "" {
			p.other = cut(append(slices.Clone(p.sounds), hear(second, w.in)...))
		}
		p.sounds, p.text = cut(joined), w.text+" "+w.tail
	} else if other != "" {
		p.other = hear(other, w.in)
	}
	for _, s := range p.sounds {
		p.length += s.weight()
	}
	p.initial = len([]rune(strings.Trim(w.text, "'"))) == 1 && w.tail == ""
	if p.initial && p.text == "c" { // Ch, too
		p.sounds = []sound{chay}
	}
	return p, len(p.sounds) > 0
}

func cut(s []sound) []sound { return s[:min(len(s), maxSounds)] }

// readings gives a word without what is written to it, and the second reading
// where it has two.
func readings(text string, in script) (first, second string) {
	letters := len([]rune(text))
	switch in {
	case arabic:
		if rest, ok := strings.CutPrefix(text, "عبدال"); ok && letters > 6 && rest != "له" && rest != "لة" {
			return "عبد" + rest, ""
		}
		if rest, ok := strings.CutPrefix(text, "ال"); ok && letters > 3 {
			return rest, text
		}
	case hebrew:
		for _, abd := range []string{"עבדאל", "עבדול", "עבדל"} {
			if rest, ok := strings.CutPrefix(text, abd); ok && letters > 6 && rest != "לה" {
				return "עבד" + rest, ""
			}
		}
		if rest, ok := strings.CutPrefix(text, "אל"); ok && letters > 4 {
			return text, rest
		}
	case latin:
		if rest, ok := abdWord(text); ok {
			return rest, strings.Replace(rest, "abd", "abdl", 1)
		}
		for _, article := range []string{"al", "el"} {
			if rest, ok := strings.CutPrefix(text, article); ok && letters > 5 {
				return text, rest
			}
		}
		for _, group := range []string{"tsh", "zh", "rh"} { // Yits-hak, Ar-han
			if strings.Contains(text, group) {
				return text, strings.Replace(text, group, strings.TrimSuffix(group, "h")+"'h", 1)
			}
		}
	}
	return text, ""
}

// abdWord takes the article out of a Latin word that begins with abd: abdulaziz,
// abderrahmane. A doubled letter is heard once anyway.
func abdWord(text string) (string, bool) {
	rest, ok := strings.CutPrefix(text, "abd")
	if !ok {
		if rest, ok = strings.CutPrefix(text, "abed"); !ok {
			return "", false
		}
	}
	stem := strings.TrimLeft(rest, "aeiou")
	if len(stem) < 4 {
		return "", false
	}
	if l, ok := strings.CutPrefix(stem, "l"); ok && len(rest) > len(stem) && l[0] != 'l' {
		return "abd" + l, true
	}
	return "", false
}

// joinCompounds makes one word of abd and what follows, of what precedes din or
// allah and it, and takes out the article between them.
func joinCompounds(words []word) []word {
	var joined []word
	for i := 0; i < len(words); i++ {
		w := words[i]
		article := false
		for i+2 < len(words) && isAbd(w) && (isArticle(words[i+1].text) || hebrewArticle(words[i+1])) && words[i+1].in == w.in { // abd al-x
			i++
		}
		if isAbd(w) && i+1 < len(words) && words[i+1].in == w.in && len([]rune(words[i+1].text)) > 2 {
			w.text, w.tail = abdOf[w.in], strings.TrimPrefix(words[i+1].text, "'")
			w.hyphen = words[i+1].hyphen
			i++
			joined = append(joined, w)
			continue
		}
		if (isArticleBefore(w, words, i) || hebrewArticle(w)) && i+1 < len(words) {
			article = true
			w = words[i+1]
			i++
		}
		if n := len(joined); n > 0 && joined[n-1].in == w.in && joined[n-1].tail == "" && len([]rune(joined[n-1].text)) > 1 && (isDin(w, article) || isAllah(w)) {
			joined[n-1].tail = tailOf(w)
			continue
		}
		joined = append(joined, w)
	}
	return joined
}
