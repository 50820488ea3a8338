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
// shows as it is stored, and every example is accepted as an officer types it.
func TestCatalogueIsComplete(t *testing.T) {
	for _, f := range Catalogue().All() {
		for _, fault := range f.Complete(Catalogue().Lookup) {
			t.Error(fault)
		}
		script := map[string]*unicode.RangeTable{"en": unicode.Latin, "ar": unicode.Arabic, "he": unicode.Hebrew}
		check := func(where string, w Words) {
			t.Helper()
			for _, lang := range Languages() {
				if !strings.ContainsFunc(w[lang], func(r rune) bool { return unicode.Is(script[lang], r) }) {
					t.Errorf("%s %s: %s is %q, which has no letter of its script", f.Ref(), where, lang, w[lang])
				}
			}
		}
		check("name", f.Names)
		check("help", f.Help)
		for i := range f.Fields {
			check(f.Fields[i].Name, f.Fields[i].Label)
			check(f.Fields[i].Name+" help", f.Fields[i].Help)
			for _, c := range f.Fields[i].Choices {
				check(f.Fields[i].Name+"="+c, f.Fields[i].ChoiceNames[c])
			}
		}
	}
	if share := CodedShare(Catalogue().All()...); share.Percent() < 80 {
		t.Errorf("%d of %d safety fields are coded, want 80%%", share.Coded, share.All)
	}
}

func TestCatalogueHolds(t *testing.T) {
	var messages []string
	for n := range 54 {
		if slices.Contains([]int{0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22, 23, 30, 31, 32, 33, 40, 41, 42, 43, 44, 45, 50, 51, 52, 53}, n) {
			messages = append(messages, "J"+string(rune('0'+n/10))+string(rune('0'+n%10))+"/1")
		}
	}
	want := append(messages, "clock.expired/1", "clock.overdue/1", "clock.purged/1", "consent.answer/1", "consent.ask/1", "copy.made/1", "desk.delivered/1", "desk.displayed/1", "exchange.open/1", "gate.annotate/1", "gate.auto-release/1", "gate.hold/1",
		"gate.release/1", "gate.return/1", "gate.unseal/1", "handover/1", "key.endorse/1", "key.revoke/1", "line.missed/1", "matter.due/1", "relief/1", "roster.gap/1", "translation/1", "withdraw/1")
	if got := Catalogue().IDs(); !slices.Equal(got, want) {
		t.Errorf("the catalogue holds %v, want %v", got, want)
	}
	var floor, passed []string
	for _, f := range Catalogue().All() {
		if f.Floor {
			floor = append(floor, f.ID)
			if f.Gate == "review" || f.Gate == "escrow" {
				t.Errorf("%s is of the safety floor with gate mode %s", f.Ref(), f.Gate)
			}
			if !f.Safety {
				t.Errorf("%s is of the safety floor and not safety content", f.Ref())
			}
		}
		if f.PassOn {
			passed = append(passed, f.ID)
		}
		if f.Kind != Message && f.Gate != "none" {
			t.Errorf("%s is a %s with gate mode %s", f.Ref(), f.Kind, f.Gate)
		}
	}
	if want := []string{"J00", "J01", "J02", "J03", "J04", "J05", "J06", "J10", "J11", "J16", "J17", "J30"}; !slices.Equal(floor, want) {
		t.Errorf("the safety floor is %v, want %v", floor, want)
	}
	if want := []string{"J14", "J15", "J16", "J17", "J30"}; !slices.Equal(passed, want) {
		t.Errorf("%v ask to be passed on, want %v", passed, want)
	}
	for typed, ref := range map[string]string{"j14": "J14/1", "J14/1": "J14/1", "Gate.Hold": "gate.hold/1"} {
		if f, ok := Catalogue().Newest(typed); !ok || f.Ref() != ref {
			t.Errorf("%q finds %v, want %s", typed, f, ref)
		}
	}
	if f, ok := Catalogue().Newest("J99"); ok {
		t.Errorf("J99 finds %v", f)
	}
}

// What borrows must not have fields of its own that stand in the way of what it
// borrows: such a field would be lost on replacing.
func TestNothingStandsInTheWay(t *testing.T) {
	for _, f := range Catalogue().All() {
		for _, other := range Catalogue().All() {
			if f.Borrows == "" || other.Borrows != "" || other.Kind != Message {
				continue
			}
			for _, name := range f.fieldNames() {
				if _, clash := other.Field(name); clash {
					t.Errorf("%s and %s both have the field %s", f.Ref(), other.Ref(), name)
				}
			}
		}
	}
}

// No format could carry tracks, targets or tasking.
func TestNoTasking(t *testing.T) {
	for _, f := range Catalogue().All() {
		for i := range f.Fields {
			for _, word := range []string{"track", "target", "task", "strike", "weapon", "course"} {
				if slices.Contains(strings.Split(f.Fields[i].Name, "-"), word) {
					t.Errorf("%s has a field %s", f.Ref(), f.Fields[i].Name)
				}
			}
		}
	}
}

// A file of a catalogue that the code could not rely on is refused.
func TestReadRefuses(t *testing.T) {
	good, err := data.ReadFile("data/J11-1.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, from, to string }{
		{"unknown member", `"floor": true`, `"flor": true`},
		{"no edition", `"edition": 1`, `"edition": 0`},
		{"unknown kind", `"kind": "message"`, `"kind": "letter"`},
		{"message with a relation", `"gate": "auto-release"`, `"gate": "auto-release", "relation": "replies"`},
		{"unknown gate", `"gate": "auto-release"`, `"gate": "open"`},
		{"unknown type", `"type": "flag"`, `"type": "tick"`},
		{"name of a claim", `"name": "place"`, `"name": "author"`},
		{"choice without choices", `"type": "flag"`, `"type": "choice"`},
		{"flag that is critical", `"type": "flag"`, `"type": "flag", "critical": true`},
		{"unknown party", `"side"`, `"third"`},
		{"sentence with a field it has not", `"en": "`, `"en": "{nothing}`},
		{"more after it", "\n}\n", "\n}{}\n"},
	} {
		bad := bytes.Replace(good, []byte(test.from), []byte(test.to), 1)
		if test.name == "sentence with a field it has not" {
			at := bytes.Index(good, []byte(`"sentence"`))
			bad = append(slices.Clone(good[:at]), bytes.Replace(good[at:], []byte(test.from), []byte(test.to), 1)...)
		}
		if bytes.Equal(bad, good) {
			t.Fatalf("%s: nothing was changed", test.name)
		}
		if _, err := Read(bad); err == nil {
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
		one, err := Read(text)
		if err != nil {
			return
		}
		one.Schema()
		written, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(written); err != nil {
			t.Errorf("%s reads, its own writing does not: %v", text, err)
		}
	})
}
