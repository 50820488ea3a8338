// Package format knows what each kind of statement says: its fields, their
// types, and what a person reads beside them in each language.
//
// The catalogue is data. One JSON file under data/ is one edition of one
// [Format]; the types of its fields are code, one case each in check.go,
// parse.go and render.go. A statement claims its format as "ID/edition", such
// as "J14/1". An edition never changes once it is in force anywhere: a new
// reading of a field is a new edition in a new file.
//
// A format says nothing of who may send it or what the gate does with it: that
// is the charter's to say. Precedence and gate mode here are what a new charter
// starts from.
package format

import (
	"fmt"
	"slices"
	"strconv"
)

// Kind tells what a format's statements are for.
type Kind string

// The kinds of formats.
const (
	Message Kind = "message" // what officers tell each other; goes through the gate
	Act     Kind = "act"     // what is done to an earlier statement, such as an acknowledgement
	Key     Kind = "key"     // endorses or revokes a key
)

// Field types. The Go values are those that package statement signs.
const (
	Line    = "line"    // string: one line, not empty
	Text    = "text"    // statement.Paragraphs: free text
	Instant = "instant" // string: a time in UTC, "2026-11-24T07:00Z" or with seconds that are not zero
	Window  = "window"  // string: two instants, "start/end", start included and end excluded
	Place   = "place"   // string: one line, not empty; declared position formats are to come
	Choice  = "choice"  // string: one of Choices
	Integer = "integer" // int64: from Min to Max
	Hash    = "hash"    // string: 32 bytes, base64url without padding
	List    = "list"    // []string: values of type Items, none twice
	Flag    = "flag"    // bool
)

// Words are the same words in several languages, by language code. The
// catalogue has "en", "ar" and "he" throughout.
type Words map[string]string

// In gives the words in lang, or in English where lang has none.
func (w Words) In(lang string) string {
	if s := w[lang]; s != "" {
		return s
	}
	return w["en"]
}

// A Format is one edition of one kind of statement. It belongs to the
// catalogue: callers do not change it.
type Format struct {
	seam
	ID         string  `json:"id"`
	Edition    int     `json:"edition"`
	Kind       Kind    `json:"kind"`
	Area       string  `json:"area,omitempty"`       // empty: the area of the statement it refers to
	Precedence string  `json:"precedence,omitempty"` // default; empty: that of the statement it refers to
	Gate       string  `json:"gate"`                 // default gate mode
	Floor      bool    `json:"floor,omitempty"`      // of the safety floor, which no switch may pause
	Relation   string  `json:"relation,omitempty"`   // acts: how it refers to the statements it is about
	Names      Words   `json:"names"`
	Help       Words   `json:"help"`
	Fields     []Field `json:"fields"`
}

// A Field is one named part of a format. A zero limit is no limit.
type Field struct {
	Name         string           `json:"name"`
	Type         string           `json:"type"`
	Items        string           `json:"items,omitempty"` // type of a list's values
	Required     bool             `json:"required,omitempty"`
	RequiredWhen string           `json:"requiredWhen,omitempty"` // "field=value": required where that field has that value
	Critical     bool             `json:"critical,omitempty"`     // to be read back
	Choices      []string         `json:"choices,omitempty"`
	ChoiceNames  map[string]Words `json:"choiceNames,omitempty"`
	Default      string           `json:"default,omitempty"` // what Parse fills in where nothing is written
	Must         string           `json:"must,omitempty"`    // a flag's only accepted value, "true" or "false"
	Covers       string           `json:"covers,omitempty"`  // characters that must all occur, case ignored
	Min          int64            `json:"min,omitempty"`     // of an integer
	Max          int64            `json:"max,omitempty"`     // of an integer, or number of a list's values
	MaxWords     int              `json:"maxWords,omitempty"`
	Label        Words            `json:"label"`
	Help         Words            `json:"help"`
}

// Ref is how a statement claims the format: "J14/1".
func (f *Format) Ref() string { return f.ID + "/" + strconv.Itoa(f.Edition) }

// Field gives the field of that name.
func (f *Format) Field(name string) (*Field, bool) {
	i := slices.IndexFunc(f.Fields, func(field Field) bool { return field.Name == name })
	if i < 0 {
		return nil, false
	}
	return &f.Fields[i], true
}

func (f *Format) fieldNames() []string {
	names := make([]string, len(f.Fields))
	for i := range f.Fields {
		names[i] = f.Fields[i].Name
	}
	return names
}

// A FieldError says why a format's field is not accepted.
type FieldError struct {
	Format   string // "J14/1"
	Field    string // empty where the statement as a whole is meant
	Read     string // what was found; empty where nothing was
	Accepted string // what would be accepted
	Remedy   string // what to do; empty where Accepted says it all
}

// Sentence says what was read and what would be accepted, without the remedy.
func (e *FieldError) Sentence() string {
	switch {
	case e.Field == "":
		return fmt.Sprintf("format %s: read %s; accepted: %s", e.Format, e.Read, e.Accepted)
	case e.Read == "":
		return fmt.Sprintf("format %s, field %s: nothing was written; accepted: %s", e.Format, e.Field, e.Accepted)
	}
	return fmt.Sprintf("format %s, field %s: read %q; accepted: %s", e.Format, e.Field, clip(e.Read), e.Accepted)
}

// Error is the sentence, followed by the remedy where there is one.
func (e *FieldError) Error() string {
	if e.Remedy == "" {
		return e.Sentence()
	}
	return e.Sentence() + "; " + e.Remedy
}

// clip shortens what an error quotes: an adversary chose its length.
func clip(s string) string {
	const most = 80
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
