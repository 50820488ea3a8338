package format

import (
	"strings"
	"testing"

	"parley/geo"
	"parley/statement"
)

// own is a format as a charter may declare one.
func own(change func(*Format)) *Format {
	said := Words{"en": "water"}
	f := &Format{ID: "WATER", Edition: 1, Kind: Message, Gate: "review", Names: said, Help: said, Sentence: Words{"en": "Water at {place}[: {text}]."},
		Fields: []Field{{Name: "place", Type: Place, Required: true, Label: said, Help: said}, {Name: "text", Type: Text, MaxWords: 3, Label: said, Help: said}}}
	change(f)
	return f
}

func TestDeclared(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Format)
		want   string // of the error; empty where it is accepted
	}{
		{"good", func(*Format) {}, ""},
		{"name that turns the page round", func(f *Format) { f.Names = Words{"en": "wa\u202Eter"} }, "wa[U+202E]ter"},
		{"label that turns the page round", func(f *Format) { f.Fields[0].Label = Words{"en": "water", "he": "\u2066מים"} }, "[U+2066]"},
		{"sentence of two lines", func(f *Format) { f.Sentence = Words{"en": "Water at {place}\nContact: none."} }, "[U+000A]"},
		{"sentence that says it too often", func(f *Format) { f.Sentence = Words{"en": strings.Repeat("{place}", 200)} }, "at most 1000 bytes"},
		{"identifier that no field can name", func(f *Format) { f.ID = "water\u200Fplan" }, "first a letter"},
		{"identifier that is read as another", func(f *Format) { f.ID = "jars" }, "first a letter"},
		{"default that is never accepted", func(f *Format) { f.Fields[1].Default = "more words than three" }, "its default"},
	} {
		err := own(test.change).Declared()
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}

// What says where and when must be signed, of types that can be compared, and
// among what is read back.
func TestDeclaredVolume(t *testing.T) {
	said := Words{"en": "water"}
	for _, test := range []struct {
		name   string
		volume Volume
		want   string // of the error; empty where it is accepted
	}{
		{"window", Volume{Windows: []string{"window"}, Areas: []string{"place"}, Band: "height"}, ""},
		{"instant", Volume{Windows: []string{"from", "window"}, Until: "last", Areas: []string{"place"}}, ""},
		{"no window", Volume{Areas: []string{"place"}}, "1 to 4 windows"},
		{"no area", Volume{Windows: []string{"window"}}, "1 to 4 windows"},
		{"too many areas", Volume{Windows: []string{"window"}, Areas: []string{"place", "place", "place", "place", "place"}}, "1 to 4 windows"},
		{"unknown field", Volume{Windows: []string{"when\u202e"}, Areas: []string{"place"}}, `"when\u202e"`},
		{"text for an area", Volume{Windows: []string{"window"}, Areas: []string{"text"}}, "area or place"},
		{"place for a band", Volume{Windows: []string{"window"}, Areas: []string{"place"}, Band: "place"}, "altitude"},
		{"area that is not read back", Volume{Windows: []string{"window"}, Areas: []string{"loose"}}, "critical"},
		{"until of a window", Volume{Windows: []string{"window"}, Until: "last", Areas: []string{"place"}}, "instant as first"},
		{"until that is none", Volume{Windows: []string{"from"}, Until: "window", Areas: []string{"place"}}, "type instant"},
	} {
		err := own(func(f *Format) {
			f.Volume = &test.volume
			f.Fields[0].Critical = true
			for name, kind := range map[string]string{"window": Window, "from": Instant, "last": Instant, "height": Altitude, "loose": Place} {
				f.Fields = append(f.Fields, Field{Name: name, Type: kind, Critical: name != "loose", Label: said, Help: said})
			}
		}).Declared()
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
	if err := own(func(f *Format) { f.Kind, f.Volume = Key, &Volume{} }).Declared(); err == nil || !strings.Contains(err.Error(), "a message's") {
		t.Errorf("of a key statement: got %v", err)
	}
}

// A default was declared before there was a theatre to ask about it.
func TestDefaultOutsideTheTheatre(t *testing.T) {
	f := own(func(f *Format) { f.Fields[0].Default = "DD 35.0 32.0 ±1m" })
	if err := f.Declared(); err != nil {
		t.Fatal(err)
	}
	s := &Setting{Theatre: &geo.Box{South: 31_0000000, West: 34_0000000, North: 33_0000000, East: 36_0000000}}
	if values, err := f.Parse(s, nil); err != nil || values["place"] != "geo:35,32;u=1;as=dd;typed=35.0%2032.0" {
		t.Errorf("got %v, %v", values, err)
	}
}

func TestTextInASentence(t *testing.T) {
	f := own(func(*Format) {})
	fields := Values{"place": "geo:35,32;u=1;as=dd;typed=35.0%2032.0", "text": statement.Text{{Text: "as agreed"}, {Withheld: true}}}
	if got, want := f.Say(nil, "en", fields), "Water at DD 35.000000N 032.000000E: as agreed / [withheld]."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
