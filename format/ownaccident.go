package format

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"parley/statement"
)

// AccidentFormat tells of an own accident.
const AccidentFormat = "J11"

// An OwnAccident says when a statement of a format may describe an accident of
// its author's own side, so that the desk reminds of [AccidentFormat].
type OwnAccident struct {
	// When are the cases: codes by field. A case fits where every field of it has
	// one of its codes; one case is enough.
	When []map[string][]string `json:"when"`
	// Carry are the fields that AccidentFormat takes over, by its own field's name.
	Carry map[string]string `json:"carry,omitempty"`
}

// TellsOwnAccident reports whether s, of the format f, may describe an accident
// of its author's own side, and gives what can be carried over, by the field of
// [AccidentFormat] and as it is typed.
func (f *Format) TellsOwnAccident(s Source) (carried map[string]string, tells bool) {
	if f.OwnAccident == nil {
		return nil, false
	}
	said := map[string]any{}
	for _, field := range s.Fields() {
		said[field.Name] = field.Value
	}
	fits := func(one map[string][]string) bool {
		for name, codes := range one {
			if code, _ := said[name].(string); !slices.Contains(codes, code) {
				return false
			}
		}
		return true
	}
	if !slices.ContainsFunc(f.OwnAccident.When, fits) {
		return nil, false
	}
	carried = map[string]string{}
	for to, from := range f.OwnAccident.Carry {
		field, ok := f.Field(from)
		if value, has := said[from]; ok && has {
			if typed := field.Typed(value); len(typed) == 1 {
				carried[to] = typed[0]
			}
		}
	}
	return carried, true
}

// declaredAccident checks that the cases are of coded fields and their codes.
func (f *Format) declaredAccident() error {
	if f.OwnAccident == nil {
		return nil
	}
	if len(f.OwnAccident.When) == 0 {
		return errors.New("ownAccident: want at least one case")
	}
	for _, one := range f.OwnAccident.When {
		if len(one) == 0 {
			return errors.New("ownAccident: a case without fields would always fit")
		}
		for _, name := range slices.Sorted(maps.Keys(one)) {
			field, ok := f.Field(name)
			if !ok || field.Type != Choice || len(one[name]) == 0 {
				return fmt.Errorf("ownAccident: %q: want a field of type choice, and codes of it", clip(name))
			}
			for _, code := range one[name] {
				if !slices.Contains(field.Choices, code) {
					return fmt.Errorf("ownAccident: %q is no choice of field %s", clip(code), name)
				}
			}
		}
	}
	for _, to := range slices.Sorted(maps.Keys(f.OwnAccident.Carry)) {
		field, ok := f.Field(f.OwnAccident.Carry[to])
		if statement.CheckField(to) != nil || !ok || field.Type == Text {
			return fmt.Errorf("ownAccident: %q carries %q: want fields, no text", clip(to), clip(f.OwnAccident.Carry[to]))
		}
	}
	return nil
}
