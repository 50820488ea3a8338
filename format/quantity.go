package format

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"parley/words"
)

// A quantity is a decimal number and one of the field's units, with a space
// between: "4 kg". A unit is never guessed. Units are compared as codes, case
// included, since Mm is not mm.
type quantityType struct{ stringType }

var quantityForm = regexp.MustCompile(`^(-?)(\d{1,12})(?:\.(\d{1,6}))?\s*(\S{0,16})$`)

func (quantityType) declared(field *Field) error {
	if len(field.Units) == 0 {
		return fmt.Errorf("a quantity needs units")
	}
	return nil
}

func (quantityType) accepts(field *Field) words.Message {
	unit := ""
	if len(field.Units) > 0 {
		unit = field.Units[0]
	}
	return words.M("accepts.quantity", "units", codes(field.Units...), "example", "4 "+unit)
}

func (quantityType) parse(_ *Setting, field *Field, typed string) (any, *fault) {
	s, why := readQuantity(field, typed)
	return s, why
}

func (quantityType) check(field *Field, value any) *fault {
	return checkCanonical(value, func(s string) (string, *fault) { return readQuantity(field, s) })
}

func readQuantity(field *Field, typed string) (string, *fault) {
	text := strings.TrimSpace(words.LatinDigits(typed))
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\u2212", "-"), "\u066B", ".")
	m := quantityForm.FindStringSubmatch(text)
	switch {
	case m == nil && strings.ContainsAny(text, ",\u066C"):
		return "", commaReadings(field, text)
	case m == nil:
		return "", faulty("quantity.form")
	case m[4] == "":
		return "", faulty("quantity.unit", "units", codes(field.Units...))
	case !slices.Contains(field.Units, m[4]):
		return "", faulty("quantity.other-unit", "unit", m[4], "units", codes(field.Units...))
	}
	sign, whole, fraction := m[1], strings.TrimLeft(m[2], "0"), strings.TrimRight(m[3], "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		fraction = "." + fraction
	}
	if whole == "0" && fraction == "" {
		sign = ""
	}
	return sign + whole + fraction + " " + m[4], nil
}

// commaReadings asks whether a comma parts thousands or a fraction.
func commaReadings(field *Field, text string) *fault {
	text = strings.ReplaceAll(text, "\u066C", ",")
	why := &fault{}
	for _, with := range []string{"", "."} {
		if typed, bad := readQuantity(field, strings.ReplaceAll(text, ",", with)); bad == nil && (len(why.readings) == 0 || why.readings[0].Typed != typed) {
			why.readings = append(why.readings, Reading{Typed: typed, Means: words.Plain(typed)})
		}
	}
	if len(why.readings) < 2 {
		return faulty("quantity.form")
	}
	return why
}

func (quantityType) brief(_ *Setting, _ *Field, lang string, value any) string {
	return words.LeftToRight(lang, fmt.Sprint(value))
}

func (t quantityType) show(s *Setting, field *Field, lang string, value any) []string {
	return []string{t.brief(s, field, lang, value)}
}

func (quantityType) schema(field *Field) map[string]any {
	units := make([]string, len(field.Units))
	for i, u := range field.Units {
		units[i] = regexp.QuoteMeta(u)
	}
	return map[string]any{"type": "string", "pattern": `^-?\d+(\.\d+)? (` + strings.Join(units, "|") + `)$`}
}
