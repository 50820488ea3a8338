package format

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"parley/statement"
)

// Languages are those that the whole catalogue speaks, English first.
func Languages() []string { return []string{"en", "ar", "he"} }

var (
	withheld = Words{"en": "[withheld]", "ar": "[محجوب]", "he": "[חסוי]"}
	yes      = Words{"en": "yes", "ar": "نعم", "he": "כן"}
	no       = Words{"en": "no", "ar": "لا", "he": "לא"}
)

// Render writes the fields of s as lines of "label: value" in the format's
// order, labels and choices in lang (English where lang is not spoken), values
// as they were signed. Paragraphs after the first are indented. Fields that the
// format does not have come last, under their own names: what was signed is
// shown, known or not.
//
// A value whose direction differs from the page's stands in a directional
// isolate (UAX 9), so that it cannot reorder what stands around it.
func (f *Format) Render(lang string, s Source) string {
	var b strings.Builder
	fields := s.Fields()
	line := func(label string, lines []string) {
		for i, value := range lines {
			if i == 0 {
				fmt.Fprintf(&b, "%s: %s\n", label, value)
			} else {
				fmt.Fprintf(&b, "  %s\n", value)
			}
		}
	}
	for i := range f.Fields {
		field := &f.Fields[i]
		if at := slices.IndexFunc(fields, func(v statement.Field) bool { return v.Name == field.Name }); at >= 0 {
			line(field.Label.In(lang), field.show(lang, fields[at].Value))
		}
	}
	for _, v := range fields {
		if _, ok := f.Field(v.Name); !ok {
			line(Isolate(lang, v.Name), (&Field{}).show(lang, v.Value))
		}
	}
	return b.String()
}

// show gives the lines of one value.
func (field *Field) show(lang string, value any) []string {
	switch v := value.(type) {
	case string:
		if names, ok := field.ChoiceNames[v]; ok && names.In(lang) != v {
			return []string{Isolate(lang, v) + " (" + names.In(lang) + ")"}
		}
		return []string{Isolate(lang, v)}
	case statement.Paragraphs:
		return isolateAll(lang, v)
	case statement.Text:
		lines := make([]string, 0, len(v))
		for _, p := range v {
			if p.Withheld {
				lines = append(lines, withheld.In(lang))
			} else {
				lines = append(lines, isolateAll(lang, []string{p.Text})...)
			}
		}
		return lines
	case []string:
		return []string{strings.Join(isolateAll(lang, v), ", ")}
	case int64:
		return []string{strconv.FormatInt(v, 10)}
	case bool:
		if v {
			return []string{yes.In(lang)}
		}
		return []string{no.In(lang)}
	}
	return []string{Isolate(lang, fmt.Sprint(value))}
}

func isolateAll(lang string, texts []string) []string {
	var lines []string
	for _, text := range texts {
		for part := range strings.SplitSeq(text, "\n") {
			lines = append(lines, Isolate(lang, part))
		}
	}
	return lines
}

// Isolate puts s between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE where
// it has letters or digits that run against the direction of lang. Characters of
// s that could break out of the isolate are shown as U+FFFD.
func Isolate(lang, s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
	rightToLeft := lang == "ar" || lang == "he"
	against := strings.IndexFunc(s, func(r rune) bool {
		if unicode.In(r, unicode.Arabic, unicode.Hebrew) {
			return !rightToLeft
		}
		return rightToLeft && (unicode.IsLetter(r) || unicode.IsDigit(r))
	})
	if against < 0 {
		return s
	}
	return "\u2068" + s + "\u2069"
}
