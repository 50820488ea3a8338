package format

import (
	"encoding/json"
	"strings"
)

// Schema writes the JSON Schema (draft 2020-12) of a statement's fields as an
// object by field name, in their canonical form, for other people's tools. It
// states types, patterns, choices and what is required; what a pattern cannot
// say, such as that a ring does not cross itself, [Format.Check] alone knows.
// The same format gives the same bytes.
func (f *Format) Schema() []byte {
	properties := map[string]any{}
	required := []string{}
	var conditions []any
	for i := range f.Fields {
		field := &f.Fields[i]
		schema := types[field.Type].schema(field)
		schema["title"] = field.Label.In("en")
		schema["description"] = field.Help.In("en")
		if typed, ok := f.Example[field.Name]; ok {
			if value, err := f.ParseField(nil, field, typed); err == nil {
				schema["examples"] = []any{value}
			}
		}
		properties[field.Name] = schema
		if field.Required {
			required = append(required, field.Name)
		}
		if name, value, ok := strings.Cut(field.RequiredWhen, "="); ok {
			conditions = append(conditions, map[string]any{
				"if":   map[string]any{"properties": map[string]any{name: oneOf(value)}, "required": []string{name}},
				"then": map[string]any{"required": []string{field.Name}},
			})
		}
	}
	schema := map[string]any{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"$id":                  "urn:parley:format:" + strings.ReplaceAll(f.Ref(), "/", ":"),
		"title":                f.Ref() + " " + f.Names.In("en"),
		"description":          f.Help.In("en"),
		"type":                 "object",
		"properties":           properties,
		"required":             required,
		"additionalProperties": f.Borrows != "",
	}
	if len(conditions) > 0 {
		schema["allOf"] = conditions
	}
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		panic(err) // maps, lists and strings: cannot fail
	}
	return append(text, '\n')
}

// oneOf is the schema of a value among several, with "|" between them.
func oneOf(values string) map[string]any {
	if all := strings.Split(values, "|"); len(all) > 1 {
		return map[string]any{"enum": all}
	}
	return map[string]any{"const": values}
}
