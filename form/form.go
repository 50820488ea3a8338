// Package form puts statements of the catalogue on paper, and reads them back.
//
// It stands between format, which knows fields, and paper, which knows lines: a
// format's fields become the numbered lines of a form, always in the same order,
// so that "line 3" means one field for ever. Enumerated values become numbered
// choices, so that a number read over a telephone is enough in any language.
//
// What is printed is what an officer types to mean the value; the check digits
// are over that too, after it has been read: a value keyed in again in another
// spelling that means the same has the same digits.
package form

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley/format"
	"parley/paper"
)

// A Head is what stands above the lines of a form, besides the format: all of it
// already written for a reader of the form's language.
type Head struct {
	Exercise bool
	Rows     []paper.Row
	Notes    []string
}

// Blank makes the empty form of a format.
func Blank(f *format.Format, lang string, head Head) *paper.Sheet {
	return sheet(f, nil, lang, head, nil)
}

// Filled makes the form of a statement's fields. f is whole, see
// [format.Format.Whole]; the zones and grids of s, which may be nil, are echoed.
func Filled(f *format.Format, s *format.Setting, lang string, head Head, source format.Source) *paper.Sheet {
	return sheet(f, s, lang, head, source)
}

func sheet(f *format.Format, s *format.Setting, lang string, head Head, source format.Source) *paper.Sheet {
	values := map[string]any{}
	if source != nil {
		for _, field := range source.Fields() {
			values[field.Name] = field.Value
		}
	}
	out := &paper.Sheet{Language: lang, Exercise: head.Exercise, Format: f.Ref(), Title: f.Names.In(lang), Help: f.Help.In(lang), Header: head.Rows, Notes: head.Notes}
	for i := range f.Fields {
		field := &f.Fields[i]
		line := paper.Line{Number: i + 1, Label: field.Label.In(lang), Help: field.Help.In(lang), Kind: kind(field), Required: field.Required, Critical: field.Critical, Choices: choices(field, lang), Room: room(field)}
		if value, ok := values[field.Name]; ok {
			line.Value = field.Typed(value)
			line.Shown = shown(field, s, lang, value, line.Value)
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

// room is how many rows a value of the field takes when it is written by hand.
func room(field *format.Field) int {
	switch field.Type {
	case format.Place, format.Area, format.Window:
		return 2
	}
	return 0 // as the kind of line has it
}

func kind(field *format.Field) paper.Kind {
	if field.Coded() {
		return paper.Coded
	}
	return paper.Text
}

// shown gives the value as the reader's language and grids have it, where that
// says more than what is to be keyed in.
func shown(field *format.Field, s *format.Setting, lang string, value any, typed []string) []string {
	if field.Type == format.Text || field.Type == format.Line || field.Type == format.Contact {
		return nil
	}
	var lines []string
	for _, line := range field.Echo(s, lang, value) {
		if bare(line) != strings.Join(typed, " ") {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return []string{strings.Join(lines, " · ")}
}

// bare drops the isolates that Show puts round a value.
func bare(s string) string {
	return strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "").Replace(s)
}

// choices numbers the codes of a field with a closed list.
func choices(field *format.Field, lang string) []paper.Choice {
	var all []paper.Choice
	for i, c := range field.Codes() {
		all = append(all, paper.Choice{Number: i + 1, Code: c, Label: field.CodeName(c, lang)})
	}
	return all
}

// Formats find the formats that forms may be of. A charter does, and so does
// the catalogue.
type Formats struct {
	Newest func(ref string) (*format.Format, bool) // as it is keyed in: case ignored
	Lookup func(ref string) (*format.Format, bool) // exactly, for what another format borrows
}

// Read turns what was keyed in from a form into fields as an officer types them,
// "field=value", of the format that the form names, in the order of its lines,
// whichever was keyed in first. Every value is read and held against its check
// digits, and so is the form as a whole; the error says which line to ask for
// again.
func Read(t paper.Transcript, s *format.Setting, formats Formats) (f *format.Format, fields []string, err error) {
	f, ok := formats.Newest(t.Format)
	if !ok {
		return nil, nil, fmt.Errorf("the form is of format %q, which is not known here", t.Format)
	}
	if f, err = whole(f, t, s, formats.Lookup); err != nil {
		return nil, nil, err
	}
	var faults []error
	var entries []paper.Entry
	texts := map[string][]string{}
	var order []string
	for _, keyed := range inOrder(t.Entries) {
		n := keyed.At.Line
		if n < 1 || n > len(f.Fields) {
			faults = append(faults, fmt.Errorf("line %v: format %s has the lines 1 to %d; ask which line it is", keyed.At, f.Ref(), len(f.Fields)))
			continue
		}
		field := &f.Fields[n-1]
		typed, again, err := reread(f, field, s, keyed.Typed)
		if err != nil {
			faults = append(faults, fmt.Errorf("line %v: %w", keyed.At, err))
			continue
		}
		if err := keyed.Verify(kind(field), again); err != nil {
			faults = append(faults, err)
			continue
		}
		entries = append(entries, paper.Entry{At: keyed.At, Kind: kind(field), Value: again})
		if _, more := texts[field.Name]; !more {
			order = append(order, field.Name)
		}
		texts[field.Name] = append(texts[field.Name], typed)
	}
	if len(faults) == 0 {
		if err := t.Verify(entries); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) > 0 {
		return nil, nil, errors.Join(faults...)
	}
	for _, name := range order {
		fields = append(fields, name+"="+strings.Join(texts[name], "\n\n"))
	}
	return f, fields, nil
}

// whole finds what a format that borrows takes its further lines from: the line
// of its field content.
func whole(f *format.Format, t paper.Transcript, s *format.Setting, lookup func(ref string) (*format.Format, bool)) (*format.Format, error) {
	if f.Borrows == "" {
		return f, nil
	}
	for _, keyed := range t.Entries {
		if n := keyed.At.Line; n < 1 || n > len(f.Fields) || f.Fields[n-1].Name != format.ContentField {
			continue
		}
		field := &f.Fields[keyed.At.Line-1]
		typed, again, err := reread(f, field, s, keyed.Typed)
		if err != nil {
			return nil, fmt.Errorf("line %v: %w", keyed.At, err)
		}
		if err := keyed.Verify(kind(field), again); err != nil {
			return nil, err
		}
		borrowed, err := f.Whole(lookup, typed)
		if err != nil {
			return nil, fmt.Errorf("line %v: %w", keyed.At, err)
		}
		return borrowed, nil
	}
	return f, nil
}

// inOrder gives the values by line and part, as the form has them.
func inOrder(keyed []paper.Keyed) []paper.Keyed {
	return slices.SortedStableFunc(slices.Values(keyed), func(a, b paper.Keyed) int {
		return cmp.Or(cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Part, b.At.Part))
	})
}

// reread reads one value as it was keyed in, and gives what to type for it and
// what the check digits are over.
func reread(f *format.Format, field *format.Field, s *format.Setting, keyed string) (typed, again string, err error) {
	typed = keyed
	if list := choices(field, "en"); len(list) > 0 {
		if typed, err = chosen(field, list, keyed); err != nil {
			return "", "", err
		}
	}
	value, err := f.ParseField(s, field, typed)
	if err != nil {
		return "", "", err
	}
	return typed, strings.Join(field.Typed(value), " "), nil
}

// chosen turns the numbers of choices into their codes; a list's are parted by
// commas.
func chosen(field *format.Field, list []paper.Choice, keyed string) (string, error) {
	if field.Type != format.List {
		return paper.Choose(list, keyed)
	}
	var codes []string
	for _, item := range strings.FieldsFunc(keyed, func(r rune) bool { return r == ',' || r == '،' }) {
		code, err := paper.Choose(list, strings.TrimSpace(item))
		if err != nil {
			return "", err
		}
		codes = append(codes, code)
	}
	return strings.Join(codes, ", "), nil
}
