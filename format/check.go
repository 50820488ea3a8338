package format

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/base64url"
	"parley/statement"
)

// ShortWords is how many words a statement of precedence FLASH or IMMEDIATE may
// have in all its lines, places and texts together: what is long is misread.
const ShortWords = 200

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
// them known, of its type and within its limits, none missing that is required,
// and the whole within [ShortWords] where the precedence is FLASH or IMMEDIATE.
//
// The error is a *FieldError, or several of them joined: the fields in the
// format's order, then unknown ones by name. A withheld paragraph is passed
// over; whether anything is withheld is for the caller to ask.
func (f *Format) Check(s Source, precedence string) error {
	found := map[string]any{}
	var unknown []error
	for _, field := range s.Fields() {
		if _, ok := f.Field(field.Name); !ok {
			unknown = append(unknown, f.noField(field.Name))
		}
		found[field.Name] = field.Value
	}
	var faults []error
	words := 0
	for i := range f.Fields {
		field := &f.Fields[i]
		value, ok := found[field.Name]
		if !ok {
			if field.required(found) {
				faults = append(faults, field.fault(f, "", "write "+field.Name+"=…"))
			}
			continue
		}
		n, err := field.check(f, value)
		if words += n; err != nil {
			faults = append(faults, err)
		}
	}
	if short := precedence == "FLASH" || precedence == "IMMEDIATE"; short && words > ShortWords {
		faults = append(faults, &FieldError{Format: f.Ref(), Read: fmt.Sprintf("%d words", words),
			Accepted: fmt.Sprintf("at most %d words in all fields of a %s statement", ShortWords, precedence),
			Remedy:   "say what must be done now, and send the rest as PRIORITY"})
	}
	if faults = append(faults, unknown...); len(faults) == 1 {
		return faults[0]
	}
	return errors.Join(faults...)
}

func (f *Format) noField(name string) error {
	if len(f.Fields) == 0 {
		return &FieldError{Format: f.Ref(), Field: clip(name), Read: name, Accepted: "no fields at all", Remedy: "leave it out"}
	}
	return &FieldError{Format: f.Ref(), Field: clip(name), Read: name, Accepted: "the fields " + strings.Join(f.fieldNames(), ", ")}
}

func (field *Field) required(found map[string]any) bool {
	if name, value, ok := strings.Cut(field.RequiredWhen, "="); ok && found[name] == value {
		return true
	}
	return field.Required
}

func (field *Field) fault(f *Format, read, remedy string) error {
	return &FieldError{Format: f.Ref(), Field: field.Name, Read: read, Accepted: field.Accepts(), Remedy: remedy}
}

// Accepts says in English what the field takes.
func (field *Field) Accepts() string {
	switch field.Type {
	case Text:
		if field.MaxWords > 0 {
			return fmt.Sprintf("text of at most %d words, a blank line between paragraphs", field.MaxWords)
		}
		return "text, a blank line between paragraphs"
	case Instant:
		return "date, time and zone, such as 2026-11-24T07:00Z"
	case Window:
		return "start/end, each with date, time and zone, such as 2026-11-24T07:00Z/2026-11-24T09:00Z"
	case Place:
		return "a place, in one line"
	case Choice:
		return "one of " + strings.Join(field.Choices, ", ")
	case Integer:
		if field.Max > 0 {
			return fmt.Sprintf("a whole number from %d to %d", field.Min, field.Max)
		}
		return fmt.Sprintf("a whole number from %d", field.Min)
	case Hash:
		return "32 bytes as 43 characters of base64url"
	case List:
		if field.Items == Hash {
			return "SHA-256 hashes, each 43 characters of base64url, none twice"
		}
		return "a list, none twice"
	case Flag:
		if field.Must != "" {
			return field.Must + " only"
		}
		return "true or false"
	}
	if field.Covers != "" {
		return "one line with every letter and digit of the three scripts"
	}
	return "one line of text"
}

// check checks one value and counts its words.
func (field *Field) check(f *Format, value any) (words int, err error) {
	switch v := value.(type) {
	case string:
		return field.checkString(f, v)
	case statement.Paragraphs:
		return field.checkText(f, v)
	case statement.Text:
		var open []string
		for _, p := range v {
			if !p.Withheld {
				open = append(open, p.Text)
			}
		}
		if len(open) == 0 && len(v) > 0 {
			return 0, nil // all of it withheld
		}
		return field.checkText(f, open)
	case int64:
		if field.Type == Integer {
			if v < field.Min || field.Max > 0 && v > field.Max {
				return 0, field.fault(f, strconv.FormatInt(v, 10), "")
			}
			return 0, nil
		}
	case bool:
		if field.Type == Flag {
			if field.Must != "" && strconv.FormatBool(v) != field.Must {
				return 0, field.fault(f, strconv.FormatBool(v), field.Help.In("en"))
			}
			return 0, nil
		}
	case []string:
		if field.Type == List {
			return 0, field.checkList(f, v)
		}
	}
	return 0, field.fault(f, fmt.Sprint(value), fmt.Sprintf("the field is of type %s, not %T", field.Type, value))
}

