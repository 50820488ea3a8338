package format

import (
	"bytes"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"parley/statement"
)

// What officers read: the example of every format in every language, in the
// setting of the exercise. The golden files are read by people.
func TestRender(t *testing.T) {
	s := orchard(t)
	for _, f := range Catalogue().All() {
		values, err := f.Exemplar(Catalogue().Lookup, s)
		if err != nil {
			t.Error(err)
			continue
		}
		whole, err := f.Whole(Catalogue().Lookup, f.Example[ContentField])
		if err != nil {
			t.Error(err)
			continue
		}
		for _, lang := range Languages() {
			page := whole.Render(s, lang, values)
			for _, line := range strings.Split(page, "\n") {
				safe(t, line)
			}
			golden(t, "pages/"+strings.ReplaceAll(f.Ref(), "/", "-")+"."+lang+".txt", f.Names.In(lang)+"\n\n"+page)
		}
	}
}

// What was signed is shown as it was signed, known or not, and cannot reorder
// what stands around it.
func TestRenderHostile(t *testing.T) {
	f, s := probe(), orchard(t)
	hostile := Values{
		"a-line":      "seen \u202egnihton\u202c",
		"a-choice":    "not-of-the-list",
		"a-instant":   "2026-11-24T07:00:00Z",
		"a-place":     "geo:0.5,-18",
		"a-integer":   "seven",
		"unheard-of":  []string{"a", "ب\u2069"},
		"a-quantity":  int64(3),
		"a-text":      statement.Text{{Withheld: true}, {Text: "a\u2067b\nс\u043eok"}},
		"a-parties":   []string{"Nobody At All"},
		"a-reference": true,
	}
	for _, lang := range Languages() {
		page := f.Render(s, lang, hostile)
		for _, line := range strings.Split(page, "\n") {
			safe(t, line)
		}
		golden(t, "hostile."+lang+".txt", page)
	}
}

func TestDoubtful(t *testing.T) {
	for text, want := range map[string]string{
		"the lake at noon": "", "البحيرة ظهرا": "", "האגם בצהריים": "", "J14 at 07:00Z": "", "ב-MGRS": "",
		"pаypal": "pаypal", "мина": "мина", "Ｍine": "Ｍine", "علی": "علی", "abcא": "abcא", "naïve": "",
	} {
		if got := strings.Join(Doubtful(text), " "); got != want {
			t.Errorf("%q: doubtful are %q, want %q", text, got, want)
		}
	}
}

func TestSayLeavesOut(t *testing.T) {
	f := probe()
	f.Sentence = Words{"en": "It is {a-choice}[, at {a-instant}][, {a-line}]."}
	if got := f.Say(nil, "en", Values{"a-choice": "survey", "a-instant": "2026-11-24T07:00Z"}); got != "It is survey, at 2026-11-24T07:00Z." {
		t.Errorf("says %q", got)
	}
	if got := f.Say(nil, "en", Values{"a-line": "x"}); got != "" {
		t.Errorf("says %q without what it cannot do without", got)
	}
}

// Every format's schema takes its own example and refuses one with a field of
// another type.
func TestSchema(t *testing.T) {
	for _, f := range Catalogue().All() {
		if f.Kind != Message {
			continue
		}
		values, err := f.Exemplar(Catalogue().Lookup, nil)
		if err != nil {
			t.Error(err)
			continue
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(f.Schema()))
		if err != nil {
			t.Fatal(err)
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource(f.Ref(), document); err != nil {
			t.Fatalf("%s: %v", f.Ref(), err)
		}
		schema, err := compiler.Compile(f.Ref())
		if err != nil {
			t.Errorf("%s: %v", f.Ref(), err)
			continue
		}
		instance := map[string]any{}
		for name, value := range values {
			switch v := value.(type) {
			case statement.Paragraphs:
				instance[name] = anyList(v)
			case []string:
				instance[name] = anyList(v)
			default:
				instance[name] = v
			}
		}
		if err := schema.Validate(instance); err != nil {
			t.Errorf("%s: its schema refuses its example: %v", f.Ref(), err)
		}
		for i := range f.Fields {
			if f.Fields[i].Required {
				bad := map[string]any{}
				for name, value := range instance {
					bad[name] = value
				}
				bad[f.Fields[i].Name] = map[string]any{}
				if schema.Validate(bad) == nil {
					t.Errorf("%s: its schema takes an object for %s", f.Ref(), f.Fields[i].Name)
				}
			}
		}
	}
}

func anyList(list []string) []any {
	all := make([]any, len(list))
	for i, s := range list {
		all[i] = s
	}
	return all
}
