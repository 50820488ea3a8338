package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/words"
)

// smallRecord makes a record of some hundred statements and its charter's file.
func smallRecord(t *testing.T) (record, charterFile string) {
	t.Helper()
	w, path, err := recordWorld(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := writeRecord(t.Context(), w, path, 150); err != nil {
		t.Fatal(err)
	}
	return path, w.file
}

// A report is written as text, as PDF and to standard output, for what is proven and for
// what is refuted, and the exit status stays the result's.
func TestVerifyReport(t *testing.T) {
	record, charterFile := smallRecord(t)
	content, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	lines := bytes.SplitAfter(content, []byte("\n"))
	broken := filepath.Join(dir, "broken")
	if err := os.WriteFile(broken, bytes.Join(append(lines[:3:3], lines[4:]...), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, lang := range words.Languages() {
		text, pdf := filepath.Join(dir, lang+".txt"), filepath.Join(dir, lang+".pdf")
		if code, out, errs := parley(t, "verify", "-charter", charterFile, "-report", text, "-lang", lang, record); code != 0 || !strings.Contains(out, "verified: size") {
			t.Errorf("%s: exit status %d, %s%s", lang, code, out, errs)
		}
		said, err := os.ReadFile(text)
		if sum := fmt.Sprintf("%x", sha256.Sum256(content)); err != nil || !strings.Contains(string(said), sum) || !strings.HasPrefix(string(said), words.ExerciseBanner(lang)) {
			t.Errorf("%s: %v\n%s", lang, err, said)
		}
		if code, _, errs := parley(t, "verify", "--report", pdf, "-lang", lang, record); code == 0 {
			if said, err := os.ReadFile(pdf); err != nil || !bytes.HasPrefix(said, []byte("%PDF-")) {
				t.Errorf("%s: %v, %.20q", lang, err, said)
			}
		} else if !strings.Contains(errs, "font") {
			t.Errorf("%s: exit status %d, %s", lang, code, errs)
		}
		code, out, errs := parley(t, "verify", "-report", "-", "-lang", lang, broken)
		if want := words.M("verify.title-refuted").In(lang); code != 1 || !strings.Contains(out, want) || !strings.Contains(out, "one was left out, repeated or moved") {
			t.Errorf("%s: exit status %d, %s%s", lang, code, out, errs)
		}
	}
	code, out, errs := parley(t, "verify", "-json", "-progress", record)
	if code != 0 || strings.Contains(out, "parley:") || !strings.Contains(errs, "parley: read ") {
		t.Errorf("exit status %d, %s%s", code, out, errs)
	}
	for _, args := range [][]string{{"verify", "-record", record, record}, {"verify", "-report", filepath.Join(dir, "absent", "page.txt"), record}, {"verify", "-lang", "xx", record}} {
		if code, out, errs := parley(t, args...); code != 2 || errs == "" {
			t.Errorf("%q: exit status %d, %s%s", args, code, out, errs)
		}
	}
}

// What a person is told on the way: entries, rate and, where the whole is known, how
// long it may take.
func TestProgress(t *testing.T) {
	p := &progress{}
	p.entries.Store(5000)
	if got := p.line(2e9); got != "parley: 5000 entries, 2500/s" {
		t.Error(got)
	}
	p.ofBytes.Store(400)
	p.bytes.Store(100)
	if got := p.line(2e9); got != "parley: 5000 entries, 2500/s, 25%, 6 s left" {
		t.Error(got)
	}
}
