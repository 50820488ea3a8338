package format

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley/statement"
	"parley/words"
)

// ShortWords is how many words a statement of precedence FLASH or IMMEDIATE may
// have in all its lines, texts, names of places, titles and desk contacts
// together, the values of lists too: what is long is misread. A word counts once
// for every 30 characters that it has begun.
const ShortWords = 200

// Short reports whether [ShortWords] bounds statements of a precedence.
func Short(precedence string) bool { return precedence == "FLASH" || precedence == "IMMEDIATE" }

// Words counts those of s that [ShortWords] bounds. Fields that the format has not count
// nothing.
func (f *Format) Words(s Source) (n int) {
	for _, v := range s.Fields() {
		if field, ok := f.Field(v.Name); ok {
			n += types[field.Type].count(field, v.Value)
		}
	}
	return n
}

// A Source gives the fields to check or to show. A *statement.Statement is one;
// [Values] is another.
type Source interface {
	Fields() []statement.Field
}

// Values are the fields of a statement not yet signed, by name, with the types
// that [statement.Sign] takes.
type Values map[string]any

// Fields gives the values sorted by name.
func (v Values) Fields() []statement.Field {
	fields := make([]statement.Field, 0, len(v))
	for _, name := range slices.Sorted(maps.Keys(v)) {
		fields = append(fields, statement.Field{Name: name, Value: v[name]})
	}
	return fields
}

// Check reports whether the fields of s are what the format asks for: each of
// them known, of its type, in its canonical form and within its limits, none
// missing that is required, and the whole within [ShortWords] where the
// precedence is FLASH or IMMEDIATE.
//
// The error is a *FieldError, or several of them joined: the fields in the
// format's order, then unknown ones by name. A withheld paragraph is passed
// over; whether anything is withheld is for the caller to ask.
func (f *Format) Check(s Source, precedence string) error {
	fields := s.Fields()
	value := func(name string) (any, bool) {
		for i := range fields {
			if fields[i].Name == name {
				return fields[i].Value, true
			}
		}
		return nil, false
	}
	var faults []error
	known := 0
	for i := range f.Fields {
		field := &f.Fields[i]
		v, ok := value(field.Name)
		if !ok {
			if field.required(value) {
				faults = append(faults, field.fault(f, "", faulty("remedy.write", "field", words.Raw(field.Name))))
			}
			continue
		}
		known++
		t := types[field.Type]
		if why := t.check(field, v); why != nil {
			faults = append(faults, field.fault(f, readOf(v), why))
		}
	}
	count := f.Words(s)
	if Short(precedence) && count > ShortWords {
		faults = append(faults, &FieldError{Format: f.Ref(), Counted: words.M("words.count", "n", count),
			Accepted: words.M("words.at-most", "n", ShortWords, "precedence", words.Raw(precedence)), Remedy: words.M("words.short-remedy")})
	}
	if known < len(fields) {
		for _, v := range fields {
			if _, ok := f.Field(v.Name); !ok {
				faults = append(faults, f.noField(v.Name))
			}
		}
	}
	return join(faults)
}

// readOf is what an error quotes of a value.
func readOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case statement.Paragraphs:
		return strings.Join(v, " ")
	case statement.Text:
		open, _ := openParagraphs(v)
		return strings.Join(open, " ")
	case []string:
		return strings.Join(v, ", ")
	}
	return fmt.Sprint(value)
}

func (f *Format) noField(name string) *FieldError {
	e := &FieldError{Format: f.Ref(), Field: clip(name), Read: name}
	if len(f.Fields) == 0 {
		e.Accepted, e.Remedy = words.M("field.none"), words.M("remedy.leave-out")
		return e
	}
	e.Accepted = words.M("field.names", "names", codes(f.fieldNames()...))
	return e
}

func (field *Field) required(value func(string) (any, bool)) bool {
	if field.Required {
		return true
	}
	name, want, ok := strings.Cut(field.RequiredWhen, "=")
	if !ok {
		return false
	}
	v, found := value(name)
	said, isText := v.(string)
	return found && isText && slices.Contains(strings.Split(want, "|"), said)
}
