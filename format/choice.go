package format

import (
	"fmt"
	"slices"
	"strings"

	"parley/words"
)

// A choice is one of the field's codes. It is typed in any case; its names in
// each language stand beside the code wherever it is shown.
type choiceType struct{ stringType }

func (choiceType) declared(field *Field) error {
	if len(field.Choices) == 0 {
		return fmt.Errorf("a choice needs choices")
	}
	for i, c := range field.Choices {
		if c == "" || strings.ContainsAny(c, " ,=") || slices.Contains(field.Choices[:i], c) {
			return fmt.Errorf("choice %q: want codes without spaces, commas or =, each once", c)
		}
	}
	return nil
}

func (choiceType) accepts(field *Field) words.Message {
	return words.M("accepts.choice", "choices", codes(field.Choices...))
}

func (choiceType) parse(_ *Setting, field *Field, typed string) (any, *fault) {
	s, why := chosen(field.Choices, typed)
	return s, why
}

func (choiceType) check(field *Field, value any) *fault {
	return checkCanonical(value, func(s string) (string, *fault) { return chosen(field.Choices, s) })
}

// chosen finds the one of choices that was typed.
func chosen(choices []string, typed string) (string, *fault) {
	typed = words.LatinDigits(strings.TrimSpace(typed))
	i := slices.IndexFunc(choices, func(c string) bool { return strings.EqualFold(c, typed) })
	if i < 0 {
		return "", &fault{}
	}
	return choices[i], nil
}

func (choiceType) brief(_ *Setting, field *Field, lang string, value any) string {
	code := fmt.Sprint(value)
	if name := field.ChoiceNames[code].In(lang); name != "" {
		return name
	}
	return words.Isolate(lang, code)
}

func (choiceType) show(_ *Setting, field *Field, lang string, value any) []string {
	return []string{coded(lang, fmt.Sprint(value), field.ChoiceNames[fmt.Sprint(value)].In(lang))}
}

// coded shows a code with its name behind it.
func coded(lang, code, name string) string {
	if name == "" || name == code {
		return words.LeftToRight(lang, code)
	}
	return words.LeftToRight(lang, code) + " (" + name + ")"
}

func (choiceType) schema(field *Field) map[string]any { return map[string]any{"enum": field.Choices} }
