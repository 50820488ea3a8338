package format

import (
	"fmt"
	"slices"
	"strings"

	"parley/statement"
	"parley/words"
)

// Say writes in lang what the fields of s say, in the format's own sentence:
// text with the names of fields in braces. A part in square brackets is left out
// where a field in it is missing. It is empty where the format has no sentence,
// or where a field that the sentence cannot do without is missing or withheld.
func (f *Format) Say(setting *Setting, lang string, s Source) string {
	template := f.Sentence.In(lang)
	if template == "" {
		return ""
	}
	fields := s.Fields()
	value := func(name string) (string, bool) {
		field, ok := f.Field(name)
		at := slices.IndexFunc(fields, func(v statement.Field) bool { return v.Name == name })
		if !ok || at < 0 {
			return "", false
		}
		if types[field.Type].check(field, fields[at].Value) != nil {
			return unknown(lang, fields[at].Value)[0], true
		}
		return types[field.Type].brief(setting, field, lang, fields[at].Value), true
	}
	var b strings.Builder
	for template != "" {
		before, rest, found := strings.Cut(template, "[")
		text, ok := fillFields(before, value)
		if !ok {
			return ""
		}
		b.WriteString(text)
		if !found {
			break
		}
		part, after, _ := strings.Cut(rest, "]")
		if text, ok := fillFields(part, value); ok {
			b.WriteString(text)
		}
		template = after
	}
	return b.String()
}

// fillFields puts values in the place of {field}; not ok where one is missing.
func fillFields(text string, value func(string) (string, bool)) (string, bool) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		name, after, _ := strings.Cut(rest, "}")
		v, ok := value(name)
		if !ok {
			return "", false
		}
		b.WriteString(v)
		text = after
	}
}

// placeholders gives the fields that a sentence names, those in square brackets
// apart, and reports what is wrong with its form.
func placeholders(template string) (must, may []string, err error) {
	optional := false
	for i := 0; i < len(template); i++ {
		switch template[i] {
		case '[', ']':
			if optional == (template[i] == '[') {
				return nil, nil, fmt.Errorf("brackets of sentence %q do not pair", template)
			}
			optional = !optional
		case '{':
			end := strings.IndexByte(template[i:], '}')
			if end < 0 {
				return nil, nil, fmt.Errorf("braces of sentence %q do not pair", template)
			}
			if name := template[i+1 : i+end]; optional {
				may = append(may, name)
			} else {
				must = append(must, name)
			}
			i += end
		}
	}
	if optional {
		return nil, nil, fmt.Errorf("brackets of sentence %q do not pair", template)
	}
	return must, may, nil
}

// glossaryNotes gives the agreed words of lang for agreed terms that stand in
// free texts in another language.
func glossaryNotes(setting *Setting, lang string, fields []statement.Field) []string {
	if setting == nil {
		return nil
	}
	var notes []string
	bared := bareTexts(fields...)
	for _, term := range setting.Glossary {
		if term.Contested || len(term.Words[lang]) == 0 {
			continue
		}
		if other, ok := spelt(term, bared, lang); ok {
			notes = append(notes, words.M("note.term", "other", other, "own", term.Words[lang][0]).In(lang))
		}
	}
	return notes
}

// spelt finds a spelling of the term in texts, in any language but lang.
func spelt(term Term, bared []string, lang string) (string, bool) {
	for _, text := range bared {
		for _, other := range words.Languages() {
			if other == lang {
				continue
			}
			for _, spelling := range term.Words[other] {
				if hasWord(text, spelling) {
					return spelling, true
				}
			}
		}
	}
	return "", false
}
