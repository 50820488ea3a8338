package format

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Every word of the catalogue is there in every language, in its own script,
// and shows as it is stored.
func TestCatalogueSpeaksAllLanguages(t *testing.T) {
	script := map[string]*unicode.RangeTable{"en": unicode.Latin, "ar": unicode.Arabic, "he": unicode.Hebrew}
	check := func(where string, w Words) {
		t.Helper()
		if len(w) != len(Languages()) {
			t.Errorf("%s: %d languages, want %v", where, len(w), Languages())
		}
		for _, lang := range Languages() {
			if !strings.ContainsFunc(w[lang], func(r rune) bool { return unicode.Is(script[lang], r) }) {
				t.Errorf("%s: %s is %q, which has no letter of its script", where, lang, w[lang])
			}
			if fault := lineFault(w[lang]); fault != "" {
				t.Errorf("%s: %s is %q: %s", where, lang, w[lang], fault)
			}
		}
	}
	for _, ref := range Catalogue().IDs() {
		f, _ := Catalogue().Lookup(ref)
		check(ref, f.Names)
		check(ref+" help", f.Help)
		for i := range f.Fields {
			field := &f.Fields[i]
			check(ref+"."+field.Name, field.Label)
			check(ref+"."+field.Name+" help", field.Help)
			if len(field.ChoiceNames) != len(field.Choices) {
				t.Errorf("%s.%s: %d choices are named, there are %d", ref, field.Name, len(field.ChoiceNames), len(field.Choices))
			}
			for _, c := range field.Choices {
				check(ref+"."+field.Name+"="+c, field.ChoiceNames[c])
			}
		}
	}
}

func TestCatalogueHolds(t *testing.T) {
	want := []string{"J00/1", "J01/1", "J02/1", "J03/1", "J04/1", "J10/1", "J11/1", "J14/1", "J20/1", "J31/1", "J50/1",
		"desk.delivered/1", "desk.displayed/1", "gate.auto-release/1", "gate.hold/1", "gate.release/1", "gate.return/1",
		"key.endorse/1", "key.revoke/1", "translation/1", "withdraw/1"}
	if got := Catalogue().IDs(); !slices.Equal(got, want) {
		t.Errorf("the catalogue holds %v, want %v", got, want)
	}
	var floor []string
	for _, ref := range want {
		f, ok := Catalogue().Lookup(ref)
		if !ok {
			t.Fatalf("%s is listed and cannot be looked up", ref)
		}
		if f.Floor {
			floor = append(floor, f.ID)
		}
		if f.Kind != Message && f.Gate != "none" {
			t.Errorf("%s is a %s with gate mode %s", ref, f.Kind, f.Gate)
		}
		if f.Floor && f.Gate != "none" && f.Gate != "auto-release" {
			t.Errorf("%s is of the safety floor with gate mode %s", ref, f.Gate)
		}
	}
	if want := []string{"J00", "J01", "J02", "J03", "J10", "J11"}; !slices.Equal(floor, want) {
		t.Errorf("the safety floor is %v, want %v", floor, want)
	}
	for typed, ref := range map[string]string{"j14": "J14/1", "J14/1": "J14/1", "Gate.Hold": "gate.hold/1"} {
		if f, ok := Catalogue().Newest(typed); !ok || f.Ref() != ref {
			t.Errorf("%q finds %v, want %s", typed, f, ref)
		}
	}
	if f, ok := Catalogue().Newest("J15"); ok {
		t.Errorf("J15 finds %v", f)
	}
}

// A file of the catalogue that the code could not rely on is refused.
func TestReadRefuses(t *testing.T) {
	good, err := data.ReadFile("data/J11-1.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, from, to string }{
		{"unknown member", `"floor": true`, `"flor": true`},
		{"no edition", `"edition": 1`, `"edition": 0`},
		{"unknown kind", `"kind": "message"`, `"kind": "letter"`},
		{"message with a relation", `"gate"`, `"relation": "replies", "gate"`},
		{"unknown type", `"type": "flag"`, `"type": "tick"`},
		{"doubled field", `"name": "where"`, `"name": "what"`},
		{"name of a claim", `"name": "where"`, `"name": "author"`},
		{"choice without choices", `"type": "flag"`, `"type": "choice"`},
		{"more after it", "\n}\n", "\n}{}\n"},
	} {
		bad := bytes.Replace(good, []byte(test.from), []byte(test.to), 1)
		if bytes.Equal(bad, good) {
			t.Fatalf("%s: nothing was changed", test.name)
		}
		if _, err := read(bad); err == nil {
			t.Errorf("%s: accepted", test.name)
		}
	}
}

// What is read can be written and read again.
func FuzzRead(f *testing.F) {
	files, err := data.ReadDir("data")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := data.ReadFile("data/" + file.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		one, err := read(text)
		if err != nil {
			return
		}
		written, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(written); err != nil {
			t.Errorf("%s reads, its own writing does not: %v", text, err)
		}
	})
}
