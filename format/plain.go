package format

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"parley/words"
)

// An integer is a whole number, signed as an int64.
type integerType struct{ stringType }

func (integerType) accepts(field *Field) words.Message {
	if field.Max > 0 {
		return words.M("accepts.integer-to", "min", field.Min, "max", field.Max)
	}
	return words.M("accepts.integer-from", "min", field.Min)
}

func (integerType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	n, err := strconv.ParseInt(strings.TrimSpace(words.LatinDigits(typed)), 10, 64)
	if err != nil {
		return nil, &fault{}
	}
	return n, nil
}

func (integerType) check(field *Field, value any) *fault {
	n, ok := value.(int64)
	if !ok {
		return faulty("remedy.type", "type", Integer)
	}
	if n < field.Min || field.Max > 0 && n > field.Max {
		return &fault{}
	}
	return nil
}

func (integerType) schema(field *Field) map[string]any {
	m := map[string]any{"type": "integer", "minimum": field.Min}
	if field.Max > 0 {
		m["maximum"] = field.Max
	}
	return m
}

// A flag is yes or no, signed as a bool. Some flags must be what they are: they
// make their author say it.
type flagType struct{ stringType }

func (flagType) declared(field *Field) error {
	if field.Must != "" && field.Must != "true" && field.Must != "false" {
		return fmt.Errorf("must is %q, want true or false", field.Must)
	}
	return nil
}

func (flagType) accepts(field *Field) words.Message {
	switch field.Must {
	case "true":
		return words.M("accepts.flag-yes")
	case "false":
		return words.M("accepts.flag-no")
	}
	return words.M("accepts.flag")
}

func (flagType) parse(_ *Setting, _ *Field, typed string) (any, *fault) {
	switch strings.ToLower(strings.TrimSpace(typed)) {
	case "true", "yes", "نعم", "כן":
		return true, nil
	case "false", "no", "لا", "לא":
		return false, nil
	}
	return nil, &fault{}
}

func (flagType) check(field *Field, value any) *fault {
	b, ok := value.(bool)
	if !ok {
		return faulty("remedy.type", "type", Flag)
	}
	if field.Must != "" && strconv.FormatBool(b) != field.Must {
		return &fault{remedy: words.Said(field.Help)}
	}
	return nil
}

func (flagType) brief(_ *Setting, _ *Field, lang string, value any) string {
	if value == true {
		return words.M("flag.yes").In(lang)
	}
	return words.M("flag.no").In(lang)
}

func (t flagType) show(s *Setting, field *Field, lang string, value any) []string {
	return []string{t.brief(s, field, lang, value)}
}

func (flagType) schema(field *Field) map[string]any {
	if field.Must != "" {
		return map[string]any{"const": field.Must == "true"}
	}
	return map[string]any{"type": "boolean"}
}

// A list is values of one other type, none twice.
type listType struct{ stringType }

var listItems = []string{Line, Hash, Role, Contact, Reference, Instant, Choice, Part}

func (listType) declared(field *Field) error {
	if !slices.Contains(listItems, field.Items) {
		return fmt.Errorf("a list cannot be of %q", field.Items)
	}
	return types[field.Items].declared(field)
}

func (listType) accepts(field *Field) words.Message {
	return words.M("accepts.list", "item", types[field.Items].accepts(field))
}

func (listType) parse(s *Setting, field *Field, typed string) (any, *fault) {
	var list []string
	for _, item := range splitList(typed) {
		value, why := types[field.Items].parse(s, field, item)
		if why != nil {
			return nil, why.of("list.item", func(t string) string { return strings.Replace(typed, item, t, 1) })
		}
		list = append(list, value.(string))
	}
	return list, nil
}

func splitList(typed string) []string {
	list := []string{}
	for _, item := range strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == '،' }) {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}

func (listType) check(field *Field, value any) *fault {
	list, ok := value.([]string)
	switch {
	case !ok:
		return faulty("remedy.type", "type", List)
	case len(list) == 0 && field.Required:
		return faulty("remedy.something")
	case field.Max > 0 && int64(len(list)) > field.Max:
		return faulty("list.most", "max", field.Max)
	}
	for i, s := range list {
		if slices.Contains(list[:i], s) {
			return faulty("list.twice", "item", clip(s))
		}
		if strings.ContainsAny(s, ",،") { // which would show, and be typed again, as two
			return faulty("list.comma", "item", clip(s))
		}
		if why := types[field.Items].check(field, s); why != nil {
			return why
		}
	}
	return nil
}

func (listType) count(field *Field, value any) int {
	n := 0
	list, _ := value.([]string)
	for _, item := range list {
		n += types[field.Items].count(field, item)
	}
	return n
}

func (t listType) brief(s *Setting, field *Field, lang string, value any) string {
	list, _ := value.([]string)
	items := make([]words.Message, len(list))
	for i, item := range list {
		items[i] = words.M("raw", "text", words.Raw(types[field.Items].brief(s, field, lang, item)))
	}
	return joined(items).In(lang)
}

func (t listType) show(s *Setting, field *Field, lang string, value any) []string {
	list, _ := value.([]string)
	if field.Items != Choice && field.Items != Part {
		return []string{t.brief(s, field, lang, value)}
	}
	lines := make([]string, len(list))
	for i, item := range list {
		lines[i] = types[field.Items].show(s, field, lang, item)[0]
	}
	return lines
}

func (listType) schema(field *Field) map[string]any {
	m := map[string]any{"type": "array", "uniqueItems": true, "items": types[field.Items].schema(field)}
	if field.Required {
		m["minItems"] = 1
	}
	if field.Max > 0 {
		m["maxItems"] = field.Max
	}
	return m
}
