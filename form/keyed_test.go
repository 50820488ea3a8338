package form

import (
	"fmt"
	"strings"
	"testing"

	"parley/format"
	"parley/paper"
)

// keyed prints the script of values and keys it in again.
func keyed(t *testing.T, f *format.Format, lang string, values format.Values) (map[string]any, error) {
	t.Helper()
	transcript, err := paper.ParseTranscript(paper.WriteTranscript(Filled(f, nil, lang, Head{}, values)))
	if err != nil {
		return nil, err
	}
	g, fields, err := Read(transcript, nil, Formats{Newest: format.Catalogue().Newest, Lookup: format.Catalogue().Lookup})
	if err != nil {
		return nil, err
	}
	return g.Parse(nil, fields)
}

// What an officer calls a place does not break the script that it stands in.
func TestKeyedHostileNames(t *testing.T) {
	f, _ := format.Catalogue().Newest("J14")
	for _, name := range []string{"pier #41", "±5m", "3.2 x", "; x", "END 3 #47", "نقطة #41", "a / b"} {
		values, err := f.Parse(nil, []string{"activity=survey", "place=DD 0.5 -18 ±50m; " + name, "window=2026-11-27T07:00Z/2026-11-27T09:00Z", "contact=desk:line 2", "description=END 3 #47\n\n; 2 #33"})
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range format.Languages() {
			if again, err := keyed(t, f, lang, values); err != nil || fmt.Sprint(again) != fmt.Sprint(values) {
				t.Errorf("%q: %v\ngot  %v\nwant %v", name, err, again, values)
			}
		}
	}
}

func TestReadNamesTheEdition(t *testing.T) {
	text := "parley-form J14 #" + paper.HeadCheck("J14", false) + "\nEND 0"
	transcript, err := paper.ParseTranscript(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(transcript, nil, Formats{Newest: format.Catalogue().Newest, Lookup: format.Catalogue().Lookup}); err == nil || !strings.Contains(err.Error(), "not known here") {
		t.Errorf("a form without its edition: %v", err)
	}
}
