package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"parley/desk"
)

// The commands of screening, and their exit statuses.
func TestScreenCommands(t *testing.T) {
	t.Setenv(passphraseVariable, worldPassphrase)
	o := openOffice(t, true)
	as := func(verb string, rest ...string) []string {
		words := strings.Fields(verb)
		return with(words, o.as("alder/watch/amal", "", rest...)[1:]...)
	}
	status := func(want int, args []string) (stdout, stderr string) {
		t.Helper()
		got, stdout, stderr := parley(t, args...)
		if got != want {
			t.Fatalf("parley %q: status %d, want %d\n%s%s", args, got, want, stdout, stderr)
		}
		return stdout, stderr
	}
	if _, stderr := status(1, as("screen", "Samir Dulbani")); !strings.Contains(stderr, "lists import") {
		t.Errorf("without a list: %s", stderr)
	}
	sdn := filepath.Join("..", "..", "screening", "testdata", "sdn.xml")
	if stdout, _ := status(0, as("lists import", "-kind", "ofac-xml", "-list", "OFAC SDN", sdn)); !strings.Contains(stdout, "new entries 3") {
		t.Errorf("import: %s", stdout)
	}
	if stdout, _ := status(0, as("lists ls", "-lang", "ar")); !strings.Contains(stdout, "2026-11-21") {
		t.Errorf("lists: %s", stdout)
	}
	if stdout, _ := status(0, as("screen", "Dana Levi")); !strings.Contains(stdout, "like no listed name") {
		t.Errorf("a name that is on no list: %s", stdout)
	}
	names := o.write("names", "סמיר דולבאני\nDana Levi\n")
	stdout, _ := status(openHits, as("screen", "-json", "-file", names))
	var v desk.ScreenView
	if err := json.Unmarshal([]byte(stdout), &v); err != nil || v.Like != 1 || v.Undecided != 1 || !v.Exercise {
		t.Fatalf("screen: %v of %s", err, stdout)
	}
	hit := v.Names[0].Hits[0].ID
	status(1, as("screen", "-decide", hit, "-verdict", "same", "-reason", " "))
	status(0, as("screen", "-decide", hit, "-verdict", "other", "-reason", "born 1990"))
	status(0, as("screen", "-file", names))
	shares := o.write("shares.csv", "owner,owned,percent\nסמיר דולבאני,Orchard Works,60\nZarqun Maritime,Orchard Works,30-40\n")
	if stdout, _ = status(openHits, as("screen", "-lang", "he", "-owners", shares)); !strings.Contains(stdout, "50 האחוזים") || !strings.Contains(stdout, "40") {
		t.Errorf("ownership: %s", stdout)
	}
	status(0, as("screen", "-again"))
	for want, args := range map[string][]string{
		"needs a name":     as("screen"),
		"-decide":          as("screen", "-verdict", "same"),
		"no such file":     as("screen", "-file", filepath.Join(o.dir, "none")),
		"not one of":       as("lists import", "-kind", "csv", sdn),
		"no such file or ": as("lists import", "-kind", "plain", filepath.Join(o.dir, "none")),
		"not a day":        as("lists import", "-kind", "plain", "-published", "yesterday", sdn),
		"lists needs one":  {"lists", "drop"},
	} {
		if _, stderr := status(2, args); !strings.Contains(stderr, want) {
			t.Errorf("parley %q: %s", args, stderr)
		}
	}
	for want, args := range map[string][]string{
		"the file does not say when": as("lists import", "-kind", "plain", "-list", "X", o.write("l.csv", "id,kind,names,born,countries\nX,,A B,,\n")),
		"cut off":                    as("lists import", "-kind", "un-xml", o.write("un.xml", "<CONSOLIDATED_LIST ")),
		"owner,owned,percent":        as("screen", "-owners", names),
	} {
		if _, stderr := status(1, args); !strings.Contains(stderr, want) {
			t.Errorf("parley %q: %s", args, stderr)
		}
	}
}
