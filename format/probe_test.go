package format

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/geo"
	"parley/zone"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		line, wantLines := 0, strings.Split(string(want), "\n")
		for i, l := range strings.Split(got, "\n") {
			if line = i; i >= len(wantLines) || wantLines[i] != l {
				break
			}
		}
		t.Errorf("%s differs from line %d on; look at it, then `go test ./format -update`\ngot:\n%s", path, line+1, got)
	}
}

// probe has a field of every type.
func probe() *Format {
	label := Words{"en": "label", "ar": "عنوان", "he": "תווית"}
	field := func(name, kind string) Field { return Field{Name: name, Type: kind, Label: label, Help: label} }
	f := &Format{ID: "PROBE", Edition: 1, Kind: Message, Gate: "review", Names: label, Help: label}
	for _, kind := range slices.Sorted(func(yield func(string) bool) {
		for kind := range types {
			if !yield(kind) {
				return
			}
		}
	}) {
		f.Fields = append(f.Fields, field("a-"+kind, kind))
	}
	at := func(kind string) *Field {
		found, _ := f.Field("a-" + kind)
		return found
	}
	at(Choice).Choices, at(Choice).ChoiceNames = []string{"survey", "works", "no-2"}, map[string]Words{"survey": {"en": "survey", "ar": "مسح", "he": "סקר"}}
	at(Quantity).Units = []string{"kg", "t"}
	at(List).Items, at(List).Max = Role, 3
	at(Text).MaxWords = 8
	at(Integer).Min, at(Integer).Max = 1, 20
	at(Flag).Must = "true"
	return f
}

// orchard is the setting of the exercise: clocks an hour apart, the theatre round
// the invented lake on the edge of two UTM zones.
func orchard(t testing.TB) *Setting {
	t.Helper()
	s := &Setting{Reader: "birch", Grids: []string{"MGRS", "DMS", "UTM"},
		Theatre: &geo.Box{South: -1_0000000, West: -20_0000000, North: 2_0000000, East: -16_0000000}}
	for _, p := range []struct {
		id, zone string
		names    Words
	}{{"alder", "Etc/GMT-2", Words{"en": "Alder", "ar": "جار الماء", "he": "אלמון"}}, {"birch", "Etc/GMT-3", Words{"en": "Birch", "ar": "بتولا", "he": "שדר"}}} {
		location, err := zone.Load(p.zone)
		if err != nil {
			t.Fatal(err)
		}
		s.Parties = append(s.Parties, Party{ID: p.id, Names: p.names, Zone: p.zone, Location: location})
	}
	mark, err := geo.Parse("DMM 00 30.000N 018 00.000W ±10m")
	if err != nil {
		t.Fatal(err)
	}
	s.Landmarks = []Landmark{{Words{"en": "Lake mark", "ar": "علامة البحيرة", "he": "ציון האגם"}, mark.Point}}
	s.Glossary = []Term{
		{ID: "drift", Words: map[string][]string{"en": {"drift"}, "ar": {"انجراف"}, "he": {"היסחפות"}}},
		{ID: "incursion", Words: map[string][]string{"en": {"incursion"}, "ar": {"توغل"}, "he": {"חדירה"}}, Contested: true, Use: []string{"drift"}},
	}
	return s
}