func (field *Field) checkString(f *Format, s string) (words int, err error) {
	remedy, ok := "", false
	switch field.Type {
	case Line, Place:
		words = len(strings.Fields(s))
		if remedy = lineFault(s); remedy == "" && field.Covers != "" {
			if missing := uncovered(field.Covers, s); missing != "" {
				remedy = "leave the field out to send the standard phrase; missing here: " + missing
			}
		}
		if remedy == "" && field.MaxWords > 0 && words > field.MaxWords {
			remedy = fmt.Sprintf("shorten it from %d words to %d", words, field.MaxWords)
		}
		ok = remedy == ""
	case Instant:
		remedy, ok = checkInstant(s)
	case Window:
		remedy, ok = checkWindow(s)
	case Choice:
		ok = slices.Contains(field.Choices, s)
	case Hash:
		ok = isHash(s)
	default:
		remedy = fmt.Sprintf("the field is of type %s, not one string", field.Type)
	}
	if !ok {
		return words, field.fault(f, s, remedy)
	}
	return words, nil
}

func (field *Field) checkText(f *Format, paragraphs []string) (words int, err error) {
	if field.Type != Text {
		return 0, field.fault(f, strings.Join(paragraphs, "\n\n"), fmt.Sprintf("the field is of type %s, not text", field.Type))
	}
	if len(paragraphs) == 0 {
		return 0, field.fault(f, "", "write "+field.Name+"=…")
	}
	for i, p := range paragraphs {
		words += len(strings.Fields(p))
		if remedy := paragraphFault(p); remedy != "" {
			return words, field.fault(f, p, fmt.Sprintf("paragraph %d: %s", i+1, remedy))
		}
	}
	if field.MaxWords > 0 && words > field.MaxWords {
		return words, field.fault(f, fmt.Sprintf("%d words", words), fmt.Sprintf("shorten it to %d", field.MaxWords))
	}
	return words, nil
}

func (field *Field) checkList(f *Format, list []string) error {
	switch {
	case len(list) == 0 && field.Required:
		return field.fault(f, "", "write "+field.Name+"=…")
	case field.Max > 0 && int64(len(list)) > field.Max:
		return field.fault(f, fmt.Sprintf("%d values", len(list)), fmt.Sprintf("name at most %d", field.Max))
	}
	for i, s := range list {
		if slices.Contains(list[:i], s) {
			return field.fault(f, s, "name it once")
		}
		if field.Items == Hash && !isHash(s) {
			return field.fault(f, s, "")
		}
		if remedy := lineFault(s); remedy != "" {
			return field.fault(f, s, remedy)
		}
	}
	return nil
}

// lineFault tells what to do about a line that is not one, or nothing.
func lineFault(s string) string {
	switch {
	case s == "":
		return "write something, or leave the field out"
	case strings.TrimSpace(s) != s:
		return "remove the space at the ends"
	}
	return runeFault(s, false)
}

func paragraphFault(s string) string {
	switch {
	case s == "":
		return "leave no paragraph empty"
	case strings.TrimSpace(s) != s:
		return "remove the space at the ends"
	case strings.Contains(s, "\n\n"):
		return "make two paragraphs of it"
	}
	return runeFault(s, true)
}

// runeFault finds characters that could make what is shown differ from what is
// signed: control characters, private or unassigned ones, and the invisible
// ones that override or embed a writing direction (UAX 9). The joiners and the
// plain direction marks, which Arabic and Hebrew keyboards type, are accepted.
func runeFault(s string, newline bool) string {
	if !utf8.ValidString(s) {
		return "write it in UTF-8"
	}
	n := 0
	for _, r := range s {
		n++
		switch {
		case r == '\n' && newline:
		case r >= 0x200C && r <= 0x200F || r == 0x061C:
		case !unicode.IsGraphic(r):
			return fmt.Sprintf("remove the character U+%04X, number %d: it does not show, or it reorders what shows", r, n)
		}
	}
	return ""
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

func isHash(s string) bool {
	_, err := base64url.Decode32(s)
	return err == nil
}
