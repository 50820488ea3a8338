package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/assets"
)

// Two desks make one report, and so does whoever has a record or a folder; as text, for
// a browser and on paper.
func TestDigest(t *testing.T) {
	o := newOffice(t)
	id := o.sent(o.as("alder/watch/amal", "send", with([]string{"J14", "-wait", "20"}, flight...)...)...)
	o.arrives("cedar", id, "submitted")
	printed(t, with(o.as("cedar/gate/chen", "release"), id)...)
	o.arrives("birch", id, "displayed")
	o.arrives("alder", id, "displayed")

	record := filepath.Join(o.dir, "record.jsonl")
	var page string
	deadline := time.Now().Add(20 * time.Second)
	for { // until nothing was added to the ledger meanwhile
		page = printed(t, "digest", "-desk", o.desk("alder"), "-json")
		printed(t, "export", "-desk", o.desk("alder"), "-all", "-o", record)
		others := []string{printed(t, "digest", "-desk", o.desk("birch"), "-as", "birch/watch/basil", "-json"), printed(t, "digest", "-record", o.desk("cedar"), "-json"), printed(t, "digest", "-record", record, "-json"), printed(t, "digest", "-desk", o.desk("alder"), "-json")}
		if strings.Join(others, "") == strings.Repeat(page, len(others)) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("other reports than\n%s:\n%s", page, strings.Join(others, "\n"))
		}
	}
	for _, want := range []string{`"form":"parley.digest.v1"`, `"open":[{"entry":`, `"party":"birch","steps":[{"stage":`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, page)
		}
	}

	html, pdf := filepath.Join(o.dir, "report.html"), filepath.Join(o.dir, "report.pdf")
	printed(t, "digest", "-record", record, "-lang", "ar", "-zone", "birch", "-html", html)
	if text, err := os.ReadFile(html); err != nil || !bytes.Contains(text, []byte(`dir="rtl"`)) || !bytes.Contains(text, []byte("&#43;03:00")) || bytes.Count(text, []byte("EXERCISE")) < 2 {
		t.Errorf("%v:\n%s", err, text)
	}
	if _, _, err := assets.Fonts(); err == nil {
		printed(t, "digest", "-record", record, "-pdf", pdf)
		once, err := os.ReadFile(pdf)
		printed(t, "digest", "-record", record, "-pdf", pdf)
		if again, _ := os.ReadFile(pdf); err != nil || !bytes.HasPrefix(once, []byte("%PDF-")) || !bytes.Equal(once, again) {
			t.Errorf("a PDF of %d bytes, then one of %d: %v", len(once), len(again), err)
		}
	}

	for _, test := range []struct {
		name, says string
		status     int
		args       []string
	}{
		{"no desk", "-desk is missing", 2, nil},
		{"an operand", "flags alone", 2, []string{"-desk", o.desk("alder"), "week"}},
		{"JSON in a file", "-json without files", 2, []string{"-desk", o.desk("alder"), "-json", "-html", html}},
		{"a charter without a record", "-charter only", 2, []string{"-desk", o.desk("alder"), "-charter", "x"}},
		{"a language", "not spoken", 2, []string{"-desk", o.desk("alder"), "-lang", "fr"}},
		{"a span", "refused by rule digest.period", 1, []string{"-desk", o.desk("alder"), "-span", "year"}},
		{"an audience of a record", "refused by rule digest.audience", 1, []string{"-record", record, "-for", "public"}},
		{"no file", "could not be reported on", 2, []string{"-record", filepath.Join(o.dir, "nothing")}},
		{"a folder that is not there", "name another file with -html", 2, []string{"-record", record, "-html", filepath.Join(o.dir, "nothing", "x")}},
	} {
		if status, _, stderr := parley(t, with([]string{"digest"}, test.args...)...); status != test.status || !strings.Contains(stderr, test.says) {
			t.Errorf("%s: status %d, %s", test.name, status, stderr)
		}
	}
}
