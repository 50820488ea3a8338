package format

import (
	"fmt"
	"slices"
	"strings"

	"parley/geo"
	"parley/statement"
	"parley/words"
	"parley/zone"
)

// Languages are those that the whole catalogue speaks, English first.
func Languages() []string { return words.Languages() }

// Render writes the fields of s as a page of text: the format's sentence, then
// lines of "label: value" in the format's order, labels, choices and echoes in
// lang (English where lang is not spoken), what was signed as it was signed.
// Further lines of a value are indented: paragraphs, a time in each side's zone,
// a place in each agreed grid. Fields that the format does not have come last,
// under their own names: what was signed is shown, known or not. What may be
// mistaken (see [Doubtful]) and agreed words in another language stand below.
//
// A value whose direction differs from the page's stands in a directional
// isolate (UAX 9), so that it cannot reorder what stands around it.
func (f *Format) Render(setting *Setting, lang string, s Source) string {
	var b strings.Builder
	fields := s.Fields()
	if sentence := f.Say(setting, lang, s); sentence != "" {
		b.WriteString(sentence + "\n\n")
	}
	timed, placed := false, false
	for i := range f.Fields {
		field := &f.Fields[i]
		at := slices.IndexFunc(fields, func(v statement.Field) bool { return v.Name == field.Name })
		if at < 0 {
			continue
		}
		timed = timed || field.Type == Instant || field.Type == Window
		placed = placed || field.Type == Place || field.Type == Area
		writeLines(&b, field.Label.In(lang), field.Show(setting, lang, fields[at].Value))
	}
	for _, v := range fields {
		if _, ok := f.Field(v.Name); !ok {
			writeLines(&b, words.Isolate(lang, v.Name), unknown(lang, v.Value))
		}
	}
	for _, note := range f.notes(setting, lang, fields, timed, placed) {
		b.WriteString(note + "\n")
	}
	return b.String()
}

func writeLines(b *strings.Builder, label string, lines []string) {
	for i, value := range lines {
		if i == 0 {
			fmt.Fprintf(b, "%s: %s\n", label, value)
		} else {
			fmt.Fprintf(b, "  %s\n", value)
		}
	}
}

// Show gives the lines of one value of the field, the first one the value
// itself, for a person who reads lang.
func (field *Field) Show(s *Setting, lang string, value any) []string {
	t := types[field.Type]
	if why := t.check(field, value); why != nil && field.Type != Text {
		return unknown(lang, value) // signed in another form: shown as it is
	}
	return t.show(s, field, lang, value)
}

// Echo gives the lines by which a person who has what was typed before them checks
// it: a code's name, a time in each side's zone, a place in each agreed grid, but
// not once more what was typed.
func (field *Field) Echo(s *Setting, lang string, value any) []string {
	lines := field.Show(s, lang, value)
	switch field.Type {
	case Choice, Reliability, Credibility, TLP, UseMark, Flag:
		return []string{types[field.Type].brief(s, field, lang, value) + codeName(field, lang, value)}
	case Place, Area:
		return slices.DeleteFunc(lines[1:], func(line string) bool { return !strings.HasPrefix(line, "= ") && !strings.Contains(line, " = ") })
	case List:
		return []string{types[field.Type].brief(s, field, lang, value)}
	case Altitude:
		return lines[1:]
	}
	return lines
}

// codeName is what stands behind the brief form of a code that has a name.
func codeName(field *Field, lang string, value any) string {
	if _, own := types[field.Type].(codeType); !own {
		return ""
	}
	return " – " + field.CodeName(fmt.Sprint(value), lang)
}

func unknown(lang string, value any) []string {
	if lines := (textType{}).show(nil, nil, lang, value); len(lines) > 0 {
		return lines
	}
	if list, ok := value.([]string); ok {
		return []string{codes(list...).In(lang)}
	}
	return []string{words.Isolate(lang, fmt.Sprint(value))}
}

// notes are what a reader must know of the values above.
func (f *Format) notes(setting *Setting, lang string, fields []statement.Field, timed, placed bool) []string {
	var notes []string
	if timed && len(setting.zones()) > 0 {
		notes = append(notes, words.M("note.zones", "version", words.Raw(words.LeftToRight(lang, zone.Version))).In(lang))
	}
	if placed {
		notes = append(notes, words.M("note.datum").In(lang))
	}
	var doubtful []string
	for _, v := range fields {
		for _, text := range texts(v.Value) {
			for _, word := range Doubtful(text) {
				if !slices.Contains(doubtful, word) && len(doubtful) < 8 {
					doubtful = append(doubtful, word)
				}
			}
		}
	}
	if len(doubtful) > 0 {
		notes = append(notes, words.M("note.doubtful", "words", codes(doubtful...)).In(lang))
	}
	notes = append(notes, glossaryNotes(setting, lang, fields)...)
	if len(notes) > 0 {
		notes[0] = "\n" + notes[0]
	}
	return notes
}

// texts gives what a person wrote freely in a value.
func texts(value any) []string {
	switch v := value.(type) {
	case string:
		if strings.HasPrefix(v, "geo:") {
			if p, err := geo.ParsePosition(v); err == nil {
				return []string{p.Name}
			}
		}
		return []string{v}
	case []string:
		return v
	}
	open, _ := openParagraphs(value)
	return open
}
