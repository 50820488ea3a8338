package format

import (
	"slices"
	"strings"

	"parley/statement"
)

// briefFields is how many fields stand in a line of a list.
const briefFields = 3

// Brief writes in lang, in one line, what s says that a reader acts on: its first three
// critical fields, or where it has none the first of its fields, without their labels.
// It is empty where s has no field. Nothing in it is cut.
func (f *Format) Brief(setting *Setting, lang string, s Source) string {
	fields := s.Fields()
	var parts []string
	add := func(field *Field) {
		at := slices.IndexFunc(fields, func(v statement.Field) bool { return v.Name == field.Name })
		if at < 0 || len(parts) == briefFields {
			return
		}
		line := unknown(lang, fields[at].Value)
		if types[field.Type].check(field, fields[at].Value) == nil {
			line = []string{types[field.Type].brief(setting, field, lang, fields[at].Value)}
		}
		if text := strings.Join(strings.Fields(strings.Join(line, " / ")), " "); text != "" {
			parts = append(parts, text)
		}
	}
	for i := range f.Fields {
		if f.Fields[i].Critical {
			add(&f.Fields[i])
		}
	}
	for i := range f.Fields {
		if len(parts) == 0 {
			add(&f.Fields[i])
		}
	}
	return strings.Join(parts, " · ")
}
