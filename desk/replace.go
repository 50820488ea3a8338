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
	var dropped, written []string
	for _, arg := range q.Fields {
		name, value, named := strings.Cut(arg, "=")
		if _, known := f.Field(name); known && named && value == "" {
			dropped = append(dropped, name)
		} else {
			written = append(written, arg)
		}
	}
	values, err := f.Parse(d.Charter().Setting(d.party), written)
	if err != nil {
		return "", fieldRefusal(err, q.Lang)
	}
	own, _ := d.Charter().Newest("J04")
	was := carried(original, own)
	changed := false
	for name, value := range values {
		_, ofReplacement := own.Field(name)
		changed = changed || !ofReplacement && !reflect.DeepEqual(was[name], value)
	}
	for name, value := range was {
		_, again := values[name]
		switch {
		case again:
		case slices.Contains(dropped, name):
			changed = true
		default:
			values[name] = value
		}
	}
	if !changed {
		return "", refusal(mechanism.BadField, q.Lang, words.M("desk.replace-nothing"), words.M("desk.replace-remedy", "command", "`parley cancel`"))
	}
	if err := d.complete(f, values, q); err != nil {
		return "", err
	}
	return d.sendTyped(ctx, f, q, values, []statement.Ref{ref})
}

// carried gives what a replacement takes over: the original's fields but for those
// that belong to own, the format of replacements, as they are signed.
func carried(original *statement.Statement, own *format.Format) map[string]any {
	values := map[string]any{}
	for _, field := range original.Fields() {
		if _, ofReplacement := own.Field(field.Name); ofReplacement {
			continue
		}
		values[field.Name] = field.Value
		if text, ok := field.Value.(statement.Text); ok {
			paragraphs := statement.Paragraphs{}
			for _, p := range text {
				paragraphs = append(paragraphs, p.Text)
			}
			values[field.Name] = paragraphs
		}
	}
	return values
}
