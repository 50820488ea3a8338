package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/format"
)

// The catalogue is listed and shown in every language, and what is printed of a
// format for other programs is read again by the check.
func TestFormat(t *testing.T) {
	dir := t.TempDir()
	for _, lang := range format.Languages() {
		list := printed(t, "format", "ls", "-lang", lang)
		for _, f := range format.Catalogue().All() {
			if !strings.Contains(list, f.Ref()) || !strings.Contains(list, f.Names.In(lang)) {
				t.Errorf("%s: %s is not listed", lang, f.Ref())
			}
			page := printed(t, "format", "show", f.Ref(), "-lang", lang) // flags may come last
			for i := range f.Fields {
				if !strings.Contains(page, f.Fields[i].Name) || !strings.Contains(page, f.Fields[i].Label.In(lang)) {
					t.Errorf("%s: the page of %s has no field %s", lang, f.Ref(), f.Fields[i].Name)
				}
			}
		}
	}
	var files []string
	for _, f := range format.Catalogue().All() {
		if !json.Valid([]byte(printed(t, "format", "show", "-schema", f.ID))) {
			t.Errorf("the schema of %s is not JSON", f.ID)
		}
		file := filepath.Join(dir, f.ID+".json")
		if err := os.WriteFile(file, []byte(printed(t, "format", "show", strings.ToLower(f.ID), "-json")), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	all, shipped := printed(t, append([]string{"format", "check", "-coded"}, files...)...), printed(t, "format", "check", "-coded")
	if all != shipped || !strings.Contains(all, " 0 faults") {
		t.Errorf("the catalogue's own files:\n%s\nand as printed:\n%s", shipped, all)
	}
}

// Each row is a mistake, and what it is answered.
func TestFormatMistakes(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := printed(t, "format", "show", "J14", "-json")
	for _, row := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"nothing", nil, 2, "format needs ls, show or check"},
		{"unknown verb", []string{"list"}, 2, "format takes ls, show FORMAT or check"},
		{"unknown format", []string{"show", "J99"}, 2, "there is no format \"J99\" in the catalogue\nparley: hint: `parley format ls` lists them"},
		{"unknown edition", []string{"show", "J14/2"}, 2, "there is no format \"J14/2\""},
		{"unknown language", []string{"ls", "-lang", "fr"}, 2, "language \"fr\" is not spoken here"},
		{"no format", []string{"show"}, 2, "format takes"},
		{"no such file", []string{"check", filepath.Join(dir, "none.json")}, 2, "no such file"},
		{"not JSON", []string{"check", file("letter.json", "Dear colleagues,")}, 1, "letter.json: "},
		{"unknown member", []string{"check", file("member.json", strings.Replace(good, `"gate"`, `"gaet"`, 1))}, 1, "gaet"},
		{"a type that is none", []string{"check", file("type.json", strings.Replace(good, `"type": "window"`, `"type": "time"`, 1))}, 1, "time"},
		{"a word that is missing", []string{"check", file("word.json", strings.Replace(good, `"he": "הודעה מראש על פעילות"`, `"he": ""`, 1))}, 1, "he"},
		{"two things after the format", []string{"check", file("twice.json", good+good)}, 1, "twice.json"},
		{"both forms", []string{"show", "-json", "-schema", "J14"}, 2, "one of -json and -schema"},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, stdout, stderr := parley(t, append([]string{"format"}, row.args...)...)
			if status != row.status || !strings.Contains(stderr, row.want) {
				t.Errorf("status %d, want %d; stdout %q; stderr\n%s\nwant\n%s", status, row.status, stdout, stderr, row.want)
			}
		})
	}
}
