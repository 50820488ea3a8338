package format

import (
	"errors"
	"fmt"
	"strings"

	"parley/words"
)

// A Field is one named part of a format. A zero limit is no limit.
type Field struct {
	Name         string           `json:"name"`
	Type         string           `json:"type"`
	Items        string           `json:"items,omitempty"` // type of a list's values
	Required     bool             `json:"required,omitempty"`
	RequiredWhen string           `json:"requiredWhen,omitempty"` // "field=value" or "field=value|value": required where that field has such a value
	Critical     bool             `json:"critical,omitempty"`     // to be read back
	Choices      []string         `json:"choices,omitempty"`
	ChoiceNames  map[string]Words `json:"choiceNames,omitempty"`
	Units        []string         `json:"units,omitempty"`   // of a quantity
	Default      string           `json:"default,omitempty"` // what Parse fills in where nothing is written
	Must         string           `json:"must,omitempty"`    // a flag's only accepted value, "true" or "false"
	Covers       string           `json:"covers,omitempty"`  // characters that must all occur, case ignored
	Min          int64            `json:"min,omitempty"`     // of an integer
	Max          int64            `json:"max,omitempty"`     // of an integer, or number of a list's values
	MaxWords     int              `json:"maxWords,omitempty"`
	Label        Words            `json:"label"`
	Help         Words            `json:"help"`
}

// Accepts says what the field takes.
func (field *Field) Accepts() words.Message { return types[field.Type].accepts(field) }

// Coded reports whether the field reads the same in every language with no
// translator: every type is coded but lines, texts and lists of lines.
func (field *Field) Coded() bool {
	switch field.Type {
	case Line, Text:
		return false
	case List:
		return field.Items != Line
	}
	return true
}

// A Reading is one of several ways in which what was typed can be read.
type Reading struct {
	Typed string        // what to type to mean it
	Means words.Message // how it reads
}

// A FieldError says why a format's field is not accepted, or asks which of
// several readings is meant. It is kept as what it says, not as a text, so that
// it can be read in each language.
type FieldError struct {
	Format   string // "J14/1"
	Field    string // empty where the statement as a whole is meant
	Label    Words  // of the field
	Read     string // what was found; empty where nothing was
	Counted  words.Message
	Accepted words.Message
	Remedy   words.Message // what to do; zero where Accepted says it all
	Readings []Reading     // not empty: the field is not wrong, but can be read in more than one way
	Apart    words.Message // how far apart the readings are; zero where that is no distance
}

// Sentence says in lang what was read and what would be accepted, without the
// remedy.
func (e *FieldError) Sentence(lang string) string {
	format := words.Raw(words.LeftToRight(lang, e.Format))
	name := words.Raw(words.LeftToRight(lang, e.Field))
	if label := e.Label.In(lang); lang != "en" && label != "" {
		name = words.Raw(label) + " (" + name + ")"
	}
	read := words.Plain(clip(e.Read))
	if !e.Counted.IsZero() {
		read = e.Counted
	}
	say := func(key string, more ...any) string {
		return words.M(key, append([]any{"format", format, "field", name, "read", read, "accepted", e.Accepted}, more...)...).In(lang)
	}
	switch {
	case len(e.Readings) == 1:
		return say("field.asked-one", "readings", words.M("field.reading-one", "means", e.Readings[0].Means, "typed", e.Readings[0].Typed))
	case len(e.Readings) > 0:
		return say("field.asked", "readings", e.readings())
	case e.Field == "":
		return say("field.whole")
	case e.Read == "" && e.Counted.IsZero():
		return say("field.nothing")
	}
	return say("field.read")
}

func (e *FieldError) readings() words.Message {
	all := make([]words.Message, 0, len(e.Readings)+1)
	for i, r := range e.Readings {
		all = append(all, words.M("field.reading", "number", i+1, "means", r.Means, "typed", r.Typed))
	}
	if !e.Apart.IsZero() {
		all = append(all, e.Apart)
	}
	return joined(all)
}

// Advice says in lang what to do; empty where nothing is to be added.
func (e *FieldError) Advice(lang string) string {
	if len(e.Readings) > 1 && e.Remedy.IsZero() {
		return words.M("remedy.choose").In(lang)
	}
	return e.Remedy.In(lang)
}

// In is the sentence in lang, followed by the remedy where there is one.
func (e *FieldError) In(lang string) string {
	if advice := e.Advice(lang); advice != "" {
		return words.M("field.advice", "sentence", words.Raw(e.Sentence(lang)), "remedy", words.Raw(advice)).In(lang)
	}
	return e.Sentence(lang)
}

// Error is the sentence and the remedy in English.
func (e *FieldError) Error() string { return e.In("en") }

// FieldErrors gives all the FieldErrors that err holds, in order.
func FieldErrors(err error) []*FieldError {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*FieldError
		for _, e := range joined.Unwrap() {
			all = append(all, FieldErrors(e)...)
		}
		return all
	}
	var one *FieldError
	if errors.As(err, &one) {
		return []*FieldError{one}
	}
	return nil
}

// A fault is why a type does not take a value. Its nil says that it does.
type fault struct {
	remedy   words.Message
	readings []Reading
	apart    words.Message
	counted  words.Message // said in the place of what was read
}

func faulty(key string, pairs ...any) *fault { return &fault{remedy: words.M(key, pairs...)} }

// fault makes the error for what was read of the field.
func (field *Field) fault(f *Format, read string, why *fault) *FieldError {
	e := &FieldError{Format: f.Ref(), Field: field.Name, Label: field.Label, Read: read, Accepted: field.Accepts()}
	if why != nil {
		e.Remedy, e.Readings, e.Apart, e.Counted = why.remedy, why.readings, why.apart, why.counted
	}
	return e
}

// joined makes one message of several, with commas between.
func joined(all []words.Message) words.Message {
	if len(all) == 0 {
		return words.Message{}
	}
	m := all[0]
	for _, next := range all[1:] {
		m = words.M("list.pair", "first", m, "second", next)
	}
	return m
}

// codes makes a message of codes, which read the same in every language.
func codes(all ...string) words.Message {
	messages := make([]words.Message, len(all))
	for i, c := range all {
		messages[i] = words.Plain(c)
	}
	return joined(messages)
}

// clip shortens what an error quotes: an adversary chose its length.
func clip(s string) string {
	const most = 80
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// goType names the type of a signed value for an error.
func goType(value any) string { return strings.TrimPrefix(fmt.Sprintf("%T", value), "statement.") }
