package misbehaviour

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/charter"
)

var update = flag.Bool("update", false, "write testdata anew")

// vectors are the files that stay as they are, whatever else a template's charter or a
// test changes: other programs judge them too.
var vectors = []string{"fork of one size", "fork and witness", "dropped", "chain same", "seen other", "signature", "clock a little behind", "line"}

// The vectors of docs/misbehaviour.md: files, the charter to judge them by, and what
// they say. With -update they are made anew.
func TestVectors(t *testing.T) {
	if *update {
		w, all := crimes(t)
		write(t, "charter.txt", w.charter.Note)
		for _, c := range all {
			if slices.Contains(vectors, c.name) {
				write(t, fileName(c.name), w.bytes(c.file))
			}
		}
	}
	signed, err := charter.Open(kept(t, "charter.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for _, name := range vectors {
		v, err := Judge(kept(t, fileName(name)), signed.Charter)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		outcome := "shown"
		if v.Proven {
			outcome = "proven"
		}
		said.WriteString(fileName(name) + " " + outcome + ": " + v.Sentence.In("en") + "\n")
	}
	if *update {
		write(t, "outcomes.txt", []byte(said.String()))
	}
	if want := string(kept(t, "outcomes.txt")); said.String() != want {
		t.Errorf("the vectors say\n%s, want\n%s", said.String(), want)
	}
}

func fileName(name string) string { return strings.ReplaceAll(name, " ", "-") + ".json" }

func kept(t *testing.T, name string) []byte {
	t.Helper()
	return must[[]byte](t)(os.ReadFile(filepath.Join("testdata", name)))
}

func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join("testdata", name), text, 0o644); err != nil {
		t.Fatal(err)
	}
}
