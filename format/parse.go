package format

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"parley/statement"
)

// Parse reads fields as an officer types them, "field=value", into the values
// that [statement.Sign] takes, and fills in the format's defaults. Times with an
// offset become UTC; paragraphs are parted by blank lines; a list's values by
// commas, or by writing the field again. Digits may be of any script where a
// number or a time is meant.
//
// Parse reads; [Format.Check] then tells what is missing or too long. Errors are
// *FieldError, joined where there are several.
func (f *Format) Parse(args []string) (map[string]any, error) {
	values := map[string]any{}
	var faults []error
	for _, arg := range args {
		name, typed, ok := strings.Cut(arg, "=")
		field, known := f.Field(name)
		switch {
		case !ok:
			faults = append(faults, &FieldError{Format: f.Ref(), Read: strconv.Quote(clip(arg)), Accepted: "field=value", Remedy: "put quotation marks round a value with spaces"})
			continue
		case !known:
			faults = append(faults, f.noField(name))
			continue
		}
		old, again := values[name]
		if again && field.Type != List {
			faults = append(faults, field.fault(f, typed, "write the field once"))
			continue
		}
		value, err := field.parse(f, typed)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if again {
			value = append(slices.Clone(old.([]string)), value.([]string)...)
		}
		values[name] = value
	}
	for i := range f.Fields {
		field := &f.Fields[i]
		if _, ok := values[field.Name]; ok || field.Default == "" {
			continue
		}
		value, err := field.parse(f, field.Default)
		if err != nil {
			panic(fmt.Sprintf("default of our own: %v", err))
		}
		values[field.Name] = value
	}
	if len(faults) > 0 {
		return nil, join(faults)
	}
	return values, nil
}

func join(faults []error) error {
	if len(faults) == 1 {
		return faults[0]
	}
	return errors.Join(faults...)
}

func (field *Field) parse(f *Format, typed string) (any, error) {
	typed = strings.TrimSpace(strings.ReplaceAll(typed, "\r\n", "\n"))
	if typed == "" {
		return nil, field.fault(f, "", "write something after the =, or leave the field out")
	}
	switch field.Type {
	case Text:
		return paragraphs(typed), nil
	case Instant:
		t, remedy := typedInstant(typed)
		if remedy != "" {
			return nil, field.fault(f, typed, remedy)
		}
		return WriteInstant(t), nil
	case Window:
		window, remedy := typedWindow(typed)
		if remedy != "" {
			return nil, field.fault(f, typed, remedy)
		}
		return window, nil
	case Choice:
		i := slices.IndexFunc(field.Choices, func(c string) bool { return strings.EqualFold(c, latinDigits(typed)) })
		if i < 0 {
			return nil, field.fault(f, typed, "")
		}
		return field.Choices[i], nil
	case Integer:
		n, err := strconv.ParseInt(latinDigits(typed), 10, 64)
		if err != nil {
			return nil, field.fault(f, typed, "")
		}
		return n, nil
	case Flag:
		switch strings.ToLower(typed) {
		case "true", "yes":
			return true, nil
		case "false", "no":
			return false, nil
		}
		return nil, field.fault(f, typed, "")
	case List:
		var list []string
		for item := range strings.SplitSeq(typed, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
		return list, nil
	}
	return typed, nil
}

// paragraphs parts text at its blank lines.
func paragraphs(text string) statement.Paragraphs {
	var all statement.Paragraphs
	var lines []string
	flush := func() {
		if p := strings.TrimSpace(strings.Join(lines, "\n")); p != "" {
			all = append(all, p)
		}
		lines = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimRight(line, " \t"); line == "" {
			flush()
			continue
		}
		lines = append(lines, line)
	}
	flush()
	return all
}
