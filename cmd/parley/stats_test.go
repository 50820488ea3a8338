package main

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Two desks print one page, and whoever has a record or a folder prints it too.
func TestStats(t *testing.T) {
	o := newOffice(t)
	const amal, basil, chen = "alder/watch/amal", "birch/watch/basil", "cedar/gate/chen"
	id := o.sent(o.as(amal, "send", with([]string{"J14", "-wait", "20"}, flight...)...)...)
	o.arrives("cedar", id, "submitted")
	printed(t, with(o.as(chen, "release"), id)...)
	o.arrives("birch", id, "displayed")
	printed(t, with(o.as(basil, "ack"), id)...)
	o.arrives("alder", id, "acknowledged")

	var json string
	deadline := time.Now().Add(20 * time.Second)
	for { // until nothing was added to the ledger meanwhile
		json = printed(t, "stats", "-desk", o.desk("alder"), "-json")
		record := filepath.Join(o.dir, "record.jsonl")
		printed(t, "export", "-desk", o.desk("alder"), "-all", "-o", record)
		others := []string{printed(t, "stats", "-desk", o.desk("birch"), "-json"), printed(t, "stats", "-record", o.desk("cedar"), "-json"), printed(t, "stats", "-record", record, "-json"), printed(t, "stats", "-desk", o.desk("alder"), "-json")}
		if strings.Join(others, "") == strings.Repeat(json, len(others)) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("other pages than\n%s:\n%s", json, strings.Join(others, "\n"))
		}
	}
	for _, want := range []string{`"form":"parley.statistics.v1"`, `"acknowledged":[{"precedence":"PRIORITY"`, `"gate":[{"precedence":"PRIORITY","mode":"review"`} {
		if !strings.Contains(json, want) {
			t.Errorf("no %s in\n%s", want, json)
		}
	}
	text := printed(t, "stats", "-desk", o.desk("birch"), "-lang", "he", "-all")
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte(printed(t, "stats", "-desk", o.desk("birch"), "-json"))))
	if !strings.Contains(strings.ReplaceAll(text, " ", ""), hash) || !strings.Contains(text, "נתונים") {
		t.Errorf("the page lacks the hash of the figures, %s:\n%s", hash, text)
	}

	bundle := o.write("not-a-record", "{}\n")
	for _, test := range []struct {
		name, says string
		status     int
		args       []string
	}{
		{"no desk", "-desk is missing", 2, nil},
		{"an operand", "flags alone", 2, []string{"-desk", o.desk("alder"), "2026-11"}},
		{"a charter without a record", "flags alone", 2, []string{"-desk", o.desk("alder"), "-charter", "x"}},
		{"a language", "-lang", 2, []string{"-desk", o.desk("alder"), "-lang", "fr"}},
		{"a month", "refused by rule stats.period", 1, []string{"-desk", o.desk("alder"), "-month", "November"}},
		{"a month of a record", "refused by rule stats.period", 1, []string{"-record", o.desk("alder"), "-month", "2026-13"}},
		{"no record", "could not be counted", 2, []string{"-record", bundle}},
		{"no file", "could not be counted", 2, []string{"-record", filepath.Join(o.dir, "nothing")}},
		{"no charter", "-charter takes", 2, []string{"-record", o.desk("alder"), "-charter", bundle}},
	} {
		if status, _, stderr := parley(t, with([]string{"stats"}, test.args...)...); status != test.status || !strings.Contains(stderr, test.says) {
			t.Errorf("%s: status %d, %s", test.name, status, stderr)
		}
	}

	// What is at birch's gate is withheld from alder, and so may other texts be.
	warned := func(party string) bool {
		_, _, stderr := parley(t, "stats", "-record", o.desk(party))
		return strings.Contains(stderr, "of 1 entries are withheld")
	}
	if warned("alder") {
		t.Error("alder's folder is said to lack a text")
	}
	o.arrives("cedar", o.sent(o.as(basil, "send", with([]string{"J14", "-wait", "20"}, flight...)...)...), "submitted")
	for deadline = time.Now().Add(20 * time.Second); !warned("alder"); {
		if time.Now().After(deadline) {
			t.Fatal("nothing is said of what alder's folder lacks")
		}
	}
	if warned("cedar") {
		t.Error("cedar's folder is said to lack a text")
	}
}
