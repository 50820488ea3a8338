package main

import (
	"strings"
	"testing"
)

// A refused statement is kept, listed as it was written, and sent once it is
// mended; from then on it takes every step by command.
func TestOfficers(t *testing.T) {
	o := newOffice(t)
	const amal, basil, chen = "alder/watch/amal", "birch/watch/basil", "cedar/gate/chen"
	status, _, stderr := parley(t, o.as(amal, "send", with([]string{"J14", "description=An incursion of sheep."}, flight[:6]...)...)...)
	for _, want := range []string{"refused by rule glossary.contested", "parley: choice: drift\n", "parley: choice: -keep incursion\n", "`parley send -draft 1 FIELD=VALUE...`"} {
		if status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("status %d, no %q in\n%s", status, want, stderr)
		}
	}
	list := printed(t, "drafts", "-desk", o.desk("alder"))
	for _, want := range []string{"1  ", "J14 by " + amal, "     description=An incursion of sheep.\n", "refused by glossary.contested", "choice: -keep incursion"} {
		if !strings.Contains(list, want) {
			t.Errorf("no %q in\n%s", want, list)
		}
	}
	id := o.sent(o.as(amal, "send", "-draft", "1", "-keep", "incursion", "-wait", "20")...)
	if list := printed(t, "drafts", "-desk", o.desk("alder")); list != "" {
		t.Errorf("it was sent and is still a draft:\n%s", list)
	}
	o.arrives("cedar", id, "status     submitted")
	printed(t, with(o.as(chen, "release"), id)...)
	o.until("delivered [pass-on amber birch T-", "ls", "-desk", o.desk("birch"))
	if script := printed(t, "form", "-desk", o.desk("birch"), "-lang", "ar", "-text", id); !strings.Contains(script, "An incursion of sheep.") { // which is for people: it was shown
		t.Errorf("the form:\n%s", script)
	}
	printed(t, with(o.as(basil, "ack"), id)...)
	status, _, stderr = parley(t, with(o.as(basil, "readback"), id, "-lang", "he")...) // flags after operands
	for _, want := range []string{"activity=…", "place=…", "window=…"} {
		if status != 1 || !strings.Contains(stderr, want) || strings.Contains(stderr, "survey") {
			t.Errorf("status %d, no %q in\n%s", status, want, stderr)
		}
	}
	out := printed(t, with(o.as(basil, "readback"), id, "activity=survey", "place=DD 0.56 -17.95 ±50m", "window=270700ZDEC26/271000ZDEC26")...)
	if !strings.Contains(out, "MISMATCH, not understood:\n  Window: end: your 13:00 Etc/GMT-3 is 2026-12-27T10:00Z; the statement says 2026-12-27T09:00Z: 1 hour apart\n") {
		t.Errorf("printed %s", out)
	}
	o.arrives("alder", id, "MARK       mismatch birch")
	if status, _, stderr := parley(t, with(o.as(basil, "readback"), id, "activity=flight", "place=DD 0.56 -17.95 ±50m")...); status != 1 || !strings.Contains(stderr, "`parley send -draft 1 ") {
		t.Errorf("status %d, %s", status, stderr)
	}
	out = printed(t, o.as(basil, "send", "-draft", "1", "window=270700ZDEC26/270900ZDEC26")...) // taken up again it is still a readback
	if !strings.Contains(out, "MISMATCH, not understood:\n  Activity: ") {
		t.Errorf("printed %s", out)
	}
	out = printed(t, with(o.as(basil, "readback"), id, "activity=survey", "place=DD 0.56 -17.95 ±50m", "window=270700ZDEC26/270900ZDEC26")...)
	if !strings.Contains(out, "match: what was read back is what the statement says\n") {
		t.Errorf("printed %s", out)
	}
	o.arrives("alder", id, "status     understood")
	translated := o.sent(with(o.as(basil, "translate"), id, "language=ar", "method=human", "description=دخول أغنام.")...)
	o.arrives("cedar", translated, "status     submitted")
	printed(t, with(o.as(chen, "release"), translated)...)
	o.arrives("alder", translated, "دخول أغنام.")
	if page := o.arrives("alder", id, "Translation into ar by "+basil+" (human), statement "+translated+", displayed;"); !strings.Contains(page, "An incursion of sheep.") {
		t.Errorf("the original is not shown beside it:\n%s", page)
	}
	cancel := o.sent(with(o.as(amal, "cancel"), id, "why=completed")...)
	if page := o.arrives("alder", id, "MARK       change-waits"); strings.Contains(page, "NOT CURRENT") {
		t.Errorf("cancelled before its release:\n%s", page)
	}
	o.arrives("cedar", cancel, "submitted")
	printed(t, with(o.as(chen, "release"), cancel)...)
	for _, party := range []string{"alder", "birch", "cedar"} {
		o.arrives(party, id, "NOT CURRENT: cancelled by statement "+cancel)
	}
	for lang, want := range map[string]string{"en": "NOT CURRENT, superseded by statement " + cancel, "ar": "غير سارٍ", "he": "לא בתוקף"} {
		if script := printed(t, "form", "-desk", o.desk("birch"), "-lang", lang, "-text", id); !strings.Contains(script, want) {
			t.Errorf("printed in %s as if it were current:\n%s", lang, script)
		}
	}
	if list := printed(t, "ls", "-desk", o.desk("birch")); !strings.Contains(list, "cancelled [superseded-by "+cancel) || !strings.Contains(list, "[open; pass-on ") {
		t.Errorf("listed:\n%s", list)
	}

	for _, row := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"draft and paper", o.as(amal, "send", "-draft", "1", "-from-paper", "x"), 2, "send takes a format, -draft or -from-paper, one of them"},
		{"paper and format", o.as(amal, "send", "-from-paper", "x", "J14"), 2, "one of them"},
		{"draft below nothing", o.as(amal, "send", "-draft", "-1"), 2, "one of them"},
		{"draft that is not there", o.as(amal, "send", "-draft", "99"), 1, "this desk keeps no draft 99\nparley: hint: `parley drafts` lists them"},
		{"no officer", []string{"send", "-desk", o.desk("alder"), "J14"}, 2, "send needs -as and a format"},
		{"paper that is not there", o.as(amal, "send", "-from-paper", "nowhere"), 2, "nowhere"},
		{"language", o.as(amal, "send", "-lang", "fr", "J14"), 2, "language \"fr\" is not spoken here"},
		{"drop what is not there", []string{"drafts", "-desk", o.desk("alder"), "-drop", "99"}, 1, "this desk keeps no draft 99"},
		{"drop below nothing", []string{"drafts", "-desk", o.desk("alder"), "-drop", "-1"}, 2, "drafts takes flags alone"},
		{"drop no number", []string{"drafts", "-desk", o.desk("alder"), "-drop", "all"}, 2, "-drop"},
		{"drafts of one", []string{"drafts", "-desk", o.desk("alder"), "1"}, 2, "drafts takes flags alone"},
		{"drafts of no desk", []string{"drafts", "-desk", o.dir}, 2, "no desk is running on this folder"},
		{"act on nothing", o.as(basil, "readback"), 2, "readback needs -as and the statement's identifier"},
		{"fields and no statement", o.as(basil, "cancel", "why=error"), 2, "cancel needs -as and the statement's identifier"},
		{"act on what is not there", o.as(basil, "pass", "ffff", "echelon=post"), 1, "no statement \"ffff\" is known to birch"},
		{"another side's", o.as(basil, "cancel", id, "why=error"), 1, "only its own side can replace or cancel it"},
		{"superseded", o.as(basil, "readback", id, "activity=survey", "place=DD 0.56 -17.95 ±50m", "window=270700ZDEC26/270900ZDEC26"), 1, "refer to " + cancel},
		{"form of a statement that is not there", []string{"form", "-desk", o.desk("birch"), "-text", "ffff"}, 1, "no statement \"ffff\" is known to birch"},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, stdout, stderr := parley(t, row.args...)
			if status != row.status || !strings.Contains(stderr, row.want) || stdout != "" {
				t.Errorf("status %d, want %d; stdout %q; stderr\n%s\nwant\n%s", status, row.status, stdout, stderr, row.want)
			}
		})
	}
}

