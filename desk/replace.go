package desk

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"parley/format"
	"parley/mechanism"
	"parley/statement"
	"parley/words"
)

// replace sends what supersedes original: its fields as they were, but for those
// that the officer writes anew. A field is left out by writing "name=" alone.
func (d *Desk) replace(ctx context.Context, f *format.Format, q Saying, ref statement.Ref, original *statement.Statement) (string, error) {
	setting := d.Charter().Setting(d.party)
	var dropped, written []string
	for _, arg := range q.Fields {
		name, value, named := strings.Cut(arg, "=")
		if _, known := f.Field(name); known && named && value == "" {
			dropped = append(dropped, name)
		} else {
			written = append(written, arg)
		}
	}
	values, err := f.Parse(setting, written)
	if err != nil {
		return "", fieldRefusal(err, q.Lang)
	}
	own, _ := d.Charter().Newest("J04")
	if !slices.ContainsFunc(f.Fields, func(field format.Field) bool {
		_, ofReplacement := own.Field(field.Name)
		return !ofReplacement && changes(original, field.Name, values[field.Name], slices.Contains(dropped, field.Name))
	}) {
		return "", refusal(mechanism.BadField, q.Lang, words.M("desk.replace-nothing"), words.M("desk.replace-remedy", "command", "`parley cancel`"))
	}
	for _, field := range original.Fields() {
		_, again := values[field.Name]
		_, ofReplacement := own.Field(field.Name)
		if again || ofReplacement || slices.Contains(dropped, field.Name) {
			continue
		}
		if text, ok := field.Value.(statement.Text); ok {
			paragraphs := statement.Paragraphs{}
			for _, p := range text {
				paragraphs = append(paragraphs, p.Text)
			}
			values[field.Name] = paragraphs
			continue
		}
		values[field.Name] = field.Value
	}
	if err := f.Check(format.Values(values), q.Precedence); err != nil {
		return "", fieldRefusal(err, q.Lang)
	}
	if err := contested(setting, f, values, q); err != nil {
		return "", err
	}
	return d.Send(ctx, Draft{By: q.By, Format: f.Ref(), Precedence: q.Precedence, To: q.To, Fields: values, Refs: []statement.Ref{ref}})
}

// changes reports whether a replacement says something else under a field's name:
// another value, or none where the original has one.
func changes(original *statement.Statement, name string, value any, dropped bool) bool {
	was, had := original.Field(name)
	if value == nil {
		return dropped && had
	}
	if text, ok := was.(statement.Text); ok {
		paragraphs := statement.Paragraphs{}
		for _, p := range text {
			paragraphs = append(paragraphs, p.Text)
		}
		was = paragraphs
	}
	return !reflect.DeepEqual(was, value)
}
