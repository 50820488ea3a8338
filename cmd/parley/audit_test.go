package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/words"
)

// audited runs the commands on a file.
func auditedBy(t *testing.T, commands string, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	marked := &output{w: &stdout}
	code = audit(t.Context(), args, strings.NewReader(commands), marked, &stderr)
	marked.end()
	return code, stdout.String() + stderr.String()
}

// An auditor asks a record in three languages, and nothing is written but what he asks
// for, and never over a file that is there.
func TestAudit(t *testing.T) {
	record, charterFile := smallRecord(t)
	before, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, lang := range words.Languages() {
		page := filepath.Join(dir, lang+".txt")
		code, out := auditedBy(t, "help\nls n=2\nls format=J14 author=alder/ status=released\nshow 28\ntimeline until=2026-11-01 n=1\nwithheld\nkeys 5\ncases\nmatters\ncheckpoints\ncheckpoint 28\nsearch survey\nstats\nproof\nreport "+page+"\nquit\nls\n", "-lang", lang, "-charter", charterFile, record)
		if code != 0 {
			t.Fatalf("%s: exit status %d:\n%s", lang, code, out)
		}
		for _, want := range []string{"alder/watch/o0", "J14/1", "quiet-orchard", words.M("audit.none").In(lang), words.M("audit.uncovered").In(lang), words.M("audit.help.show").In(lang), "proven: the charter is the one you gave"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: it does not say %q:\n%s", lang, want, out)
			}
		}
		if strings.Contains(out, "{") || strings.Count(out, words.ExerciseBanner(lang)) < 2 {
			t.Errorf("%s:\n%s", lang, out)
		}
		if _, err := os.Stat(page); err != nil {
			t.Error(err)
		}
	}
	for _, wrong := range []string{"frobnicate", "ls colour=red", "ls n=0", "ls from=noon", "show", "show 99999", "show abcd", "case 28", "keys -1", "checkpoint 99999999", "stats 2026-13", "search", "report " + record, "export x", "export " + filepath.Join(dir, "b") + " 28"} {
		if code, out := auditedBy(t, wrong+"\nls n=1\n", record); code != 2 || !strings.Contains(out, "It could not be done: ") || !strings.Contains(out, "key.endorse/1") {
			t.Errorf("%q: exit status %d:\n%s", wrong, code, out)
		}
	}
	if after, err := os.ReadFile(record); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the record was changed: %v", err)
	}
	broken := filepath.Join(dir, "broken")
	lines := bytes.SplitAfter(before, []byte("\n"))
	if err := os.WriteFile(broken, bytes.Join(append(lines[:2:2], lines[3:]...), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := auditedBy(t, "ls\n", broken); code != 1 || !strings.Contains(out, "Refuted; there is nothing to look at: ") || strings.Contains(out, "J14/1") {
		t.Errorf("a refuted record: exit status %d:\n%s", code, out)
	}
	if code, _ := auditedBy(t, "ls\n", filepath.Join(dir, "absent")); code != 2 {
		t.Errorf("no file: exit status %d", code)
	}
}