// What overlaps is said beside the receipt, to people and in their language, and
// stands on the page and in the list; it stops nothing.
func TestOverlapIsSaid(t *testing.T) {
	o := newOffice(t)
	const amal, basil, chen = "alder/watch/amal", "birch/watch/basil", "cedar/gate/chen"
	fire := o.sent(with(o.as(basil, "send", "J14"), flight...)...)
	o.arrives("cedar", fire, "status     submitted")
	printed(t, with(o.as(chen, "release"), fire)...)
	o.arrives("alder", fire, "status     d")
	for _, row := range []struct {
		args []string
		want string
	}{
		{o.as(amal, "send", "-preview", "J14"), "EXERCISE\nparley: overlap: entry "},
		{o.as(amal, "send", "-preview", "-lang", "ar", "J14"), "المنطقتان تتلامسان أو تتداخلان؛"},
		{o.as(amal, "send", "-lang", "he", "J14"), "השטחים נוגעים זה בזה או חופפים;"},
	} {
		status, stdout, stderr := parley(t, with(row.args, flight...)...)
		if status != 0 || !strings.Contains(stderr, row.want) || strings.Count(stderr, "parley: overlap: ") != 1 || strings.Contains(stdout, "overlap") {
			t.Errorf("%q: status %d, printed %s, said\n%s\nwant %q", row.args, status, stdout, stderr, row.want)
		}
	}
	list := printed(t, "ls", "-desk", o.desk("alder"))
	if !strings.Contains(list, "submitted [overlaps 1]") || strings.Count(list, "overlaps") != 1 { // what waits is not what the other overlaps
		t.Errorf("listed:\n%s", list)
	}
	id := ""
	for line := range strings.SplitSeq(list, "\n") {
		if words := strings.Fields(line); strings.Contains(line, "overlaps 1") {
			id = words[len(words)-1]
		}
	}
	if page := printed(t, "show", "-desk", o.desk("alder"), id); !strings.Contains(page, "\noverlaps   entry ") || !strings.Contains(page, "by "+basil+": from 2026-12-27T07:00Z to 2026-12-27T09:00Z; the areas touch or overlap; ") {
		t.Errorf("the page:\n%s", page)
	}
	if page := printed(t, "show", "-desk", o.desk("birch"), fire); strings.Contains(page, "overlaps") {
		t.Errorf("birch is told of what waits:\n%s", page)
	}
	o.arrives("cedar", id, "status     submitted")
	printed(t, with(o.as(chen, "release"), id)...)
	o.until("[pass-on amber birch T-", "ls", "-desk", o.desk("birch"))
	o.until("overlaps 1; overlaps-own 1]", "ls", "-desk", o.desk("birch"))
}
