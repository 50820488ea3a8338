package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/desk"
)

// A request and its answer go by file, encrypted unless somebody insists.
func TestCarryByHand(t *testing.T) {
	t.Setenv(carryVariable, "drift of sheep")
	o := newOffice(t)
	id := o.sent(o.as("alder/watch/amal", "send", with([]string{"J14"}, flight...)...)...)
	o.arrives("cedar", id, "status     submitted")
	ask, answer := filepath.Join(o.dir, "ask"), filepath.Join(o.dir, "answer")
	if out := printed(t, "carry", "out", "-desk", o.desk("alder"), "-o", ask); !strings.Contains(out, "ask: 0 statements, replica of ") {
		t.Errorf("printed %s", out)
	}
	if status, _, _ := parley(t, "carry", "out", "-desk", o.desk("alder"), "-o", ask); status == 0 {
		t.Error("a file was replaced")
	}
	if out := printed(t, "carry", "in", "-desk", o.desk("cedar"), "-o", answer, ask); !strings.Contains(out, "submitted for alder/desk/one; carry back "+answer) {
		t.Errorf("printed %s", out)
	}
	if out := printed(t, "carry", "in", "-desk", o.desk("alder"), answer); !strings.Contains(out, "0 accepted, 0 refused, ") {
		t.Errorf("printed %s", out)
	}
	for _, file := range []string{ask, answer} {
		text, err := os.ReadFile(file)
		if err != nil || bytes.Contains(text, []byte("quiet")) || !bytes.HasPrefix(text, []byte("age-encryption.org/v1\n")) {
			t.Errorf("%s is not encrypted: %v", file, err)
		}
	}
	plain := filepath.Join(o.dir, "plain")
	if _, _, stderr := parley(t, "carry", "out", "-desk", o.desk("alder"), "-plain", "-o", plain); !strings.Contains(stderr, "is not encrypted: whoever finds it reads") {
		t.Errorf("no warning: %s", stderr)
	}
	for _, row := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"other side", []string{"in", "-desk", o.desk("birch"), "-o", answer + "2", plain}, 1, "refused by rule carry.party"},
		{"answer elsewhere", []string{"in", "-desk", o.desk("birch"), answer}, 1, "refused by rule carry.elsewhere"},
		{"no -o", []string{"in", "-desk", o.desk("cedar"), plain}, 2, "name the file for its answer with -o"},
		{"no file", []string{"in", "-desk", o.desk("cedar"), plain + "3"}, 2, "no such file"},
		{"no way", []string{"back", "-desk", o.desk("cedar")}, 2, "carry needs out and -o FILE"},
		{"nothing", []string{}, 2, "carry needs"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if code, _, stderr := parley(t, append([]string{"carry"}, row.args...)...); code != row.code || !strings.Contains(stderr, row.want) {
				t.Errorf("status %d, want %d; no %q in\n%s", code, row.code, row.want, stderr)
			}
		})
	}
	t.Setenv(carryVariable, "drift of goats")
	if code, _, stderr := parley(t, "carry", "in", "-desk", o.desk("cedar"), "-o", answer+"3", ask); code == 0 || !strings.Contains(stderr, "the passphrase is wrong") {
		t.Errorf("status %d, %s", code, stderr)
	}
	serials := printed(t, "serials", "-desk", o.desk("alder"))
	if !strings.Contains(serials, "UTC: 0 statements are missing here\n") || !strings.Contains(serials, "alder/watch/amal: here 1\n") {
		t.Errorf("printed %s", serials)
	}
	if code, _, stderr := parley(t, "serials", "-desk", o.desk("alder"), "-day", "Tuesday"); code != 1 || !strings.Contains(stderr, "is not a date") {
		t.Errorf("status %d, %s", code, stderr)
	}
}

// What is missing stands under its author, in each language.
func TestPrintSerials(t *testing.T) {
	entry := uint64(17)
	view := desk.SerialsView{Day: "2026-11-24", Serials: []desk.Serials{
		{Author: "alder/watch/amal", Own: true, Have: []desk.Span{{First: 1, Last: 3}}, Waiting: []desk.Span{{First: 4, Last: 5}}},
		{Author: "birch/watch/basil", Have: []desk.Span{{First: 2, Last: 2}, {First: 5, Last: 5}}, Missing: []desk.Gap{
			{Span: desk.Span{First: 1, Last: 1}},
			{Span: desk.Span{First: 3, Last: 4}, Entry: &entry, Logged: time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)}}},
	}}
	for lang, want := range map[string][]string{
		"en": {"2026-11-24 UTC: 3 statements are missing here\nalder/watch/amal: here 1-3\n  WAITING for the line 4-5\nbirch/watch/basil: here 2, 5\n  MISSING 1: withheld, or not yet here\n  MISSING 3-4: withheld, or not yet here; number 4 is entry 17 of 2026-11-24T07:00:00.000Z\n"},
		"ar": {"ناقص", "بانتظار الخط"},
		"he": {"חסרות", "ממתינות לקו"},
	} {
		var out bytes.Buffer
		if !printSerials(&out, lang, view) {
			t.Errorf("%s: no gap", lang)
		}
		for _, text := range want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%s: no %q in\n%s", lang, text, out.String())
			}
		}
	}
}
