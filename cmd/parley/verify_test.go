package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/proof"
	"parley/store"
	"parley/words"
)

// parley runs parley and gives its exit status and what it printed.
func parley(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

// knownTo gives the identifiers of the statements that a data folder holds, but for
// what is under another party's control, which no bundle takes out.
func knownTo(t *testing.T, dir string) []string {
	t.Helper()
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	work, err := store.New(t.Context(), nil, f.ledger, f.hub)
	if err != nil {
		t.Fatal(err)
	}
	if err := work.FoldAll(t.Context(), store.Nobody, 16, f.Read(t.Context(), f.ledger, 0)); err != nil {
		t.Fatal(err)
	}
	ids, err := work.Find(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	party, err := f.party(work)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(ids, func(id string) bool {
		r, ok := work.Record(id)
		return ok && proof.Outside(work, r, party) != nil
	})
}

// What desks and hub hold after the demo is exported, verified and rebuilt.
func TestExportVerifyRebuild(t *testing.T) {
	t.Parallel() // the exercise mostly waits
	dir := t.TempDir()
	var played bytes.Buffer
	if code := run(t.Context(), []string{"demo", "-speed", "100", "-dir", dir}, &played, os.Stderr); code != 0 {
		t.Fatalf("demo: exit status %d", code)
	}
	if banner := words.ExerciseBanner("en"); !within(banner, strings.Split(strings.TrimSuffix(played.String(), "\n"), "\n")) {
		t.Errorf("demo does not begin and end with %q:\n%s", banner, &played)
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	charterFile, record, bundle := file("charter.txt"), file("record"), file("bundle")
	desks, err := filepath.Glob(file("*/desk"))
	if err != nil || len(desks) != 3 {
		t.Fatalf("desks %q: %v", desks, err)
	}
	var last string // what all must say
	for n, folder := range append(desks, file("hub")) {
		code, out, errs := parley(t, "verify", "-charter", charterFile, folder)
		line := out[max(0, strings.LastIndex(out, "verified: ")):]
		line = line[:strings.Index(line, "\n")+1] // the last one says EXERCISE
		if code != 0 || !strings.HasPrefix(line, "verified: size ") || last != "" && line != last {
			t.Fatalf("verify %s: exit status %d, %q after %q, %s", folder, code, line, last, errs)
		}
		last = line
		code, out, errs = parley(t, "rebuild", "-dir", folder)
		if want := strings.Replace(last, "verified", "rebuilt", 1); code != 0 || out != want {
			t.Errorf("rebuild %s: exit status %d, %q, want %q, %s", folder, code, out, want, errs)
		}
		if left, _ := filepath.Glob(folder + "/store.db?*"); len(left) > 0 {
			t.Errorf("rebuild left %q", left)
		}
		if code, _, errs := parley(t, "export", "-desk", folder, "-o", record, "-all"); code != 0 {
			t.Fatalf("export %s: exit status %d, %s", folder, code, errs)
		}
		if code, out, errs := parley(t, "verify", "-charter", charterFile, record); code != 0 || !strings.HasSuffix(out, last+words.ExerciseBanner("en")+"\n") {
			t.Errorf("verify record of %s: exit status %d, %s%s", folder, code, out, errs)
		}
		ids := knownTo(t, folder)
		bundles := [][]string{ids}
		for i := n; i < len(ids); i += 41 { // others in each folder
			bundles = append(bundles, ids[i:i+1])
		}
		for _, some := range bundles {
			if code, _, errs := parley(t, append([]string{"export", "-desk", folder, "-o", bundle}, some...)...); code != 0 {
				t.Fatalf("export %s: exit status %d, %s", some, code, errs)
			}
			if code, out, errs := parley(t, "verify", "-charter", charterFile, bundle); code != 0 || !strings.HasSuffix(out, last+words.ExerciseBanner("en")+"\n") {
				t.Errorf("verify bundle of %s: exit status %d, %s%s", some, code, out, errs)
			}
		}
	}

	text, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	write := func(name string, parts ...[]byte) string {
		if err := os.WriteFile(file(name), bytes.Join(parts, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		return file(name)
	}
	dropped := write("dropped", append(slices.Clone(lines[:5]), lines[6:]...)...)
	var end struct{ Checkpoint string }
	if err := json.Unmarshal(lines[len(lines)-2], &end); err != nil {
		t.Fatal(err)
	}
	checkpoint, shorter := write("checkpoint", []byte(end.Checkpoint)), write("shorter", lines[:len(lines)-3]...)
	for _, test := range []struct {
		name   string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"refuted", []string{"verify", dropped}, 1, words.ExerciseBanner("en") + "\nrefuted: block 5 stands at entry", ""},
		{"refuted for programs", []string{"verify", "-json", dropped}, 1, `"outcome": "refuted"`, ""},
		{"cut", []string{"verify", write("cut", text[:len(text)-7])}, 2, "", "parley: could not be checked: read record: line"},
		{"its checkpoint", []string{"verify", "-checkpoint", checkpoint, record}, 0, "proven: it agrees with the checkpoint of", ""},
		{"shorter", []string{"verify", shorter}, 0, "verified: ", ""},
		{"shorter than was signed", []string{"verify", "-checkpoint", checkpoint, shorter}, 1, "refuted: the hub has signed", ""},
		{"no checkpoint", []string{"verify", "-checkpoint", charterFile, record}, 2, "", "could not be checked: check against a checkpoint"},
		{"neither", []string{"verify", charterFile}, 2, "", "it is neither a record nor a bundle"},
		{"empty", []string{"verify", write("empty")}, 2, "", "it is neither a record nor a bundle"},
		{"no file", []string{"verify", file("none")}, 2, "", "parley: could not be checked"},
		{"no data folder", []string{"verify", dir}, 2, "", "it has no journal"},
		{"no charter", []string{"verify", "-charter", record, record}, 2, "", "parley: hint: -charter takes"},
		{"nothing to verify", []string{"verify"}, 2, "", "parley: hint: "},
		{"help", []string{"verify", "-h"}, 0, "usage: parley verify", ""},

		{"export nothing", []string{"export", "-desk", desks[0]}, 2, "", "parley: hint: name the statements"},
		{"export both", []string{"export", "-desk", desks[0], "-all", "x"}, 2, "", "parley: hint: "},
		{"export nowhere", []string{"export", "-all"}, 2, "", "export needs -desk"},
		{"export by number", []string{"export", "-desk", desks[0], "-o", file("numbered"), "18"}, 0, "", ""},
		{"export unknown", []string{"export", "-desk", desks[0], "zz"}, 1, "", `parley: export "zz": 0 statements begin with it`},
		{"export ambiguous", []string{"export", "-desk", desks[0], "0"}, 1, "", `3 statements begin with it`},
		{"export no folder", []string{"export", "-desk", dir, "-all"}, 1, "", "it has no journal"},
		{"rebuild nothing", []string{"rebuild"}, 2, "", "rebuild needs -dir"},
		{"rebuild as hub", []string{"rebuild", "-hub", "-dir", desks[0]}, 1, "", "its text is missing from a record that should be complete"},
	} {
		code, stdout, stderr := parley(t, test.args...)
		if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) || test.stdout == "" && stdout != "" || test.stderr == "" && stderr != "" {
			t.Errorf("%s: exit status %d, want %d\n%s%s", test.name, code, test.code, stdout, stderr)
		}
	}

	code, stdout, _ := parley(t, "verify", "-json", record)
	var result verified
	if err := json.Unmarshal([]byte(stdout), &result); err != nil || code != 0 || result.Outcome != "proven" || last != fmt.Sprintf("verified: size %d, root %s\n", result.Size, result.Root) {
		t.Errorf("verify -json: exit status %d, %v\n%s", code, err, stdout)
	}
}
