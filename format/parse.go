package format

import (
	"errors"
	"fmt"
	"strings"

	"parley/statement"
	"parley/words"
)

// Parse reads fields as an officer types them, "field=value", into the values
// that [statement.Sign] takes, and fills in the format's defaults. Digits may be
// of any script where a number, a time or a place is meant; a list may be
// written with commas or by writing the field again.
//
// A format that borrows must be made whole first, see [Format.Whole]. Parse
// reads; [Format.Check] then tells what is missing or too long. Errors are
// *FieldError, joined where there are several; one with Readings asks which of
// them is meant.
func (f *Format) Parse(s *Setting, args []string) (map[string]any, error) {
	values := map[string]any{}
	var faults []error
	for _, arg := range args {
		name, typed, ok := strings.Cut(arg, "=")
		name = strings.TrimSpace(name)
		field, known := f.Field(name)
		switch {
		case !ok:
			faults = append(faults, &FieldError{Format: f.Ref(), Read: `"` + clip(arg) + `"`, Accepted: words.M("field.unnamed"), Remedy: words.M("remedy.quote")})
			continue
		case !known:
			faults = append(faults, f.noField(name))
			continue
		}
		old, again := values[name]
		if again && field.Type != List {
			faults = append(faults, field.fault(f, typed, faulty("remedy.once")))
			continue
		}
		value, err := f.ParseField(s, field, typed)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if again {
			value = append(append([]string{}, old.([]string)...), value.([]string)...)
		}
		values[name] = value
	}
	for i := range f.Fields {
		field := &f.Fields[i]
		if _, ok := values[field.Name]; ok || field.Default == "" {
			continue
		}
		value, err := f.ParseField(nil, field, field.Default) // as it was declared, whatever the theatre
		if err != nil {
			panic(fmt.Sprintf("default of our own: %v", err))
		}
		values[field.Name] = value
	}
	return values, join(faults)
}

// ParseField reads one field as an officer types it. The error is a
// *FieldError.
func (f *Format) ParseField(s *Setting, field *Field, typed string) (any, error) {
	typed = strings.TrimSpace(strings.ReplaceAll(typed, "\r\n", "\n"))
	if typed == "" {
		return nil, field.fault(f, "", faulty("remedy.something"))
	}
	if field.Type != Text && len(typed) > statement.MaxDisclosure {
		return nil, field.fault(f, clip(typed), faulty("remedy.too-long", "max", statement.MaxDisclosure))
	}
	value, why := types[field.Type].parse(s, field, typed)
	if why != nil {
		return nil, field.fault(f, typed, why)
	}
	return value, nil
}

func join(faults []error) error {
	if len(faults) == 1 {
		return faults[0]
	}
	return errors.Join(faults...)
}
