package format

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/words"
)

// A line is one line of text, not empty, without spaces at its ends, shown as it
// is stored.
type lineType struct{ stringType }

func (lineType) accepts(field *Field) words.Message {
	if field.Covers != "" {
		return words.M("accepts.covering")
	}
	return words.M("accepts.line")
}

func (lineType) parse(_ *Setting, field *Field, typed string) (any, *fault) { return typed, nil }

func (lineType) check(field *Field, value any) *fault {
	s, ok := value.(string)
	if !ok {
		return notString(value)
	}
	if why := lineFault(s); why != nil {
		return why
	}
	if missing := uncovered(field.Covers, s); field.Covers != "" && missing != "" {
		return faulty("line.missing", "missing", missing)
	}
	if n := wordCount(s); field.MaxWords > 0 && n > field.MaxWords {
		return faulty("words.shorten", "count", words.M("words.count", "n", n), "most", words.M("words.count", "n", field.MaxWords))
	}
	return nil
}

func (lineType) count(_ *Field, value any) int {
	s, _ := value.(string)
	return wordCount(s)
}

// same compares what a person would read aloud: case, spaces and the script of
// digits do not count.
func (lineType) same(_ *Field, original, again string) bool {
	plain := func(s string) string {
		return strings.ToLower(strings.Join(strings.Fields(words.LatinDigits(s)), " "))
	}
	return plain(original) == plain(again)
}

func (lineType) schema(field *Field) map[string]any {
	return map[string]any{"type": "string", "minLength": 1, "pattern": `^\S(.*\S)?$`}
}

// lineFault tells what to do about a line that is not one, or nothing.
func lineFault(s string) *fault {
	switch {
	case s == "":
		return faulty("remedy.something")
	case strings.TrimSpace(s) != s:
		return faulty("line.spaces")
	}
	return runeFault(s, false)
}

// runeFault finds characters that could make what is shown differ from what is
// signed: control characters, private or unassigned ones, and the invisible
// ones that override or embed a writing direction (UAX 9). The joiners and the
// plain direction marks, which Arabic and Hebrew keyboards type, are accepted.
func runeFault(s string, newline bool) *fault {
	if !utf8.ValidString(s) {
		return faulty("line.utf8")
	}
	n := 0
	for _, r := range s {
		n++
		switch {
		case r == '\n' && newline:
		case r < utf8.RuneSelf && r >= ' ' && r != 0x7F:
		case words.Visible(string(r)) != string(r):
			return faulty("line.character", "character", words.Raw(fmt.Sprintf("U+%04X", r)), "number", n)
		}
	}
	return nil
}

// uncovered gives the characters of set that s lacks, in set's order.
func uncovered(set, s string) string {
	lower := strings.ToLower(s)
	var missing []string
	for _, r := range set {
		if !strings.ContainsRune(lower, r) {
			missing = append(missing, string(r))
		}
	}
	return strings.Join(missing, " ")
}

// Doubtful gives the words of a line or text in which a character may be taken
// for another: letters of two scripts in one word, or letters of a script that
// is none of the three (UTS 39 section 5.1, single-script identifiers). They are
// accepted, since names of persons and places are what they are, but both who
// writes and who reads is told.
func Doubtful(s string) []string {
	var doubtful []string
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) }) {
		scripts := map[string]bool{}
		for _, r := range word {
			if unicode.IsLetter(r) {
				scripts[script(r)] = true
			}
		}
		if len(scripts) > 1 || scripts["other"] {
			doubtful = append(doubtful, word)
		}
	}
	return doubtful
}

func script(r rune) string {
	switch {
	case unicode.Is(unicode.Latin, r):
		if r >= 0xFF00 || r >= 0x1D400 { // full-width and mathematical letters are look-alikes
			return "other"
		}
		return "latin"
	case r == 'ی' || r == 'ک' || r == 'ە' || r == 'ھ': // look like Arabic ي, ك, ه and are not
		return "other"
	case unicode.Is(unicode.Arabic, r):
		return "arabic"
	case unicode.Is(unicode.Hebrew, r):
		return "hebrew"
	}
	return "other"
}
