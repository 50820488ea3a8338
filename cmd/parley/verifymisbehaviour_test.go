package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Proofs of misbehaviour are judged by `parley verify`, with three outcomes that never
// look alike.
func TestVerifyMisbehaviour(t *testing.T) {
	vectors := filepath.Join("..", "..", "misbehaviour", "testdata")
	by := []string{"verify", "-charter", filepath.Join(vectors, "charter.txt")}
	fork := filepath.Join(vectors, "fork-and-witness.json")
	text, err := os.ReadFile(fork)
	if err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged.json")
	at := strings.Index(string(text), `\n23\n`)
	if err := os.WriteFile(forged, []byte(string(text[:at])+`\n24\n`+string(text[at+6:])), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{with(by, fork), 0, "PROVEN: The hub of quiet-orchard signed a ledger of 3 entries"},
		{with(by, fork), 0, "accused: the witness of birch"},
		{with(by, "-lang", "he", fork), 0, "הוכח: המרכז של"},
		{with(by, "-lang", "ar", fork), 0, "مُثبت: وقّع مركز"},
		{with(by, "-json", fork), 0, `"outcome": "proven"`},
		{with(by, filepath.Join(vectors, "line.json")), 1, "NOT PROVEN, but shown: The accuser says of block 3"},
		{with(by, forged), 1, "not proven: checkpoint 2 in the file is not signed by the hub"},
		{with(by, "-json", forged), 1, `"outcome": "refuted"`},
		{[]string{"verify", fork}, 2, "anybody can write a charter"},
		{with(by, "-lang", "fr", fork), 2, "-lang"},
	} {
		code, out, errs := parley(t, test.args...)
		if code != test.code || !strings.Contains(out+errs, test.says) {
			t.Errorf("%v: exit status %d, want %d and %q:\n%s%s", test.args, code, test.code, test.says, out, errs)
		}
	}
}
