package format

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"parley/statement"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What officers read, in every language.
func TestRender(t *testing.T) {
	for name, row := range map[string]struct {
		ref    string
		fields Values
	}{
		"notice": {"J14/1", good()},
		"item": {"J31/1", Values{"source": "B", "credibility": "3", "confidence": "moderate", "use-mark": "PROTECT-ONLY",
			"item":    statement.Text{{Withheld: true}, {Text: "The clip was made from older pictures.\nThey are of another valley."}},
			"dissent": statement.Paragraphs{"אין"}}},
		"test":    {"J00/1", Values{"phrase": standardPhrase(t), "sequence": int64(7), "operator": true}},
		"hold":    {"gate.hold/1", Values{"reason": "plausibility", "note": statement.Paragraphs{"يرجى تأكيد الوقت."}}},
		"foreign": {"J01/1", Values{"remark": "seen \u202egnihton\u202c", "unheard-of": []string{"a", "ب"}}},
	} {
		f, ok := Catalogue().Lookup(row.ref)
		if !ok {
			t.Fatalf("no format %s", row.ref)
		}
		for _, lang := range Languages() {
			golden(t, name+"."+lang+".txt", f.Render(lang, row.fields))
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
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
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}
