package format

import (
	"strings"
	"unicode/utf8"

	"parley/statement"
	"parley/words"
)

// A text is paragraphs, typed with blank lines between. Each is signed so that
// it can be withheld by itself.
type textType struct{ stringType }

func (textType) accepts(field *Field) words.Message {
	if field.MaxWords > 0 {
		return words.M("accepts.text-words", "count", words.M("words.count", "n", field.MaxWords))
	}
	return words.M("accepts.text")
}

func (textType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	return paragraphs(typed), nil
}

func (textType) check(field *Field, value any) *fault {
	open, ok := openParagraphs(value)
	if !ok {
		return faulty("remedy.type", "type", Text)
	}
	if len(open) == 0 {
		if t, signed := value.(statement.Text); signed && len(t) > 0 {
			return nil // all of it withheld
		}
		return faulty("remedy.something")
	}
	n := 0
	for i, p := range open {
		why := paragraphFault(p)
		if why != nil {
			why.remedy = words.M("text.paragraph", "number", i+1, "remedy", why.remedy)
			return why
		}
		n += wordCount(p)
	}
	if field.MaxWords > 0 && n > field.MaxWords {
		why := faulty("words.shorten", "count", words.M("words.count", "n", n), "most", words.M("words.count", "n", field.MaxWords))
		why.counted = words.M("words.count", "n", n)
		return why
	}
	return nil
}

// openParagraphs gives the paragraphs that are not withheld.
func openParagraphs(value any) (open []string, ok bool) {
	switch v := value.(type) {
	case statement.Paragraphs:
		return v, true
	case statement.Text:
		for _, p := range v {
			if !p.Withheld {
				open = append(open, p.Text)
			}
		}
		return open, true
	}
	return nil, false
}

func (textType) count(_ *Field, value any) int {
	n := 0
	open, _ := openParagraphs(value)
	for _, p := range open {
		n += wordCount(p)
	}
	return n
}

// longWord is how many characters a word may have before it counts as several:
// what is written without spaces is no shorter for that.
const longWord = 30

// wordCount is how many words s has.
func wordCount(s string) int {
	n := 0
	for word := range strings.FieldsSeq(s) {
		n += (utf8.RuneCountInString(word) + longWord - 1) / longWord
	}
	return n
}

// brief parts paragraphs by a stroke.
func (t textType) brief(s *Setting, field *Field, lang string, value any) string {
	return strings.Join(t.show(s, field, lang, value), " / ")
}

func (textType) show(_ *Setting, _ *Field, lang string, value any) []string {
	var lines []string
	add := func(p string) {
		for part := range strings.SplitSeq(p, "\n") {
			lines = append(lines, words.Isolate(lang, part))
		}
	}
	switch v := value.(type) {
	case statement.Paragraphs:
		for _, p := range v {
			add(p)
		}
	case statement.Text:
		for _, p := range v {
			if p.Withheld {
				lines = append(lines, words.M("text.withheld").In(lang))
			} else {
				add(p.Text)
			}
		}
	}
	return lines
}

func (textType) schema(*Field) map[string]any {
	return map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"type": "string", "minLength": 1}}
}

func paragraphFault(s string) *fault {
	switch {
	case s == "":
		return faulty("text.empty")
	case strings.TrimSpace(s) != s:
		return faulty("line.spaces")
	case strings.Contains(s, "\n\n"):
		return faulty("text.two")
	}
	return runeFault(s, true)
}

// paragraphs parts text at its blank lines.
func paragraphs(text string) statement.Paragraphs {
	var all statement.Paragraphs
	var lines []string
	flush := func() {
		if p := strings.TrimSpace(strings.Join(lines, "\n")); p != "" {
			all = append(all, p)
		}
		lines = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimRight(line, " \t"); line == "" {
			flush()
			continue
		}
		lines = append(lines, line)
	}
	flush()
	return all
}
