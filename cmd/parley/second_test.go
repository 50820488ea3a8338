package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var assessed = []string{"J31", "source=B", "credibility=3", "item=The clip is forged.", "confidence=moderate", "tlp=AMBER", "use-mark=PROTECT-ONLY", "originator-control=yes", "dissent=none"}

// What no officer sends alone is written by one, refused and sent anew, signed by
// another who was shown it, and proven from a file; what was passed by telephone
// says so on every page.
func TestSecondOfficer(t *testing.T) {
	o := newOffice(t)
	const adel, aya, amal, chen = "alder/analyst/adel", "alder/analyst/aya", "alder/watch/amal", "cedar/gate/chen"
	waits := func(args ...string) string {
		t.Helper()
		status, out, stderr := parley(t, args...)
		id, state, _ := strings.Cut(strings.TrimSpace(out), " ")
		if status != 0 || state != "waits for a second officer" || !strings.Contains(stderr, "`parley second -as PARTY/ROLE/OFFICER "+id+"`") {
			t.Fatalf("status %d, printed %s%s", status, out, stderr)
		}
		return id
	}
	passed := time.Now().UTC().Add(-30 * time.Minute).Format("2006-01-02T15:04Z")
	first := waits(o.as(adel, "send", with(assessed, "-late", passed, "-route", "radio")...)...)
	if list := printed(t, "ls", "-desk", o.desk("alder")); !strings.Contains(list, "waits for a second officer [late-entry]") {
		t.Errorf("listed:\n%s", list)
	}
	if script := printed(t, "form", "-desk", o.desk("alder"), "-text", first); !strings.Contains(script, "NOT SENT, waits for a second officer: LATE ENTRY: passed by radio") {
		t.Errorf("the form:\n%s", script)
	}
	if out := printed(t, o.as(aya, "second", "-refuse", "-reason", "Ask for the source.", first)...); out != "not signed; it is draft 1\n" {
		t.Errorf("printed %s", out)
	}
	if list := printed(t, "drafts", "-desk", o.desk("alder")); !strings.Contains(list, "refused by desk.declined: "+aya+" has not signed it: Ask for the source.") || !strings.Contains(list, "item=The clip is forged.") || !strings.Contains(list, " -late "+passed+" -route radio") {
		t.Errorf("drafts:\n%s", list)
	}
	id := waits(o.as(adel, "send", "-draft", "1", "credibility=4")...)
	page := printed(t, o.as(aya, "second", "-lang", "en", id)...)
	for _, want := range []string{"LATE ENTRY: passed by radio, outside the channel, and keyed in afterwards\nPassed: " + passed + "\n", "Not yet entered in the record", "The clip is forged.", "another officer of the party must sign it", "status     waits for a second officer"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	match := regexp.MustCompile(`parley second -desk (\S+) -as (\S+) (\S+) ([0-9a-f]{32})\n`).FindStringSubmatch(page)
	if match == nil {
		t.Fatalf("it does not say how to sign:\n%s", page)
	}
	for _, row := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"alone", o.as(adel, "second", id, match[4]), 1, "refused by rule second.same-officer"},
		{"without the right", o.as(amal, "second", id, match[4]), 1, "refused by rule second.no-right"},
		{"another text", o.as(aya, "second", id, strings.Repeat("0", 32)), 1, "refused by rule desk.not-shown"},
		{"nobody", []string{"second", "-desk", o.desk("alder"), id}, 2, "second needs -as"},
		{"refuse with a digest", o.as(aya, "second", "-refuse", "-reason", "x", id, match[4]), 2, "no digest then"},
		{"refuse without a reason", o.as(aya, "second", "-refuse", id), 2, "-reason with -refuse"},
		{"language", o.as(aya, "second", "-lang", "fr", id), 2, "not spoken here"},
		{"wait", o.as(aya, "second", "-wait", "61", id), 2, "-wait is 61"},
		{"not there", o.as(aya, "second", "ffff"), 1, `no statement "ffff" is known to alder`},
		{"late without a way", o.as(amal, "send", "J14", "-late", passed, flight[0], flight[1], flight[2], flight[3], "description=x"), 1, "refused by rule desk.late"},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, _, stderr := parley(t, row.args...)
			if status != row.status || !strings.Contains(stderr, row.want) {
				t.Errorf("status %d, want %d; stderr\n%s\nwant %s", status, row.status, stderr, row.want)
			}
		})
	}
	if out := printed(t, o.as(aya, "second", match[3], match[4])...); !strings.HasPrefix(out, id+" entry ") {
		t.Errorf("printed %s", out)
	}
	o.arrives("cedar", id, "status     submitted")
	printed(t, o.as(chen, "release", id)...)
	page = o.arrives("birch", id, "status     displayed")
	for _, want := range []string{"second     " + aya + ", key ", "LATE ENTRY: passed by radio", "Entered in the record: ", "MARK       late-entry"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	for lang, want := range map[string]string{"en": "LATE ENTRY: passed by radio", "ar": "إدخال متأخر", "he": "רישום מאוחר"} {
		if page := printed(t, "show", "-desk", o.desk("birch"), "-lang", lang, id); !strings.Contains(page, want) {
			t.Errorf("shown in %s:\n%s", lang, page)
		}
		if script := printed(t, "form", "-desk", o.desk("alder"), "-lang", lang, "-text", id); !strings.Contains(script, want) {
			t.Errorf("printed in %s:\n%s", lang, script)
		}
	}
	if status, out, _ := parley(t, o.as(aya, "second", id)...); status != 1 || strings.Contains(out, "parley second -desk") {
		t.Errorf("it is sent and asks for a second officer:\n%s", out)
	}
	bundle := filepath.Join(o.dir, "bundle.json")
	printed(t, "export", "-desk", o.desk("alder"), "-o", bundle, id)
	if out := printed(t, "verify", bundle); !strings.Contains(out, "was signed by "+aya+" too, as its second officer") || !strings.Contains(out, "was passed by radio at ") {
		t.Errorf("verified:\n%s", out)
	}
}
