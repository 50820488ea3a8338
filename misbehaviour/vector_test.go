package misbehaviour

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata anew")

// The vectors of docs/misbehaviour.md: files, the charter to judge them by, and what
// they say.
func TestVectors(t *testing.T) {
	w, all := crimes(t)
	files := map[string]string{"charter.txt": string(w.charter.Note)}
	var said strings.Builder
	for _, c := range all {
		name := strings.NewReplacer(" ", "-", ",", "").Replace(c.name)
		switch name {
		case "fork-of-one-size", "fork-and-witness", "dropped", "chain-same", "seen-other", "signature", "clock-a-little-behind", "line":
		default:
			continue
		}
		text := w.bytes(c.file)
		files[name+".json"] = string(text)
		v, err := Judge(text, w.charter.Charter)
		if err != nil {
			t.Fatal(err)
		}
		outcome := "shown"
		if v.Proven {
			outcome = "proven"
		}
		said.WriteString(name + ".json " + outcome + ": " + v.Sentence.In("en") + "\n")
	}
	files["outcomes.txt"] = said.String()
	for name, text := range files {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // for everybody to read
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(path)
		if err != nil || string(kept) != text {
			t.Errorf("%s is not what is made now (%v); if that is meant, go test ./misbehaviour -update", name, err)
		}
	}
}
