package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/charter"
)

// Two sides exchange sealed texts by commands alone, and an auditor checks what was
// opened from files.
func TestExchangeCommands(t *testing.T) {
	o := openOfficeOn(t, true, func(c *charter.Charter) {
		for i := range c.Roles {
			if role := &c.Roles[i]; role.ID == "watch" || role.ID == "analyst" {
				role.May = append(role.May, "J44")
			}
		}
	}, "birch/analyst/badr")
	const name = "doc:irrigation-priorities"
	verb := func(verb string, rest ...string) []string { return append([]string{"exchange", verb}, rest...) }
	as := func(who, what string, rest ...string) []string {
		return with([]string{"exchange", what}, o.as(who, "", rest...)[1:]...)
	}
	file := o.write("alder.txt", "1 canal\n2 pumps\n")
	second := func(who, id string) {
		t.Helper()
		page := printed(t, o.as(who, "second", id)...)
		digest := regexp.MustCompile(` ([0-9a-f]{32})\n`).FindStringSubmatch(page)
		if digest == nil {
			t.Fatalf("no digest in\n%s", page)
		}
		printed(t, o.as(who, "second", id, digest[1])...)
	}
	deadline := time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04Z")
	first := o.sent(as("alder/watch/amal", "deposit", "-file", file, name, "deadline="+deadline, "open-rule=both-in")...)
	if out := printed(t, as("alder/analyst/adel", "check", "-file", file, first)...); !strings.Contains(out, "the same: ") {
		t.Errorf("checked:\n%s", out)
	}
	if status, out, _ := parley(t, as("alder/analyst/adel", "check", "-file", o.write("other.txt", "1 canal"), first)...); status != 1 || !strings.Contains(out, "NOT THE SAME") {
		t.Errorf("status %d:\n%s", status, out)
	}
	second("alder/analyst/adel", first)
	o.until(name+": ONE IN", verb("ls", "-desk", o.desk("birch"))...)
	for _, row := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"no text", as("birch/watch/basil", "deposit", name), 2, "needs the text"},
		{"two texts", as("birch/watch/basil", "deposit", "-file", file, name, "text=x"), 2, "one of them"},
		{"unknown field", as("birch/watch/basil", "deposit", name, "texts=x"), 2, "does not take"},
		{"other terms", as("birch/watch/basil", "deposit", name, "text=x", "open-rule=deadline"), 1, "exchange.terms"},
		{"texts too soon", verb("texts", "-desk", o.desk("alder"), name), 1, "has no text"},
		{"prove too soon", as("alder/watch/amal", "prove", name), 1, "exchange.not-revealed"},
		{"no verb", []string{"exchange"}, 2, "needs one of"},
		{"none", verb("show", "-desk", o.desk("alder"), "doc:none"), 1, "desk.not-found"},
		{"check without a file", as("alder/watch/amal", "check", name), 2, "needs -file"},
	} {
		if status, _, stderr := parley(t, row.args...); status != row.status || !strings.Contains(stderr, row.want) {
			t.Errorf("%s: status %d, want %d; stderr\n%s\nwant %s", row.name, status, row.status, stderr, row.want)
		}
	}
	second("birch/analyst/badr", o.sent(as("birch/watch/basil", "deposit", name, "text=1 canal\n2 wells\n")...))
	for _, side := range []string{"alder", "birch"} {
		page := printed(t, verb("show", "-desk", o.desk(side), "-wait", "20", name)...)
		for _, want := range []string{"REVEALED", "2 pumps", "2 wells", "it is the text that ", "The two texts differ."} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in\n%s", side, want, page)
			}
		}
	}
	if page := printed(t, verb("show", "-desk", o.desk("cedar"), "-wait", "20", name)...); !strings.Contains(page, "this desk cannot read it") || strings.Contains(page, "canal") {
		t.Errorf("the supervisor reads:\n%s", page)
	}
	texts, record, bundle := filepath.Join(o.dir, "texts"), filepath.Join(o.dir, "cedar-record"), filepath.Join(o.dir, "bundle")
	printed(t, verb("texts", "-desk", o.desk("birch"), "-o", texts, name)...)
	printed(t, "export", "-desk", o.desk("cedar"), "-all", "-o", record)
	printed(t, "export", "-desk", o.desk("birch"), "-o", bundle, first)
	_, _ = record, bundle
}
